"""What a look at a page finds: overflow, text cut off, faults of accessibility."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A page may scroll down, never sideways. Inside it, nothing may stick out of what holds it, unless
# that scrolls or shortens its text with an ellipsis on purpose.
STICKING_OUT = """() => {
  const found = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    found.push(`page is ${document.documentElement.scrollWidth} wide on ${width}`);
  const clips = (e) => /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX)
                    || /auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowY);
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest("dialog:not([open]), details:not([open]) > :not(summary), svg, canvas, .hidden, .skip")) continue;
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    let holder = e.parentElement, inScroll = false;
    for (let h = holder; h && h !== document.body; h = h.parentElement) if (clips(h)) inScroll = true;
    const name = `${e.tagName.toLowerCase()}.${e.className} “${(e.textContent || "").trim().slice(0, 30)}”`;
    if (!inScroll && (box.right > width + 1 || box.left < -1)) found.push(`${name} leaves the screen`);
    if (!holder || clips(holder) || e.tagName === "COL") continue;
    const style = getComputedStyle(e);
    if (style.position === "absolute" || style.position === "fixed") continue;
    const around = holder.getBoundingClientRect();
    const flow = getComputedStyle(holder).display;
    if (flow === "inline" || flow === "contents") continue;
    if (box.right > around.right + 2) found.push(`${name} sticks out of ${holder.tagName.toLowerCase()}.${holder.className} by ${Math.round(box.right - around.right)}`);
    if (box.bottom > around.bottom + 4) found.push(`${name} hangs below ${holder.tagName.toLowerCase()}.${holder.className} by ${Math.round(box.bottom - around.bottom)}`);
  }
  return [...new Set(found)].slice(0, 12);
}"""


def sticking_out(page: Page) -> list[str]:
    return page.evaluate(STICKING_OUT)


def barriers(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{v['id']}: {v['help']} – {v['nodes'][0]['html'][:160]} ({len(v['nodes'])})" for v in found
    ]
