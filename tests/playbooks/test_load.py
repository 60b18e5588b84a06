from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from gongjian.kernel.errors import PlaybookError
from gongjian.playbooks import schema
from gongjian.playbooks.load import builtin_keys, builtin_text, load_builtin, load_text, text_of

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs/reference/playbooks.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)[0]
EXAMPLES = sorted((ROOT / "examples/playbooks").glob("*.yaml"))
LEDGERS = (
    {f"l{n}" for n in range(1, 7)}
    | {f"p{n}" for n in range(1, 8)}
    | {f"q{n}" for n in range(1, 11)}
)
CORE_STEPS = {"report": "in_hand", "close_out": "closed", "reopen": "in_hand"}


def written(content) -> str:
    """Write content as a file, no part of it shared: a shared one would be written as an alias."""
    return text_of(json.loads(json.dumps(content)))


def playbooks():
    files = [load_text(path.read_text(encoding="utf-8")) for path in EXAMPLES]
    shipped = [load_builtin(key) for key in builtin_keys()]
    return [pytest.param(playbook, id=playbook.key) for playbook in shipped + files]


def labels(value):
    """Give every label of a playbook's content."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            yield value
        for one in value.values():
            yield from labels(one)
    elif isinstance(value, list):
        for one in value:
            yield from labels(one)


@pytest.mark.parametrize("key", builtin_keys())
def test_what_is_shipped_is_sound_in_both_languages(key):
    playbook = load_builtin(key)
    assert playbook.key == key
    for light in ("green", "yellow", "red", "done", "none"):
        assert playbook.light(light).shape
    for label in labels(yaml.safe_load(builtin_text(key))):
        assert re.search(r"[\u4e00-\u9fff]", label["zh"]), label
        assert not re.search(r"[\u4e00-\u9fff]", label["en"]), label


@pytest.mark.parametrize("key", ["yuecheng-2021", "xiaoshan-2021"])
def test_the_two_campaigns_of_2021_have_six_battles_each(key):
    assert len(load_builtin(key).battles) == 6


@pytest.mark.parametrize("playbook", playbooks())
def test_no_two_fields_of_a_register_are_called_alike(playbook):
    for register in playbook.registers:
        for language in ("zh", "en"):
            words = [field.label.of(language) for field in register.fields]
            assert len(set(words)) == len(words), (register.key, language)


@pytest.mark.parametrize("playbook", playbooks())
def test_every_register_says_what_belongs_in_it_and_prints_a_ledger(playbook):
    for register in playbook.registers:
        assert register.note, register.key
        assert register.heads, register.key


@pytest.mark.parametrize("playbook", playbooks())
def test_the_printed_word_of_a_role_is_read_as_that_role(playbook):
    for register in playbook.registers:
        for role in ("leader", "lead", "owner", "support", "overseer", "contact"):
            word = playbook.role_word(register.key, role)
            assert playbook.role_of(register.key, word.zh) == role, (register.key, word.zh)


@pytest.mark.parametrize("key", builtin_keys())
def test_the_plain_workflow_waits_to_be_issued(key):
    workflow = load_builtin(key).workflow("plain")
    assert (workflow.initial, workflow.issued) == ("planned", "assigned")
    assert CORE_STEPS.items() <= {t.key: t.target for t in workflow.transitions}.items()


def test_every_real_ledger_is_a_head_of_some_register():
    heads = {h.key for k in builtin_keys() for r in load_builtin(k).registers for h in r.heads}
    assert heads >= LEDGERS


def test_the_lead_unit_oversees_a_rectification_and_collects_for_a_task():
    playbook = load_builtin("rectification-drive")
    assert playbook.role_of("problems", "牵头单位") == "overseer"
    assert playbook.role_of("problems", "整改责任单位") == "owner"
    assert playbook.role_of("tasks", "牵头单位") == "lead"


def test_a_need_has_many_scenes_and_a_scene_one_need():
    playbook = load_builtin("yuecheng-2021")
    for key in ("need_scene", "scene_reform"):
        assert playbook.link(key).one_source
        assert not playbook.link(key).one_target


def test_what_tells_who_a_petitioner_is_is_personal():
    register = load_builtin("yuecheng-2021").register("petitions")
    assert register.access_class == "petition"
    for key in ("petitioner", "id_number", "phone", "address", "relations"):
        assert register.field(key).personal


def test_the_example_of_the_reference_loads():
    assert load_text(EXAMPLE).key == "tree-planting"


def test_the_reference_names_every_key_of_the_format():
    shapes = [
        s for s in vars(schema).values() if isinstance(s, type) and issubclass(s, schema.Strict)
    ]
    for shape in shapes:
        for name, known in shape.model_fields.items():
            said = known.alias or name
            assert f"`{said}" in REFERENCE or f"{said}:" in EXAMPLE, (shape.__name__, said)


def test_a_playbook_of_another_kind_knows_nothing_of_districts():
    playbook = load_text(EXAMPLES[0].read_text(encoding="utf-8"))
    shipped = {r.key for k in builtin_keys() for r in load_builtin(k).registers}
    assert not shipped & {r.key for r in playbook.registers}


def test_a_file_of_format_1_keeps_its_role_words():
    content = yaml.safe_load(EXAMPLE)
    content |= {
        "format": 1,
        "role_words": {"牵头单位": "lead", "责任单位": "owner", "承办单位": "owner"},
    }
    playbook = load_text(written(content))
    assert playbook.role_of("plots", "牵头单位") == "lead"
    assert playbook.role_of("plots", "承办单位") == "owner"
    assert playbook.role_word("plots", "owner").zh == "责任单位"


def test_the_digest_is_that_of_the_content_not_of_the_layout():
    assert load_text(EXAMPLE).digest == load_text(written(yaml.safe_load(EXAMPLE))).digest


def refused(text: str) -> str:
    with pytest.raises(PlaybookError) as error:
        load_text(text)
    return " ".join(error.value.facts["problems"])


def test_a_key_given_twice_is_a_fault():
    assert "stands twice" in refused("key: a\nkey: b\n")


def test_an_alias_is_a_fault():
    assert "aliases" in refused("a: &x [1]\nb: *x\n")


def test_an_unknown_field_is_named():
    assert "surprise" in refused(builtin_text("yuecheng-2021") + "\nsurprise: 1\n")


def test_a_format_that_is_not_known_is_refused():
    assert "format" in refused(EXAMPLE.replace("format: 2", "format: 99"))


def test_text_that_is_no_yaml_is_refused():
    assert refused("{: [")


def test_text_that_is_too_long_is_refused():
    assert "longer than" in refused("#" * 1_000_001)


def changed(**parts) -> str:
    """Give the example of the reference with parts of its one register in place of the former."""
    content = yaml.safe_load(EXAMPLE)
    content["registers"][0] |= parts
    return written(content)


def steps_changed(**parts) -> str:
    """Give the example with parts of its step of close-out in place of the former."""
    content = yaml.safe_load(EXAMPLE)
    content["workflows"][0]["steps"][1] |= parts
    return written(content)


def field(key, kind, **more):
    return {"key": key, "type": kind, "label": {"zh": key, "en": key}, **more}


def word(role, zh):
    return {"role": role, "word": {"zh": zh, "en": zh}}


def head(source):
    columns = [{"head": "列", "source": source}]
    return {"key": "one", "label": {"zh": "表", "en": "Form"}, "columns": columns}


HIDDEN = field("who", "text", personal=True)
TWICE = {"key": "a", "label": {"zh": "甲", "en": "A"}}
CIRCLE = [
    field("a", "computed", compute={"op": "sum", "of": ["b"]}),
    field("b", "computed", compute={"op": "sum", "of": ["a"]}),
]


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"workflow": "no-such"}, "workflow no-such is not defined"),
        ({"lights": "no-such"}, "light rules no-such are not defined"),
        ({"parents": ["no-such"]}, "parents: register no-such is not defined"),
        ({"needs": ["no_such"]}, "needs: no_such is not defined"),
        ({"heads": [head("field:no_such")]}, "shows field:no_such, which is not defined"),
        ({"heads": [head("no_such")]}, "shows no_such, which is not defined"),
        ({"fields": [field("a", "text", required_at=["no_such"])]}, "state no_such is not defined"),
        ({"fields": [field("a", "text"), field("a", "date")]}, "a stands 2 times"),
        ({"fields": [field("a", "choice")]}, "a choice needs its choices"),
        ({"fields": [field("a", "text", choices=["甲"])]}, "nothing else has any"),
        ({"fields": [field("a", "choice", choices=[TWICE, TWICE])]}, "a choice stands twice"),
        ({"fields": [field("a", "computed")]}, "a computed field needs its rule"),
        ({"fields": [HIDDEN | {"sortable": True}]}, "never sorted"),
        (
            {"fields": [HIDDEN, field("a", "computed", compute={"op": "count", "of": ["who"]})]},
            "enters no computation",
        ),
        (
            {"fields": [field("a", "computed", compute={"op": "sum", "of": ["no_such"]})]},
            "field no_such is not defined",
        ),
        (
            {"fields": [field("a", "computed", compute={"op": "ratio", "of": ["a"]})]},
            "ratio takes 2 to 2 fields",
        ),
        (
            {
                "fields": [
                    field("n", "number"),
                    field("m", "number"),
                    field(
                        "a",
                        "computed",
                        compute={"op": "ratio", "of": ["n", "m"], "over": "children"},
                    ),
                ]
            },
            "only a sum or a count goes over",
        ),
        ({"fields": CIRCLE}, "is computed from itself"),
        (
            {"role_words": [word("owner", "甲"), word("owner", "乙")]},
            "two words for the role owner",
        ),
        ({"role_words": [word("owner", "甲"), word("lead", "甲")]}, "甲 would mean two roles"),
    ],
)
def test_a_register_that_is_not_sound_is_refused_with_the_fault_named(parts, fault):
    parts = {"needs": [], "heads": []} | parts
    assert fault in refused(changed(**parts))


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"grants": False}, "step close_out closes but does not grant"),
        ({"target": "no_such"}, "step close_out names state no_such"),
        ({"key": "report"}, "report stands 2 times"),
        ({"sources": ["closed"]}, "nothing leads from state in_hand to a closed one"),
    ],
)
def test_a_workflow_that_is_not_sound_is_refused_with_the_fault_named(parts, fault):
    assert fault in refused(steps_changed(**parts))


def test_a_state_that_is_never_reached_is_named():
    content = yaml.safe_load(EXAMPLE)
    lost = {"key": "lost", "category": "closed", "label": {"zh": "弃", "en": "Lost"}}
    content["workflows"][0]["states"].append(lost)
    assert "state lost is never reached" in refused(written(content))


@pytest.mark.parametrize("name", ["initial", "issued"])
def test_a_first_state_that_is_not_defined_is_named(name):
    content = yaml.safe_load(EXAMPLE)
    content["workflows"][0][name] = "no_such"
    assert f"{name} state no_such is not defined" in refused(written(content))


def test_registers_that_stand_above_each_other_are_refused():
    content = yaml.safe_load(EXAMPLE)
    first = content["registers"][0]
    second = first | {"key": "rows", "code_prefix": "RX", "parents": ["plots"]}
    content["registers"] = [first | {"parents": ["rows"]}, second]
    assert "stands above itself" in refused(written(content))


def test_a_link_and_a_panel_name_registers_that_are_defined():
    content = yaml.safe_load(EXAMPLE)
    label = {"zh": "关联", "en": "Link"}
    content["links"] = [{"key": "a", "label": label, "back": label, "targets": ["no_such"]}]
    content["panels"] = [{"key": "b", "label": label, "kind": "due", "registers": ["no_such"]}]
    problems = refused(written(content))
    assert "links.a: register no_such" in problems
    assert "panels.b: register no_such" in problems


def test_a_light_that_is_missing_is_named():
    content = yaml.safe_load(EXAMPLE)
    content["lights"] = content["lights"][1:]
    assert "lights: green is missing" in refused(written(content))


def test_yellow_comes_before_red():
    assert "yellow must come before red" in refused(
        EXAMPLE.replace("behind_red: 3000", "behind_red: 1500")
    )


def two_in_one(below):
    content = yaml.safe_load(EXAMPLE)
    content["registers"][0]["heads"][0]["columns"][1]["below"] = below
    return written(content)


def test_a_printed_cell_may_hold_a_second_source():
    column = load_text(two_in_one("field:alive")).register("plots").heads[0].columns[1]
    assert (column.source, column.below) == ("title", "field:alive")


def test_a_second_source_that_is_not_defined_is_refused():
    with pytest.raises(PlaybookError) as caught:
        load_text(two_in_one("field:nothing"))
    assert any("field:nothing" in told for told in caught.value.facts["problems"])


def test_what_newer_files_may_say_does_not_change_the_digest_of_others():
    content = schema.PlaybookIn.model_validate(yaml.safe_load(EXAMPLE)).model_dump(mode="json")
    columns = [c for r in content["registers"] for h in r["heads"] for c in h["columns"]]
    assert columns
    assert not any("below" in c for c in columns)
