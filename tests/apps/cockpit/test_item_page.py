"""The page of one item: history in plain words, any day, the same number of questions."""

from __future__ import annotations

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.books import move_to
from tests.support.cast import START, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import (
    add_duty,
    attach_file,
    edit_item,
    issue_items,
    link_items,
    list_item,
    remove_duty,
    remove_file,
    unlink,
    unlist,
)
from gongjian.apps.campaigns.models import ItemFile, ItemLink, Listing
from gongjian.apps.papers.files import Kept, put
from gongjian.apps.targets.actions import attach
from gongjian.apps.targets.models import Target

EARLY, LATE = START + dt.timedelta(days=5), START + dt.timedelta(days=20)


def changes(answer) -> list[tuple[str, str, str]]:
    return [(d.label, d.before, d.after) for r in answer.context["history"] for d in r.changes]


def test_history_reads_as_words_not_as_keys(books):
    item, office = books.item(), books.people["office"]
    builder = str(books.cast.orgs["plan"].pk)
    edit_item(
        act(office, reason="会议确定"),
        item,
        {
            "title": "New title",
            "battle": books.battles["BK21"][1],
            "fields": {"cost": "5", "stage": "built", "builder": builder},
        },
    )
    issue_items(act(office), books.campaign, [books.again(item)])
    page = client(office).get(f"/i/{item.code}/")
    assert {
        ("标题", "Build the road", "New title"),
        ("攻坚战", "样本攻坚第0战", "样本攻坚第1战"),
        ("总投资", "–", "5 万元"),
        ("阶段", "–", "建成"),
        ("施工单位", "–", "Planning Bureau"),
        ("状态", "待下达", "已交办"),
    } <= set(changes(page))
    assert "office desk" in page.content.decode()
    assert "会议确定" in page.content.decode()


def test_history_is_in_the_readers_language(books):
    item = books.item()
    edit_item(act(books.people["office"]), item, {"fields": {"stage": "built"}})
    seat = client(books.people["office"])
    page = seat.get(f"/i/{item.code}/", headers={"accept-language": "en"})
    assert ("Stage", "–", "Built") in changes(page)


def test_a_personal_field_is_never_in_the_history(books):
    item = books.case()
    edit_item(act(books.people["office"]), item, {"fields": {"phone": "13700000000"}})
    page = client(books.people["office"]).get(f"/i/{item.code}/")
    assert ("联系电话", "●●●●", "●●●●") in changes(page)


def test_each_field_has_a_history_of_its_own(books):
    item, office = books.item(), books.people["office"]
    for cost in ("5", "7", "9"):
        edit_item(act(office), books.again(item), {"fields": {"cost": cost}, "title": f"At {cost}"})
    page = client(office).get(f"/i/{item.code}/history?field=f.cost")
    told = [(d.before, d.after) for _row, d in page.context["told"]]
    assert told == [("7 万元", "9 万元"), ("5 万元", "7 万元"), ("–", "5 万元")]


def test_a_long_history_is_cut_and_says_where_the_rest_is(books):
    item, office = books.item(), books.people["office"]
    for n in range(32):
        edit_item(act(office), books.again(item), {"fields": {"cost": str(n)}})
    page = client(office).get(f"/i/{item.code}/")
    assert len(page.context["history"]) == 30
    assert page.context["is_more_history"]
    assert len(client(office).get(f"/i/{item.code}/history").context["rows"]) == 33


def test_sums_over_the_items_below_are_worked_out(books):
    item = books.item()
    for cost in ("5", "37.5"):
        books.item(f"Part {cost}", parent=item, fields={"cost": cost})
    page = client(books.people["office"]).get(f"/i/{item.code}/")
    assert {f.key: f.text for f in page.context["fields"]}["parts_cost"] == "42.5"
    assert [b["title"] for b in page.context["below"]] == ["Part 5", "Part 37.5"]


def changed_later(books):
    """An item with everything that may hang on it, all of it changed on a later day."""
    office, day = books.people["office"], START
    item = books.item(fields={"cost": "5"})
    scene = books.item("Scene", register="scenes")
    other = books.item("Later scene", register="scenes")
    add_duty(act(office, day), item, "support", books.cast.orgs["east"])
    link_items(act(office, day), books.again(item), scene, "scene_of")
    list_item(act(office, day), books.again(item), books.register("demands"), number="上-1")
    remove_duty(act(office, LATE), item.responsibilities.select_related("item").get(role="support"))
    unlink(act(office, LATE), ItemLink.objects.select_related("source", "target").get())
    unlist(act(office, LATE), Listing.objects.select_related("item").get())
    edit_item(act(office, LATE), books.again(item), {"title": "Renamed", "fields": {"cost": "9"}})
    add_duty(act(office, LATE), books.again(item), "support", books.cast.orgs["west"])
    link_items(act(office, LATE), books.again(item), other, "scene_of")
    move_to(books, LATE)
    return item


def seen_on(seat, item, query=""):
    page = seat.get(f"/i/{item.code}/{query}").context
    return {
        "title": page["item"].title,
        "cost": {f.key: f.text for f in page["fields"]}["cost"],
        "support": [n for d in page["duties"] for _pk, n in d.holders][1:],
        "links": [row.title for _w, rows in page["ties"] for row in rows],
        "listed": [row.number for row in page["listings"]],
    }


def test_any_day_shows_fields_duties_links_and_listings_as_they_were(books):
    item = changed_later(books)
    seat = client(books.people["office"])
    assert seen_on(seat, item) == {
        "title": "Renamed",
        "cost": "9 万元",
        "support": ["West Town"],
        "links": ["Later scene"],
        "listed": [],
    }
    assert seen_on(seat, item, f"?day={EARLY}") == {
        "title": "Build the road",
        "cost": "5 万元",
        "support": ["East Town"],
        "links": ["Scene"],
        "listed": ["上-1"],
    }


