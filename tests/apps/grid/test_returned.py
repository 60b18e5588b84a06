"""Workbooks sent out and returned: templates, one for each org, seventy merged, conflicts decided."""

from __future__ import annotations

import io
import zipfile

import pytest
from tests.apps.grid.test_intake import check, counts, take
from tests.support.cast import END, START, act
from tests.support.returned import HERE, opened, saved, upload
from tests.support.web import body_of, client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.actions import import_items
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.grid import waiting
from gongjian.apps.grid.models import Intake

TEMPLATE = "/c/BK21/r/works/template"
N = 70
_ZH = {"Code": "编号", "Item": "事项", "Battle": "攻坚战", "Due": "时限"}  # before it is translated


@pytest.fixture
def seat(books):
    return client(books.people["office"])


def heads_of(sheet) -> dict[str, int]:
    """Where each column stands: the head is the row that has 事项 in it."""
    for row in sheet.iter_rows(min_row=1, max_row=6):
        found = {_ZH.get(str(c.value), str(c.value)): c.column for c in row if c.value}
        if "事项" in found:
            return {**found, "": row[0].row}
    raise AssertionError("no head")


def test_a_template_has_drop_downs_hints_and_no_rows(seat, books):
    sheet = opened(body_of(seat.get(TEMPLATE))).worksheets[0]
    at = heads_of(sheet)
    assert {"编号", "事项", "攻坚战", "时限", "阶段", "承办单位"} <= set(at)
    assert not {"状态", "亮灯", "子项投资合计", "验收单"} & set(at)
    rules = {str(r.sqref).split(":")[0]: r for r in sheet.data_validations.dataValidation}
    rule = rules[sheet.cell(at[""] + 1, at["阶段"]).coordinate]
    assert rule.formula1 == '"前期,建成"'
    due = rules[sheet.cell(at[""] + 1, at["时限"]).coordinate]
    assert "2026-09-30" in due.prompt
    assert sheet.cell(at[""] + 1, at["事项"]).value in {None, ""}


def test_a_template_under_a_printed_head_comes_back_as_new_rows(seat, books):
    book = opened(body_of(seat.get(TEMPLATE, {"head": "l2"})))
    sheet = book.worksheets[0]
    row = next(c.row for r in sheet.iter_rows() for c in r if c.value == "重点工作") + 1
    for column, text in ((1, 1), (2, "修桥"), (3, 5), (4, "Works Bureau")):
        sheet.cell(row, column, text)
    page = hand_in(seat, {"回收.xlsx": saved(book)})
    assert counts(page) == (1, 0, 0)


def test_rows_that_are_there_come_back_unchanged(seat, books):
    books.item("修桥", fields={"cost": "5", "stage": "early"})
    books.item("修路", org="east")
    data = body_of(seat.get(TEMPLATE, {"rows": "all"}))
    assert counts(hand_in(seat, {"全部.xlsx": data})) == (0, 0, 2)
    own = body_of(seat.get(TEMPLATE, {"rows": "org", "org": str(books.cast.orgs["east"].pk)}))
    assert counts(hand_in(seat, {"东镇.xlsx": own})) == (0, 0, 1)
    assert seat.get(TEMPLATE, {"rows": "org"}).status_code == 302


