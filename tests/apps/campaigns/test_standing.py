"""Tallies move with every action, days are stored, and a past day is asked for as it was."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from tests.support.cast import START, act

from gongjian.apps.campaigns import queries, tally
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.loop.actions import Words, close_out, report

OFFICE = frozenset({"office"})


def total(cast):
    return queries.cells(cast.scope("office"), cast.campaign).total()


def test_tallies_follow_reports_and_close_outs(cast):
    first, _second = cast.item(), cast.item("Build the bridge", org="plan", battle=1)
    report(
        act(cast.people["works"], START),
        first,
        Words("Dug", share=10_000),
        roles=frozenset({"contact"}),
    )
    close_out(act(cast.people["office"], START), first, roles=OFFICE)
    sums = total(cast)
    assert (sums["n"], sums["category:closed"], sums["progress"]) == (2, 1, 10_000)
    tally.fold("test")
    assert total(cast) == sums
    assert recount(cast.campaign) == []


def test_a_stored_day_stays_what_it_was(cast):
    item = cast.item()
    tally.close_day(cast.campaign.pk, START, tally.sums(cast.campaign.pk, Q()))
    later = START + dt.timedelta(days=3)
    report(
        act(cast.people["works"], later),
        item,
        Words("Dug", share=4_000),
        roles=frozenset({"contact"}),
    )
    then = queries.cells(cast.scope("office"), cast.campaign, START).total()
    assert (then["n"], then["progress"]) == (1, 0)
    assert queries.item_as_of(item, START).progress == 0


def test_a_light_turns_by_itself_when_its_day_comes(cast):
    item = cast.item(due=START + dt.timedelta(days=10))
    assert cast.tick(START + dt.timedelta(days=11)) >= 1
    item.refresh_from_db()
    assert (item.light, item.due_state) == ("red", "late")
    assert total(cast)["due:late"] == 1
    assert cast.tick(START + dt.timedelta(days=11)) == 0
