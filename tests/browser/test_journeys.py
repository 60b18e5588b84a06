"""What people do, from a paper to a closed item, by hand."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.look import barriers, sticking_out

LONG = "江湾示范区新旧动能转换与重大基础设施攻坚提速增效先行先试综合改革推进领导小组办公室"
PAPER = f"""柳溪区“百日攻坚”行动方案

2021年7月1日至2021年9月30日，柳溪区开展“百日攻坚”行动，打好两大攻坚战。

一、产业提质攻坚战
1.完成固定资产投资增长8%，力争10%。
2.新开工{LONG[:24]}重大项目。牵头单位：区发改局；责任单位：{LONG}；完成时限：2021年8月底前。
3.推进{LONG}二期工程建设。牵头单位：区经信局；完成时限：2021年9月15日前。

二、{LONG[:30]}攻坚战
1.整治沿街店面招牌。牵头单位：区城管局；完成时限：2021年7月20日前。
2.完成老旧小区雨污分流改造。
"""


def _launch(page):
    page.locator("form[action$='/waive'] [name=reason]").fill("会后补全")
    page.locator("form[action$='/waive'] button[name=all]").click()
    page.on("dialog", lambda asked: asked.accept())
    page.locator("form[action$='/publish'] [name=main]").fill("区行政中心")
    page.locator("form[action$='/publish'] button.primary").click()
    expect(page.locator(".message.success")).to_be_visible()


def test_from_a_paper_to_a_closed_item(desk):
    office = desk("office", "desk")
    page = office.go("/papers/")
    page.locator("textarea[name=text]").fill(PAPER)
    page.locator("main form button.primary").click()
    page.wait_for_url("**/drafts/**")
    expect(page.locator("[data-part]").first).to_be_visible()
    assert (
        "没有时限" in page.locator(".missing").inner_text() or page.locator(".missing").is_visible()
    )
    _clean(page)

    # Somebody corrects a title; the part keeps the sentence it came from, and shows it.
    part = page.locator("[data-part]", has=page.locator("[value*='整治沿街店面招牌']"))
    box = part.locator("[name=text]")
    box.fill("整治沿街店面招牌一百处")
    assert page.locator("mark.is-shown").count() > 0
    part.get_by_role("button", name="保存").click()
    expect(page.locator("[value*='整治沿街店面招牌一百处']")).to_have_count(1)

    # A code that is taken is refused in words; what was typed stays.
    page.locator(".confirm [name=code]").fill("YC21")
    page.locator(".confirm button.primary").click()
    expect(page.locator(".message.error")).to_contain_text("YC21")
    assert page.locator(".confirm [name=code]").input_value() == "YC21"
    page.locator(".confirm [name=code]").fill("LX21")
    page.locator(".confirm button.primary").click()
    page.wait_for_url("**/c/LX21/cockpit")

    # What the paper left blank is waived by name, and the campaign is launched.
    _launch(office.go("/c/LX21/launch"))

    # The item is there, with its clause; the office reports, a colleague closes out.
    page = office.go("/c/LX21/items")
    page.get_by_role("link", name="整治沿街店面招牌一百处").click()
    item = page.url
    assert "整治沿街店面招牌" in page.locator("blockquote mark").inner_text()
    page.locator("textarea[name=progress]").fill("招牌已全部整治。")
    page.locator("[name=percent]").fill("100")
    page.locator("form[action$='/report'] button.primary").click()
    expect(page.locator(".reports")).to_contain_text("招牌已全部整治。")
    page.locator("button[formaction$='/close-out']").click()
    expect(page.locator(".message.error")).to_be_visible()  # never by whoever asked for it

    colleague = desk("office2", "phone")
    page = colleague.go(item.removeprefix(colleague.demo))
    page.locator("button[formaction$='/close-out']").click()
    expect(page.locator(".message.success")).to_be_visible()
    expect(page.locator(".history")).to_contain_text("销号")
    _clean(page)


def test_names_of_forty_characters_fit_everywhere(desk):
    office = desk("office", "desk")
    page = office.go("/papers/")
    page.locator("textarea[name=text]").fill(PAPER.replace("百日攻坚", LONG[:34]))
    page.locator("main form button.primary").click()
    page.wait_for_url("**/drafts/**")
    draft = page.url.removeprefix(office.demo)
    page.locator(".confirm [name=code]").fill("LONG21")
    page.locator(".confirm button.primary").click()
    page.wait_for_url("**/c/LONG21/cockpit")
    faults = []
    for size in ("wall", "desk", "phone"):
        for language in ("zh-CN", "en"):
            seat = desk("office", size, language)
            for path in (draft, "/", "/c/LONG21/cockpit", "/c/LONG21/", "/c/LONG21/items"):
                page = seat.go(path)
                page.wait_for_load_state("networkidle")
                found = [*sticking_out(page), *barriers(page)]
                faults += [f"{path} {size} {language}: {f}" for f in found]
    assert faults == []


def test_an_empty_draft_says_why_and_keeps_the_paper(desk):
    page = desk("office").go("/papers/")
    page.locator("textarea[name=text]").fill("今天天气很好，湖边有人散步。")
    page.locator("main form button.primary").click()
    page.wait_for_url("**/drafts/**")
    expect(page.locator(".message.error")).to_be_visible()
    assert "湖边有人散步" in page.locator("[data-paper]").inner_text()
    _clean(page)


def test_a_bad_file_is_refused_in_words(desk):
    page = desk("office").go("/papers/")
    page.locator("[name=file]").set_input_files(
        {"name": "plan.docx", "mimeType": "application/zip", "buffer": b"PK\x03\x04broken"}
    )
    page.locator("main form button.primary").click()
    expect(page.locator(".message.error")).to_be_visible()


def test_a_report_sent_with_nothing_in_it_keeps_what_was_typed(desk):
    page = desk("office").go("/c/YC21/items?light=green")
    page.locator("tbody th a").first.click()
    page.locator("textarea[name=problems]").fill("缺一位施工员。")
    page.locator("form[action$='/report'] button.primary").click()
    expect(page.locator(".message.error")).to_be_visible()
    assert page.locator("textarea[name=problems]").input_value() == "缺一位施工员。"


def test_one_click_changes_the_person_and_the_language(desk):
    page = desk("office").go("/c/YC21/")
    page.locator("details.switch summary").click()
    page.locator("form[action$='/viewer'] button").click()
    page.wait_for_url("**/c/YC21/")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("form[action$='/logout'] button").click()
    page.wait_for_url(re.compile("/login"))


def _clean(page):
    assert [*sticking_out(page), *barriers(page)] == []