def seventy(books) -> list[Org]:
    """Seventy towns, three rows each; the first two have one row in common."""
    root = books.cast.orgs["district"]
    towns = [
        Org(code=f"t{n}", name=f"第{n}镇", short_name=f"第{n}镇", parent=root, order=n)
        for n in range(N)
    ]
    accounts.add_orgs(act(), towns)
    items, duties = [], []
    for n in range(N * 3):
        item = Item(
            campaign=books.campaign, register=books.register("works"), title=f"工程{n}",
            org=towns[n // 3], start_on=START, due=END, state="planned", fields={"cost": str(n)},
        )  # fmt: skip
        items.append(item)
        duties.append(
            Responsibility(campaign=books.campaign, item=item, role="owner", org=towns[n // 3])
        )
    duties += [
        Responsibility(campaign=books.campaign, item=item, role="owner", org=towns[1], order=1)
        for item in items[:2]
    ]
    import_items(act(), books.campaign, items, duties)
    return towns


def hand_in(seat, workbooks: dict[str, bytes]):
    given = [upload(data, name) for name, data in workbooks.items()]
    sent = seat.post(HERE, {"files": given})
    assert sent.status_code == 302, sent.context["problems"]
    return seat.get(sent.url)


def sent_out(seat) -> dict[str, bytes]:
    answer = body_of(seat.get(TEMPLATE, {"rows": "each"}))
    with zipfile.ZipFile(io.BytesIO(answer)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def edited(data: bytes, title: str, text: object, head: str = "总投资（万元）") -> bytes:
    book = opened(data)
    sheet = book.worksheets[0]
    at = heads_of(sheet)
    for row in sheet.iter_rows(min_row=at[""] + 1):
        if row[at["事项"] - 1].value == title:
            row[at[head] - 1].value = text
            return saved(book)
    raise AssertionError(title)


@pytest.fixture
def returned(seat, books):
    """Ten of seventy workbooks came back edited; in two cells two towns say different things."""
    seventy(books)
    out = sent_out(seat)
    assert len(out) == N
    names = list(out)
    for n in range(2, 10):
        out[names[n]] = edited(out[names[n]], f"工程{n * 3}", 900 + n)
    for n in (0, 1):
        out[names[n]] = edited(out[names[n]], "工程0", 700 + n)
        out[names[n]] = edited(out[names[n]], "工程1", 800 + n)
    return out


def test_seventy_workbooks_are_merged_and_two_conflicts_decided(seat, books, returned):
    page = hand_in(seat, returned)
    assert page.context["step"] == "faults"
    first, second = page.context["clashes"]
    assert (first["title"], first["book"], first["head"]) == ("工程0", "0", "总投资（万元）")
    assert [s["text"] for s in first["said"]] == ["700", "701"]
    assert page.context["report"]["n_joined"] == 2
    sound = check(seat, page, **{"clash-0": first["said"][1]["file"], "clash-1": "-"})
    assert (sound.context["step"], counts(sound)) == ("preview", (0, 9, N * 3 - 9))
    take(seat, sound)
    now = {i.title: i.fields["cost"] for i in Item.objects.filter(title__startswith="工程")}
    assert (now["工程0"], now["工程1"], now["工程27"]) == ("701", "1", "909")
    assert second["key"] != first["key"]


def test_the_later_file_wins_where_that_is_said(seat, books, returned):
    sound = check(seat, hand_in(seat, returned), do="later_wins")
    assert (sound.context["step"], counts(sound)[1]) == ("preview", 10)
    take(seat, sound)
    assert Item.objects.get(title="工程0").fields["cost"] == "701"


def test_what_one_file_changed_and_another_left_as_it_was_is_no_conflict(seat, books):
    seventy(books)
    out = sent_out(seat)
    names = list(out)
    out[names[1]] = edited(out[names[1]], "工程0", 701)
    page = hand_in(seat, out)
    assert (page.context["step"], counts(page)) == ("preview", (0, 1, N * 3 - 1))


def test_a_row_of_another_org_is_flagged_and_may_be_left_out(seat, books):
    seventy(books)
    out = sent_out(seat)
    names = list(out)
    book, other = opened(out[names[5]]), opened(out[names[9]])
    sheet, rows = book.worksheets[0], other.worksheets[0]
    at = heads_of(rows)
    for cell in rows[at[""] + 1]:
        sheet.cell(at[""] + 4, cell.column, cell.value)
    sheet.cell(at[""] + 4, at["总投资（万元）"], 5)
    page = hand_in(seat, {names[5]: saved(book), names[6]: out[names[6]]})
    [flagged] = page.context["report"]["strangers"]
    assert (flagged["org"], flagged["title"]) == ("第5镇", "工程27")
    left = check(seat, page, do="leave_strangers")
    assert (counts(left), left.context["report"]["strangers"]) == ((0, 0, 6), [])


def test_new_rows_that_two_files_say_alike_come_once(seat, books):
    books.item("修桥")
    book = opened(body_of(seat.get(TEMPLATE)))
    sheet = book.worksheets[0]
    at = heads_of(sheet)
    sheet.cell(at[""] + 1, at["事项"], "新建公园")
    page = hand_in(seat, {"甲.xlsx": saved(book), "乙.xlsx": saved(book)})
    assert (counts(page), page.context["report"]["n_joined"]) == ((1, 0, 0), 1)
    intake = Intake.objects.get()
    assert waiting.reason_of(intake) == "甲.xlsx, 乙.xlsx"
