"""Whatever may be wrong with a playbook has a sentence; places are named by keys."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.support import plays

from gongjian.kernel.errors import PlaybookError
from gongjian.kernel.playbook import check, flows, problem
from gongjian.playbooks import load, problems
from gongjian.playbooks.load import load_text, text_of

CODE = re.compile(r'\bproblem\(\s*[^,]+,\s*"([a-z_.]+)"|Problem\("", "([a-z_.]+)"')


def faults(text: str) -> list[str]:
    with pytest.raises(PlaybookError) as error:
        load_text(text)
    assert error.value.facts["problems"] == [problems.line(f) for f in error.value.facts["faults"]]
    return error.value.facts["problems"]


def test_every_code_has_a_sentence_and_every_sentence_a_code():
    sources = [Path(m.__file__).read_text(encoding="utf-8") for m in (check, flows, load, problems)]
    used = {a or b for source in sources for a, b in CODE.findall(source)}
    used |= {code for code, _facts in problems._SHAPES.values()} | {"shape.other"}
    assert used == set(problems.SENTENCES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- 1", "must be a mapping of keys to values"),
        ("a: &x 1\nb: *x", "aliases are not allowed (line 2)"),
        ("a: 1\na: 2", "a stands twice, line 2"),
        ("{: [", "line 1, column"),
        ("? [a, b]\n: 1", "line 1, column 3"),
        ("[" * 100_000, "nested too deep"),
        ("n: " + "1" * 5000, "a number or a date in it cannot be read"),
        ("on: 2021-13-45", "a number or a date in it cannot be read"),
        ("\x00", "line 1, column 1"),
    ],
)
def test_a_text_that_cannot_be_read_is_told_where(text, said):
    assert said in faults(text)[0]


def test_a_fault_of_shape_is_placed_by_keys_not_by_numbers():
    said = plays.content()
    plays.field_of(said, "hide")["type"] = "poem"
    said["registers"][1]["code_prefix"] = "lower"
    found = faults(text_of(said))
    assert found[0].startswith("registers.sightings.fields.hide.type: “poem” is not allowed here")
    assert found[1].startswith("registers.nests.code_prefix: “lower” does not fit")


def test_a_line_is_said_in_the_language_that_is_given():
    [fault] = [problem.Problem("lights", "light.missing", {"name": "green"})]
    assert problems.line(fault, {"%(name)s is missing": "缺 %(name)s"}.get) == "lights: 缺 green"
