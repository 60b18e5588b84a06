"""Decisions asked of a named leader and taken in one touch, through pages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import END, act
from tests.support.decisions import LATER, make_table
from tests.support.web import body_of, client

from gongjian.apps.accounts.models import PostHolding
from gongjian.apps.campaigns.models import ItemLink
from gongjian.apps.ledger import gate
from gongjian.apps.ledger.models import Event
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop.models import Movement, Option
from gongjian.apps.notices.models import Notice

pytestmark = pytest.mark.django_db
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cf"
    "c0f01f00050001ff89993d1d0000000049454e44ae426082"
)


@pytest.fixture
def table(cast):
    return make_table(cast)


def page_of(answer):
    return body_of(answer).decode()


def test_a_request_names_a_leader_its_options_and_what_each_does_to_the_date(table):
    item = table.item()
    asked = table.request(item)
    assert (asked.state, asked.due, asked.org_id) == ("asked", dt.date(2021, 8, 1), item.org_id)
    assert asked.fields["options"] == ["改用备选线位", "维持原线位"]
    assert f"{item.code} → {LATER}" in asked.fields["effect"]
    assert asked.responsibilities.get(role="leader").post_id == table.post.pk
    first, second = Option.objects.filter(item=asked)
    assert (first.dates, second.dates) == ({}, {str(item.pk): LATER})
    link = ItemLink.objects.get(kind="decision_item")
    assert (link.source_id, link.target_id) == (asked.pk, item.pk)
    assert Event.objects.filter(action="loop.ask_decision").count() == 1


def test_the_holders_of_the_post_and_who_acts_for_them_are_told_and_nobody_else(table):
    asked = table.request(table.item())
    told = Notice.objects.filter(code="decision.asked", about=asked.pk)
    who = {(n.person.username, n.why) for n in told}
    assert who == {("pd-leader", "named"), ("pd-deputy", "named"), ("pd-secretary", "acting")}


def test_one_touch_decides_and_moves_the_deadline_in_one_event(table):
    item = table.item()
    asked = table.request(item)
    page = page_of(table.page("leader", asked))
    assert f'value="{Option.objects.get(item=asked, order=1).pk}"' in page
    assert LATER in page
    answer = table.decide("leader", asked, 2)
    assert item.code in page_of(answer)
    done = table.again(asked)
    assert (done.state, done.fields["decision"]) == ("decided", "维持原线位")
    assert done.fields["decided_by"] == "常务副区长"
    assert table.again(item).due == dt.date.fromisoformat(LATER)
    assert [o.is_chosen for o in Option.objects.filter(item=asked)] == [False, True]
    event = Event.objects.get(action="loop.decide")
    rows = set(event.changes.values_list("row", flat=True))
    assert {asked.pk, item.pk} <= rows
    assert verify().faults == ()


def test_an_option_that_says_unchanged_moves_nothing(table):
    item = table.item()
    table.decide("leader", table.request(item), 1)
    assert table.again(item).due == END


def test_the_asking_org_is_told_and_what_waited_is_settled(table):
    asked = table.request(table.item())
    table.decide("leader", asked, 1)
    told = Notice.objects.get(code="decision.taken")
    assert (told.org.code, told.about) == ("works", asked.pk)
    assert not Notice.objects.filter(code="decision.asked", done_on=None).exists()


def test_of_two_leaders_at_once_the_second_is_told_what_the_first_decided(table):
    asked = table.request(table.item())
    table.decide("leader", asked, 1)
    answer = table.decide("deputy", asked, 2)
    assert "改用备选线位" in page_of(answer)
    assert "常务副区长" in page_of(answer)
    assert table.again(asked).fields["decision"] == "改用备选线位"
    assert Event.objects.filter(action="loop.decide").count() == 1


def test_the_same_touch_twice_decides_once_and_is_no_fault(table):
    asked = table.request(table.item())
    for _again in range(2):
        answer = table.decide("leader", asked, 1, request_id="touch")
        assert "error" not in {m.level_tag for m in answer.context["messages"]}
    assert Movement.objects.filter(item=asked, step="decide").count() == 1


def test_a_secretary_decides_visibly_for_the_leader(table):
    asked = table.request(table.item())
    page = page_of(table.page("secretary", asked))
    assert "is-acting" in page
    table.decide("secretary", asked, 1)
    event = Event.objects.get(action="loop.decide")
    assert event.on_behalf_of_id == table.post.pk
    request = table.page("works", asked).context["decision_request"]
    assert "secretary席" in request.decided_by
    assert "常务副区长" in request.decided_by
    moved = table.page("office", asked).context["moved"][0]
    assert "常务副区长" in moved.who


@pytest.mark.parametrize(
    ("who", "status"),
    [("other", 403), ("office", 403), ("works", 403), ("viewer", 403), ("stranger", 404)],
)
def test_a_link_used_by_another_person_decides_nothing(table, who, status):
    asked = table.request(table.item())
    assert table.decide(who, asked, 1).status_code == status
    assert table.again(asked).state == "asked"
    if status == 403:
        assert f"/i/{asked.code}/decide" not in page_of(table.page(who, asked))


def test_who_lost_the_post_while_the_page_was_open_decides_nothing(table):
    asked = table.request(table.item())
    held = PostHolding.objects.filter(post=table.post)
    with gate.opened():
        held.filter(person=table.people["leader"]).update(until=dt.date(2021, 1, 1))
    assert table.decide("leader", asked, 1).status_code == 403
    assert table.decide("deputy", asked, 1).status_code == 200
    assert table.again(asked).state == "decided"


def test_nobody_acts_for_a_post_that_is_vacant(table):
    asked = table.request(table.item())
    with gate.opened():
        PostHolding.objects.filter(post=table.post).update(until=dt.date(2021, 1, 1))
    assert table.decide("secretary", asked, 1).status_code == 403
    refused = table.ask("works", table.item("另一事项"))
    assert refused.status_code == 422
    assert "常务副区长" in page_of(refused)


def test_the_generic_step_does_not_go_around_the_named_leader(table):
    asked = table.request(table.item())
    sent = {"step": "decide", "request_id": act().request_id}
    client(table.people["office"]).post(f"/i/{asked.code}/step", sent)
    assert table.again(asked).state == "asked"


def test_a_typed_instruction_decides_and_moves_nothing(table):
    item = table.item()
    asked = table.request(item)
    table.decide("leader", asked, words="先论证，下周再报")
    done = table.again(asked)
    assert (done.state, done.fields["decision"]) == ("decided", "先论证，下周再报")
    assert table.again(item).due == END


def test_a_photographed_instruction_is_kept_with_the_request(table):
    asked = table.request(table.item())
    photo = SimpleUploadedFile("批示.png", PNG, "image/png")
    table.decide("leader", asked, photo=photo)
    assert table.again(asked).state == "decided"
    assert [f.name for f in asked.files.all()] == ["批示.png"]
    assert Event.objects.filter(action="campaigns.attach_file").count() == 0


def test_nothing_said_is_refused_in_words_and_nothing_is_decided(table):
    asked = table.request(table.item())
    answer = table.decide("leader", asked, words="  ")
    assert "error" in {m.level_tag for m in answer.context["messages"]}
    assert table.again(asked).state == "asked"


def test_an_option_of_another_request_is_refused(table):
    item = table.item()
    first, second = table.request(item), table.request(item)
    option = Option.objects.get(item=first, order=0)
    table.decide("leader", second, option=str(option.pk))
    assert table.again(second).state == "asked"


@pytest.mark.parametrize(
    "wrong",
    [
        {"option-2": ""}, {"option-2": "改用备选线位"}, {"leader": ""}, {"wanted_on": "2021-06-01"},
        {"question": " "}, {"wanted_on": "x"},
    ],
)  # fmt: skip
def test_a_refused_request_says_why_and_keeps_what_was_typed(table, wrong):
    answer = table.ask("works", table.item(), **wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in page_of(answer)
    assert "多投300万元" in page_of(answer)
    assert not Option.objects.exists()


def test_from_an_obstacle_the_options_move_what_it_holds_up(table):
    item = table.item(org="plan")
    made = table.raise_("plan", item, owner="East Town") and table.newest("obstacles")
    late = {f"date-2-{item.code}": LATER}
    assert table.ask("office", made, **late).status_code == 302
    asked = table.newest("decisions")
    assert ItemLink.objects.filter(kind="obstacle_decision", source=made, target=asked).exists()
    board = client(table.people["office"]).get("/c/PD21/obstacles").context["board"]
    assert board.lanes[0].cards[0].decision.code == asked.code
    table.decide("leader", asked, 2)
    assert table.again(item).due == dt.date.fromisoformat(LATER)
    moved = Notice.objects.get(code="decision.moved")
    assert (moved.org.code, moved.about) == ("plan", item.pk)


def test_a_date_of_what_does_not_wait_for_it_is_not_taken(table):
    item, other = table.item(), table.item("另一事项")
    asked = table.request(item, **{f"date-2-{other.code}": LATER})
    assert str(other.pk) not in Option.objects.get(item=asked, order=1).dates


def test_a_closely_kept_request_is_not_there_for_those_without(table):
    item = table.item()
    asked = table.request(item)
    with gate.opened():
        type(asked).objects.filter(pk=asked.pk).update(access_class="instruction")
    assert table.decide("leader", asked, 1).status_code == 404
    assert table.page("works", asked).status_code == 404


def test_a_request_about_what_is_kept_closely_is_kept_as_closely(table):
    item = table.item("督办线位", register="instructions", fields={})
    assert item.access_class == "instruction"
    assert table.ask("office", item).status_code == 422  # no decider may see it
    grant_instruction(table, "leader")
    assert table.ask("office", item).status_code == 302
    asked = table.newest("decisions")
    assert asked.access_class == "instruction"
    assert {n.person.username for n in Notice.objects.filter(about=asked.pk)} == {"pd-leader"}
    for who in ("deputy", "works", "viewer"):
        assert table.page(who, asked).status_code == 404
    table.decide("leader", asked, 1)
    assert table.again(asked).state == "decided"


def test_what_i_last_instructed_says_whether_it_was_answered(table):
    asked = table.request(table.item())
    seat = client(table.people["leader"])
    assert [g.code for g in seat.get("/instructed").context["found"].waiting] == [asked.code]
    table.decide("leader", asked, 1)
    assert [g.code for g in seat.get("/instructed").context["found"].open] == [asked.code]
    sent = {"progress": "线位已调整", "request_id": act().request_id}
    client(table.people["works"]).post(f"/i/{asked.code}/report", sent)
    given = seat.get("/instructed").context["found"].answered[0]
    assert (given.report.progress, given.reporter) == ("线位已调整", "works席")
    acting = client(table.people["secretary"]).get("/instructed").context["found"]
    assert [g.code for g in acting.answered] == [asked.code]
    other = client(table.people["other"]).get("/instructed").context["found"]
    assert [*other.waiting, *other.open, *other.answered] == []


def test_an_instruction_that_names_the_post_is_on_the_list_of_who_may_see_it(table):
    fields = {"instructed_by": "常务副区长", "text": "限期办结", "urgency": "urgent"}
    item = table.item("督办线位", register="instructions", fields=fields)
    found = client(table.people["leader"]).get("/instructed").context["found"]
    assert not found.open  # instructions are kept more closely than this leader's grant
    grant_instruction(table, "leader")
    found = client(table.people["leader"]).get("/instructed").context["found"]
    assert [(g.code, g.said) for g in found.open] == [(item.code, "限期办结")]


def grant_instruction(table, who):
    from gongjian.apps.accounts import actions as accounts
    from gongjian.apps.accounts.models import Grant

    held = Grant(person=table.people[who], role="leader", campaign_id=table.campaign.pk)
    held.access_class = "instruction"
    accounts.grant(act(), held)


def test_the_list_and_the_page_ask_the_same_however_many_there_are(table):
    def asked(path):
        seat = client(table.people["leader"])
        seat.get(path)
        with CaptureQueriesContext(connection) as caught:
            assert seat.get(path).status_code == 200
        return len(caught)

    def more():
        request = table.request(table.item())
        table.decide("leader", request, 1)
        sent = {"progress": "已办", "request_id": act().request_id}
        client(table.people["works"]).post(f"/i/{request.code}/report", sent)
        return table.request(table.item())

    one = more()
    few, page = asked("/instructed"), asked(f"/i/{one.code}/")
    for _n in range(5):
        more()
    assert asked("/instructed") == few <= 14
    assert asked(f"/i/{one.code}/") == page <= 40
