"""The watch finds items that nobody looks after, and hands them on in one step."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.cast import START, act
from tests.support.orgs import leading_posts, simulated
from tests.support.web import client, who_does_what

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, PostHolding
from gongjian.apps.campaigns.actions import move_duties
from gongjian.apps.campaigns.actions.orgs import Move, Reshuffle
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.ledger import gate
from gongjian.apps.ledger.models import Event
from gongjian.lib import clock

YESTERDAY = clock.today() - dt.timedelta(days=1)


def found(cast, side: str = "orgs") -> dict[str, str]:
    rows = client(cast.people["office"]).get("/c/LK21/watch").context[side]
    return {entry["name"]: entry["row"].reason for entry in rows}


def test_an_org_for_which_nobody_can_sign_in_is_found(cast):
    cast.item(org="works"), cast.item(org="plan")
    assert found(cast) == {"Planning Bureau": "silent"}
    accounts.grant(
        act(), Grant(person=cast.people["stranger"], role="contact", org=cast.orgs["plan"])
    )
    assert found(cast) == {}


@pytest.mark.parametrize("how", ["post", "above", "inactive", "root"])
def test_who_counts_as_somebody_who_can_sign_in(cast, how):
    cast.item(org="plan")
    person = cast.people["stranger"]
    if how == "inactive":
        accounts.grant(act(), Grant(person=person, role="contact", org=cast.orgs["plan"]))
        accounts.retire(act(reason="x"), person, last_day=YESTERDAY)
    elif how == "post":
        (post,) = leading_posts(cast, 1)
        accounts.add_posts(act(), [type(post)(org=cast.orgs["plan"], title="Head")])
        post = cast.orgs["plan"].posts.get()
        accounts.appoint(act(), post, accounts.Appointment(person, YESTERDAY))
    else:
        accounts.move_org(
            act(), cast.orgs["plan"], cast.orgs["works" if how == "above" else "district"]
        )
        at = "works" if how == "above" else "district"
        accounts.grant(act(), Grant(person=person, role="contact", org=cast.orgs[at]))
    silent = {"Planning Bureau": "silent"}
    assert found(cast) == ({} if how in {"post", "above"} else silent)


def test_an_org_that_ended_is_found_before_all_others(cast):
    cast.item(org="plan"), cast.item(org="works")
    grant = Grant.objects.get(person=cast.people["works"])
    accounts.withdraw(act(), grant, last_day=YESTERDAY)
    from gongjian.apps.campaigns.actions import found_task_force
    from gongjian.apps.campaigns.actions.task_forces import Setup

    done = found_task_force(act(day=START), cast.campaign, Setup("Short force", START, START))
    from gongjian.apps.accounts.models import Org

    cast.orgs["tf"] = Org.objects.get(code=done.result["org"])
    cast.item(org="tf")
    rows = client(cast.people["office"]).get("/c/LK21/watch").context["orgs"]
    assert [r["row"].reason for r in rows] == ["ended", "silent", "silent"]


def test_whoever_holds_more_than_the_playbook_says_is_found(cast):
    for n in range(21):
        cast.item(f"Item {n}", org="works")
    assert found(cast) == {"Works Bureau": "too_many"}


def test_a_vacant_and_an_abolished_leading_post_are_found(cast):
    held, empty, gone = leading_posts(cast, 3)
    accounts.appoint(act(), held, accounts.Appointment(cast.people["viewer"], YESTERDAY))
    battles = (Move(held, battle=cast.battles[0]), Move(empty, battle=cast.battles[1]))
    moves = (*battles, Move(gone, item=cast.item()))
    move_duties(simulated(START, "x"), cast.campaign, Reshuffle(START, moves))
    accounts.abolish_post(act(), gone, last_day=YESTERDAY)
    assert found(cast, "leaders") == {"Leader 01": "vacant", "Leader 02": "abolished"}
    assert PostHolding.objects.get(post=held).until is None


def hand(cast, **data):
    org = cast.orgs["plan"]
    data = {"to": "Works Bureau", "note": "Files are in room 3", **data}
    return client(cast.people["office"]).post(f"/c/LK21/watch/orgs/{org.pk}", data, follow=True)


def test_chosen_items_are_handed_over_in_one_step_with_a_note(cast):
    one, two = cast.item(org="plan"), cast.item("Build the bridge", org="plan")
    hand(cast, items=[one.code])
    assert Item.objects.get(pk=one.pk).org.code == "works"
    assert Item.objects.get(pk=two.pk).org.code == "plan"
    assert Event.objects.get(action="campaigns.hand_over").reason == "Files are in room 3"
    page = client(cast.people["office"]).get(f"/i/{one.code}/").context
    assert who_does_what(page) == {"责任单位": ["Works Bureau"]}
    assert "Files are in room 3" in [e.reason for e in page["history"]]
    assert recount(cast.campaign) == []


def test_all_items_of_an_org_are_handed_over_at_once(cast):
    cast.item(org="plan"), cast.item("Build the bridge", org="plan")
    hand(cast, all="on")
    assert not Item.objects.filter(org=cast.orgs["plan"]).exists()
    assert Event.objects.filter(action="campaigns.hand_over").count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"items": []}, "至少选择一件"),
        ({"all": "on", "note": " "}, "这个字段是必填项"),
        ({"all": "on", "to": "Nowhere"}, "没有叫“Nowhere”的单位"),
    ],
)
def test_a_hand_over_that_lacks_something_is_refused(cast, data, sentence):
    item = cast.item(org="plan")
    answer = hand(cast, **data)
    assert sentence in answer.content.decode()
    assert Item.objects.get(pk=item.pk).org.code == "plan"


def test_everything_that_a_post_leads_goes_to_another_in_one_step(cast):
    old, new = leading_posts(cast, 2)
    item = cast.item()
    moves = (Move(old, battle=cast.battles[0]), Move(old, item=item))
    move_duties(simulated(START, "x"), cast.campaign, Reshuffle(START, moves))
    data = {"to": new.pk, "since": START.isoformat(), "note": "Two open questions"}
    client(cast.people["office"]).post(f"/c/LK21/watch/posts/{old.pk}", data)
    page = client(cast.people["office"]).get(f"/i/{item.code}/").context
    assert who_does_what(page)["牵头领导"] == ["Leader 01"]
    assert client(cast.people["viewer"]).get("/c/LK21/").context["battles"][0].leader == "Leader 01"


def test_the_watch_says_so_where_everything_is_in_order(cast):
    text = client(cast.people["office"]).get("/c/LK21/watch").content.decode()
    assert "无人承担过多" in text


def test_a_battle_that_nobody_leads_is_found_and_one_with_a_title_is_not(cast):
    def leaderless() -> list[str]:
        page = client(cast.people["office"]).get("/c/LK21/watch")
        assert ("无人牵头的攻坚战" in page.content.decode()) is bool(
            page.context["watch"].leaderless
        )
        return [battle.name for battle in page.context["watch"].leaderless]

    assert leaderless() == []  # each battle's paper names a title, if no post
    (post,) = leading_posts(cast, 1)
    first = cast.battles[0]
    move_duties(simulated(START, "x"), cast.campaign, Reshuffle(START, (Move(post, battle=first),)))
    assert leaderless() == []
    with gate.opened():
        type(first).objects.filter(pk=cast.battles[1].pk).update(leader_title="")
    assert leaderless() == [cast.battles[1].name]
