"""Take the pictures of docs/screens.md from a running demonstration: ADDRESS OUT [NAME…]."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

SIZES = {"1920": (1920, 1080), "1366": (1366, 768), "390": (390, 844)}
LANGUAGES = {"zh": "zh-CN", "en": "en"}


def screens(page: Page, address: str) -> dict[str, str]:
    """Give the screens by name; the item and the draft are found on the way."""
    page.goto(f"{address}/c/YC21/items?light=red")
    item = page.locator("tbody th a").first.get_attribute("href") or "/"
    found = {
        "home": "/",
        "cockpit": "/c/YC21/cockpit",
        "cockpit-games": "/c/XS21/cockpit",
        "cockpit-past": "/c/YC21/cockpit?day=2021-07-20",
        "campaign": "/c/YC21/",
        "items": "/c/YC21/items",
        "item": item,
        "papers": "/papers/",
    }
    page.goto(f"{address}/papers/")
    draft = page.locator("a[href^='/drafts/']")
    if draft.count():
        found["draft"] = draft.first.get_attribute("href") or "/"
    return found


def main(address: str, out: Path, *names: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for size, (width, height) in SIZES.items():
            for language, locale in LANGUAGES.items():
                view = {"width": width, "height": height}
                page = browser.new_context(viewport=view, locale=locale).new_page()
                page.goto(f"{address}/login")
                if not names or "login" in names:
                    page.screenshot(path=out / f"login-{size}-{language}.png")
                page.locator(".desks form[action$='/office'] button").click()
                for name, path in screens(page, address).items():
                    if names and name not in names:
                        continue
                    page.goto(address + path)
                    page.wait_for_load_state("networkidle")
                    page.screenshot(
                        path=out / f"{name}-{size}-{language}.png", full_page=size == "390"
                    )
                page.context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
