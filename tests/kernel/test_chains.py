"""Every shipped workflow explored to the end: each state, each role, each way a condition may go."""

from __future__ import annotations

import datetime as dt
from itertools import product

import pytest

from gongjian.kernel.calendar.days import after, between
from gongjian.kernel.model.workflow import IDLE, OVER, StateCategory, holds
from gongjian.kernel.workflow.clocks import Stay, turn
from gongjian.kernel.workflow.machine import Allowed, Facts, Refused, decide
from gongjian.playbooks.load import builtin_keys, load_builtin

DAY = dt.timedelta(days=1)
MONDAY = dt.date(2021, 7, 5)
PERSONS = ("one", "other")  # both hold every role: the worst case for “who asks never grants”


def chains():
    for key in builtin_keys():
        playbook = load_builtin(key)
        for register in playbook.registers:
            workflow = playbook.workflow_of(register.key)
            yield pytest.param(playbook, register, workflow, id=f"{key}:{register.key}")


def settings(workflow, register):
    """Every combination of the values that conditions of a workflow look at."""
    whens = [t.when for t in workflow.transitions]
    whens += [one.when for s in workflow.states for one in s.limits]
    names = sorted({name for when in whens for name, _values in when})
    choices = [[c.key for c in register.field(n).choices] for n in names]
    return [dict(zip(names, values, strict=True)) for values in product(*choices)]


def everything(workflow):
    given = {name for t in workflow.transitions for any_of in t.requires for name in any_of}
    roles = {r for t in workflow.transitions for r in t.roles}
    consents = {r for t in workflow.transitions for r in t.consents}
    return frozenset(roles), frozenset(given), frozenset(consents)


def explored(workflow, values):
    """Give every (state, who asked) that two persons with all roles can bring about, and each step taken."""
    roles, given, consents = everything(workflow)
    start = [(workflow.initial, None)]
    start += [(workflow.issued, None)] if workflow.issued else []
    seen, left, taken = set(start), list(start), []
    while left:
        state, asker = left.pop()
        for step, person in product(workflow.transitions, PERSONS):
            facts = Facts(roles, given, asker == person, consents, values)
            verdict = decide(workflow, state, step.key, facts)
            if isinstance(verdict, Refused):
                continue
            taken.append((state, asker, step, person, verdict.state))
            who = person if step.asks or step.key == "report" else asker
            if (verdict.state, who) not in seen:
                seen.add((verdict.state, who))
                left.append((verdict.state, who))
    return seen, taken


@pytest.mark.parametrize(("playbook", "register", "workflow"), list(chains()))
def test_nobody_closes_what_he_asked_for(playbook, register, workflow):
    for values in settings(workflow, register):
        _seen, taken = explored(workflow, values)
        closing = [t for t in taken if workflow.state(t[4]).category is StateCategory.CLOSED]
        assert closing
        assert all(
            asker != person for _state, asker, step, person, _target in closing if step.grants
        )
        assert all(step.grants for _state, _asker, step, _person, _target in closing)


@pytest.mark.parametrize(("playbook", "register", "workflow"), list(chains()))
def test_every_state_that_is_reached_has_a_way_to_the_end(playbook, register, workflow):
    for values in settings(workflow, register):
        seen, taken = explored(workflow, values)
        ends = {s for s, _who in seen if workflow.state(s).category in OVER}
        while fresh := {a for a, _w, _t, _p, b in taken if b in ends} - ends:
            ends |= fresh
        ends |= {workflow.initial} if workflow.issued in ends else set()
        assert {s for s, _who in seen} <= ends


@pytest.mark.parametrize(("playbook", "register", "workflow"), list(chains()))
def test_no_one_role_may_both_ask_and_grant_alone(playbook, register, workflow):
    _roles, given, consents = everything(workflow)
    for step in workflow.transitions:
        for state, role in product(step.sources, step.roles):
            for values in settings(workflow, register):
                facts = Facts(frozenset({role}), given, True, consents, values)
                verdict = decide(workflow, state, step.key, facts)
                assert isinstance(verdict, Refused) or not step.grants


