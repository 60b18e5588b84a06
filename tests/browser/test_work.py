"""What waits for somebody, done by hand on a phone: the hand's movements are counted."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from tests.browser.look import barriers, sticking_out

WORDS = "钢梁已架设至第三跨，桥面铺装完成六成。"


@dataclass
class Hand:
    """Counts what a person does: each tap and each text that is typed."""

    n: int = 0

    def tap(self, place) -> None:
        self.n += 1
        place.click()

    def write(self, place, text: str) -> None:
        self.n += 1
        place.fill(text)


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_contact_reports_in_four_movements_at_most(desk, size):
    page = desk("contact", size).go("/my-work/")
    hand = Hand()
    task = page.locator("#mine .task").last
    code = task.locator(".meta").first.inner_text().split()[0]
    hand.tap(task.locator("summary"))
    hand.write(task.get_by_label("进展", exact=True), WORDS)
    hand.tap(task.locator("button.primary"))
    expect(page.locator(".message.success")).to_contain_text(code)
    assert hand.n <= 4
    page.goto(page.url.replace("/my-work/", f"/i/{code}/"))
    expect(page.locator(".reports").first).to_contain_text(WORDS)


def test_no_change_is_one_tap(desk):
    page = desk("contact", "phone").go("/my-work/")
    hand = Hand()
    hand.tap(page.locator("#mine .task").first.locator("button[name=no_change]"))
    expect(page.locator(".message.success")).to_be_visible()
    assert hand.n == 1


def test_a_draft_outlives_a_bad_network_and_is_sent_once(desk):
    seat = desk("contact", "phone")
    page = seat.go("/my-work/")
    task = page.locator("#mine .task").nth(1)
    code = task.locator(".meta").first.inner_text().split()[0]
    task.locator("summary").click()
    task.get_by_label("进展", exact=True).fill("断网时写下的进展")
    page.context.set_offline(True)
    task.locator("button.primary").click()
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    seat.complaints.clear()  # the browser says that the network was gone
    seat.go("/my-work/")
    again = page.locator("#mine .task", has_text=code)
    expect(again.get_by_label("进展", exact=True)).to_have_value("断网时写下的进展")
    expect(again.locator(".draft-note")).to_contain_text("草稿保存在本机")
    again.locator("button.primary").click()
    expect(page.locator(".message.success")).to_be_visible()
    seat.go("/my-work/")
    expect(page.locator(".draft-note")).to_have_count(0)
    seat.go(f"/i/{code}/")
    assert page.locator(".reports").first.inner_text().count("断网时写下的进展") == 1


def test_an_item_goes_from_a_request_to_its_close_out_between_two_desks(desk):
    contact = desk("principal", "phone")
    page = contact.go("/my-work/")
    task = page.locator("#mine .task", has_text="办理中").last
    link, code = task.locator(".task-title"), task.locator(".meta").first.inner_text().split()[0]
    hand = Hand()
    hand.tap(link)
    hand.tap(page.locator("button[name=step][value=request_close]"))
    expect(page.locator(".turn")).to_contain_text("申请销号")
    assert hand.n == 2
    office = desk("office2", "desk").go("/my-work/")
    hand = Hand()
    hand.tap(office.locator("#to-check .task", has_text=code).locator(".task-title"))
    hand.tap(office.locator("button[formaction$='/close-out']"))
    expect(office.locator(".message.success")).to_contain_text("已销号")
    assert hand.n == 2


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("size", ["wall", "desk", "phone"])
def test_my_work_can_be_used_by_everybody_at_every_size(desk, size, language):
    seat = desk("contact", size, language)
    page = seat.go("/my-work/")
    page.locator("#mine summary").first.click()
    assert sticking_out(page) == []
    assert barriers(page) == []
    assert seat.refused() == []
