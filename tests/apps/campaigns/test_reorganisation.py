"""An org merges mid-campaign and leaders' duties move on one date: days before read as before."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from tests.support.cast import END, START, act
from tests.support.orgs import leading_posts, simulated
from tests.support.web import client, who_does_what

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Grant, Org, OrgGroup, OrgReach, Post
from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.actions import found_campaign, import_items, merge_orgs, move_duties
from gongjian.apps.campaigns.actions.orgs import Merger, Move, Reshuffle
from gongjian.apps.campaigns.models import Campaign, Item, Responsibility
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.drafting.matching import Orgs
from gongjian.apps.ledger import actions as ledger
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop.actions import Words, close_out, report
from gongjian.lib import clock
from gongjian.playbooks.load import builtin_text

BEFORE, DAY = dt.date(2021, 8, 9), dt.date(2021, 8, 10)
OFFICE = frozenset({"office"})


def close(cast, item, day):
    report(act(cast.people["works"], day), item, Words("Done", share=10_000), roles=OFFICE)
    item = Item.objects.select_related("campaign", "register").get(pk=item.pk)
    close_out(act(cast.people["office"], day), item, roles=OFFICE)


def to(cast, day):
    """Let the campaign come to a day; the evening's tallies are stored."""
    at = cast.campaign.lit_on
    while at < day:
        tally.fold("test")
        tally.close_day(cast.campaign.pk, at, tally.sums(cast.campaign.pk, Q()))
        at += dt.timedelta(days=1)
        cast.tick(at)


def merge(cast, source="works", target="plan", **more):
    return merge_orgs(simulated(DAY), Merger(cast.orgs[source], cast.orgs[target], **more))


def owners(item, day) -> list[str]:
    found = item.responsibilities.filter(Q(since=None) | Q(since__lte=day))
    found = found.filter(Q(until=None) | Q(until__gte=day))
    return [r.org.code for r in found.select_related("org")]


def test_an_org_merged_and_twelve_duties_moved_read_as_before_and_results_are_split(cast):
    posts = leading_posts(cast, 14)
    items = [cast.item(f"Item {i}", org="works") for i in range(12)]
    led = tuple(Move(p, item=i) for p, i in zip(posts[:12], items, strict=True))
    start = (Move(posts[0], battle=cast.battles[0]), Move(posts[1], battle=cast.battles[1]))
    move_duties(simulated(START, "first"), cast.campaign, Reshuffle(START, led + start))
    to(cast, BEFORE)
    close(cast, items[0], BEFORE)
    seat = client(cast.people["viewer"])
    addresses = ("cockpit", "", "items")
    to(cast, DAY)
    shown = {a: read(seat, a) for a in addresses}
    item_page = facts(seat, items[1])

    merge(cast)
    moves = tuple(Move(posts[12], item=i, former=p) for p, i in zip(posts[:12], items, strict=True))
    moves += (Move(posts[13], battle=cast.battles[0]),)
    move_duties(simulated(DAY, "reshuffle"), cast.campaign, Reshuffle(DAY, moves))
    to(cast, DAY + dt.timedelta(days=4))
    close(cast, items[2], DAY + dt.timedelta(days=4))

    assert {a: read(seat, a) for a in addresses} == shown
    assert facts(seat, items[1]) == item_page
    assert "Works Bureau" in item_page
    now = seat.get(f"/i/{items[1].code}/").context
    assert who_does_what(now) == {"责任单位": ["Planning Bureau"], "牵头领导": ["Leader 12"]}
    terms = seat.get("/c/LK21/tenures").context["battles"][0].terms
    assert [(t.leader, t.since, t.result.closed, t.end_pct) for t in terms] == [
        ("Leader 00", START, 1, 8),
        ("Leader 13", DAY, 1, 17),
    ]
    singles = {
        (t.leader, t.since): (t.n, t.closed) for t in seat.get("/c/LK21/tenures").context["singles"]
    }
    assert singles["Leader 00", START] == (1, 1)
    assert singles["Leader 12", DAY] == (12, 1)
    seal()
    assert verify().faults == ()
    assert recount(cast.campaign) == []


