"""An org sets itself more than the base line, which stays."""

from __future__ import annotations

import pytest
from tests.apps.loop.test_rounds import accept, give
from tests.support.rounds import is_sound, make_stage
from tests.support.web import client

from gongjian.apps.cockpit.queries import target_row
from gongjian.apps.ledger.models import Event
from gongjian.apps.targets.models import Target, TargetVersion
from gongjian.apps.targets.queries import aims
from gongjian.lib import clock


@pytest.fixture
def stage(db):
    made = make_stage(1)
    row = made.open_round()
    give(made.person("works"), made.returns(row)[0])
    accept(made, made.returns(row)[0])
    return made


@pytest.fixture
def target(stage):
    return Target.objects.get()


def lift(person, target, **typed):
    return client(person).post(f"/targets/{target.pk}/raise", {"reason": "We can", **typed})


def aim(stage):
    return aims(stage.campaign, clock.today())[0]


def test_an_org_raises_its_own_target_and_the_base_line_stays(stage, target):
    assert lift(stage.person("works"), target, value="5").status_code == 302
    found = aim(stage)
    assert (found.version.floor, found.raised.floor) == (3, 5)
    assert (found.raised.raised_by.code, found.raised.reason) == ("works", "We can")
    row = target_row(found)
    assert row.floor == "≥ 3 条"
    assert row.raised == "≥ 5 条 · Works Bureau"
    assert is_sound(stage)


@pytest.mark.parametrize("typed", [{"value": "3"}, {"value": "2"}, {"value": ""}, {"value": "x"},
                                   {"value": "5", "due": "2021-09-25"}, {"value": "5", "reason": ""}])  # fmt: skip
def test_what_is_not_better_is_refused_and_what_was_typed_stays(stage, target, typed):
    answer = lift(stage.person("works"), target, **typed)
    assert answer.status_code == 422
    assert TargetVersion.objects.count() == 1
    assert typed.get("reason", "We can") in answer.content.decode()


def test_an_earlier_day_is_more_too(stage, target):
    assert lift(stage.person("works"), target, due="2021-09-01").status_code == 302
    assert aim(stage).version.due.isoformat() == "2021-09-20"


def test_it_may_be_lowered_again_but_never_below_the_base_line(stage, target):
    lift(stage.person("works"), target, value="9")
    assert lift(stage.person("works"), target, value="5").status_code == 302
    assert lift(stage.person("works"), target, value="2").status_code == 422
    assert aim(stage).raised.floor == 5


def test_it_may_be_taken_back(stage, target):
    seat = client(stage.person("works"))
    lift(stage.person("works"), target, value="9")
    seat.post(f"/targets/{target.pk}/withdraw", {"reason": ""})
    assert aim(stage).raised is not None
    seat.post(f"/targets/{target.pk}/withdraw", {"reason": "The land is late"})
    assert aim(stage).raised is None
    assert aim(stage).version.floor == 3
    assert TargetVersion.objects.count() == 3


def test_only_the_org_that_answers_or_the_office_for_it_raises(stage, target):
    assert lift(stage.person("east"), target, value="5").status_code == 404
    assert lift(stage.person("viewer"), target, value="5").status_code == 403
    assert lift(stage.person("office"), target, value="5").status_code == 302
    event = Event.objects.get(action="targets.raise_own")
    assert event.on_behalf_of_id == stage.cast.orgs["works"].pk


def test_the_page_shows_every_version(stage, target):
    lift(stage.person("works"), target, value="5")
    page = client(stage.person("viewer")).get(f"/targets/{target.pk}/")
    assert [v.value for v in page.context["versions"]] == ["≥ 5 条", "≥ 3 条"]
    assert "Works Bureau" in page.content.decode()
