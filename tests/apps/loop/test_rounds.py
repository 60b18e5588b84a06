"""A round goes out, comes back by page and on behalf, is reviewed, and changes the items."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import act
from tests.support.rounds import TYPED, is_sound, make_stage
from tests.support.web import client

from gongjian.apps.campaigns.models import Item
from gongjian.apps.ledger.book import Moved
from gongjian.apps.ledger.models import Event
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Return, Round
from gongjian.apps.loop.queries import returns as queries
from gongjian.apps.notices.models import Notice
from gongjian.apps.targets.models import Target, TargetVersion


@pytest.fixture
def stage(db):
    return make_stage(3)


@pytest.fixture
def asked(stage):
    """One round with one return for each of three items; gives the first."""
    row = stage.open_round()
    return stage.returns(row)[0]


def give(person, row, **more):
    return client(person).post(f"/returns/{row.pk}/", {**TYPED, **more})


def test_a_round_asks_each_lead_org_for_what_its_items_lack(stage):
    stage.add("Nobody answers", org=None)
    seat = client(stage.person("office"))
    sent = {"name": "First", "due": "2021-07-20", "note": "Be quick"}
    page = seat.post("/c/QD21/rounds", sent, follow=True).content.decode()
    row = Round.objects.get()
    assert [r.asked for r in stage.returns(row)] == [
        ["owner", "due", "target", "counting_rule", "acceptance"]
    ] * 3
    assert "QD21-RW-004" in page  # named as not sent
    notice = Notice.objects.get(code="round.asked")
    assert (notice.org, notice.facts["n"], notice.due) == (stage.cast.orgs["works"], 3, row.due)


def test_an_item_that_is_asked_for_is_not_asked_for_again(stage, asked):
    stage.add("Late comer")
    again = stage.open_round("Second")
    assert [r.item.title for r in stage.returns(again)] == ["Late comer"]


def test_a_round_that_would_ask_nobody_is_refused_and_what_was_typed_stays(stage, asked):
    sent = {"name": "Again and again", "due": "2021-07-21"}
    answer = client(stage.person("office")).post("/c/QD21/rounds", sent)
    assert answer.status_code == 422
    assert 'value="Again and again"' in answer.content.decode()
    assert Round.objects.count() == 1


def test_a_day_that_has_passed_is_refused(stage):
    sent = {"name": "Late", "due": "2021-06-20"}
    answer = client(stage.person("office")).post("/c/QD21/rounds", sent)
    assert answer.status_code == 422
    assert "2021-06-20" in answer.content.decode()


def test_an_org_sees_what_is_expected_of_it_and_nothing_of_others(stage, asked):
    assert asked.item.title in client(stage.person("works")).get("/returns/").content.decode()
    east = client(stage.person("east")).get("/returns/")
    assert asked.item.title not in east.content.decode()
    assert client(stage.person("east")).get(f"/returns/{asked.pk}/").status_code == 404


def test_a_return_is_given_back_and_keeps_who_drafted_it(stage, asked):
    assert give(stage.person("works"), asked).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.via, asked.returned_by) == (
        "returned",
        "page",
        stage.person("works").pk,
    )
    assert asked.content["due"] == "2021-09-20"
    assert asked.content["target"] == {
        "subject": "Roads opened", "value": "3", "unit": "条", "kind": "count",
    }  # fmt: skip
    asked.item.refresh_from_db()
    assert asked.item.due is None  # nothing counts before the office accepts it


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"due": "2021-12-31"}, "2021-12-31"),
        ({"due": "soon"}, "soon"),
        ({"owner": "Ministry of Magic"}, "Ministry of Magic"),
        ({"target.value": "many"}, "many"),
        ({"target.kind": "colour"}, "colour"),
        ({"line-0-title": "", "line-0-org": "Works Bureau"}, "Works Bureau"),
        ({"line-0-title": "Dig", "line-0-due": "2021-09-29"}, "2021-09-29"),
        ({"counting_rule": "x" * 301}, "301"),
    ],
)
def test_a_bad_value_is_told_at_its_field_and_what_was_typed_stays(stage, asked, typed, said):
    answer = give(stage.person("works"), asked, **typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert 'role="alert"' in page
    assert "Opened to traffic." in page
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_an_empty_return_is_refused(stage, asked):
    assert client(stage.person("works")).post(f"/returns/{asked.pk}/", {}).status_code == 422


def test_the_office_enters_for_an_org_and_that_is_shown(stage, asked):
    assert give(stage.person("office"), asked).status_code == 302
    asked.refresh_from_db()
    event = Event.objects.get(action="loop.fill")
    assert (asked.via, asked.returned_by) == ("on_behalf", stage.person("office").pk)
    assert event.on_behalf_of_id == stage.cast.orgs["works"].pk
    page = client(stage.person("works")).get(f"/returns/{asked.pk}/").content.decode()
    assert "office desk" in page


def test_chasing_stops_the_moment_the_answer_is_there(stage):
    row = stage.open_round()
    seat = client(stage.person("office"))
    for _ in range(2):
        seat.post(f"/c/QD21/rounds/{row.pk}/chase", {"request_id": "once"})
    live = Notice.objects.filter(done_on=None)
    assert [(n.code, n.facts["n"]) for n in live] == [("round.chased", 3)]
    assert {r.n_chased for r in stage.returns(row)} == {1}
    for one in stage.returns(row):
        give(stage.person("works"), one)
    assert not live.all().exists()
    answer = seat.post(f"/c/QD21/rounds/{row.pk}/chase", follow=True)
    assert "没有单位" in answer.content.decode() or "Nobody" in answer.content.decode()


def test_what_is_sent_back_keeps_its_content_and_shows_the_note(stage, asked):
    give(stage.person("works"), asked)
    office = client(stage.person("office"))
    assert office.post(f"/returns/{asked.pk}/send-back", {"note": ""}).status_code == 302
    office.post(f"/returns/{asked.pk}/send-back", {"note": "Which roads?"})
    page = client(stage.person("works")).get(f"/returns/{asked.pk}/").content.decode()
    assert "Which roads?" in page
    assert "Opened to traffic." in page
    assert Notice.objects.filter(code="return.sent_back", done_on=None).count() == 1
    give(stage.person("works"), asked)
    assert not Notice.objects.filter(code="return.sent_back", done_on=None).exists()


def test_accepting_changes_the_item_its_owners_its_target_and_its_parts(stage, asked):
    lines = {
        "line-0-title": "Survey", "line-0-org": "Planning Bureau", "line-0-due": "2021-08-01",
        "line-1-title": "Dig",
    }  # fmt: skip
    give(stage.person("works"), asked, **lines)
    accept(stage, asked)
    item = Item.objects.get(pk=asked.item_id)
    version = TargetVersion.objects.get(target__item=item)
    assert (item.due, item.fields) == (dt.date(2021, 9, 20), {"acceptance": "Opened to traffic."})
    assert (version.floor, version.op, version.counting_rule) == (3, ">=", "完工口径")
    parts = list(item.children.order_by("code"))
    assert [(p.title, p.org.code, p.due, p.depth) for p in parts] == [
        ("Survey", "plan", dt.date(2021, 8, 1), 1),
        ("Dig", "works", dt.date(2021, 9, 20), 1),
    ]
    assert is_sound(stage)


def accept(stage, *rows, everything=False):
    seat = client(stage.person("office"))
    path = f"/c/QD21/rounds/{rows[0].round_id}"
    marks = {r.pk: r.mark for r in seat.get(f"{path}/?show=all").context["rows"]}
    chosen = {"return": [marks[r.pk] for r in rows]}
    data = {"all": "1", "shown": list(marks.values())} if everything else chosen
    return seat.post(f"{path}/accept", data, follow=True)


def test_everything_that_is_complete_is_accepted_in_one_event(stage):
    row = stage.open_round()
    first, second, third = stage.returns(row)
    give(stage.person("works"), first)
    give(stage.person("works"), second)
    give(stage.person("works"), third, acceptance="")
    accept(stage, first, everything=True)
    assert [r.state for r in stage.returns(row)] == ["accepted", "accepted", "returned"]
    assert Event.objects.filter(action="loop.accept").count() == 1
    assert Target.objects.count() == 2


@pytest.mark.parametrize("button", ["return", "shown"])
def test_an_answer_that_came_after_the_office_looked_is_left_out_and_named(stage, button):
    row = stage.open_round()
    first, second, _third = stage.returns(row)
    give(stage.person("works"), first)
    give(stage.person("works"), second)
    seat, path = client(stage.person("office")), f"/c/QD21/rounds/{row.pk}"
    marks = [r.mark for r in seat.get(f"{path}/").context["rows"]]
    give(stage.person("works"), first, acceptance="Quite another thing.")
    press = {button: marks, "all": "1" if button == "shown" else ""}
    said = " ".join(map(str, seat.post(f"{path}/accept", press, follow=True).context["messages"]))
    assert [r.state for r in stage.returns(row)] == ["returned", "accepted", "asked"]
    assert first.item.code in said
    assert second.item.code not in said


def test_what_is_answered_while_the_office_accepts_is_not_taken_over_unseen(stage, asked):
    give(stage.person("works"), asked)
    seen = list(queries.whole(Return.objects.filter(pk=asked.pk)))
    give(stage.person("works"), asked, acceptance="Quite another thing.")
    with pytest.raises(Moved, match=r"return\.moved"):
        actions.accept(act(stage.person("office")), seen)
    assert Return.objects.get(pk=asked.pk).state == "returned"


@pytest.mark.parametrize("version", ["²", "9" * 5000, "999999", "-1", "x"])
def test_a_version_that_is_none_or_of_the_future_does_no_harm(stage, asked, version):
    assert give(stage.person("works"), asked, version=version).status_code == 302
    asked.refresh_from_db()
    assert asked.version == 2


def test_an_accepted_return_is_not_changed_any_more(stage, asked):
    give(stage.person("works"), asked)
    accept(stage, asked)
    assert give(stage.person("works"), asked).status_code == 422
    assert Return.objects.get(pk=asked.pk).state == "accepted"


def test_a_closed_round_takes_nothing_in_and_reminds_nobody(stage, asked):
    seat = client(stage.person("office"))
    seat.post(f"/c/QD21/rounds/{asked.round_id}/close")
    assert not Notice.objects.filter(done_on=None).exists()
    assert give(stage.person("works"), asked).status_code == 422
    seat.post(f"/c/QD21/rounds/{asked.round_id}/chase")
    assert not Notice.objects.filter(code="round.chased").exists()


def test_two_people_at_one_return_the_later_one_is_told(stage, asked):
    give(stage.person("works"), asked, version=asked.version)
    answer = give(stage.person("office"), asked, version=asked.version, acceptance="Other words")
    assert answer.status_code == 422
    assert "Other words" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.content["acceptance"] == "Opened to traffic."


def test_a_petition_is_asked_only_of_whoever_sees_petitions(stage):
    stage.add("Case", register="petitions")
    row = stage.open_round()
    case = stage.returns(row, item__title="Case")[0]
    assert client(stage.person("works")).get(f"/returns/{case.pk}/").status_code == 404
    assert "Case" not in client(stage.person("works")).get("/returns/").content.decode()
    assert client(stage.person("office")).get(f"/returns/{case.pk}/").status_code == 200


def test_many_items_get_their_lead_org_at_once(stage):
    bare = [stage.add(f"Bare {n}", org=None) for n in range(2)]
    seat = client(stage.person("office"))
    chosen = {"item": [str(i.pk) for i in bare], "org": "Nowhere"}
    refused = seat.post("/c/QD21/gaps/lead", chosen)
    assert refused.status_code == 422
    assert 'value="Nowhere"' in refused.content.decode()
    seat.post("/c/QD21/gaps/lead", {**chosen, "org": "Planning Bureau"})
    assert {Item.objects.get(pk=i.pk).org.code for i in bare} == {"plan"}
    assert is_sound(stage)


@pytest.mark.parametrize(
    ("name", "who"), [("round", "office"), ("returns", "works"), ("return", "works")]
)
def test_pages_ask_the_same_however_many_returns_there_are(stage, name, who):
    row = stage.open_round()
    first = stage.returns(row)[0]
    give(stage.person("works"), first)
    path = {
        "round": f"/c/QD21/rounds/{row.pk}/?show=all",
        "returns": "/returns/",
        "return": f"/returns/{first.pk}/",
    }[name]
    few = n_queries(stage.person(who), path)
    for n in range(6):
        stage.add(f"More {n}")
    again = stage.open_round("Second")
    give(stage.person("works"), stage.returns(again)[0])
    assert n_queries(stage.person(who), path) == few


def n_queries(person, path) -> int:
    seat = client(person)
    seat.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert seat.get(path).status_code == 200
    return len(caught)
