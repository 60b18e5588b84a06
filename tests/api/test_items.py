"""Items for programs: read with their version, changed member by member, never more than that."""

from __future__ import annotations

import pytest
from tests.support.api import program
from tests.support.cast import END, act

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.ledger.models import Change, Event


@pytest.fixture
def office(books):
    return program(books.people["office"])


def of(books, **fields):
    return books.item(
        fields={"cost": "120.5", "stage": "early", "paper": "柳政发〔2021〕9号", **fields}
    )


def test_an_item_is_told_with_codes_and_its_version(books, office):
    item = of(books, builder=str(books.cast.orgs["plan"].pk))
    answer = office.get(f"items/{item.code}")
    told = answer.json()
    assert answer["ETag"].startswith('"1-')
    assert (told["org"], told["version"], told["register_key"]) == ("works", 1, "works")
    assert told["duties"] == {"owner": ["works"]}
    assert told["fields"]["builder"] == "plan"
    assert told["fields"]["cost"] == "120.5"


def test_an_item_that_is_the_same_is_not_sent_again(books, office):
    item = of(books)
    tag = office.get(f"items/{item.code}")["ETag"]
    same = office.get(f"items/{item.code}", If_None_Match=tag)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
    office.post(f"items/{item.code}/duties", {"role": "support", "holder": "plan"})
    assert office.get(f"items/{item.code}", If_None_Match=tag).status_code == 200


def test_a_patch_touches_only_what_it_names(books, office):
    item = of(books)
    before = office.get(f"items/{item.code}").json()
    sent = office.patch(
        f"items/{item.code}", {"title": "New road", "fields": {"stage": "built", "paper": None}}
    )
    assert sent.status_code == 200, sent.content
    told = office.get(f"items/{item.code}").json()
    changed = {k for k in told if told[k] != before[k]}
    assert changed == {"title", "fields", "version"}
    assert told["fields"] == {**before["fields"], "stage": "built", "paper": None}
    (change,) = Change.objects.filter(event=sent.json()["event"])
    assert set(change.after) == {"title", "fields"}


def test_what_was_read_may_be_sent_back_and_changes_nothing(books, office):
    item = of(books, builder=str(books.cast.orgs["plan"].pk), measures=["one", "two"])
    told = office.get(f"items/{item.code}").json()
    body = {n: told[n] for n in ("title", "start_on", "due", "battle")}
    fields = {k: v for k, v in told["fields"].items() if k != "proof"}
    n = Event.objects.count()
    sent = office.patch(f"items/{item.code}", {**body, "fields": fields})
    assert sent.json() == {"event": None, "repeated": False, "result": {}}
    assert Event.objects.count() == n


def test_a_patch_for_a_version_that_somebody_else_has_changed_is_refused(books, office):
    item = of(books)
    edit_item(act(books.people["office"]), item, {"title": "Theirs"})
    sent = office.patch(f"items/{item.code}", {"title": "Mine"}, If_Match='"1"')
    assert sent.status_code == 412
    assert sent.json()["type"] == "urn:gongjian:row.moved"
    assert office.get(f"items/{item.code}").json()["title"] == "Theirs"


def test_a_patch_of_other_members_than_those_changed_since_goes_on(books, office):
    item = of(books)
    edit_item(act(books.people["office"]), item, {"title": "Theirs", "fields": {"stage": "built"}})
    sent = office.patch(f"items/{item.code}", {"fields": {"cost": 7}}, If_Match='"1"')
    assert sent.status_code == 200, sent.content
    told = office.get(f"items/{item.code}").json()
    assert (told["title"], told["fields"]["stage"], told["fields"]["cost"]) == (
        "Theirs",
        "built",
        "7",
    )


def test_a_member_that_nobody_knows_is_refused_by_name(books, office):
    item = of(books)
    sent = office.patch(f"items/{item.code}", {"titel": "x"})
    assert sent.status_code == 422
    assert sent.json()["errors"][0]["at"].endswith("titel")
    sent = office.patch(f"items/{item.code}", {"fields": {"coast": "1"}})
    assert (sent.status_code, sent.json()["type"]) == (422, "urn:gongjian:item.not_editable")


def test_a_contact_changes_the_fields_that_are_theirs_and_no_others(books):
    item = of(books)
    works = program(books.people["works"])
    assert works.patch(f"items/{item.code}", {"fields": {"measures": ["a"]}}).status_code == 200
    assert works.patch(f"items/{item.code}", {"title": "x"}).status_code == 422
    assert program(books.people["viewer"]).patch(f"items/{item.code}", {}).status_code == 403


def test_an_item_is_added_with_its_owner_and_taken_back(books, office):
    sent = office.post(
        "campaigns/BK21/registers/works/items",
        {
            "title": "Bridge",
            "duties": {"owner": ["plan"]},
            "due": END.isoformat(),
            "fields": {"cost": "3"},
        },
    )
    code = sent.json()["result"]["item"]
    told = office.get(f"items/{code}").json()
    assert (told["org"], told["due"], told["fields"]["cost"]) == ("plan", END.isoformat(), "3")
    assert told["duties"] == {"owner": ["plan"]}
    assert office.post(f"events/{sent.json()['event']}/undo").status_code == 200
    assert office.get(f"items/{code}").status_code == 404


def test_personal_fields_are_not_told(books, office):
    case = books.case()
    told = office.get(f"items/{case.code}").json()
    assert set(told["fields"]) == {"plan"}
    assert "13900001234" not in str(told)


def test_a_list_goes_on_where_its_page_ended(books, office):
    codes = [books.item(f"Item {n}").code for n in range(5)]
    first = office.get("campaigns/BK21/items?limit=2").json()
    second = office.get(f"campaigns/BK21/items?limit=3&after={first['after']}").json()
    assert [i["code"] for i in [*first["items"], *second["items"]]] == codes
    assert (first["n"], second["after"]) == (5, None)
    assert office.get("campaigns/BK21/items?after=xyz").status_code == 422
    assert office.get("campaigns/BK21/items?limit=201").status_code == 422


def test_a_register_is_filtered_sorted_and_searched_as_on_its_page(books, office):
    for n in range(4):
        of(books, cost=str(n * 10))
    here = "campaigns/BK21/registers/works/items"
    told = office.get(f"{here}?f.cost.from=10&sort=-f.cost&limit=2").json()
    assert [i["fields"]["cost"] for i in told["items"]] == ["30", "20"]
    after = office.get(f"{here}?f.cost.from=10&sort=-f.cost&after={told['after']}").json()
    assert [i["fields"]["cost"] for i in after["items"]] == ["10"]
    assert office.get(f"{here}?q=road").json()["n"] == 4
    refused = office.get(f"{here}?f.coast=1")
    assert (refused.status_code, refused.json()["errors"][0]["at"]) == (422, "query.f.coast")
    assert (
        office.get(f"{here}?f.cost.from=many").json()["type"] == "urn:gongjian:field.not_a_number"
    )


def test_an_item_asks_the_database_a_fixed_number_of_times(
    books, office, django_assert_num_queries
):
    item = of(books, builder=str(books.cast.orgs["plan"].pk))
    office.get(f"items/{item.code}")
    # the lock, the token with its person, the grants, the item, the playbook, the duties, one org, what lies below
    with django_assert_num_queries(8):
        office.get(f"items/{item.code}")
