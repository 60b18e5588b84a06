"""The rally as the hall sees it, and the commitments that are recorded there."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import START
from tests.support.mandates import accept, make_stage
from tests.support.rounds import own_target
from tests.support.web import client

from gongjian.apps.accounts.models import Post
from gongjian.apps.campaigns.models import Item
from gongjian.apps.ledger import gate
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Commitment

HALL, SAID = "/c/LK21/rally", "/c/LK21/commitments/"


@pytest.fixture
def stage(cast):
    return make_stage(cast)


def hall(stage, who="viewer"):
    return client(stage.cast.people[who]).get(HALL)


def typed(stage, **more):
    sent = {
        "org": "Works Bureau",
        "speaker": "局长",
        "text": "按节点交付。",
        "said_on": "2021-07-01",
        "occasion": "誓师大会",
        "codes": stage.items[0].code,
    }
    return {**sent, **more}


def record(stage, who="office", **more):
    return client(stage.cast.people[who]).post(SAID, typed(stage, **more))


def said(stage, n=1):
    for k in range(n):
        one = actions.Said(stage.cast.orgs["works"], "局长", f"承诺{k}", START)
        actions.record_commitment(stage.act("office"), stage.cast.campaign, one)


def test_the_hall_sees_each_leading_official_with_the_battle_and_its_goals(stage):
    cards = hall(stage).context["cards"]
    assert [(c.post, c.name, c.state) for c in cards] == [
        ("分管副区长", "道路争速", "none"),
        ("区委副书记", "整改争效", "none"),
    ]
    assert [g.value for g in cards[0].goals] == ["≥ 3 条"]


def test_leading_officials_stand_in_the_order_of_their_posts(stage):
    with gate.opened():
        Post.objects.filter(pk=stage.posts[0].pk).update(order=9)
    assert [c.post for c in hall(stage).context["cards"]] == ["区委副书记", "分管副区长"]


def test_a_tick_with_the_time_appears_on_acceptance_and_the_page_loads_itself_again(stage):
    (one, _two) = stage.issue(2)
    before = hall(stage)
    assert before["Refresh"] == "5"
    assert [c.state for c in before.context["cards"]] == ["issued", "issued"]
    accept(stage, one)
    after = hall(stage).context["cards"]
    assert [(c.state, c.at) for c in after] == [("accepted", "07-01 09:00"), ("issued", "")]


def test_what_was_entered_in_the_hall_is_marked(stage):
    (one, two) = stage.issue(2)
    actions.accept_mandates_at_rally(stage.act("office"), [one], "主会场")
    signature = actions.Signature("秘书", two.digest, is_acting=True)
    actions.accept_mandate(stage.act("secretary"), two, signature)
    assert [len(c.marks) for c in hall(stage).context["cards"]] == [1, 1]


def test_goals_of_closer_items_are_not_shown_in_the_hall(stage):
    with gate.opened():
        Item.objects.filter(pk=stage.items[0].pk).update(access_class="petition")
    assert [len(c.goals) for c in hall(stage, "office").context["cards"]] == [0, 1]


def test_the_hall_is_for_whoever_has_a_part_and_asks_the_same_whatever_there_is(stage):
    codes = {who: hall(stage, who).status_code for who in ("east", "leader", "public", "stranger")}
    assert codes == {"east": 200, "leader": 200, "public": 403, "stranger": 404}
    few = n_queries(stage)
    stage.issue(2)
    said(stage, 9)
    for n in range(12):
        own_target(stage.cast, stage.items[0], order=200 + n)
    assert n_queries(stage) == few <= 12
    page = hall(stage).context
    assert (len(page["spoken"]), page["n_further"]) == (6, 3)
    assert (len(page["cards"][0].goals), page["cards"][0].n_more) == (1, 0)  # as issued


def n_queries(stage) -> int:
    seat = client(stage.cast.people["viewer"])
    seat.get(HALL)
    with CaptureQueriesContext(connection) as caught:
        seat.get(HALL)
    return len(caught)


# Commitments


def test_a_commitment_is_recorded_with_what_it_bears_on_and_one_press_takes_it_back(stage):
    assert record(stage).status_code == 302
    row = Commitment.objects.get()
    assert (row.org.code, row.speaker, row.items) == ("works", "局长", [str(stage.items[0].pk)])
    seat = client(stage.cast.people["office"])
    (message,) = seat.post(SAID, typed(stage, text="再次"), follow=True).context["messages"]
    seat.post(f"/events/{message.extra_tags}/undo")
    assert [c.text for c in Commitment.objects.all()] == ["按节点交付。"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"org": "Nowhere"}, "org"),
        ({"said_on": ""}, "said_on"),
        ({"codes": "LK21-XX-1"}, "codes"),
        ({"target": "x"}, "target"),
        ({"text": " "}, ""),
        ({"speaker": ""}, ""),
        ({"text": "长" * 1001}, ""),
    ],
)
def test_a_commitment_that_says_too_little_is_refused_and_what_was_typed_stays(stage, wrong, where):
    sent = record(stage, occasion="动员部署会", **wrong)
    assert sent.status_code == 422
    assert sent.context["faults"][where]
    assert "动员部署会" in sent.content.decode()
    assert not Commitment.objects.exists()


def test_a_commitment_is_corrected_and_removed_by_the_office_alone(stage):
    record(stage)
    row = Commitment.objects.get()
    page, seat = f"/commitments/{row.pk}/", client(stage.cast.people["office"])
    assert stage.items[0].code in seat.get(page).content.decode()
    assert client(stage.cast.people["works"]).post(page, typed(stage)).status_code == 403
    seat.post(page, typed(stage, text="改为九月"))
    assert Commitment.objects.get().text == "改为九月"
    assert seat.post(page, typed(stage, org="?")).status_code == 422
    assert client(stage.cast.people["stranger"]).post(f"{page}remove").status_code == 404
    seat.post(f"{page}remove")
    assert not Commitment.objects.exists()


def test_commitments_stand_on_the_orgs_mandate_and_name_only_items_that_are_seen(stage):
    record(stage)
    (row,) = stage.issue(0, orgs=("works",))
    page = client(stage.cast.people["works"]).get(f"/mandates/{row.pk}/")
    assert [c.text for c in page.context["commitments"]] == ["按节点交付。"]
    listed = {
        who: len(client(stage.cast.people[who]).get(SAID).context["rows"][0].items)
        for who in ("viewer", "east")
    }
    assert listed == {"viewer": 1, "east": 0}
    assert record(stage, "viewer").status_code == 403
