"""Task forces: set up with members, open to them for the time, ended with a hand-over."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.cast import END, START, act
from tests.support.orgs import simulated, task_force
from tests.support.web import client, who_does_what

from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Grant, Org, OrgGroupMember
from gongjian.apps.campaigns.actions import end_task_force, hand_over, release
from gongjian.apps.campaigns.models import Item, TaskForce, TaskForceMember
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.ledger.book import ActionError

DAY = START + dt.timedelta(days=20)


def office(cast):
    return client(cast.people["office"])


def lines(*members: dict[str, str]) -> dict[str, str]:
    sent = {"m-TOTAL_FORMS": str(len(members)), "m-INITIAL_FORMS": "0"}
    for n, member in enumerate(members):
        sent |= {f"m-{n}-{name}": value for name, value in member.items()}
    return sent


SETUP = {"name": "Flood force", "since": "2021-07-05", "until": "2099-09-30", "rhythm": "Mondays"}


def given(cast, force, *, day=DAY):
    item = cast.item()
    hand_over(simulated(day, "to the force"), cast.campaign, [item], force.org)
    return item


def test_a_task_force_is_an_org_of_its_own_and_its_members_work_for_it(cast):
    member = {"person": "east", "home_org": "East Town", "team": "First", "duty": "Lists"}
    data = {**SETUP, "battle": cast.battles[0].pk, **lines(member, {})}
    assert office(cast).post("/c/LK21/task-forces", data).status_code == 302
    force = TaskForce.objects.select_related("org").get()
    assert (force.org.parent.code, force.org.code) == ("d", "tf-lk21-1")
    assert OrgGroupMember.objects.get(org=force.org).group.key == "taskforces"
    item = given(cast, force)
    seat = client(cast.people["east"])
    assert seat.post(f"/i/{item.code}/report", {"progress": "Dug."}).status_code == 302


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        ({"person": "nobody", "home_org": "East Town"}, "没有登录名为"),
        ({"person": "east", "home_org": ""}, "派出单位"),
        ({"person": "east", "home_org": "Nowhere"}, "没有叫“Nowhere”的单位"),
    ],
)
def test_a_wrong_member_is_said_and_what_was_typed_stays(cast, member, sentence):
    answer = office(cast).post("/c/LK21/task-forces", {**SETUP, **lines(member)})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert 'value="Flood force"' in answer.content.decode()
    assert not TaskForce.objects.exists()


def test_a_task_force_that_would_end_before_it_begins_or_has_a_taken_name_is_refused(cast):
    for change, sentence in (
        ({"until": "2021-07-01"}, "早于"),
        ({"name": "East Town"}, "已有同名"),
    ):
        answer = office(cast).post("/c/LK21/task-forces", {**SETUP, **change, **lines()})
        assert answer.status_code == 422
        assert sentence in answer.content.decode()


def test_a_member_is_seconded_and_sent_home_with_what_they_could_do(cast):
    force = task_force(cast)
    data = {"person": "stranger", "home_org": "west", "since": "2021-07-10"}
    office(cast).post(f"/task-forces/{force.pk}/members", data)
    member = TaskForceMember.objects.get(person__username="stranger")
    today = dt.date(2021, 8, 1)
    assert scope(cast.people["stranger"], today).orgs() == {force.org_id}
    again = office(cast).post(f"/task-forces/{force.pk}/members", data, follow=True)
    assert "已是成员" in again.content.decode()
    office(cast).post(f"/members/{member.pk}/release", {"last_day": "2021-07-31"})
    assert scope(cast.people["stranger"], today).orgs() == frozenset()


def test_a_member_may_come_later_and_leave_earlier_but_never_outside_its_time(cast):
    own = {"person": "east", "home_org": "east", "since": "2021-07-20", "until": "2099-12-31"}
    office(cast).post("/c/LK21/task-forces", {**SETUP, **lines(own)})
    member = TaskForceMember.objects.get()
    assert (member.since, member.until) == (dt.date(2021, 7, 20), dt.date(2099, 9, 30))
    late = {"person": "west", "home_org": "west", "since": "2099-12-01"}
    force = TaskForce.objects.get()
    office(cast).post(f"/task-forces/{force.pk}/members", {**late, "person": "works"})
    assert TaskForceMember.objects.count() == 1


def test_a_task_force_with_open_items_ends_only_with_somebody_to_take_them(cast):
    force = task_force(cast)
    item = given(cast, force)
    answer = office(cast).post(
        f"/task-forces/{force.pk}/end", {"last_day": END.isoformat()}, follow=True
    )
    assert "还有 1 件在办事项" in answer.content.decode()
    assert TaskForce.objects.get(pk=force.pk).until is None
    data = {"last_day": END.isoformat(), "heir": "Works Bureau"}
    office(cast).post(f"/task-forces/{force.pk}/end", data)
    assert Item.objects.get(pk=item.pk).org.code == "works"
    assert recount(cast.campaign) == []


def test_when_it_ends_its_org_members_and_grants_end_and_the_past_keeps_it(cast):
    force = task_force(cast)
    item = given(cast, force)
    last = DAY + dt.timedelta(days=10)
    end_task_force(simulated(last), force, last_day=last, heir=cast.orgs["works"])
    org = Org.objects.get(pk=force.org_id)
    assert (org.until, org.successor.code) == (last, "works")
    assert force.members.get().until == last
    assert Grant.objects.get(org=org).until == last
    cast.tick(last + dt.timedelta(days=1))
    shown = client(cast.people["viewer"]).get(f"/i/{item.code}/", {"day": DAY.isoformat()}).context
    assert who_does_what(shown) == {"责任单位": ["Flood force"]}
    assert shown["row"].org == "Flood force"


def test_a_task_force_that_is_over_takes_nobody_and_ends_no_more(cast):
    force = task_force(cast)
    end_task_force(simulated(DAY), force, last_day=DAY, heir=cast.orgs["works"])
    force = TaskForce.objects.select_related("org").get(pk=force.pk)
    with pytest.raises(ActionError, match=r"taskforce\.over"):
        end_task_force(act(day=END), force, last_day=END, heir=None)
    with pytest.raises(ActionError, match=r"taskforce\.before_start"):
        release(act(), force.members.get(), last_day=START - dt.timedelta(days=1))


def test_strangers_and_colleagues_leave_task_forces_alone(cast):
    force = task_force(cast)
    data = {"last_day": END.isoformat()}
    assert (
        client(cast.people["stranger"]).post(f"/task-forces/{force.pk}/end", data).status_code
        == 404
    )
    assert (
        client(cast.people["viewer"]).post(f"/task-forces/{force.pk}/end", data).status_code == 403
    )
    text = client(cast.people["viewer"]).get("/c/LK21/task-forces").content.decode()
    assert "Flood force" in text
    assert '<form method="post" action="/task-forces' not in text
