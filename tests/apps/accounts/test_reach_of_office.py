"""The office of one campaign takes no rights in another: by posts, people, imports or what it takes back."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.apps.accounts.test_import import PEOPLE, plan, workbook
from tests.support.cast import act
from tests.support.orgs import wide_office
from tests.support.web import client

from gongjian.apps.accounts import actions
from gongjian.apps.accounts.models import Grant, OrgGroup, Person, Post, PostHolding
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.queries import group_members
from gongjian.apps.ledger.models import Event
from gongjian.lib import clock

TODAY = clock.today()
DAY = dt.timedelta(days=1)


def post_with(cast, campaign_id, **more) -> Post:
    post = Post(org=cast.orgs["works"], title="Head")
    actions.add_posts(act(), [post])
    actions.grant(act(), Grant(post=post, role="office", campaign_id=campaign_id, **more))
    return post


def appoint(cast, post):
    data = {"person": "office", "since": TODAY.isoformat()}
    return client(cast.people["office"]).post(f"/posts/{post.pk}/appoint", data)


@pytest.mark.parametrize("more", [{}, {"since": TODAY + DAY}])
def test_nobody_takes_a_post_that_runs_another_campaign(books, more):
    post = post_with(books.cast, books.other.pk, **more)
    seat = client(books.people["colleague"])
    data = {"person": "colleague", "since": TODAY.isoformat()}
    assert seat.post(f"/posts/{post.pk}/appoint", data).status_code == 403
    assert seat.post(f"/posts/{post.pk}/abolish", {"last_day": "2024-01-01"}).status_code == 403
    assert not PostHolding.objects.filter(post=post).exists()


def test_nobody_takes_a_post_that_runs_every_campaign(cast):
    assert appoint(cast, post_with(cast, None)).status_code == 403


def test_a_post_of_the_own_campaign_or_with_rights_that_ended_is_taken(cast):
    post = post_with(cast, cast.campaign.pk)
    actions.grant(act(), Grant(post=post, role="office", until=TODAY - DAY))
    assert appoint(cast, post).status_code == 302
    assert PostHolding.objects.get(post=post).person.username == "office"


def test_nobody_lets_a_person_go_whose_post_works_for_all(cast):
    post = post_with(cast, None)
    actions.appoint(act(), post, actions.Appointment(cast.people["works"], TODAY))
    address = f"/orgs/works/people/{cast.people['works'].pk}/retire"
    data = {"last_day": TODAY.isoformat(), "note": "x"}
    assert client(cast.people["office"]).post(address, data).status_code == 403
    wide_office(cast)
    assert client(cast.people["office"]).post(address, data).status_code == 302
    assert not Person.objects.get(username="works").is_active


def test_a_workbook_puts_nobody_into_a_post_that_runs_another_campaign(cast):
    post_with(cast, None)
    line = ["office desk", "office", "Works Bureau", "Head", "", ""]
    found = plan(workbook(人员=[PEOPLE[0], line]), (cast.campaign.pk,))
    assert [f.code for f in found.faults] == ["post.other_campaign"]
    assert not plan(workbook(人员=[PEOPLE[0], line])).faults


def imported(cast, who: str, campaigns) -> Event:
    done = actions.import_organisation(act(cast.people[who]), plan(workbook(), campaigns))
    return Event.objects.get(pk=done.event_id)


def take_back(cast, who: str, event) -> tuple[int, int]:
    seat = client(cast.people[who])
    first = seat.post("/orgs/undo", {"event": str(event.pk)}).status_code
    return first, seat.post(f"/events/{event.pk}/undo").status_code


def test_an_import_is_taken_back_by_who_made_it_only_while_they_run_what_it_gave(cast):
    wide_office(cast)
    event = imported(cast, "office", (None,))
    held = Grant.objects.get(person=cast.people["office"], campaign_id=None)
    assert take_back(cast, "colleague", event) == (403, 403)
    actions.withdraw(act(), held, last_day=TODAY - DAY)
    assert take_back(cast, "office", event) == (403, 403)
    assert "/orgs/undo" not in client(cast.people["office"]).get("/orgs/").content.decode()
    assert Person.objects.filter(username="water1").exists()


def test_an_import_that_gave_rights_in_the_own_campaign_alone_is_taken_back(cast):
    event = imported(cast, "office", (cast.campaign.pk,))
    assert take_back(cast, "colleague", event) == (403, 403)
    assert take_back(cast, "office", event)[0] == 302
    assert not Person.objects.filter(username="water1").exists()


def test_an_org_that_joins_a_group_again_was_still_in_it_before(cast):
    org, group = cast.orgs["works"], OrgGroup.objects.get(key="departments")
    seat = client(cast.people["office"])
    seat.post(f"/memberships/{org.memberships.get().pk}/leave", {"last_day": "2024-03-31"})
    seat.post("/orgs/works/groups", {"group": group.pk, "since": "2024-06-01"})
    days = [dt.date(2024, 3, 1), dt.date(2024, 5, 1), dt.date(2024, 7, 1)]
    assert [org.pk in group_members(group.pk, d) for d in days] == [True, False, True]
    again = org.memberships.get(on_day(days[2]))
    seat.post(f"/memberships/{again.pk}/leave", {"last_day": "2024-08-01"})
    seat.post("/orgs/works/groups", {"group": group.pk, "since": "2024-06-01"})
    assert org.memberships.count() == 2
    cast.item()
    rows = seat.get("/c/LK21/items", {"group": group.pk}).context["rows"]
    assert len(rows) == 1


def test_a_workbook_that_names_a_group_again_adds_a_stay(cast):
    member = cast.orgs["works"].memberships.get()
    actions.leave_group(act(), member, last_day=TODAY - 9 * DAY)
    actions.import_organisation(act(), plan(workbook()))
    stays = cast.orgs["works"].memberships.order_by("pk").values_list("since", "until")
    assert list(stays) == [(None, TODAY - 9 * DAY), (TODAY, None)]
