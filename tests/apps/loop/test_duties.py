"""What a group answers for: twenty parts, three missing, reminded in one press, joined by the lead."""

from __future__ import annotations

import pytest
from tests.support.cast import _person, act
from tests.support.rounds import add_towns, is_sound, make_stage
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant
from gongjian.apps.campaigns.models import Item
from gongjian.apps.ledger.book import action
from gongjian.apps.ledger.models import Event
from gongjian.apps.loop.models import Return
from gongjian.apps.notices.models import Notice


@pytest.fixture
def stage(db):
    made = make_stage()
    add_towns(made)
    made.add_duty("Settle old cases")
    return made


@pytest.fixture
def duty(stage):
    """A round in which seventeen of twenty towns have given their part; gives its address."""
    row = stage.open_round()
    parts = stage.returns(row, kind="member")
    assert len(parts) == 20
    for n, part in enumerate(parts[:17]):
        town = _person(f"contact{n}", "contact", stage.campaign, part.org)
        sent = client(town).post(f"/returns/{part.pk}/", {":part": f"Visit {n}", "cleared": "2"})
        assert sent.status_code == 302
    return f"/c/QD21/rounds/{row.pk}/duties/{parts[0].item_id}"


def test_seventeen_of_twenty_are_in(stage, duty):
    page = client(stage.person("works")).get(f"{duty}/")
    assert page.context["duty"].n_in == 17
    assert page.context["missing"] == ["Town 17", "Town 18", "Town 19"]
    expected = client(stage.person("works")).get("/returns/").content.decode()
    assert "17" in expected
    assert "Settle old cases" in expected


def test_one_press_reminds_the_three_that_are_missing(stage, duty):
    seat = client(stage.person("works"))
    for _ in range(2):
        seat.post(f"{duty}/chase", {"request_id": "once"})
    told = Notice.objects.filter(code="round.duty_chased")
    assert sorted(n.org.short_name for n in told) == ["Town 17", "Town 18", "Town 19"]
    assert Event.objects.filter(action="loop.chase_duty").count() == 1
    assert sorted(Return.objects.filter(kind="member").values_list("n_chased", flat=True)) == [
        *[0] * 17, *[1] * 3,
    ]  # fmt: skip


def test_the_answer_of_a_town_ends_its_reminder(stage, duty):
    client(stage.person("works")).post(f"{duty}/chase")
    late = Return.objects.get(kind="member", org__short_name="Town 17")
    client(stage.person("office")).post(f"/returns/{late.pk}/", {":part": "By telephone"})
    live = Notice.objects.filter(code="round.duty_chased", done_on=None)
    assert sorted(n.org.short_name for n in live) == ["Town 18", "Town 19"]


def shown(seat, duty):
    """What the page sends of the parts that it shows."""
    return [r.mark for r in seat.get(f"{duty}/").context["rows"] if not r.is_open]


def test_joining_names_who_is_missing_and_may_go_on_without_them(stage, duty):
    seat = client(stage.person("works"))
    typed = {"text": "All in all", "cleared": "34", "part": shown(seat, duty)}
    refused = seat.post(f"{duty}/join", typed)
    assert refused.status_code == 422
    assert "Town 18" in refused.content.decode()
    assert "All in all" in refused.content.decode()
    assert seat.post(f"{duty}/join", {**typed, "without": "1"}).status_code == 302
    item = Item.objects.get(title="Settle old cases")
    lead = Return.objects.get(item=item, kind="blanks")
    assert item.fields == {"cleared": "34"}
    assert lead.content[":joined"]["text"] == "All in all"
    assert len(lead.content[":joined"]["missing"]) == 3
    states = Return.objects.filter(item=item, kind="member").values_list("state", flat=True)
    assert sorted(states) == [*["accepted"] * 17, *["asked"] * 3]
    assert is_sound(stage)


def test_parts_are_summed_and_put_together_as_a_proposal(stage, duty):
    page = client(stage.person("works")).get(f"{duty}/")
    assert [f.value for f in page.context["fields"]] == ["34"]
    assert "Town 00: Visit 0" in page.context["text"]


def answer(stage, town, text):
    part = Return.objects.get(kind="member", org__short_name=town)
    return client(stage.person("office")).post(
        f"/returns/{part.pk}/", {":part": text, "cleared": "5"}
    )


