"""A new user takes last year's campaign, renames two columns, hides one and brings it back: pages alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.look import barriers, sticking_out


def test_last_years_campaign_is_copied_and_two_columns_are_renamed(desk):
    office = desk("office", "desk")
    page = office.go("/campaigns/new")
    _clean(page)
    card = page.locator("article", has=page.get_by_text("YC21", exact=True))
    card.get_by_role("link", name="照此新建").click()
    assert page.locator("[name=start_on]").input_value() == "2022-07-01"

    # A code that cannot be one is refused in words; what was typed stays.
    page.locator("[name=code]").fill("yc22")
    page.locator("[name=name]").fill("“首位引领·再攀新高”攻坚季")
    page.locator("[name=take_items]").check()
    page.locator("main form button.primary").click()
    expect(page.locator(".message.error")).to_contain_text("大写字母")
    assert page.locator("[name=name]").input_value() == "“首位引领·再攀新高”攻坚季"
    assert page.locator("[name=take_items]").is_checked()
    _clean(page)
    page.locator("[name=code]").fill("YC22")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/c/YC22/")
    page = office.go("/c/YC22/items")
    assert page.locator("tbody th a").count() > 40

    # Two columns get other names, by typing over them: one of a field, one of a printed form.
    page = office.go("/c/YC22/playbook/")
    _clean(page)
    page.locator("#registers").get_by_role("link", name="攻坚任务", exact=True).click()
    page.locator("[name='f.quarter_goal.zh']").fill("三季度目标值")
    head = page.locator("[name^='c.']").nth(1)
    head.fill("攻坚事项")
    page.get_by_role("button", name="保存名称").first.click()
    expect(page.locator(".message.success")).to_contain_text("第 2 版生效")
    assert _what_changed(page) == {"字段改名", "表头改名"}
    page = office.go("/c/YC22/playbook/r/tasks/")
    assert page.locator("[name='f.quarter_goal.zh']").input_value() == "三季度目标值"
    assert page.locator("[name^='c.']").nth(1).input_value() == "攻坚事项"
    _clean(page)


def _what_changed(page) -> set[str]:
    page.locator(".crumb a").click()
    page.locator("#versions a", has_text=re.compile("变更")).first.click()
    texts = page.locator(".plan tbody th").all_inner_texts()
    _clean(page)
    return {text.split("：")[0] for text in texts}


def test_a_field_is_added_hidden_and_shown_again_on_a_phone(desk):
    office = desk("office", "phone")
    page = office.go("/c/XS21/playbook/r/tasks/new")
    page.locator("[name=label_zh]").fill("红旗单位")
    page.locator("[name=type]").select_option("choice")
    page.locator("main form button.primary").click()
    expect(page.locator(".message.error")).to_contain_text("至少填写一个选项")
    assert page.locator("[name=label_zh]").input_value() == "红旗单位"
    page.locator("[name=new_choices]").fill("是 | Yes\n否 | No")
    _clean(page)
    page.locator("main form button.primary").click()
    expect(page.locator(".message.success")).to_be_visible()
    _clean(page)
    page = office.go("/c/XS21/playbook/r/tasks/f/hong_qi_dan_wei")
    page.get_by_role("button", name="隐藏字段").click()
    expect(page.locator(".message.success")).to_be_visible()
    page = office.go("/c/XS21/playbook/")
    page.get_by_role("button", name="撤销此变更").click()
    expect(page.locator(".message.success")).to_contain_text("原模板已恢复生效")
    page = office.go("/c/XS21/playbook/r/tasks/")
    assert page.locator("[name='f.hong_qi_dan_wei.zh']").input_value() == "红旗单位"


def _clean(page):
    assert [*sticking_out(page), *barriers(page)] == []
