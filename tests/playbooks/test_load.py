from __future__ import annotations

import pytest

from gongjian.kernel.errors import PlaybookError
from gongjian.playbooks.load import builtin_keys, builtin_text, load_builtin, load_text


@pytest.mark.parametrize("key", builtin_keys())
def test_what_is_shipped_is_sound_in_both_languages(key):
    playbook = load_builtin(key)
    assert playbook.key == key
    assert len(playbook.battles) == 6
    for battle in playbook.battles:
        assert battle.name.zh
        assert battle.name.en
    for light in ("green", "yellow", "red", "done", "none"):
        assert playbook.light(light).shape


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


def test_a_reference_to_nothing_is_named():
    text = builtin_text("yuecheng-2021").replace("workflow: ", "workflow: no-such-", 1)
    assert "no-such-" in refused(text)


def test_text_that_is_no_yaml_is_refused():
    assert refused("{: [")
