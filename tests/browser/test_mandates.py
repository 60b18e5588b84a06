"""A leading official accepts a mandate on a phone; the hall sees it without anybody touching the screen."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.look import barriers, sticking_out

CARD = ".rally-card:has-text('指标争位')"


def clean(desk):
    assert sticking_out(desk.page) == []
    assert barriers(desk.page) == []
    assert desk.complaints == []
    assert desk.refused() == []


def test_from_the_inbox_to_a_signed_mandate_in_two_touches_and_the_hall_sees_it(desk):
    hall = desk("viewer", "wall")
    hall.go("/c/YC21/rally")
    expect(hall.page.locator(CARD)).to_have_class("rally-card is-issued")
    leader = desk("leader", "phone")
    page = leader.go("/inbox")
    page.locator("a", has_text="指标争位").first.click()
    clean(leader)
    page.locator(".accept-bar button").click()
    expect(page.locator(".message.success")).to_be_visible()
    expect(page.locator(".letter-sign")).to_contain_text("Chrome")
    # The hall's screen loads itself again.
    expect(hall.page.locator(CARD)).to_have_class("rally-card is-accepted", timeout=20_000)
    height = hall.page.evaluate("document.documentElement.scrollHeight")
    assert height <= 1080
    clean(hall)


def test_pages_of_mandates_fit_every_screen(desk):
    paths = ("/c/YC21/mandates/", "/c/YC21/mandates/issue", "/c/YC21/mandates/reissue",
             "/c/XS21/rally", "/c/XS21/commitments/")  # fmt: skip
    for size in ("wall", "desk", "phone"):
        office = desk("office", size)
        for path in paths:
            office.go(path)
            clean(office)