def read(seat, page: str) -> object:
    """What a page of the day before shows: names, leaders, groups, numbers."""
    context = seat.get(f"/c/LK21/{page}", {"day": BEFORE.isoformat()}).context
    if page == "items":
        return [(r.code, r.org, r.state, r.light.code) for r in context["rows"]]
    if page == "cockpit":
        whole = context["page"]
        groups = [(g.name, [(r.name, r.n, r.closed) for r in g.rows]) for g in whole.groups]
        return groups, [(b.name, b.leader, b.meter.n) for b in whole.battles]
    return [(b.name, b.leader, b.meter.n, b.meter.closed) for b in context["battles"]]


def facts(seat, item) -> str:
    context = seat.get(f"/i/{item.code}/", {"day": BEFORE.isoformat()}).context
    return str((context["row"].org, who_does_what(context)))


def test_open_items_go_to_the_heir_and_closed_ones_stay(cast):
    still, done = cast.item(), cast.item("Done")
    close(cast, done, START)
    merge(cast)
    assert Item.objects.get(pk=still.pk).org.code == "plan"
    assert Item.objects.get(pk=done.pk).org.code == "works"
    assert (owners(still, BEFORE), owners(still, DAY)) == (["works"], ["plan"])
    assert owners(done, DAY) == ["works"]
    assert recount(cast.campaign) == []


def test_the_old_org_ends_and_the_heir_reaches_its_rows(cast):
    done = cast.item("Done")
    close(cast, done, START)
    merge(cast)
    old = Org.objects.get(code="works")
    assert (old.until, old.successor.code, old.parent.code) == (BEFORE, "plan", "plan")
    assert OrgReach.objects.filter(ancestor=cast.orgs["plan"], descendant=old).exists()
    accounts.grant(
        act(),
        Grant(person=cast.people["stranger"], role="contact", org=cast.orgs["plan"],
              campaign_id=cast.campaign.pk),
    )  # fmt: skip
    assert client(cast.people["stranger"]).get(f"/i/{done.code}/").status_code == 200


def test_the_old_accounts_act_for_the_heir(cast):
    item = cast.item(org="plan")
    assert client(cast.people["works"]).get(f"/i/{item.code}/").status_code == 404
    merge(cast)
    seat = client(cast.people["works"])
    assert seat.post(f"/i/{item.code}/report", {"progress": "Dug."}).status_code == 302


def test_orgs_below_go_to_the_heir_even_where_it_was_one_of_them(cast):
    accounts.move_org(act(), cast.orgs["plan"], cast.orgs["works"])
    accounts.move_org(act(), cast.orgs["east"], cast.orgs["works"])
    cast.orgs = {o.code: o for o in Org.objects.all()}
    merge(cast)
    tree = dict(Org.objects.values_list("code", "parent__code"))
    assert tree == {"d": None, "plan": "d", "east": "plan", "west": "d", "works": "plan"}


def test_posts_that_are_ticked_go_along_and_the_others_end(cast):
    kept, lost = (
        Post(org=cast.orgs["works"], title="Engineer"),
        Post(org=cast.orgs["works"], title="Head"),
    )
    accounts.add_posts(act(), [kept, lost])
    merge(cast, posts=frozenset({kept.pk}))
    assert Post.objects.get(pk=kept.pk).org.code == "plan"
    assert Post.objects.get(pk=lost.pk).until == BEFORE


def test_group_duties_follow_an_heir_of_another_group(cast):
    item = cast.item(org="west")
    towns = OrgGroup.objects.get(key="towns")
    part = Responsibility(campaign=cast.campaign, item=item, role="support", group_id=towns.pk)
    other = Item(campaign=cast.campaign, register=cast.register, title="x", org=cast.orgs["west"],
                 start_on=START, due=END, state="assigned")  # fmt: skip
    part.item = other
    import_items(act(day=START), cast.campaign, [other], [part])
    merge(cast, "east", "plan")
    rows = other.responsibilities.filter(org=cast.orgs["plan"])
    assert [(r.role, r.since) for r in rows] == [("support", DAY)]


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("works", "works", "org.into_itself"),
        ("east", "west", "org.ended"),
        ("west", "east", "org.ended"),
    ],
)
def test_a_merger_that_makes_no_sense_is_refused(cast, source, target, code):
    merge(cast, "west", "plan")
    cast.orgs = {o.code: o for o in Org.objects.select_related("successor")}
    with pytest.raises(ActionError) as refused:
        merge(cast, source, target)
    assert refused.value.code == code