@pytest.mark.parametrize(("playbook", "register", "workflow"), list(chains()))
def test_whoever_is_awaited_can_act(playbook, register, workflow):
    _roles, given, consents = everything(workflow)
    for state in workflow.states:
        awaited = workflow.awaited(state.key)
        assert bool(awaited) != (state.category in IDLE)
        for role, values in product(awaited, settings(workflow, register)):
            facts = Facts(frozenset({role}), given, False, consents, values)
            steps = [t.key for t in workflow.transitions if state.key in t.sources]
            assert any(isinstance(decide(workflow, state.key, s, facts), Allowed) for s in steps)


@pytest.mark.parametrize(("playbook", "register", "workflow"), list(chains()))
def test_a_turn_is_over_only_after_its_limit(playbook, register, workflow):
    limits = {one.key: one for one in playbook.limits}
    for state, values in product(workflow.states, settings(workflow, register)):
        at = turn(workflow, limits, [Stay(state.key, MONDAY)], values)
        key = next((one.limit for one in state.limits if holds(one.when, values)), "")
        assert at.limit == (key if state.category not in IDLE else "")
        if not at.limit:
            assert at.due is None
            continue
        limit = limits[key]
        used = [between(MONDAY, at.due + n * DAY, working=limit.working) for n in (-1, 0, 1)]
        assert used[0] <= used[1] == limit.days <= used[2]


def test_time_in_which_somebody_else_is_awaited_does_not_count():
    playbook = load_builtin("yuecheng-2021")
    workflow = playbook.workflow("instruction")
    limits = {one.key: one for one in playbook.limits}
    stays = [
        Stay("assigned", MONDAY),  # two working days of fifteen go by
        Stay("replied", MONDAY + 2 * DAY),  # with the leader
        Stay("assigned", MONDAY + 14 * DAY),
    ]
    at = turn(workflow, limits, stays, {"urgency": "ordinary"})
    assert at.used == 2
    assert at.due == after(MONDAY + 14 * DAY, 13)


def test_a_limit_that_begins_anew_forgets_the_last_time():
    playbook = load_builtin("yuecheng-2021")
    workflow = playbook.workflow("plain")
    limits = {one.key: one for one in playbook.limits}
    stays = [
        Stay("requested", MONDAY),
        Stay("in_hand", MONDAY + DAY),
        Stay("requested", MONDAY + 3 * DAY),
    ]
    assert turn(workflow, limits, stays, {}).due == after(MONDAY + 3 * DAY, 2)


def test_a_hazard_fixed_on_the_spot_is_born_and_closed_in_one_step():
    workflow = load_builtin("yuecheng-2021").workflow("hazard")
    said = Facts(frozenset({"inspector"}), values={"grade": "ordinary"})
    assert decide(workflow, "planned", "fix_on_spot", said) == Allowed("closed")
    major = Facts(frozenset({"inspector"}), values={"grade": "major"})
    assert decide(workflow, "planned", "fix_on_spot", major).code == "workflow.not_for_this"


def test_what_a_superior_handed_down_is_not_closed_by_the_district():
    workflow = load_builtin("rectification-drive").workflow("rectify")
    office = frozenset({"office"})
    above = Facts(office, consents=frozenset({"overseer"}), values={"origin_level": "provincial"})
    assert decide(workflow, "reviewed", "close_out", above).code == "workflow.not_for_this"
    assert decide(workflow, "reviewed", "accept_here", above) == Allowed("district_accepted")
    assert decide(workflow, "district_accepted", "close_above", above).code == "workflow.needs"


def test_an_overseer_must_agree_before_a_rectification_is_closed():
    workflow = load_builtin("rectification-drive").workflow("rectify")
    alone = Facts(frozenset({"office"}), values={"origin_level": "district"})
    assert decide(workflow, "reviewed", "close_out", alone) == Refused(
        "workflow.consent", {"roles": ("overseer",)}
    )


def test_a_report_on_what_is_carried_over_leaves_it_on_the_books():
    workflow = load_builtin("rectification-drive").workflow("rectify")
    said = Facts(frozenset({"contact"}), frozenset({"no_change"}))
    assert decide(workflow, "carried_over", "report", said) == Allowed("carried_over")
