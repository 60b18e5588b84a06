"""The faces of a register in a browser: bulk edit of 500, a view opened by a colleague, tree and board."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.look import barriers, sticking_out

TASKS = "/c/YC21/r/tasks/"
RISKS = "/c/YC21/r/risks/"


def _clean(page):
    assert [*sticking_out(page), *barriers(page)] == []


def _add(seat, rows: list[dict[str, str]]) -> None:
    """Add items as the grid does, all of them at once."""
    page = seat.go(f"{RISKS}new")
    sent = page.evaluate(
        """async ({path, rows}) => {
          const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
          const body = JSON.stringify({request_id: crypto.randomUUID?.() ?? path, rows});
          const headers = {"X-CSRFToken": token, "Content-Type": "application/json"};
          const answer = await fetch(path, {method: "POST", headers, body});
          return [answer.status, await answer.text()];
        }""",
        {"path": f"{RISKS}cells", "rows": [{"cells": row} for row in rows]},
    )
    assert sent[0] == 200, sent[1]


def _n(page) -> int:
    return int(re.search(r"\d+", page.locator("h2 small").inner_text())[0])


def _opened(page) -> list[str]:
    """What sticks out of the page, with each of its panels open in turn."""
    found = sticking_out(page)
    for pop in page.locator("details.pop:visible").all():
        pop.evaluate("e => { e.open = true }")
        found += sticking_out(page)
        pop.evaluate("e => { e.open = false }")
    return found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", ["wall", "desk", "phone"])
def test_tree_board_list_and_bulk_are_clean(desk, size, language):
    seat = desk("office", size, language)
    faults = []
    for path in (
        TASKS,
        f"{TASKS}tree",
        f"{TASKS}tree?light=red",
        f"{TASKS}board",
        f"{TASKS}board?group=org",
        f"{TASKS}?group=battle",
        f"{TASKS}?with=state,due,org,battle,progress",
        f"{TASKS}bulk",
    ):
        seat.go(path)
        seat.page.wait_for_load_state("networkidle")
        here = [*barriers(seat.page), *seat.refused(), *_opened(seat.page)]
        faults += [f"{path}: {fault}" for fault in here]
    assert faults == []


def test_five_hundred_items_are_changed_at_once_and_taken_back(desk):
    office = desk("office", "desk")
    _add(office, [{"title": f"批量样本第{n}项", "due": "2021-09-01"} for n in range(500)])
    page = office.go(f"{RISKS}?q=批量样本")
    assert _n(page) == 500
    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-picked]")).to_contain_text("100")
    page.locator("button[name=all]").click()
    expect(page.locator("h2").first).to_contain_text("500")
    page.locator("select[name=column]").select_option("due")
    page.locator(".bulk-how input[type=date]").fill("2021-09-15")
    page.get_by_role("button", name="预览").click()
    expect(page.locator(".bulk-figures dd").first).to_have_text("500")
    _clean(page)
    page.get_by_role("button", name="确认修改 500 项").click()
    page.wait_for_url("**done=**")
    report = page.url.removeprefix(office.demo)
    expect(page.locator(".message")).to_contain_text("已修改 500 项")
    _clean(page)
    page = office.go(f"{RISKS}?q=批量样本&due.from=2021-09-15&due.to=2021-09-15")
    assert _n(page) == 500
    page = office.go(report)
    page.get_by_role("button", name="撤销此变更").click()
    expect(page.locator(".message").last).to_contain_text("已撤销")
    page = office.go(f"{RISKS}?q=批量样本&due.from=2021-09-15")
    expect(page.locator(".empty")).to_be_visible()


def test_a_colleague_opens_a_shared_view_and_sees_all_but_the_two_rows_of_others(desk):
    office = desk("office", "desk")
    orgs = ["区住建局"] * 5 + ["区发改局"] * 2
    rows = [{"title": f"视图样本第{n}项", "owner": org} for n, org in enumerate(orgs)]
    _add(office, [{**row, "due": "2021-09-01"} for row in rows])
    page = office.go(f"{RISKS}board?q=视图样本&group=org")
    assert _n(page) == 7
    page.locator("summary", has_text="另存为").click()
    page.get_by_label("视图名称").fill("住建口风险（每周一核对）")
    page.get_by_label("共享：能看到本清单的人都可使用").check()
    page.locator("form[action$='/views'] button").click()
    page.wait_for_url("**view=**")
    expect(page.locator(".views a[aria-current]")).to_have_text("住建口风险（每周一核对）")
    page.locator(".view-acts summary", has_text="⋯").click()
    link = page.get_by_label("视图链接").input_value()
    _clean(page)

    colleague = desk("principal", "desk")
    page = colleague.go(link.removeprefix(colleague.demo))
    page.wait_for_url("**/board?**")
    assert _n(page) == 5
    assert page.locator(".lane h3").all_text_contents() == ["区住建局 5"]
    assert page.locator(".ticket").count() == 5
    assert "区发改局" not in page.locator("main").inner_text()
    page.locator(".faces [data-face=list]").click()
    assert _n(page) == 5
    assert page.locator("tbody tr:not(.group-row)").count() == 5
    _clean(page)


def test_a_view_is_renamed_dropped_and_brought_back(desk):
    page = desk("office", "desk").go(f"{TASKS}?light=red")
    page.locator("summary", has_text="另存为").click()
    page.get_by_label("视图名称").fill("红灯")
    page.locator("form[action$='/views'] button").click()
    page.wait_for_url("**view=**")
    page.locator("form.ask [name=q]").fill("项目")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="保存视图").click()
    expect(page.locator(".message")).to_contain_text("已保存")
    page.locator(".view-acts summary", has_text="⋯").click()
    page.get_by_label("改名为").fill("红灯项目")
    page.get_by_role("button", name="改名").click()
    expect(page.locator(".views a[aria-current]")).to_have_text("红灯项目")
    page.locator(".view-acts summary", has_text="⋯").click()
    page.get_by_role("button", name="删除视图").click()
    expect(page.locator(".views a", has_text="红灯项目")).to_have_count(0)
    page.locator("[data-undo]").click()
    expect(page.locator(".views a", has_text="红灯项目")).to_have_count(1)


def test_branches_open_and_close_in_place(desk):
    page = desk("office", "desk").go(f"{TASKS}tree")
    rows = page.locator("tbody tr")
    n = page.locator("tbody tr:visible").count()
    fold = page.locator("[data-fold]").first
    below = int(fold.inner_text())
    fold.click()
    expect(page.locator("tbody tr:visible")).to_have_count(n - below)
    fold.press("Enter")
    expect(page.locator("tbody tr:visible")).to_have_count(n)
    assert rows.first.locator("th a").is_visible()


def test_a_line_is_typed_and_what_is_wrong_in_it_is_told(desk):
    page = desk("office", "desk").go(TASKS)
    page.locator("summary", has_text="一行筛选").click()
    page.locator("[data-line]").fill("亮灯:红灯 时限<2021-12-31 状太:办理中")
    page.locator("form[action$='/words'] button").click()
    expect(page.locator(".pop[open] .fault")).to_contain_text("状态")
    assert page.locator("[data-line]").input_value() == "亮灯:红灯 时限<2021-12-31 状太:办理中"
    _clean(page)
    page.locator("[data-line]").fill("亮灯:红灯 时限<2021-12-31 状态:办理中")
    page.locator("form[action$='/words'] button").click()
    page.wait_for_url("**due.to=2021-12-30**")
    assert _n(page) == page.locator("tbody tr").count() > 0
