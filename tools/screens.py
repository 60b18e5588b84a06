"""Take the pictures of docs/screens.md from a running demonstration: ADDRESS OUT [NAME…]."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

SIZES = {"1920": (1920, 1080), "1366": (1366, 768), "390": (390, 844)}
LANGUAGES = {"zh": "zh-CN", "en": "en"}


# name → path; a link of the page before the arrow is followed where a row is needed
PATHS = {
    "home": "/",
    "inbox": "/inbox",
    "cockpit": "/c/YC21/cockpit",
    "cockpit-games": "/c/XS21/cockpit",
    "cockpit-past": "/c/YC21/cockpit?day=2021-07-20",
    "campaign": "/c/YC21/",
    "items": "/c/YC21/items",
    "register": "/c/YC21/r/tasks/",
    "register-profile": "/c/YC21/r/tasks/?head=l3",
    "register-empty": "/c/YC21/r/hazards/",
    "new-item": "/c/YC21/r/petitions/new",
    "gaps": "/c/YC21/gaps",
    "launch": "/c/YC21/launch",
    "duties": "/c/YC21/duties",
    "tenures": "/c/YC21/tenures",
    "task-forces": "/c/YC21/task-forces",
    "watch": "/c/YC21/watch",
    "playbook": "/c/YC21/playbook/",
    "playbook-register": "/c/YC21/playbook/r/tasks/",
    "playbook-yaml": "/c/YC21/playbook/yaml",
    "playbooks": "/playbooks/",
    "new-campaign": "/campaigns/new",
    "copy-campaign": "/campaigns/new?from=YC21",
    "orgs": "/orgs/",
    "org-import": "/orgs/import",
    "papers": "/papers/",
}
LINKS = {
    "item": ("/c/YC21/items?light=red", "tbody th a"),
    "battle": ("/c/YC21/", "section table tbody th a"),
    "org": ("/orgs/", "main a[href^='/orgs/']:not([href$='import'])"),
    "round": ("/c/YC21/gaps", "a[href*='/rounds/']"),
    "target": ("/c/YC21/", "a[href^='/targets/']"),
    "draft": ("/papers/", "a[href^='/drafts/']"),
}


def screens(page: Page, address: str) -> dict[str, str]:
    """Give the screens by name; those of single rows are found on the way."""
    found = dict(PATHS)
    for name, (place, selector) in LINKS.items():
        page.goto(address + place)
        link = page.locator(selector)
        if link.count():
            found[name] = link.first.get_attribute("href") or "/"
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