def test_a_part_that_came_in_after_the_page_was_shown_stays_to_be_joined(stage, duty):
    seat = client(stage.person("works"))
    typed = {"text": "All in all", "without": "1", "part": shown(seat, duty)}
    answer(stage, "Town 17", "Late")  # it came in
    answer(stage, "Town 00", "Quite another thing")  # it was changed
    page = seat.post(f"{duty}/join", typed, follow=True).content.decode()
    left = Return.objects.filter(kind="member", state="returned")
    assert sorted(r.org.short_name for r in left) == ["Town 00", "Town 17"]
    assert "Town 00、Town 17" in page
    lead = Return.objects.get(item__title="Settle old cases", kind="blanks")
    assert len(lead.content[":joined"]["members"]) == 16
    assert "All in all\nTown 00: Quite another thing\nTown 17: Late" in page


def test_nobody_who_came_in_since_is_left_out_unasked(stage, duty):
    for town in ("Town 17", "Town 18", "Town 19"):
        answer(stage, town, "In")
    seat = client(stage.person("works"))
    typed = {"text": "All in all", "part": shown(seat, duty)}
    answer(stage, "Town 19", "Other")
    refused = seat.post(f"{duty}/join", typed)
    assert refused.status_code == 422
    assert not Return.objects.filter(kind="member", state="accepted").exists()
    assert seat.post(f"{duty}/join", {**typed, "part": shown(seat, duty)}).status_code == 302


def test_a_part_that_was_sent_back_counts_in_no_text_and_no_sum(stage, duty):
    part = Return.objects.get(kind="member", org__short_name="Town 00")
    client(stage.person("office")).post(f"/returns/{part.pk}/send-back", {"note": "Count again"})
    page = client(stage.person("works")).get(f"{duty}/")
    assert [f.value for f in page.context["fields"]] == ["32"]
    assert "Town 00" not in page.context["text"]


def test_a_duty_of_a_closer_class_is_hidden_from_an_open_contact_of_its_org(stage, duty):
    item = Item.objects.select_related("campaign").get(title="Settle old cases")
    set_class(act(), item, "petition")
    seat = client(stage.person("works"))
    assert seat.get(f"/i/{item.code}/").status_code == 404
    assert seat.get(f"{duty}/").status_code == 404
    for press in ("join", "chase"):
        assert seat.post(f"{duty}/{press}", {"text": "x", "without": "1"}).status_code == 404
    client(stage.person("office")).post(f"{duty}/chase")
    told = Notice.objects.filter(code="round.duty_chased")
    assert {n.access_class for n in told} == {"petition"}
    held = Grant(
        person=stage.person("works"), role="contact", campaign_id=stage.campaign.pk,
        org=stage.cast.orgs["works"], access_class="petition",
    )  # fmt: skip
    accounts.grant(act(), held)
    assert seat.get(f"{duty}/").status_code == 200


@action("test.set_class")
def set_class(book, item, closeness):
    book.campaign_id = item.campaign_id
    book.update(item, access_class=closeness)
    return {}


def test_a_bad_figure_is_told_and_what_was_typed_stays(stage, duty):
    answer = client(stage.person("works")).post(f"{duty}/join", {"text": "Sum", "cleared": "lots"})
    assert answer.status_code == 422
    assert "lots" in answer.content.decode()
    assert Item.objects.get(title="Settle old cases").fields == {}


def test_a_duty_without_a_lead_is_joined_by_the_office(db):
    stage = make_stage()
    add_towns(stage, 2)
    item = stage.add_duty("Nobody leads", org=None)
    row = stage.open_round()
    for part in stage.returns(row):
        client(stage.person("office")).post(
            f"/returns/{part.pk}/", {":part": "Done", "cleared": "1"}
        )
    path = f"/c/QD21/rounds/{row.pk}/duties/{item.pk}"
    seat = client(stage.person("office"))
    typed = {"text": "Both", "cleared": "2", "part": shown(seat, path)}
    sent = seat.post(f"{path}/join", typed)
    assert sent.status_code == 302
    item.refresh_from_db()
    assert item.fields == {"cleared": "2"}


def test_another_org_does_not_join(stage, duty):
    assert client(stage.person("east")).get(f"{duty}/").status_code == 404
    assert client(stage.person("viewer")).post(f"{duty}/join", {"text": "x"}).status_code == 403
