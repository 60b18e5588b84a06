"""The demonstration, built and served as a user would, and a browser that misses no complaint."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

SIZES = {"wall": (1920, 1080), "desk": (1366, 768), "phone": (390, 844)}
VIOLATIONS = """window.__refused = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.__refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));"""


def pytest_collection_modifyitems(items):
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[str]:
    """Serve a demonstration of its own; gives its address."""
    with served(tmp_path_factory.mktemp("demo"), "demo") as address:
        yield address


@contextmanager
def served(data: Path, command: str) -> Iterator[str]:
    """Serve what lies in a folder by a command of the program; gives the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = data / "served.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("gongjian")), command, "--port", str(port)],
            env=surroundings(data),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/login", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def surroundings(data: Path) -> dict[str, str]:
    """Give the environment of a program with a folder, and a database, of its own."""
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    return {**kept, "GONGJIAN_DATA": str(data)}


def _wait(address: str, process: subprocess.Popen, log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
        except OSError:
            time.sleep(0.3)
        else:
            return
    raise RuntimeError(log.read_text())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        program = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Desk:
    """One person at one browser; collects whatever the browser complains about."""

    page: Page
    demo: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        self.page.goto(f"{self.demo}{path}")
        return self.page

    def say(self, *fields: tuple[str, str], within: str = "body") -> None:
        for label, text in fields:
            self.page.locator(within).get_by_label(label, exact=True).first.fill(text)

    def refused(self) -> list[str]:
        return self.page.evaluate("window.__refused")


@pytest.fixture
def desk(demo, chromium) -> Iterator[Callable[..., Desk]]:
    """Give a function that seats a demonstration user at a screen of a size, in a language."""
    seated = []

    def seat(user: str | None = "office", size: str = "desk", language: str = "zh-CN") -> Desk:
        desk = open_desk(chromium, demo, size, language)
        seated.append(desk)
        page = desk.page
        if user:
            desk.go("/login")
            # The form is the one-click switch of the demonstration.
            page.locator(f".desks form[action$='/{user}'] button").click()
            page.wait_for_url(f"{demo}/")
        return desk

    yield seat
    leave(seated)


def open_desk(browser: Browser, address: str, size: str = "desk", language: str = "zh-CN") -> Desk:
    """Open a browser of one size and language that misses no complaint."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale=language,
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    context.add_init_script(VIOLATIONS)
    page = context.new_page()
    page.set_default_timeout(15_000)
    desk = Desk(page, address)
    page.on("pageerror", lambda e: desk.complaints.append(f"script: {e}"))
    page.on("console", lambda m: m.type == "error" and _note(m.text, desk))
    page.on("request", lambda r: _own(r.url, address, desk))
    return desk


def leave(seated: list[Desk]) -> None:
    """Close the browsers; none of them had anything to complain about."""
    said = [c for desk in seated for c in desk.complaints]
    for desk in seated:
        desk.page.context.close()
    assert said == []


def _note(text: str, desk: Desk) -> None:
    # What is refused answers 422 or 409, which the browser logs as if it were a fault.
    if not any(status in text for status in ("422", "409")):
        desk.complaints.append(text)


def _own(url: str, demo: str, desk: Desk) -> None:
    if not url.startswith((demo, "data:", "blob:")):
        desk.complaints.append(f"asked another host: {url}")
