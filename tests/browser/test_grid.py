"""A register as a table: paste, Excel keys, an input method, two people, fifty thousand rows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Desk, leave, open_desk, served, surroundings
from tests.browser.look import barriers, sticking_out

MANY = 50_000
EIGHT = ("title", "org", "due", "field:cost", "field:stage", "field:found_on", "field:builder", "field:measures")  # fmt: skip
WORKS = "/c/BK21/r/works/grid"
COLUMNS = f"{WORKS}?columns={','.join(('code', *EIGHT))}"
# Scrolls to the end, waits at each stop until what was asked for is there, counts what stayed blank.
SCROLL = """async (step) => {
  const sheet = document.querySelector(".sheet"), wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const rows = () => [...document.querySelectorAll(".sheet-body .sheet-row")];
  const isBlank = () => rows().some((row) => row.classList.contains("is-waiting")) || rows().length < 10;
  const seen = { stops: 0, blank: 0, most: 0 };
  for (let at = 0; at < sheet.scrollHeight + step; at += step) {
    sheet.scrollTop = at;
    for (let n = 0; n < 200; n++) { await wait(10); seen.most = Math.max(seen.most, rows().length); if (n > 1 && !isBlank()) break; }
    seen.stops += 1;
    seen.blank += isBlank() ? 1 : 0;
  }
  return { ...seen, last: Number(rows().at(-1).getAttribute("aria-rowindex")), height: sheet.scrollHeight };
}"""


@pytest.fixture(scope="module")
def district(tmp_path_factory) -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a district with registers to write in; gives its address and who may sit down."""
    data = tmp_path_factory.mktemp("sheets")
    (data / "static").mkdir()
    made = subprocess.run(
        [sys.executable, "-m", "tests.support.sheets", str(MANY)],
        env=surroundings(data),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    with served(data, "run") as address:
        yield address, json.loads(made.stdout.splitlines()[-1])


@dataclass
class Sheet:
    """One person before one table."""

    desk: Desk

    @property
    def page(self) -> Page:
        return self.desk.page

    def open(self, path: str = WORKS) -> Sheet:
        self.desk.go(path)
        self.cell(0, 0).locator("a").wait_for()
        return self

    def cell(self, row: int, col: int) -> Locator:
        return self.page.locator(f"#cell-{row}-{col}")

    def at(self, row: int, col: int) -> Sheet:
        self.cell(row, col).click()
        return self

    def press(self, *keys: str) -> Sheet:
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def write(self, text: str, end: str = "Enter") -> Sheet:
        self.page.keyboard.type(text)
        return self.press(end)

    def paste(self, text: str) -> Sheet:
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        return self.press("Control+v")

    def saved(self) -> Sheet:
        expect(self.page.locator("[data-status]")).to_contain_text("已保存")
        expect(self.page.locator(".is-pending, .is-saving")).to_have_count(0)
        return self

    def kept(self, path: str = COLUMNS, size: int = 200) -> list[dict[str, str]]:
        """The rows as the server has them."""
        asked = path.replace("/grid", "/rows")
        asked += f"{'&' if '?' in asked else '?'}at=0&size={size}"
        return [r["cells"] for r in self.page.request.get(self.desk.demo + asked).json()["rows"]]


@pytest.fixture
def sit(district, chromium) -> Iterator[Callable[..., Sheet]]:
    address, cookies = district
    seated: list[Desk] = []

    def sit(who: str = "office", size: str = "desk", language: str = "zh-CN") -> Sheet:
        desk = open_desk(chromium, address, size, language)
        desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        desk.page.context.add_cookies(
            [{"name": "sessionid", "value": cookies[who], "url": address}]
        )
        seated.append(desk)
        return Sheet(desk)

    yield sit
    leave(seated)


def _block(before: list[dict[str, str]]) -> list[list[str]]:
    """A block in which each of 200 × 8 cells is another than before; one has a line break and quotes."""
    other = {"前期": "建成", "建成": "前期", "Works Bureau": "East Town"}
    rows = [
        [f"改名{n}", other.get(was["org"], "Works Bureau"), "9月底前", f"{n + 1}.5",
         other[was["field:stage"]], "2021-07-02", "West Town", f"措施{n}"]
        for n, was in enumerate(before)
    ]  # fmt: skip
    rows[7][7] = '"先说""清"",\n再做"'
    return rows


def test_a_block_with_two_wrong_cells_is_pasted_corrected_saved_and_undone(sit):
    sheet = sit().open(COLUMNS)
    before = sheet.kept()
    block = _block(before)
    block[5][3], block[150][2] = "多少钱", "没准日子"
    sheet.at(0, 1).paste("\r\n".join("\t".join(row) for row in block))
    bar = sheet.page.locator("[data-bar]")
    expect(bar).to_contain_text("1,600 个单元格中 1,598 个可以保存，2 个有误")
    assert sheet.kept() == before  # nothing was written

    for right in ("650", "2021-09-30"):
        bar.get_by_role("button", name="转到下一处").click()
        expect(sheet.page.locator(".is-active")).to_have_attribute("aria-invalid", "true")
        reason = sheet.page.locator(".is-active").get_attribute("aria-describedby")
        expect(sheet.page.locator(f"#{reason}")).to_contain_text("“")
        sheet.write(right)
    expect(bar).to_contain_text("1,600 个单元格可以保存")
    bar.get_by_role("button", name="全部保存").click()
    sheet.saved()
    after = sheet.kept()
    assert [row["title"] for row in after] == [f"改名{n}" for n in range(200)]
    assert (after[5]["field:cost"], after[150]["due"]) == ("650", "2021-09-30")
    assert after[7]["field:measures"].split("\n")[-1] == "再做"

    sheet.press("Control+z")
    expect(sheet.page.locator("[data-status]")).to_contain_text("已撤销")
    assert sheet.kept() == before
    expect(sheet.press("Control+Home").cell(0, 1)).to_have_text(before[0]["title"])


def test_the_keys_of_a_spreadsheet_do_what_they_do_there(sit):
    sheet = sit().open(COLUMNS)
    rows = sheet.kept(size=20)
    sheet.at(2, 1).write("甲", "Tab").press("Tab", "Tab").write("321").saved()
    expect(sheet.cell(2, 1)).to_have_text("甲")
    expect(sheet.cell(2, 4)).to_have_text("321")
    sheet.press("F2").write("不要", "Escape")  # Enter went down; Esc leaves the cell as it was
    expect(sheet.cell(3, 4)).to_have_text(rows[3]["field:cost"])

    sheet.at(2, 1).press("Shift+ArrowDown", "Shift+ArrowDown", "Control+d").saved()
    expect(sheet.cell(4, 1)).to_have_text("甲")
    sheet.at(6, 8).write("同").press("ArrowUp").press("Control+c", "Home", "ArrowRight")
    sheet.press("Control+v").saved()
    expect(sheet.cell(6, 1)).to_have_text("同")
    sheet.press("End", "Delete").saved()
    expect(sheet.cell(6, 8)).to_have_text("")
    sheet.press("Control+Home")
    expect(sheet.cell(0, 0)).to_have_class(re.compile("is-active"))
    expect(sheet.page.locator("[data-why]")).to_have_text("编号不可更改。")
    sheet.write("9")  # a locked cell takes nothing and says why
    expect(sheet.cell(0, 0)).to_have_text(rows[0]["code"])
    assert [r["title"] for r in sheet.kept(size=20)[2:5]] == ["甲"] * 3


def test_an_input_method_composes_in_peace(sit):
    sheet = sit().open(COLUMNS).at(8, 1)
    pen = sheet.page.locator(".sheet-pen")
    line = sheet.page.context.new_cdp_session(sheet.page)
    line.send("Input.imeSetComposition", {"text": "d", "selectionStart": 1, "selectionEnd": 1})
    line.send("Input.imeSetComposition", {"text": "du ban", "selectionStart": 6, "selectionEnd": 6})
    expect(pen).to_have_class(re.compile("is-writing"))
    for key in ("Enter", "Tab", "Escape", "ArrowDown", "Delete"):
        init = {"key": key, "keyCode": 229, "isComposing": True, "bubbles": True}
        pen.dispatch_event("keydown", init)
    assert pen.input_value() == "du ban"
    line.send("Input.insertText", {"text": "督办单"})
    expect(pen).to_have_value("督办单")
    sheet.press("Enter").saved()
    expect(sheet.cell(8, 1)).to_have_text("督办单")


def test_the_later_of_two_sees_whose_change_and_chooses(sit):
    first, later = sit("colleague").open(COLUMNS), sit().open(COLUMNS)
    first.at(10, 1).write("同事先改").saved()
    later.at(10, 1).write("我后改")
    bar = later.page.locator("[data-bar]")
    expect(bar).to_contain_text("colleague desk")
    expect(bar).to_contain_text("“同事先改”；您填的是“我后改”")
    expect(later.cell(10, 1)).to_have_class(re.compile("is-conflict"))
    bar.get_by_role("button", name="用我的").click()
    later.saved()
    assert later.kept()[10]["title"] == "我后改"

    first.at(10, 1).write("又改")
    first.page.locator("[data-bar]").get_by_role("button", name="保留对方的").click()
    expect(first.cell(10, 1)).to_have_text("我后改")
    assert first.kept()[10]["title"] == "我后改"


def test_what_could_not_be_sent_stays_and_is_offered_after_a_reload(sit):
    sheet = sit().open(COLUMNS)
    sheet.page.route("**/cells?*", lambda route: route.abort())
    sheet.at(9, 1).write("断网时写的")
    expect(sheet.page.locator("[data-status]")).to_contain_text("网络不通")
    expect(sheet.cell(9, 1)).to_have_text("断网时写的")
    sheet.page.unroute("**/cells?*")
    sheet.page.reload()
    bar = sheet.page.locator("[data-bar]")
    bar.get_by_role("button", name="恢复填写").click()
    bar.get_by_role("button", name="全部保存").click()
    sheet.saved()
    assert sheet.kept()[9]["title"] == "断网时写的"
    sheet.desk.complaints[:] = [c for c in sheet.desk.complaints if "ERR_FAILED" not in c]


def test_a_block_that_is_too_long_asks_and_adds_new_items(sit):
    sheet = sit().open(COLUMNS).at(0, 1).press("Control+ArrowDown")
    last = sheet.cell(239, 1)
    expect(last).to_be_visible()
    sheet.paste("末行\n新事项一\n新事项二")
    asked = sheet.page.locator("dialog[open]")
    expect(asked).to_contain_text("2 行超出末行")
    asked.get_by_role("button", name="新增 2 个事项").click()
    sheet.saved()
    expect(sheet.page.locator("[data-count]")).to_contain_text("242")
    sheet.press("Control+z")
    expect(sheet.page.locator("[data-count]")).to_contain_text("240")


def test_fifty_thousand_rows_are_scrolled_end_to_end(sit):
    sheet = sit().open("/c/BK22/r/works/grid")
    expect(sheet.page.locator("[data-count]")).to_contain_text(f"{MANY:,}")
    seen = sheet.page.evaluate(SCROLL, 60_000)
    assert seen["blank"] == 0
    assert seen["most"] <= 200
    assert seen["last"] == MANY + 1  # the head is row 1
    assert seen["stops"] >= 25


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", ["wall", "desk", "phone"])
def test_the_table_is_clean(sit, size, language):
    sheet = sit("viewer" if language == "en" else "office", size, language)
    page = sheet.desk.go(WORKS)
    page.wait_for_load_state("networkidle")
    if size == "phone":
        expect(page.locator("[data-list] table")).to_be_visible()
    else:
        sheet.at(4, 1)
        if language == "zh-CN":
            sheet.at(4, 4).write("没准日子")
            expect(page.locator("[data-bar] li")).to_be_visible()
    assert [*sticking_out(page), *barriers(page), *sheet.desk.refused()] == []