def test_a_merger_cannot_be_dated_back_by_a_person(cast):
    with pytest.raises(ActionError, match=r"org\.back_dated"):
        merge_orgs(act(day=DAY), Merger(cast.orgs["works"], cast.orgs["plan"]))


def test_a_merger_is_taken_back_whole(cast):
    item = cast.item()
    done = merge(cast)
    ledger.undo(act(), done.event_id)
    assert Item.objects.get(pk=item.pk).org.code == "works"
    assert owners(item, DAY) == ["works"]
    assert Org.objects.get(code="works").until is None
    assert recount(cast.campaign) == []
    seal()
    assert verify().faults == ()


MERGER = {"target": "Planning Bureau", "reason": "Reform"}


def test_the_office_merges_on_the_page(cast):
    item = cast.item()
    assert client(cast.people["viewer"]).post("/orgs/works/merge", MERGER).status_code == 403
    client(cast.people["office"]).post("/orgs/works/merge", MERGER)
    assert Item.objects.get(pk=item.pk).org.code == "plan"
    text = client(cast.people["office"]).get("/orgs/works/").content.decode()
    assert "Planning Bureau" in text
    assert "Reform" in text


def test_the_office_of_one_campaign_cannot_move_the_items_of_another(cast):
    other = Campaign(code="OT21", name="Other", start_on=START, end_on=END, is_example=True)
    found_campaign(act(day=START), other, builtin_text("yuecheng-2021"), [])
    row = Item(campaign=other, register=other.registers.get(key="tasks"), title="Theirs",
               org=cast.orgs["works"], start_on=START, due=END, state="assigned")  # fmt: skip
    import_items(act(day=START), other, [row], [])
    seat = client(cast.people["office"])
    assert seat.post("/orgs/works/merge", MERGER).status_code == 403
    assert Item.objects.get(pk=row.pk).org.code == "works"


def test_a_new_paper_that_names_the_old_org_means_the_heir(cast):
    merge(cast)
    assert Orgs().org("Works Bureau").code == "plan"


def test_a_renamed_org_is_called_as_it_was_on_a_past_day(cast):
    item = cast.item()
    to(cast, DAY)
    accounts.rename_org(
        simulated(DAY), cast.orgs["works"], accounts.Names("City Works", "City Works")
    )
    seat = client(cast.people["viewer"])

    def named(day: str) -> set[str]:
        rows = seat.get("/c/LK21/items", {"day": day}).context["rows"]
        page = seat.get(f"/i/{item.code}/", {"day": day}).context
        group = seat.get("/c/LK21/cockpit", {"day": day}).context["page"].groups[0].rows
        return {rows[0].org, page["row"].org, *who_does_what(page)["责任单位"], group[0].name}

    assert named("2021-08-08") == {"Works Bureau"}
    assert named("2021-08-10") == {"City Works"}


@pytest.mark.parametrize("path", ["/c/LK21/items?day=2021-08-08", "/c/LK21/cockpit?day=2021-08-08"])
def test_a_past_day_asks_the_same_of_the_database_however_many_items_were_merged(cast, path):
    def asked() -> int:
        seat = client(cast.people["office"])
        seat.get(path)
        with CaptureQueriesContext(connection) as caught:
            assert seat.get(path).status_code == 200
        return len(caught)

    for i in range(4):
        cast.item(f"Item {i}", org=["works", "east", "west", "plan"][i])
    to(cast, DAY)
    merge(cast)
    few = asked()
    for i in range(30):
        cast.item(f"More {i}", org=["east", "west", "plan"][i % 3])
    cast.orgs = {o.code: o for o in Org.objects.all()}
    merge(cast, "east", "west")
    assert asked() == few


def test_a_merger_takes_the_same_statements_for_ten_times_the_items(cast):
    def asked(n: int, source: str, target: str) -> int:
        for i in range(n):
            cast.item(f"{source} {i}", org=source)
        with CaptureQueriesContext(connection) as caught:
            merge(cast, source, target)
        return len(caught)

    few = asked(4, "east", "west")
    assert asked(40, "works", "plan") <= few + 6


def test_the_scope_of_the_day_is_not_widened_by_ended_grants(cast):
    merge(cast)
    held = scope(cast.people["works"], clock.today())
    assert held.orgs() == {cast.orgs["plan"].pk}
