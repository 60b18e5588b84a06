"""Two playbooks compared: what changes, what it touches, what stands against it."""

from __future__ import annotations

import json

import pytest
from tests.support import plays

from gongjian.kernel.errors import KernelError
from gongjian.kernel.playbook.carry import converted, watched
from gongjian.kernel.playbook.plan import (
    Facts,
    Holding,
    inverse_map,
    line_from_json,
    line_to_json,
    plan,
)
from gongjian.playbooks.load import load_text, text_of

OLD = load_text(plays.CENSUS)
NEW = load_text(text_of(plays.changed()))
LIVE = Facts(
    states={("sightings", "counting"): 12, ("sightings", "filed"): 3},
    used=frozenset({"sightings"}),
    fields={("sightings", "hide"): Holding(12), ("sightings", "heads"): Holding(10)},
)


def changed(change) -> list:
    said = plays.content()
    change(said)
    return plan(OLD, load_text(text_of(said)), LIVE).lines


def kinds(found) -> dict:
    return {line.kind: line for line in found.lines}


def test_a_playbook_against_itself_changes_nothing():
    found = plan(OLD, OLD, LIVE)
    assert found.lines == ()
    assert found.is_quiet


def test_a_plan_names_what_is_hidden_mapped_and_carried_over():
    found = plan(OLD, NEW, LIVE, chosen=plays.CHOSEN)
    lines = kinds(found)
    assert (lines["field.removed"].n, found.agreements) == (12, ("sightings.hide",))
    assert (lines["field.type"].before, lines["field.type"].after) == ("text", "number")
    assert lines["field.added"].after.en == "Weather"
    assert [label.en for label in lines["field.required"].after] == ["Filed"]
    assert found.state_map == {r: {"counting": "day_count"} for r in ("sightings", "nests")}
    assert found.n_rows == 12 + 10
    assert found.refusals == ()


def test_a_live_state_waits_until_somebody_has_chosen():
    found = plan(OLD, NEW, LIVE)
    [mapped] = found.mappings
    assert (mapped.n, mapped.chosen, mapped.is_chosen) == (12, "day_count", False)
    assert [line.refusal for line in found.refusals] == ["playbook.state_unmapped"]


@pytest.mark.parametrize("target", ["filed", "no-such"])
def test_a_state_takes_only_one_of_its_own_sphere(target):
    found = plan(OLD, NEW, LIVE, chosen={"sightings": {"counting": target}})
    assert [line.refusal for line in found.refusals] == ["playbook.map_refused"]


def test_a_state_that_nobody_is_in_needs_no_choice():
    found = plan(OLD, NEW, Facts())
    assert found.mappings == ()
    assert found.state_map["nests"] == {"counting": "day_count"}


def test_a_state_that_would_close_its_items_is_refused():
    said = plays.content()
    flow = said["workflows"][0]
    flow["states"][1]["category"] = "closed"
    flow["steps"][0]["grants"] = True
    flow["steps"][2]["grants"] = True
    found = plan(OLD, load_text(text_of(said)), LIVE)
    assert [line.refusal for line in found.refusals] == ["playbook.state_crosses"]
    assert found.rejudged == {"sightings", "nests"}


def test_the_way_back_leads_to_the_first_former_state():
    back = inverse_map(OLD, NEW, {"sightings": {"counting": "day_count"}})
    assert back["sightings"] == {"day_count": "counting", "night_count": "counting"}


def test_only_what_is_removed_added_or_holds_otherwise_is_looked_at():
    assert [w.key for w in watched(OLD, NEW)["sightings"]] == ["heads", "hide", "weather"]
    assert [w.key for w in converted(OLD, NEW)["sightings"]] == ["heads", "weather"]


def watch(key, was, now):
    old, new = plays.content(), plays.content()
    plays.field_of(old, key).update(was)
    plays.field_of(new, key).update(now)
    pair = load_text(text_of(old)), load_text(text_of(new))
    return next(w for w in watched(*pair)["sightings"] if w.key == key)


