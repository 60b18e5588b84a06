"""The page of one register: filters, orders, pages, workbook, rosters."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.books import move_to
from tests.support.cast import START, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item, list_item
from gongjian.apps.campaigns.models import Roster
from gongjian.apps.ledger import gate
from gongjian.apps.loop.models import Report
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets

LIMITS = Limits(max_bytes=10**7, max_unpacked_bytes=10**8)
WORKS = "/c/BK21/r/works/"


def five(books):
    """Five works: costs 5, 40, 300, none and 40; the last is closed in time."""
    costs = ["5", "40", "300", None, "40"]
    made = []
    for n, cost in enumerate(costs):
        fields = {"cost": cost} if cost else {}
        fields |= {"stage": "early" if n % 2 else "built", "found_on": f"2021-07-0{n + 1}"}
        due = START + dt.timedelta(days=30 - n) if n != 3 else None
        made.append(books.item(f"Work {n}", fields=fields, due=due))
    return made


def titles(answer) -> list[str]:
    at = [c["source"] for c in answer.context["columns"]].index("title")
    return [line.texts[at] for line in answer.context["rows"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "01234"),
        ("f.stage=early", "13"),
        ("f.stage=前期", "13"),
        ("f.cost.from=40", "124"),
        ("f.cost.from=40&f.cost.to=100", "14"),
        ("f.cost.from=0.03亿元", "2"),
        ("f.found_on.from=2021-07-03", "234"),
        ("f.found_on.to=2021-07-02", "01"),
        ("q=ORK+gc-004", "3"),
        ("q=GC-002", "1"),
        ("state=planned", "01234"),
        ("state=closed", ""),
        ("light=none", "01234"),
        ("light=red", ""),
        ("f.stage=early&f.found_on.from=2021-07-03", "3"),
        ("sort=-code", "43210"),
        ("sort=f.cost", "01423"),
        ("sort=-f.cost", "21403"),
        ("sort=due", "42103"),
        ("sort=-due", "01243"),
        ("sort=f.nothing", "01234"),
    ],
)
def test_a_register_is_narrowed_and_ordered(books, query, found):
    made = five(books)
    answer = client(books.people["office"]).get(f"{WORKS}?{query}")
    assert titles(answer) == [made[int(n)].title for n in found]


def test_a_number_larger_than_any_key_is_kept_and_sorts_last(books):
    vast = "9" * 18
    made = [books.item(f"Work {n}", fields={"cost": n}) for n in (vast, "-" + vast, "7")]
    seat = client(books.people["office"])
    assert titles(seat.get(f"{WORKS}?sort=f.cost")) == [made[n].title for n in (1, 2, 0)]
    assert titles(seat.get(f"{WORKS}?f.cost.from={vast}")) == [made[0].title]
    assert [row.fields["cost"] for row in made] == [vast, "-" + vast, "7"]


def test_by_org_and_by_an_org_field(books):
    item = books.item("Theirs", org="east", fields={"builder": str(books.cast.orgs["west"].pk)})
    books.item("Other")
    seat = client(books.people["office"])
    assert titles(seat.get(f"{WORKS}?org={item.org_id}")) == ["Theirs"]
    assert titles(seat.get(f"{WORKS}?org=East+Town")) == ["Theirs"]
    assert titles(seat.get(f"{WORKS}?f.builder=West+Town")) == ["Theirs"]


@pytest.mark.parametrize(
    "query", ["f.cost.from=viel", "f.found_on.to=morgen", "f.builder=Nowhere", "org=Nowhere"]
)
def test_a_filter_that_cannot_be_read_is_told_and_ignored(books, query):
    five(books)
    answer = client(books.people["office"]).get(f"{WORKS}?{query}")
    assert len(answer.context["faults"]) == 1
    assert len(titles(answer)) == 5


@pytest.mark.parametrize("sort", ["code", "-code", "f.cost", "-f.cost", "due", "-due", "light"])
def test_pages_follow_each_other_without_a_gap_or_a_repeat(books, sort):
    five(books)
    for n in range(2):
        item = books.item(f"Listed {n}", register="demands", fields={})
        list_item(act(), item, books.register("works"), number=f"BK21-GC-00{n + 2}b")
    seat = client(books.people["office"])
    whole = titles(seat.get(f"{WORKS}?sort={sort}"))
    assert len(whole) == 7
    from gongjian.apps.accounts.access import scope
    from gongjian.apps.campaigns.asking import ask_of
    from gongjian.apps.campaigns.fields import askable_fields
    from gongjian.apps.campaigns.kernel_io import playbook_in_force
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.lib import clock

    playbook = playbook_in_force(books.campaign)
    seen = scope(books.people["office"], clock.today())
    definition = playbook.register("works")
    ledger = Ledger(seen, books.register("works"), definition, playbook)
    ask = ask_of({"sort": sort}, askable_fields(definition, frozenset({"office"})))
    found, after = [], ""
    while True:
        page = ledger.page(ask, after, 2)
        found += [r.item.title for r in page.rows]
        after = page.after
        if not after:
            break
    assert found == whole


def test_the_count_stops_and_says_so(books, monkeypatch):
    five(books)
    monkeypatch.setattr("gongjian.apps.campaigns.windows.COUNT_CAP", 3)
    answer = client(books.people["office"]).get(f"{WORKS}?q=work")
    assert answer.context["is_more"]
    assert "超过 3" in answer.content.decode()


def test_an_empty_register_says_what_belongs_there(books):
    page = client(books.people["office"]).get(WORKS).content.decode()
    assert "本季度的工程都登记在这里。" in page
    assert "/c/BK21/r/works/new" in page
    assert "/c/BK21/r/works/new" not in client(books.people["viewer"]).get(WORKS).content.decode()


def test_a_past_day_shows_the_register_as_it_was(books):
    item = books.item(fields={"cost": "5"})
    later = START + dt.timedelta(days=10)
    edit_item(act(day=later), item, {"title": "Renamed", "fields": {"cost": "9"}})
    books.cast.tick(START)
    move_to(books, later)
    seat = client(books.people["office"])
    assert titles(seat.get(f"{WORKS}?day=2021-07-05")) == ["Build the road"]
    assert "5 万元" in seat.get(f"{WORKS}?day=2021-07-05").content.decode()
    assert titles(seat.get(f"{WORKS}?day=2021-07-05&f.cost.from=6")) == []
    assert titles(seat.get(WORKS)) == ["Renamed"]


def test_the_register_asks_the_same_however_many_rows_there_are(books):
    def asked() -> int:
        seat = client(books.people["office"])
        seat.get(WORKS)
        with CaptureQueriesContext(connection) as caught:
            assert seat.get(WORKS).status_code == 200
        return len(caught)

    for n in range(3):
        books.item(f"Work {n}", fields={"builder": str(books.cast.orgs["west"].pk)})
    few = asked()
    for n in range(30):
        books.item(f"More {n}", fields={"builder": str(books.cast.orgs["east"].pk)})
    assert asked() == few == 15


def sheet(books, who="office", path="works/export", **query):
    answer = client(books.people[who]).get(f"/c/BK21/r/{path}", query)
    assert answer.status_code == 200
    [one] = read_sheets(b"".join(answer), LIMITS)
    return one.rows


def test_the_workbook_has_the_heads_of_the_real_ledger(books):
    item = books.item(fields={"cost": "5"})
    from gongjian.apps.campaigns.actions import add_duty

    add_duty(act(), item, "lead", books.cast.orgs["east"])
    with gate.opened():
        Report(
            campaign=books.campaign, item=item, progress="已开工", problems="缺土地",
            next_steps="报批", share=1000, at=item.campaign.pk and act(day=START).at,
        ).save()  # fmt: skip
    rows = sheet(books, head="l2")
    assert rows[0][0] == "重点工程任务分解表"
    assert rows[2][:5] == ("序号", "任务", "任务", "责任单位", "进展情况、存在问题及下一步打算")
    assert rows[4][5] == str(item.pk)
    assert rows[3][1:3] == ("重点工作", "总投资")
    assert rows[4][:3] == ("1", "Build the road", "5 万元")
    assert rows[4][3] == "*East Town、Works Bureau"
    assert [line.split("：")[1] for line in rows[4][4].split("\n")] == ["已开工", "缺土地", "报批"]


def test_the_workbook_names_its_filters(books):
    five(books)
    rows = sheet(books, **{"f.stage": "early"})
    assert "阶段 = 前期" in rows[1][0]
    assert "Work 1" in rows[3]
    assert len(rows) == 5


def test_the_workbook_of_cases_names_who_took_it_and_masks_persons(books):
    books.case()
    rows = sheet(books, "keeper", "cases/export")
    text = "\n".join("\t".join(r) for r in rows)
    assert "●●●●" in text
    assert "13900001234" not in text
    assert "keeper desk" in rows[-1][0]


def test_a_cut_workbook_says_so(books, monkeypatch):
    five(books)
    monkeypatch.setattr("gongjian.apps.grid.views.registers.EXPORT_CAP", 4)
    rows = sheet(books)
    assert "4" in rows[1][0].split("·")[-1]
    assert len(rows) == 3 + 4


def freeze(seat, **sent):
    return seat.post("/c/BK21/r/works/roster", sent, follow=True)


def test_a_roster_is_frozen_from_the_list_and_versions_tell_what_changed(books):
    made = five(books)
    seat = client(books.people["office"])
    freeze(seat, name="年度名册", reason="年初核定", filter="f.cost.from=40")
    edit_item(act(), books.again(made[0]), {"fields": {"cost": "50"}})
    edit_item(act(), books.again(made[2]), {"fields": {"cost": "1"}})
    answer = freeze(seat, name="年度名册", reason="年中调整", filter="f.cost.from=40")
    newest, first = answer.context["rosters"]
    assert (first["roster"].n, first["n"], first["added"]) == (1, 3, [])
    assert (newest["added"], newest["dropped"]) == ([made[0].code], [made[2].code])
    assert set(Roster.objects.get(n=1).members) == {str(made[n].pk) for n in (1, 2, 4)}


@pytest.mark.parametrize(
    "sent", [{"name": "", "reason": "x"}, {"name": "x", "reason": " "}, {"filter": "q=none"}]
)
def test_a_roster_without_name_reason_or_items_is_refused(books, sent):
    five(books)
    answer = freeze(client(books.people["office"]), **{"name": "x", "reason": "x", **sent})
    assert len(list(answer.context["messages"])) == 1
    assert Roster.objects.count() == 0


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("works", 403), ("stranger", 404)])
def test_only_the_office_freezes(books, who, status):
    answer = client(books.people[who]).post("/c/BK21/r/works/roster", {"name": "x"})
    assert answer.status_code == status


def test_a_contact_sees_the_rows_of_the_own_org_only(books):
    books.item("Mine")
    books.item("Theirs", org="east")
    assert titles(client(books.people["works"]).get(WORKS)) == ["Mine"]
