"""Links as the playbook allows them, and one item in several registers of two campaigns."""

from __future__ import annotations

import pytest
from tests.support.cast import act
from tests.support.web import client

from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.actions import list_item
from gongjian.apps.campaigns.models import ItemLink, Listing
from gongjian.apps.campaigns.queries import cells
from gongjian.apps.ledger.models import Event


def said(answer) -> list[str]:
    return [str(m) for m in answer.context["messages"]]


def link(seat, item, other, kind):
    sent = {"kind": kind, "other": other.code, "note": "会议确定"}
    return seat.post(f"/i/{item.code}/link", sent, follow=True)


def test_a_link_is_read_from_both_ends_in_its_own_words(books):
    works, scene = books.item(), books.item("Scene", register="scenes")
    seat = client(books.people["office"])
    answer = link(seat, works, scene, "scene_of")
    assert [w for w, _rows in answer.context["ties"]] == ["对应场景"]
    back = seat.get(f"/i/{scene.code}/")
    assert [(w, r[0].code) for w, r in back.context["ties"]] == [("来自工程", works.code)]


def test_a_link_may_be_set_from_its_back(books):
    works, scene = books.item(), books.item("Scene", register="scenes")
    link(client(books.people["office"]), scene, works, "-scene_of")
    row = ItemLink.objects.get()
    assert (row.source, row.target) == (works, scene)


@pytest.mark.parametrize("case", ["same", "itself", "register", "second", "kind", "unknown"])
def test_what_the_playbook_does_not_allow_is_refused(books, case):
    works, scene = books.item(), books.item("Scene", register="scenes")
    seat = client(books.people["office"])
    link(seat, works, scene, "scene_of")
    other = {
        "same": (works, scene, "scene_of"),
        "itself": (works, works, "answers"),
        "register": (scene, works, "scene_of"),
        "second": (books.item("More"), scene, "scene_of"),
        "kind": (works, scene, "nothing"),
        "unknown": (works, type(works)(code="NO-1"), "scene_of"),
    }[case]
    answer = link(seat, *other)
    assert len(said(answer)) == 1
    assert ItemLink.objects.count() == 1


def test_a_source_with_one_target_takes_no_second_one(books):
    works, seat = books.item(), client(books.people["office"])
    for n in range(2):
        link(seat, works, books.item(f"Demand {n}", register="demands"), "answers")
    assert [row.target.title for row in ItemLink.objects.all()] == ["Demand 0"]


def test_a_removed_link_stays_in_the_history(books):
    works, scene = books.item(), books.item("Scene", register="scenes")
    seat = client(books.people["office"])
    link(seat, works, scene, "scene_of")
    seat.post(f"/i/{scene.code}/link/{ItemLink.objects.get().pk}/remove")
    assert ItemLink.objects.count() == 0
    told = [d for r in seat.get(f"/i/{works.code}/history").context["rows"] for d in r.changes]
    assert [(d.label, d.before, d.after) for d in told if d.label == "对应场景"] == [
        ("对应场景", f"{scene.code} Scene", "–"),
        ("对应场景", "–", f"{scene.code} Scene"),
    ]


def test_an_item_that_one_may_not_see_is_not_told_by_a_link(books):
    works, case = books.item(), books.case()
    from gongjian.apps.campaigns.actions import link_items

    demand = books.item("Demand", register="demands")
    link_items(act(books.people["office"]), case, demand, "answers")
    page = client(books.people["viewer"]).get(f"/i/{demand.code}/")
    assert page.context["ties"] == []
    assert case.code not in page.content.decode()
    assert works.code not in page.content.decode()


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("works", 403), ("stranger", 404)])
def test_only_the_office_links(books, who, status):
    item, scene = books.item(), books.item("Scene", register="scenes")
    answer = client(books.people[who]).post(
        f"/i/{item.code}/link", {"kind": "scene_of", "other": scene.code}
    )
    assert answer.status_code == status
    assert ItemLink.objects.count() == 0


def listed(books):
    """One item at home in the works, listed in two registers more, one of another campaign."""
    item = books.item("修建东湖路")
    seat = client(books.people["office"])
    here, there = books.register("scenes"), books.register("works", books.other)
    one = {"register": here.pk, "number": "场-7", "f.level": "市级", "f.rank": "3"}
    seat.post(f"/i/{item.code}/list", one)
    seat.post(f"/i/{item.code}/list", {"register": there.pk})
    return item, seat


