"""Reading a workbook of the organisation: heads by their words, faults by cell."""

from __future__ import annotations

import pytest
from tests.support.orgs import book

from gongjian.apps.accounts.sheets import KINDS, read_organisation, role_of, template_pages
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import SheetColumn, SheetPage, read_sheets, write_book


def read(data: bytes):
    return read_organisation(read_sheets(data, Limits()))


def codes(sheets) -> list[tuple[str, int, str, str]]:
    return [(f.sheet, f.row, f.column, f.code) for f in sheets.faults]


def test_heads_are_known_by_their_words_and_titles_above_them_are_passed_over():
    heads = [
        SheetColumn(h) for h in ("序号", "单位全称", "单位简称", "主管单位", "曾用名", "单位代码")
    ]
    rows = [[1, "湖滨区水务局", "区水务局", "湖滨区", "水利局、水办", "sw"]]
    page = SheetPage("名册", heads, rows, title="湖滨区单位名册", note="截至八月")
    (line,) = read(write_book([page])).orgs
    assert (line.name, line.short_name, line.parent) == ("湖滨区水务局", "区水务局", "湖滨区")
    assert (line.aliases, line.code, line.place.row) == (("水利局", "水办"), "sw", 4)


def test_english_heads_do_as_well():
    found = read(
        book(
            Users=[
                ["Name", "Login", "Org", "Position", "Role"],
                ["Desk", "d1", "Works", "Head", "contact"],
            ]
        )
    )
    (line,) = found.people
    assert (line.username, line.title, line.role) == ("d1", "Head", "contact")


def test_a_sheet_is_told_by_its_heads_where_its_name_says_nothing():
    found = read(
        book(
            Sheet1=[["单位", "职务", "是否一把手"], ["水务局", "局长", "是"]],
            附注=[["说明"], ["略"]],
        )
    )
    assert [(p.org, p.title, p.is_principal) for p in found.posts] == [("水务局", "局长", True)]
    assert found.skipped == ["附注"]


@pytest.mark.parametrize(
    ("sheet", "rows", "fault"),
    [
        ("人员", [["姓名", "登录名", "单位", "角色"], ["甲岗", "a", "", "联络员"]], ("C", "person.org_missing")),
        ("人员", [["姓名", "登录名", "单位", "角色"], ["甲岗", "", "某局", "联络员"]], ("B", "person.login_missing")),
        ("人员", [["姓名", "登录名", "单位", "角色"], ["甲岗", "a", "某局", "皇帝"]], ("D", "person.role_unknown")),
        ("人员", [["姓名", "登录名", "单位", "角色"], ["甲岗", "a", "某局", ""]], ("D", "person.no_part")),
        ("人员", [["姓名", "登录名", "单位", "角色"], ["甲岗", "a b", "某局", "联络员"]], ("B", "person.login_malformed")),
        ("职务", [["单位", "职务", "一把手"], ["某局", "局长", "也许"]], ("C", "cell.not_yes_no")),
        ("单位", [["单位名称", "编码"], ["", "x"]], ("A", "cell.empty")),
        ("单位", [["单位名称", "简称"], ["某局", "长" * 61]], ("B", "field.too_long")),
    ],
)  # fmt: skip
def test_a_fault_names_sheet_row_and_column(sheet, rows, fault):
    assert codes(read(book(**{sheet: rows}))) == [(sheet, 2, *fault)]


def test_missing_heads_and_a_workbook_of_something_else_are_said():
    (fault,) = read(book(人员=[["姓名", "电话"], ["甲岗", "1"]])).faults
    assert (fault.code, dict(fault.facts)["heads"]) == ("sheet.head_missing", "登录名、单位")
    assert codes(read(book(账目=[["日期", "金额"], ["1", "2"]]))) == [
        ("", 0, "", "sheet.none_known")
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_is_read_by_its_own_reader(language):
    found = read(write_book(template_pages(language, "note")))
    assert found.faults == []
    assert len(found.orgs) == len(found.groups) == len(found.posts) == len(found.people) == 1


def test_every_role_has_words_and_no_word_means_two_roles():
    assert role_of("主要负责人") == "principal"
    assert role_of("Contact") == "contact"
    assert role_of("路人") == ""
    for kind in KINDS:
        words = [w.casefold() for h in kind.heads for w in (h.zh, h.en, *h.also)]
        assert len(words) == len(set(words)), kind.key
