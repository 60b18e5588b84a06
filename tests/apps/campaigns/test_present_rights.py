"""What was allowed once is not allowed for ever: undo, closer rows, mergers, campaigns that are copied."""

from __future__ import annotations

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from tests.support import plays
from tests.support.books import let_in
from tests.support.cast import START, act
from tests.support.orgs import simulated, task_force
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Grant, Org, OrgGroup
from gongjian.apps.campaigns.actions import (
    add_duty,
    edit_item,
    hand_over,
    import_items,
    link_items,
    merge_orgs,
)
from gongjian.apps.campaigns.actions.orgs import Merger
from gongjian.apps.campaigns.models import CaseKey, Item
from gongjian.apps.campaigns.queries import group_members, rights
from gongjian.apps.ledger import actions as ledger
from gongjian.apps.ledger.models import Event
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.lib import clock

PAST = START - dt.timedelta(days=1)


def press(books, who: str, event_id) -> int:
    return client(books.people[who]).post(f"/events/{event_id}/undo").status_code


def demote(books, who: str) -> None:
    """Let somebody be a viewer and nothing else from now on."""
    for held in Grant.objects.filter(person=books.people[who]):
        accounts.withdraw(act(), held, last_day=PAST)
    let_in(books.people[who], "viewer", books.campaign)


# --- undo


def test_a_contact_takes_an_own_edit_back_and_the_undo_too(books):
    item = books.item()
    done = edit_item(act(books.people["works"]), item, {"fields": {"measures": ["Dig"]}})
    assert press(books, "works", done.event_id) == 302
    assert books.again(item).fields == {}
    last = Event.objects.filter(action="ledger.undo").latest("at")
    assert press(books, "works", last.pk) == 302
    assert books.again(item).fields == {"measures": ["Dig"]}


@pytest.mark.parametrize("changes", [{"fields": {"measures": ["Dig"]}}, {"title": "Wrong"}])
def test_a_contact_who_is_a_viewer_now_undoes_nothing(books, changes):
    item = books.item()
    done = edit_item(act(books.people["works"]), item, changes)
    demote(books, "works")
    assert press(books, "works", done.event_id) == 403


def test_a_contact_undoes_no_column_that_is_not_theirs(books):
    item = books.item()
    for changes in ({"title": "Wrong"}, {"fields": {"cost": "5"}}):
        done = edit_item(act(books.people["works"]), books.again(item), changes)
        assert press(books, "works", done.event_id) == 403


def test_an_office_that_is_a_viewer_now_undoes_no_step_of_its_own(books):
    item, who = books.item(), act(books.people["office"])
    link = link_items(who, item, books.item(register="scenes"), "scene_of")
    duty = add_duty(act(books.people["office"]), item, "support", books.cast.orgs["east"])
    demote(books, "office")
    for done in (link, duty):
        assert press(books, "office", done.event_id) == 403
    assert press(books, "works", duty.event_id) == 403


def test_a_case_that_is_taken_back_leaves_no_key(books):
    item = books.case()
    event = Event.objects.filter(action="campaigns.add_item").latest("at")
    assert CaseKey.objects.filter(item=item).exists()
    back = ledger.undo(act(), event.pk)
    assert not CaseKey.objects.exists()
    assert not Item.objects.filter(pk=item.pk).exists()
    ledger.undo(act(), back.event_id)
    answer = client(books.people["office"]).post(f"/i/{item.code}/reveal", {"reason": "x"})
    assert "13900001234" not in answer.content.decode()
    seal()
    assert verify().faults == ()


# --- accounts for one item


def test_an_account_for_one_item_sees_no_closer_row_below_it(books):
    plain = books.item()
    register = books.register("cases")
    case = Item(campaign=books.campaign, register=register, parent=plain, title="Grievance",
                org=plain.org, state="assigned")  # fmt: skip
    import_items(act(), books.campaign, [case])
    let_in(books.people["solo"], "contact", books.campaign, item_id=plain.pk)
    seat = client(books.people["solo"])
    assert seat.get(f"/i/{plain.code}/").status_code == 200
    assert seat.get(f"/i/{case.code}/").status_code == 404
    assert not rights(scope(books.people["solo"], clock.today()), books.again(case))


def test_an_account_for_one_case_sees_the_cases_below_it(books):
    top = books.case()
    below = books.item("Part", register="cases", parent=top)
    let_in(books.people["solo"], "contact", books.campaign, item_id=top.pk)
    assert client(books.people["solo"]).get(f"/i/{below.code}/").status_code == 200