def test_any_day_shows_the_files_of_that_day(books):
    item, office = books.item(), books.people["office"]
    for name, day in (("early.txt", START), ("late.txt", LATE)):
        attach_file(act(office, day), books.again(item), Kept(put(name.encode()), 9), name)
    row = ItemFile.objects.select_related("item__campaign", "item__register").get(name="early.txt")
    remove_file(act(office, LATE), row)
    move_to(books, LATE)
    seat = client(office)
    for query, names in (("", ["late.txt"]), (f"?day={EARLY}", ["early.txt"])):
        shown = seat.get(f"/i/{item.code}/{query}").context["files"]
        assert [f.name for f in shown] == names


def test_the_item_above_is_named_where_the_reader_sees_it(books):
    case = books.case("Above")
    below = books.item("Part", register="cases", parent=case)
    assert client(books.people["keeper"]).get(f"/i/{below.code}/").context["above"] == {
        "code": case.code,
        "title": "Above",
    }


def test_a_past_day_offers_nothing_to_write(books):
    item = changed_later(books)
    page = client(books.people["office"]).get(f"/i/{item.code}/?day={EARLY}")
    posts = [f for f in page.content.decode().split("<form")[1:] if 'method="post"' in f]
    assert all("/i18n/" in f or "logout" in f for f in posts)
    assert all(c.at.date() <= EARLY for c in page.context["history"])


def test_the_day_before_it_was_added_it_is_not_there(books):
    item = books.item()
    later = books.item("Later")
    assert item.code != later.code
    move_to(books, LATE)
    from gongjian.apps.campaigns.actions import import_items
    from gongjian.apps.campaigns.models import Item

    new = Item(
        campaign=books.campaign, register=books.register("works"), title="x", state="planned"
    )
    import_items(act(day=LATE), books.campaign, [new])
    seat = client(books.people["office"])
    assert seat.get(f"/i/{new.code}/").status_code == 200
    assert seat.get(f"/i/{new.code}/?day={EARLY}").status_code == 404


def target(books, order=0):
    from gongjian.apps.ledger import gate
    from gongjian.apps.ledger.book import Book
    from gongjian.apps.targets.actions import add_targets
    from gongjian.apps.targets.models import TargetVersion

    made = Target(
        campaign=books.campaign, battle=books.battles["BK21"][0], order=order, subject="开工率"
    )
    version = TargetVersion(
        target=made, n=1, kind="value", op=">=", floor=60, stretch=80, unit="%",
        strength="ensure", text="开工率60%", since=START,
    )  # fmt: skip
    with gate.opened():
        book = Book(act(day=START), "targets.add")
        add_targets(book, [made], [version])
        book.close({})
    return made


def test_a_target_is_attached_and_parted_again(books):
    item, made, seat = books.item(), target(books), client(books.people["office"])
    assert "开工率" in seat.get(f"/i/{item.code}/target").content.decode()
    seat.post(f"/i/{item.code}/target", {"target": made.pk})
    page = seat.get(f"/i/{item.code}/")
    assert [(t.subject, t.floor, t.stretch) for _pk, t in page.context["targets"]] == [
        ("开工率", "≥ 60 %", "80 %")
    ]
    assert ("服务于目标", "–", "开工率") in changes(page)
    seat.post(f"/i/{item.code}/target/{made.pk}/detach")
    assert seat.get(f"/i/{item.code}/").context["targets"] == []


def test_a_target_that_works_for_another_item_is_not_taken_from_it(books):
    item, other, made = books.item(), books.item("Other"), target(books)
    seat = client(books.people["office"])
    seat.post(f"/i/{item.code}/target", {"target": made.pk})
    answer = seat.post(f"/i/{other.code}/target", {"target": made.pk}, follow=True)
    assert item.code in "".join(str(m) for m in answer.context["messages"])
    assert Target.objects.get(pk=made.pk).item_id == item.pk


def test_a_target_of_another_campaign_is_not_there(books):
    made, item = target(books), books.item("There", campaign=books.other)
    seat = client(books.people["office"])
    assert seat.post(f"/i/{item.code}/target", {"target": made.pk}).status_code == 404
    assert seat.post(f"/i/{item.code}/target", {"target": "x"}).status_code == 404


def asked(person, path) -> int:
    seat = client(person)
    seat.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert seat.get(path).status_code == 200
    return len(caught)


def hang(books, item, n):
    """Hang n of everything on an item."""
    office = books.people["office"]
    for i in range(n):
        books.item(f"Part {i}", parent=item, fields={"cost": "1"})
        link_items(
            act(office), books.again(item), books.item(f"S{i}", register="scenes"), "scene_of"
        )
        attach(act(office), target(books, Target.objects.count()), item)
        client(office).post(
            f"/i/{item.code}/file", {"file": SimpleUploadedFile(f"a{i}.txt", b"x%d" % i)}
        )
        edit_item(
            act(books.people[["office", "works", "east"][i % 3]]),
            books.again(item),
            {
                "fields": {
                    "builder": str(books.cast.orgs[["east", "west"][i % 2]].pk),
                    "cost": str(i),
                }
            },
        )


def test_the_page_asks_the_same_however_much_hangs_on_it(books):
    item, office = books.item(), books.people["office"]
    list_item(act(office), item, books.register("demands"))
    hang(books, item, 2)
    few = {path: asked(office, f"/i/{item.code}/{path}") for path in ("", "history", "who")}
    hang(books, item, 18)
    many = {path: asked(office, f"/i/{item.code}/{path}") for path in ("", "history", "who")}
    assert many == few == {"": 23, "history": 23, "who": 12}