def test_one_item_in_three_registers_of_two_campaigns_is_changed_once(books):
    item, seat = listed(books)
    n = Event.objects.count()
    form = {"version": books.again(item).version, "title": "修建东湖大道", "f.cost": "88"}
    assert seat.post(f"/i/{item.code}/edit", form).status_code == 302
    assert Event.objects.count() == n + 1
    pages = ["/c/BK21/r/works/", "/c/BK21/r/scenes/", "/c/BK22/r/works/"]
    for path in pages:
        [row] = seat.get(path).context["rows"]
        assert "修建东湖大道" in row.texts
    assert "88 万元" in seat.get("/c/BK22/r/works/").content.decode()
    api = seat.get(f"/api/v1/items/{item.code}").json()
    assert (api["title"], api["fields"]["cost"]) == ("修建东湖大道", "88")


def test_each_register_has_its_own_number_and_columns(books):
    item, seat = listed(books)
    [row] = seat.get("/c/BK21/r/scenes/").context["rows"]
    texts = row.texts
    assert "场-7" in texts
    assert "市级" in texts
    assert "工程清单" in row.cells
    there = Listing.objects.get(campaign=books.other)
    assert there.number == "BK22-GC-001"
    shown = seat.get(f"/i/{item.code}/").context["listings"]
    assert {(r.campaign, r.register, r.number) for r in shown} == {
        ("样本攻坚", "场景清单", "场-7"),
        ("第二攻坚", "工程清单", "BK22-GC-001"),
    }


def test_figures_count_a_listed_item_once_at_home(books):
    _item, _seat = listed(books)
    tally.fold("test")
    for person, campaign, n in (("office", books.campaign, 1), ("office", books.other, 0)):
        from gongjian.apps.accounts.access import scope
        from gongjian.lib import clock

        seen = scope(books.people[person], clock.today())
        assert cells(seen, campaign).total()["n"] == n


def test_a_listed_item_is_found_by_the_columns_of_that_register(books):
    listed(books)
    seat = client(books.people["office"])
    for query, n in (("f.level=市级", 1), ("f.level=省级", 0), ("f.rank.from=3", 1), ("q=场-7", 1)):
        assert len(seat.get(f"/c/BK21/r/scenes/?{query}").context["rows"]) == n, query
    assert len(seat.get("/c/BK21/r/scenes/?sort=-f.rank").context["rows"]) == 1


def test_a_listing_is_edited_and_taken_off(books):
    item, seat = listed(books)
    row = Listing.objects.get(campaign=books.campaign)
    seat.post(f"/i/{item.code}/listing/{row.pk}", {"number": "场-8", "f.level": "", "f.rank": "1"})
    row.refresh_from_db()
    assert (row.number, row.fields) == ("场-8", {"rank": "1"})
    seat.post(f"/i/{item.code}/listing/{row.pk}/remove")
    assert Listing.objects.filter(campaign=books.campaign).count() == 0
    assert seat.get(f"/i/{item.code}/").status_code == 200


@pytest.mark.parametrize("case", ["home", "twice", "number", "column"])
def test_a_listing_that_makes_no_sense_is_refused(books, case):
    item, _seat = listed(books)
    other = books.item("Another")
    from gongjian.apps.ledger.book import ActionError

    here, home = books.register("scenes"), books.register("works")
    given = {
        "home": (item, home, {}),
        "twice": (item, here, {}),
        "number": (other, here, {"number": "场-7"}),
        "column": (other, here, {"fields": {"cost": "1"}}),
    }[case]
    with pytest.raises(ActionError):
        list_item(act(books.people["office"]), given[0], given[1], **given[2])
    assert Listing.objects.count() == 2


def test_a_taken_number_is_told_and_the_form_keeps_what_was_typed(books):
    _item, seat = listed(books)
    other = books.item("Another")
    sent = {"register": books.register("scenes").pk, "number": "场-7", "f.rank": "12"}
    answer = seat.post(f"/i/{other.code}/list", sent)
    assert answer.status_code == 422
    assert 'value="12"' in answer.content.decode()


def test_a_campaign_in_which_one_is_no_office_is_not_offered(books):
    item = books.item()
    there = books.register("works", books.other)
    colleague = client(books.people["colleague"])
    assert colleague.get(f"/i/{item.code}/list").status_code == 404
    viewer = client(books.people["viewer"])
    assert viewer.post(f"/i/{item.code}/list", {"register": there.pk}).status_code == 403


def test_through_the_other_campaign_its_people_see_the_listed_item(books):
    item, _seat = listed(books)
    seat = client(books.people["colleague"])
    assert seat.get(f"/i/{item.code}/").status_code == 200
    assert [r.row.item.code for r in seat.get("/c/BK22/r/works/").context["rows"]] == [item.code]
    assert seat.get("/c/BK21/r/works/").status_code == 404
    shown = seat.get(f"/i/{item.code}/").context["listings"]
    assert [r.campaign for r in shown] == ["第二攻坚"]