# --- orgs that work for other campaigns


def working_for(books, org: str) -> None:
    books.item("Theirs", campaign=books.other, org=org)


@pytest.mark.parametrize("who", ["source", "target", "below"])
def test_orgs_that_work_for_another_campaign_are_not_merged(books, who):
    orgs = books.cast.orgs
    accounts.move_org(act(), orgs["east"], orgs["works"])
    working_for(books, {"source": "works", "target": "plan", "below": "east"}[who])
    sent = {"target": "Planning Bureau", "reason": "Reform"}
    colleague = client(books.people["colleague"])
    let_in(books.people["colleague"], "office", books.campaign)
    assert colleague.post("/orgs/works/merge", sent).status_code == 403
    assert client(books.people["office"]).post("/orgs/works/merge", sent).status_code == 302
    assert Org.objects.get(code="works").successor.code == "plan"


def test_an_org_that_works_for_another_campaign_is_not_moved(books):
    let_in(books.people["colleague"], "office", books.campaign)
    seat = client(books.people["colleague"])
    working_for(books, "works")
    assert seat.post("/orgs/works/move", {"parent": "plan"}).status_code == 403
    assert seat.post("/orgs/west/move", {"parent": "plan"}).status_code == 302
    assert Org.objects.get(code="works").parent.code == "d"


def test_an_heir_that_was_in_a_group_once_keeps_the_days_in_between(cast):
    group = OrgGroup.objects.get(key="departments")
    left = dt.date(2021, 7, 31)
    accounts.leave_group(act(), cast.orgs["plan"].memberships.get(), last_day=left)
    day = dt.date(2021, 8, 10)
    merge_orgs(simulated(day), Merger(cast.orgs["works"], cast.orgs["plan"]))
    days = [left, left + dt.timedelta(days=2), day]
    assert [cast.orgs["plan"].pk in group_members(group.pk, d) for d in days] == [True, False, True]


# --- founding


@pytest.mark.parametrize(
    "more", [{"until": dt.date(2024, 1, 1)}, {"org": "works"}, {"item_id": True}]
)
def test_who_does_not_run_every_campaign_is_let_in_to_what_they_found(cast, more):
    org = cast.orgs[more["org"]] if "org" in more else None
    item_id = cast.item().pk if "item_id" in more else None
    held = {"until": more.get("until"), "org": org, "item_id": item_id}
    accounts.grant(act(), Grant(person=cast.people["office"], role="office", **held))
    campaign, _register = plays.census(by=cast.people["office"], day=None)
    seat = client(cast.people["office"])
    assert seat.get(f"/c/{campaign.code}/playbook/yaml").status_code == 200


def test_a_copy_leaves_days_after_its_end_blank_and_says_how_many(cast):
    campaign, register = plays.census(by=cast.people["office"])
    plays.sight(campaign, register, 3)
    late = Item.objects.filter(campaign=campaign).order_by("code").first()
    edit_item(act(), late, {"due": START + dt.timedelta(days=10)})
    sent = {
        "from": "BC21", "code": "BC22", "name": "候鸟普查2022", "start_on": "2022-07-01",
        "end_on": "2022-08-31", "take_items": "on", "dates": "shift",
    }  # fmt: skip
    answer = client(cast.people["office"]).post("/campaigns/new", sent)
    dues = Item.objects.filter(campaign__code="BC22").values_list("due", flat=True)
    assert sorted(map(str, dues)) == ["2022-07-11", "None", "None"]
    assert any("有 2 个" in str(m) for m in get_messages(answer.wsgi_request))


# --- task forces


def test_a_card_counts_what_the_reader_sees(books):
    books.cast.campaign = books.campaign
    force = task_force(books.cast)
    given = [books.item(), books.case()]
    hand_over(simulated(START, "to the force"), books.campaign, given, force.org)
    for who, n in (("office", 2), ("viewer", 1)):
        page = client(books.people[who]).get("/c/BK21/task-forces")
        assert [c["n_open"] for c in page.context["forces"]] == [n]


def test_a_task_force_is_no_member(cast):
    force = task_force(cast)
    address = f"/members/{force.pk}/release"
    answer = client(cast.people["office"]).post(address, {"last_day": "2021-08-01"})
    assert answer.status_code == 404
