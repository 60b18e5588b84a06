"""The tree and one org: what the office changes there, and who sees what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import act
from tests.support.orgs import simulated
from tests.support.web import client

from gongjian.apps.accounts import actions
from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Grant, Org, OrgGroup, OrgReach, Person, Post, PostHolding
from gongjian.apps.accounts.reach import project_orgs
from gongjian.apps.ledger.book import ActionError
from gongjian.lib import clock

TODAY = clock.today()
NAMES = actions.Names("Bureau of Works", "Works", aliases=("Builders",))


def office(cast):
    return client(cast.people["office"])


def page(seat, code: str) -> str:
    return seat.get(f"/orgs/{code}/").content.decode()


def test_the_tree_shows_orgs_with_groups_and_counts(cast):
    text = office(cast).get("/orgs/").content.decode()
    assert all(name in text for name in ("Works Bureau", "East Town", "部门", "镇街"))
    (node,) = [n for n in office(cast).get("/orgs/").context["tree"].nodes if n.org.code == "d"]
    assert (node.n_below, node.depth) == (4, 0)


def test_the_search_finds_aliases_and_codes_and_nothing_else(cast):
    actions.rename_org(act(), cast.orgs["works"], NAMES)

    def found(words: str) -> set[str]:
        return {n.org.code for n in office(cast).get("/orgs/", {"q": words}).context["tree"].nodes}

    assert found("builders") == found("WORKS") == {"works"}
    assert found("town") == {"east", "west"}
    assert found("nothing like it") == set()


def test_without_orgs_the_page_says_what_to_do(db):
    person = Person(username="first", name="First desk")
    actions.add_user(act(), Grant(person=person, role="office"), password="correct horse battery")
    text = client(person).get("/orgs/").content.decode()
    assert "/orgs/import" in text
    assert "/papers/" in text


def test_the_tree_asks_the_same_at_ten_times_the_orgs(cast):
    def asked() -> int:
        seat = office(cast)
        seat.get("/orgs/")
        with CaptureQueriesContext(connection) as caught:
            assert seat.get("/orgs/").status_code == 200
        return len(caught)

    few = asked()
    root = cast.orgs["district"]
    more = [Org(code=f"x{i}", name=f"X {i}", short_name=f"X{i}", parent=root) for i in range(60)]
    actions.add_orgs(act(), more)
    assert asked() == few <= 14


def test_a_renamed_org_keeps_its_old_names_as_aliases(cast):
    office(cast).post("/orgs/works/rename", {"name": "Bureau of Works", "short_name": "Works"})
    org = Org.objects.get(code="works")
    assert (org.name, org.aliases) == ("Bureau of Works", ["Works Bureau"])


def test_a_refused_change_is_said_and_what_was_typed_stays(cast):
    seat = office(cast)
    data = {"name": "Planning Bureau", "short_name": "Typed and kept"}
    text = seat.post("/orgs/works/rename", data, follow=True).content.decode()
    assert "已有同名单位" in text
    assert 'value="Typed and kept"' in text
    assert Org.objects.get(code="works").short_name == "Works Bureau"


def test_an_org_moves_with_all_below_it_and_never_under_itself(cast):
    seat = office(cast)
    seat.post("/orgs/east/move", {"parent": "works"})
    assert OrgReach.objects.filter(
        ancestor=cast.orgs["works"], descendant=cast.orgs["east"]
    ).exists()
    seat.post("/orgs/works/move", {"parent": "East Town"})
    assert Org.objects.get(code="works").parent.code == "d"


def test_reach_is_rebuilt_only_when_the_tree_changes(cast, monkeypatch):
    rebuilt = []
    monkeypatch.setattr("gongjian.apps.accounts.reach.rebuild_reach", lambda: rebuilt.append(1))
    assert project_orgs
    actions.rename_org(act(), cast.orgs["works"], NAMES)
    assert rebuilt == []
    actions.move_org(act(), cast.orgs["east"], cast.orgs["works"])
    actions.add_orgs(act(), [Org(code="n", name="New", short_name="New")])
    assert rebuilt == [1, 1]


def test_a_change_of_orgs_cannot_be_dated_back_except_by_a_simulation(cast):
    day = dt.date(2021, 8, 1)
    with pytest.raises(ActionError, match=r"org\.back_dated"):
        actions.rename_org(act(day=day), cast.orgs["works"], NAMES)
    actions.rename_org(simulated(day), cast.orgs["works"], NAMES)


def post_of(cast, title: str = "Head") -> Post:
    office(cast).post("/orgs/works/posts", {"title": title, "is_principal": "on"})
    return Post.objects.get(org__code="works", title=title)


def test_a_post_is_taken_and_handed_over_with_a_note(cast):
    post, seat = post_of(cast), office(cast)
    seat.post(f"/posts/{post.pk}/appoint", {"person": "works", "since": "2024-01-01"})
    first = PostHolding.objects.get(post=post)
    data = {"person": "viewer", "since": "2024-05-01", "leaving": str(first.pk)}
    assert (
        "请写明交接内容"
        in seat.post(f"/posts/{post.pk}/appoint", data, follow=True).content.decode()
    )
    seat.post(f"/posts/{post.pk}/appoint", {**data, "note": "Three contracts"})
    first.refresh_from_db()
    assert (first.until, first.note) == (dt.date(2024, 4, 30), "Three contracts")
    assert PostHolding.objects.get(post=post, until=None).person.username == "viewer"
    assert "Three contracts" in page(seat, "works")
    assert "Three contracts" not in page(client(cast.people["viewer"]), "works")


@pytest.mark.parametrize(
    ("since", "sentence"), [("2023-12-01", "起任职"), ("tomorrow", "2026-09-30")]
)
def test_a_hand_over_before_the_holder_came_or_on_no_day_is_refused(cast, since, sentence):
    post, seat = post_of(cast), office(cast)
    seat.post(f"/posts/{post.pk}/appoint", {"person": "works", "since": "2024-01-01"})
    leaving = str(PostHolding.objects.get(post=post).pk)
    data = {"person": "viewer", "since": since, "leaving": leaving, "note": "x"}
    assert sentence in seat.post(f"/posts/{post.pk}/appoint", data, follow=True).content.decode()
    assert PostHolding.objects.filter(post=post).count() == 1


def test_an_abolished_post_ends_with_its_holder_and_its_grants_and_can_come_back(cast):
    post, seat = post_of(cast), office(cast)
    seat.post(f"/posts/{post.pk}/appoint", {"person": "stranger", "since": "2024-01-01"})
    held = Grant(post=post, role="contact", org=cast.orgs["works"], campaign_id=cast.campaign.pk)
    actions.grant(act(), held)
    assert scope(cast.people["stranger"], TODAY).grants
    seat.post(f"/posts/{post.pk}/abolish", {"last_day": "2024-02-01"})
    assert not scope(cast.people["stranger"], TODAY).grants
    assert PostHolding.objects.get(post=post).until == dt.date(2024, 2, 1)
    seat.post("/orgs/works/posts", {"title": "Head"})
    assert Post.objects.get(pk=post.pk).until is None


def test_a_person_who_leaves_hands_over_and_signs_in_no_more(cast):
    post, seat, person = post_of(cast), office(cast), cast.people["works"]
    seat.post(f"/posts/{post.pk}/appoint", {"person": "works", "since": "2024-01-01"})
    address = f"/orgs/works/people/{person.pk}/retire"
    assert (
        "这个字段是必填项"
        in seat.post(address, {"last_day": "2024-06-30"}, follow=True).content.decode()
    )
    seat.post(address, {"last_day": "2024-06-30", "note": "Keys of room 3"})
    holding = PostHolding.objects.get(post=post)
    assert (holding.until, holding.note) == (dt.date(2024, 6, 30), "Keys of room 3")
    assert not scope(person, TODAY).grants
    assert client(person).get("/c/LK21/").status_code == 302
    assert seat.post(address, {"last_day": "2024-06-30", "note": "x"}).status_code == 404


def test_the_office_of_one_campaign_lets_nobody_go_who_works_for_all(cast):
    actions.grant(act(), Grant(person=cast.people["works"], role="viewer"))
    address = f"/orgs/works/people/{cast.people['works'].pk}/retire"
    data = {"last_day": "2024-06-30", "note": "x"}
    assert office(cast).post(address, data).status_code == 403


def test_an_org_leaves_a_group_and_joins_another_with_dates(cast):
    seat, org = office(cast), cast.orgs["works"]
    member, towns = org.memberships.get(), OrgGroup.objects.get(key="towns")
    seat.post(f"/memberships/{member.pk}/leave", {"last_day": "2024-03-31"})
    seat.post("/orgs/works/groups", {"group": towns.pk, "since": "2024-04-01"})
    rows = org.memberships.order_by("since").values_list("group__key", "since", "until")
    assert ("departments", None, dt.date(2024, 3, 31)) in rows
    assert ("towns", dt.date(2024, 4, 1), None) in rows
    again = seat.post("/orgs/works/groups", {"group": towns.pk, "since": "2024-05-01"}, follow=True)
    assert "已在序列" in again.content.decode()


def test_an_account_for_one_item_sees_that_item_and_nothing_else(cast):
    item, other = cast.item(), cast.item("Build the bridge")
    seat = office(cast)
    data = {"username": "builder1", "name": "Contractor", "item": item.code}
    seat.post("/orgs/works/accounts", data)
    contractor = client(Person.objects.get(username="builder1"))
    assert contractor.get(f"/i/{item.code}/").status_code == 200
    assert contractor.post(f"/i/{item.code}/report", {"progress": "Dug."}).status_code == 302
    assert contractor.get(f"/i/{other.code}/").status_code == 404
    assert contractor.get("/orgs/").status_code == 403
    assert contractor.get("/orgs/works/").status_code == 403
    rows = contractor.get("/c/LK21/items").context["rows"]
    assert [r.code for r in rows] == [item.code]
    assert "Contractor" in page(seat, "works")


def test_a_withdrawn_account_sees_nothing_from_that_moment(cast):
    item, seat = cast.item(), office(cast)
    seat.post("/orgs/works/accounts", {"username": "b1", "name": "B", "item": item.code})
    grant = Grant.objects.get(person__username="b1")
    seat.post(f"/grants/{grant.pk}/withdraw")
    assert client(Person.objects.get(username="b1")).get(f"/i/{item.code}/").status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"username": "b1", "item": "LK21-RW-001"}, "新账号"),
        ({"username": "b1", "name": "B", "item": "NO-SUCH"}, "没有编号为"),
        ({"username": "b1", "name": "B", "item": "LK21-RW-001", "until": "2020-01-01"}, "已过"),
    ],
)
def test_an_account_that_makes_no_sense_is_refused_and_leaves_no_person(cast, data, sentence):
    cast.item()
    answer = office(cast).post("/orgs/works/accounts", data, follow=True)
    assert sentence in answer.content.decode()
    assert not Person.objects.filter(username="b1").exists()


def test_open_items_are_counted_as_far_as_the_reader_may_see(cast):
    cast.item(), cast.item("Build the bridge")
    for who, n in (("office", 2), ("viewer", 2), ("works", 2), ("east", 0)):
        shown = client(cast.people[who]).get("/orgs/works/").context["open"]
        assert sum(o.n for o in shown) == n, who


def test_the_history_of_an_org_is_told_in_words(cast):
    actions.rename_org(act(cast.people["office"]), cast.orgs["works"], NAMES)
    actions.move_org(act(cast.people["office"]), cast.orgs["works"], cast.orgs["plan"])
    text = page(office(cast), "works")
    assert "Works Bureau → Bureau of Works" in text
    assert "Lakeside → Planning Bureau" in text
    assert "office desk" in text
    assert "办理记录" not in page(client(cast.people["viewer"]), "works")


def test_a_colleague_without_the_right_changes_nothing(cast):
    seat = client(cast.people["viewer"])
    assert seat.post("/orgs/works/rename", {"name": "X", "short_name": "X"}).status_code == 403
    assert seat.get("/orgs/works/rename").status_code == 405
    assert office(cast).post("/orgs/nowhere/rename", {"name": "X"}).status_code == 404
    assert '<form method="post" action="/orgs/' not in page(seat, "works")
