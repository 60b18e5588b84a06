"""The gap list, the launch check, waivers by name, and the launch itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.apps.loop.test_rounds import accept, give
from tests.support.cast import act
from tests.support.rounds import is_sound, make_stage, own_target
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger.models import Event
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Waiver
from gongjian.apps.loop.queries.launch import waiting
from gongjian.apps.notices.models import Notice

AGENDA = {
    "day": "2021-06-28",
    "main": "Great hall",
    "branches": "East Town\nWest Town",
    "lines": "Reading of the plan | The deputy\nOath",
}


@pytest.fixture
def stage(db):
    return make_stage(16, announced=16)


def publish(stage, **more):
    return client(stage.person("office")).post("/c/QD21/launch/publish", {**AGENDA, **more})


def complete(stage, n):
    """Answer a round for the first n items, and accept what is complete."""
    row = stage.open_round()
    rows = stage.returns(row)
    for one in rows[:n]:
        give(stage.person("works"), one)
    accept(stage, rows[0], everything=True)
    return rows


def test_a_launch_is_refused_at_fifteen_of_sixteen_and_done_at_sixteen(stage):
    rows = complete(stage, 15)
    refused = publish(stage)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "15" in page
    assert rows[15].item.code in page
    assert "Great hall" in page
    assert Campaign.objects.get(code="QD21").published_on is None
    give(stage.person("works"), rows[15])
    accept(stage, rows[15])
    assert publish(stage).status_code == 302
    assert set(Item.objects.filter(campaign=stage.campaign).values_list("state", "issued_on")) == {
        ("assigned", Campaign.objects.get(code="QD21").published_on)
    }
    assert is_sound(stage)


def test_what_is_lacking_may_be_waived_by_name_and_taken_back(stage):
    rows = complete(stage, 15)
    seat = client(stage.person("office"))
    chosen = {"item": str(rows[15].item_id)}
    assert seat.post("/c/QD21/launch/waive", chosen).status_code == 422
    seat.post("/c/QD21/launch/waive", {**chosen, "reason": "The survey ends in August"})
    check = waiting(stage.campaign).check
    assert (check.n_complete, check.n_waived, check.is_ready) == (16, 1, True)
    page = seat.get("/c/QD21/launch").content.decode()
    assert "The survey ends in August" in page
    assert "office desk" in page
    waivers = [str(w.pk) for w in Waiver.objects.all()]
    seat.post("/c/QD21/launch/withdraw", {"waiver": waivers})
    assert waiting(stage.campaign).check.n_complete == 15
    assert publish(stage).status_code == 422


def test_an_announced_count_that_differs_holds_the_launch_up(db):
    stage = make_stage(1, announced=16)
    complete(stage, 1)
    refused = publish(stage)
    assert refused.status_code == 422
    assert "16 / 1" in refused.content.decode()
    seat = client(stage.person("office"))
    seat.post("/c/QD21/launch/waive", {"what": "攻坚任务", "reason": "The rest follows"})
    assert publish(stage).status_code == 302


def test_the_office_says_which_register_counts(db):
    stage = make_stage(3, announced=3)
    stage.add("Case", register="petitions")
    seat = client(stage.person("office"))
    assert [c.found for c in waiting(stage.campaign).check.counts] == [3]
    seat.post("/c/QD21/gaps/count", {"what": "攻坚任务", "basis": "*items"})
    assert [c.found for c in waiting(fresh()).check.counts] == [4]
    seat.post("/c/QD21/gaps/count", {"what": "攻坚任务", "basis": "nothing"})
    assert fresh().announced[0]["counts"] == "*items"


def fresh() -> Campaign:
    return Campaign.objects.get(code="QD21")


def test_a_launch_may_be_dated_back_and_clocks_run_from_the_day_of_issue(db):
    stage = make_stage(1)
    complete(stage, 1)
    item = Item.objects.get(campaign=stage.campaign)
    late = dt.date(2021, 8, 15)
    agenda = actions.Agenda(day=dt.date(2021, 7, 1), main="Hall")
    stage.cast.tick(late)
    done = actions.launch_all(act(stage.person("office"), late), fresh(), agenda)
    item.refresh_from_db()
    assert done.result["issued"] == 1
    assert (item.start_on, item.issued_on) == (dt.date(2021, 7, 1), late)
    assert fresh().agenda["day"] == "2021-07-01"
    assert item.light == "green"  # not behind by the weeks before anybody was told


def test_after_the_launch_the_page_shows_the_agenda_and_who_was_told(db):
    stage = make_stage(1)
    complete(stage, 1)
    publish(stage)
    page = client(stage.person("office")).get("/c/QD21/launch").content.decode()
    for word in ("Great hall", "East Town、West Town", "Reading of the plan", "The deputy"):
        assert word in page
    notice = Notice.objects.get(code="launch.issued")
    assert (notice.org.code, notice.facts["n"]) == ("works", 1)


def test_an_open_notice_of_the_launch_counts_no_closer_items(db):
    stage = make_stage(1)
    complete(stage, 1)
    stage.add("Case", register="petitions", due=dt.date(2021, 9, 1))
    assert publish(stage).status_code == 302
    told = Notice.objects.filter(code="launch.issued").values_list("access_class", "facts__n")
    assert sorted(told) == [("open", 1), ("petition", 1)]


def test_items_that_come_later_are_launched_later(db):
    stage = make_stage(1)
    complete(stage, 1)
    publish(stage)
    first = fresh().published_on
    assert publish(stage).status_code == 422  # nothing waits
    stage.add("Late comer")
    assert publish(stage).status_code == 422  # it lacks something
    row = stage.open_round("Second")
    give(stage.person("works"), stage.returns(row)[0])
    accept(stage, stage.returns(row)[0])
    assert publish(stage).status_code == 302
    assert fresh().published_on == first
    assert not Item.objects.filter(campaign=stage.campaign, issued_on=None).exists()


def test_one_press_is_one_launch(db):
    stage = make_stage(1)
    complete(stage, 1)
    for _ in range(2):
        assert publish(stage, request_id="once").status_code == 302
    assert Event.objects.filter(action="loop.launch").count() == 1


def test_a_launch_of_very_many_goes_in_parts_and_tells_each_org_once(stage):
    complete(stage, 16)
    agenda = actions.Agenda(day=dt.date(2021, 7, 1), main="Hall")
    done = actions.launch_all(act(stage.person("office")), fresh(), agenda, chunk=7)
    assert done.result["issued"] == 16
    assert Event.objects.filter(action="loop.issue_part").count() == 2
    assert Notice.objects.get(code="launch.issued").facts["n"] == 16
    assert is_sound(stage)


def test_a_launch_in_parts_never_leaves_a_part_without_the_item_above_it(db):
    stage = make_stage(1)
    row = stage.open_round()
    give(stage.person("works"), stage.returns(row)[0], **{"line-0-title": "Survey"})
    accept(stage, stage.returns(row)[0])
    agenda = actions.Agenda(day=dt.date(2021, 7, 1), main="Hall")
    done = actions.launch_all(act(stage.person("office")), fresh(), agenda, chunk=1)
    assert done.result["issued"] == 2
    assert not Item.objects.filter(campaign=stage.campaign, issued_on=None).exists()


def test_a_part_without_a_date_holds_the_launch_up(db):
    stage = make_stage(1)
    row = stage.open_round()
    give(stage.person("works"), stage.returns(row)[0], **{"line-0-title": "Survey"})
    accept(stage, stage.returns(row)[0])
    part = Item.objects.select_related("campaign", "register").get(title="Survey")
    edit_item(act(), part, {"due": None})
    check = waiting(fresh()).check
    assert (check.n, check.n_complete) == (1, 0)


def test_the_gap_list_tells_figures_empty_battles_and_two_counting_rules(stage):
    last = Item.objects.filter(campaign=stage.campaign).order_by("-code").first()
    own_target(
        stage.cast,
        last,
        floor=25,
        unit="个",
        counting_rule="全年引进",
        baseline=17,
        baseline_rule="上半年招引",
        baseline_on=dt.date(2021, 6, 30),
    )
    complete(stage, 4)
    page = client(stage.person("office")).get("/c/QD21/gaps")
    context = page.context
    assert (context["n"], context["n_with_owner"], context["n_with_due"]) == (16, 16, 4)
    assert context["empty_battles"] == ["整改争效"]
    assert [(c.n, c.found) for c in context["counts"]] == [(16, 16)]
    (clash,) = context["conflicts"]
    assert (clash.baseline, clash.value) == ("17 个", "≥ 25 个")
    assert "上半年招引" in page.content.decode()


@pytest.mark.parametrize("path", ["/c/QD21/gaps", "/c/QD21/launch"])
def test_the_check_asks_the_same_however_many_items_there_are(stage, path):
    few = asked(stage, path)
    for n in range(5):
        stage.add(f"More {n}", battle=stage.battles[1])
    assert asked(stage, path) == few


def asked(stage, path) -> int:
    seat = client(stage.person("office"))
    seat.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert seat.get(path).status_code == 200
    return len(caught)
