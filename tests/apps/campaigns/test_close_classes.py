"""What hangs on a case of a closer class is as close as the case itself."""

from __future__ import annotations

import pytest
from tests.support.cast import START, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.campaigns.models import CaseKey, Disclosure
from gongjian.apps.ledger.book import action
from gongjian.apps.ledger.models import Event
from gongjian.apps.targets.actions import add_targets
from gongjian.apps.targets.models import Target, TargetVersion


@action("tests.aim")
def aim(book, target, version):
    book.campaign_id = target.campaign_id
    add_targets(book, [target], [version])
    return {}


def targeted(books):
    case = books.case("Old grievance of the lane")
    target = Target(
        campaign=books.campaign, battle=case.battle, item=case, order=9, subject=case.title
    )
    version = TargetVersion(
        target=target, n=1, kind="count", op=">=", floor=1, strength="plain",
        text=case.title, since=START,
    )  # fmt: skip
    aim(act(books.people["office"], START), target, version)
    return case, target


@pytest.mark.parametrize("who", ["viewer", "leader", "works"])
def test_the_target_of_a_case_is_not_told_to_whoever_may_not_see_the_case(books, who):
    case, target = targeted(books)
    seat = client(books.people[who])
    pages = ["/c/BK21/cockpit", "/c/BK21/", f"/c/BK21/b/{case.battle_id}/"]
    for page in pages:
        assert case.title not in seat.get(page).content.decode()
    assert seat.get(f"/targets/{target.pk}/").status_code == 404
    assert case.title in client(books.people["office"]).get(pages[1]).content.decode()


def test_a_contact_of_the_class_raises_the_target_and_one_without_does_not(books):
    _case, target = targeted(books)
    raised = {"value": "2", "reason": "We can"}
    assert client(books.people["clerk"]).get(f"/targets/{target.pk}/").status_code == 200
    path = f"/targets/{target.pk}/raise"
    assert client(books.people["works"]).post(path, raised).status_code == 404


def test_a_look_up_sent_twice_shows_nothing_the_second_time(books):
    books.case()
    seat = client(books.people["office"])
    given = {"f.phone": "13900001234", "request_id": "same"}
    assert len(seat.post("/c/BK21/r/cases/find", given).context["rows"]) == 1
    assert seat.post("/c/BK21/r/cases/find", given).status_code == 302
    assert Disclosure.objects.count() == 1
    assert Event.objects.filter(action="campaigns.look_up").count() == 1


def test_a_case_whose_fields_were_emptied_can_still_be_erased(books):
    case = books.case()
    emptied = {"phone": None, "petitioner": None, "id_number": None}
    edit_item(act(books.people["office"]), case, {"fields": emptied})
    seat = client(books.people["office"])
    assert seat.get(f"/i/{case.code}/").context["may_erase"]
    seat.post(f"/i/{case.code}/erase", {"confirm": case.code, "reason": "Asked for"})
    assert not CaseKey.objects.filter(item=case.pk).exists()


def test_a_refused_form_with_personal_values_is_kept_by_no_cache(books):
    case = books.case()
    typed = {"f.phone": "13911112222", "title": "", "version": str(case.version)}
    refused = client(books.people["office"]).post(f"/i/{case.code}/edit", typed)
    assert refused.status_code == 422
    assert "no-store" in refused["Cache-Control"]