@pytest.mark.parametrize(
    ("was", "now", "value", "carried"),
    [
        ({"type": "text"}, {"type": "number"}, "1,200", "1200"),
        ({"type": "number"}, {"type": "text"}, "5", "5"),
        ({"type": "text"}, {"type": "date"}, "2021年7月3日", "2021-07-03"),
        ({"type": "text"}, {"type": "text", "several": True}, "甲", ["甲"]),
        ({"type": "text", "several": True}, {"type": "text"}, ["甲", "乙"], "甲、乙"),
        # 1.5 (ten thousand yuan) is 15000 yuan
        ({"type": "money", "unit": "万元"}, {"type": "money", "unit": "元"}, "1.5", "15000"),
        ({"type": "number", "unit": "只"}, {"type": "number", "unit": "对"}, "4", "4"),
    ],
)
def test_a_value_is_carried_over(was, now, value, carried):
    assert watch("heads", was, now).carried(value) == carried


@pytest.mark.parametrize(
    ("was", "now", "value"),
    [
        ({"type": "text"}, {"type": "number"}, "一大群"),
        ({"type": "text"}, {"type": "org"}, "区发改局"),
        ({"type": "org"}, {"type": "text"}, "0190a5b0-0000-7000-8000-000000000000"),
        ({"type": "text"}, {"type": "text", "personal": True, "sortable": False}, "甲"),
        ({"type": "number", "several": True}, {"type": "number"}, ["1", "2"]),
    ],
)
def test_a_value_that_has_no_meaning_under_the_new_type_is_not(was, now, value):
    sortable = {"sortable": False}
    with pytest.raises(KernelError):
        watch("heads", was | sortable, now | sortable).carried(value)


def test_a_hidden_value_shows_again_only_where_it_fits():
    said = plays.content()
    old = load_text(text_of(said))
    said["registers"][0]["fields"].append(
        {"key": "nests", "label": {"zh": "巢", "en": "Nests"}, "type": "number"}
    )
    [added] = watched(old, load_text(text_of(said)))["sightings"]
    assert added.carried("07") == "7"
    for value in ("甲", {"sealed": "x"}):
        with pytest.raises(KernelError):
            added.carried(value)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda s: s["label"].update(zh="鸟类普查"), "playbook.renamed"),
        (lambda s: s.update(too_many=7), "playbook.too_many"),
        (lambda s: s.update(burden_cap=7), "playbook.burden_cap"),
        (lambda s: s["registers"][0]["label"].update(zh="点"), "register.renamed"),
        (lambda s: s["registers"][0].update(needs=["owner"]), "register.needs"),
        (lambda s: plays.field_of(s, "species")["choices"].pop(), "choice.removed"),
        (lambda s: plays.field_of(s, "species")["choices"].append("雁"), "choice.added"),
        (lambda s: plays.field_of(s, "hide").update(see=["office"]), "field.see"),
        (lambda s: plays.field_of(s, "hide").update(filterable=True), "field.keys"),
        (lambda s: plays.field_of(s, "hide").update(unit="处"), None),
        (lambda s: s["registers"][0]["heads"][0]["columns"][1].update(head="点位"), "column.renamed"),
        (lambda s: s["registers"][0]["heads"][0]["columns"].pop(), "head.changed"),
        (lambda s: s["registers"][0]["heads"].pop(), "head.removed"),
        (lambda s: s["workflows"][0]["states"][0]["label"].update(zh="待数"), "state.renamed"),
        (lambda s: s["workflows"][0]["steps"][0].update(roles=["office"]), "step.changed"),
        (lambda s: s["light_rules"][0].update(soon_days=9), "light_rules.changed"),
        (lambda s: s["battles"].pop(), "battle.removed"),
        (lambda s: s["duties"][0].update(every="month"), "duty.changed"),
        (lambda s: s["role_words"][0]["word"].update(zh="守望员"), "role_word.renamed"),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_told(change, kind):
    assert [line.kind for line in changed(change)] == ([kind] if kind else [])


def test_a_choice_that_rows_hold_is_given_up_only_by_agreement():
    said = plays.content()
    plays.field_of(said, "species")["choices"].pop()
    held = {("sightings", "species"): Holding(4, choices={"duck": 4})}
    found = plan(OLD, load_text(text_of(said)), Facts(fields=held))
    assert found.agreements == ("sightings.species=duck",)


def test_a_kind_of_link_in_use_stays():
    said = plays.content()
    label = {"zh": "在", "en": "at"}
    said["links"] = [{"key": "at", "label": label, "back": label}]
    linked = load_text(text_of(said))
    found = plan(linked, OLD, Facts(links={"at": 2}))
    assert [line.refusal for line in found.refusals] == ["playbook.link_in_use"]


def test_a_line_is_the_same_after_it_was_kept():
    for line in plan(OLD, NEW, LIVE).lines:
        assert line_from_json(json.loads(json.dumps(line_to_json(line)))) == line
