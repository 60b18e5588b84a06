"""Each screen at each size in both languages: nothing sticks out, axe and the CSP are silent."""

from __future__ import annotations

import re

import pytest

from tests.browser.look import barriers, sticking_out

SCREENS = {
    "home": "/",
    "cockpit": "/c/YC21/cockpit",
    "cockpit of a past day": "/c/XS21/cockpit?day=2021-06-01",
    "campaign": "/c/YC21/",
    "items": "/c/XS21/items",
    "papers": "/papers/",
    "gap list": "/c/YC21/gaps",
    "launch": "/c/YC21/launch",
    "what is expected": "/returns/",
    "inbox": "/inbox",
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", ["wall", "desk", "phone"])
def test_screens_are_clean(desk, size, language):
    seat = desk("office", size, language)
    faults = []
    for name, path in {**SCREENS, **_of_rows(seat)}.items():
        seat.go(path)
        seat.page.wait_for_load_state("networkidle")
        here = [*sticking_out(seat.page), *barriers(seat.page), *seat.refused()]
        faults += [f"{name}: {fault}" for fault in here]
    assert faults == []


def _of_rows(seat) -> dict[str, str]:
    page = seat.go("/c/YC21/items")
    item = page.locator("tbody th a").first.get_attribute("href")
    battle = seat.go("/c/YC21/").locator("section table tbody th a").first.get_attribute("href")
    return {"item": item, "battle": battle}


@pytest.mark.parametrize("size", ["wall", "desk", "phone"])
def test_the_page_before_sign_in_is_clean(desk, size):
    seat = desk(None, size)
    seat.go("/login")
    assert [*sticking_out(seat.page), *barriers(seat.page), *seat.refused()] == []


def test_chinese_comes_first_and_english_is_complete(desk):
    seat = desk("office", "wall", "en")
    for path in [*SCREENS.values(), *_of_rows(seat).values()]:
        page = seat.go(path)
        assert page.locator("html").get_attribute("lang") == "en"
        said = page.locator(
            "h1, h2, h3, th[scope=col], thead th, button, label, .meta, .fact > span"
        )
        left = [t for t in said.all_inner_texts() if _is_interface(t)]
        assert left == []


def _is_interface(text: str) -> bool:
    """Tell whether a text of the interface, not of the campaign's own data, stayed Chinese."""
    return bool(re.search(r"填报|事项|截止|责任单位|驾驶舱|攻坚行动列表|进度|逾期", text))


def test_a_cockpit_shows_its_data_date_and_every_number_opens_its_rows(desk):
    page = desk("leader", "wall").go("/c/YC21/cockpit")
    assert "2021-08-18" in page.locator("footer").inner_text()
    for fact, figure in [(".is-late", "b"), (".is-soon", "b")]:
        link = page.locator(f"a.fact{fact}")
        n = int(link.locator(figure).inner_text())
        page.goto(page.evaluate("e => e.href", link.element_handle()))
        assert rows_opened(page) == n
        page.go_back()
    for light in range(page.locator(".fact .lights a").count()):
        link = page.locator(".fact .lights a").nth(light)
        n = int(link.locator("b").inner_text())
        page.goto(page.evaluate("e => e.href", link.element_handle()))
        assert rows_opened(page) == n
        page.go_back()


def rows_opened(page) -> int:
    """What a list says it has; other journeys add to it, so it may go on to further pages."""
    n = int(re.search(r"\d+", page.locator("p.chips").inner_text())[0])
    assert page.locator("tbody th a").count() == min(n, 100)
    return n


def test_a_past_day_shows_what_was_true_then(desk):
    page = desk("leader", "wall").go("/c/YC21/cockpit?day=2021-07-20")
    closed = page.locator(".fact", has_text="已销号").locator("b").first.inner_text()
    link = page.locator(".fact .lights .light-done a")
    n = int(link.locator("b").inner_text())
    page.goto(page.evaluate("e => e.href", link.element_handle()))
    assert page.locator("tbody th a").count() == n
    page.goto(page.url.split("/c/")[0] + "/c/YC21/cockpit")
    assert page.locator(".fact", has_text="已销号").locator("b").first.inner_text() != closed


def test_the_keyboard_reaches_days_pages_and_help(desk):
    page = desk("leader", "wall").go("/c/YC21/cockpit")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**day=2021-08-17")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**day=2021-08-18")
    page.keyboard.press("?")
    assert page.locator("#keys-help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#keys-help").is_visible()
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/items*")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/cockpit*")


def test_paper_prints_without_buttons_and_with_table_heads(desk):
    page = desk("office", "desk").go("/c/YC21/items")
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert page.locator("table.items thead").is_visible()
