"""“Who can see this” says the same as the filter of rows, for every person."""

from __future__ import annotations

import pytest
from tests.support.books import let_in
from tests.support.cast import act
from tests.support.web import client

from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import OrgGroup, Person
from gongjian.apps.campaigns.actions import add_duty, import_items, list_item
from gongjian.apps.campaigns.models import Responsibility
from gongjian.apps.campaigns.queries import in_sight
from gongjian.apps.campaigns.sight import who_sees
from gongjian.lib import clock


def items(books):
    plain = books.item()
    shared = books.item("Shared", org="plan")
    add_duty(act(), shared, "support", books.cast.orgs["east"])
    listed = books.item("Listed", org="west")
    list_item(act(), listed, books.register("works", books.other))
    case = books.case()
    below = books.item("Part", parent=plain)
    nobody = books.item("No org", org="west")
    return {
        "plain": plain,
        "shared": shared,
        "listed": listed,
        "case": case,
        "below": below,
        "elsewhere": books.item("There", campaign=books.other, org="works"),
        "nobody": nobody,
    }


@pytest.mark.parametrize(
    "name", ["plain", "shared", "listed", "case", "below", "elsewhere", "nobody"]
)
def test_it_agrees_with_the_rows_that_each_person_sees(books, name):
    found = items(books)
    case = found["case"]
    let_in(books.people["solo"], "contact", books.campaign, item_id=found["plain"].pk)
    let_in(books.people["plan"], "viewer", books.campaign, item_id=case.pk)
    today = clock.today()
    told = {pk for s in who_sees(found[name], today) for pk in s.people}
    item = books.again(found[name])
    really = {p.pk for p in Person.objects.all() if in_sight(scope(p, today), item)}
    assert told == really
    assert really


def test_a_case_is_seen_by_its_class_and_by_nobody_else(books):
    case = books.case()
    told = {pk for s in who_sees(case, clock.today()) for pk in s.people}
    names = ("office", "colleague", "clerk", "keeper", "auditor")
    seen = {books.people[n].pk for n in names if n != "colleague"}
    assert told == seen


def test_the_page_counts_people_and_posts(books):
    item = books.item()
    answer = client(books.people["viewer"]).get(f"/i/{item.code}/who")
    rows = {(r["role"], r["reach"]): (r["n"], r["n_posts"]) for r in answer.context["rows"]}
    assert rows["牵头领导", "整个行动"] == (2, 1)
    assert answer.context["n"] == 8


def test_a_stranger_is_not_told(books):
    item = books.item()
    assert client(books.people["stranger"]).get(f"/i/{item.code}/who").status_code == 404


def test_each_member_of_a_group_that_answers_sees_the_item_and_is_told_so(books):
    item = books.item("Clean the river", org="works")
    towns = OrgGroup.objects.get(key="towns")
    duty = Responsibility(campaign=books.campaign, item=item, role="owner", group_id=towns.pk)
    assert client(books.people["east"]).get(f"/i/{item.code}/").status_code == 404
    import_items(act(books.people["office"]), books.campaign, [], [duty])
    assert client(books.people["east"]).get(f"/i/{item.code}/").status_code == 200
    seen = {pk for row in who_sees(item, clock.today()) for pk in row.people}
    assert books.people["east"].pk in seen
