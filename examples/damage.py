"""Damage a clean paper as a careless mirror does, byte by byte; seeded, so that it can be repeated.

usage: python -m examples.damage CLEAN.txt [--seed N] [--shifts N] [-o OUT.html]

1. Simplified characters become traditional, full-width marks become half-width ones.
2. The text is written in GBK, and a note with the reading is put in brackets behind the characters
   that changed. Where the mirror miscounts by one byte, its bracket falls between the two bytes of a
   character: the first becomes ``?``, swallows the bracket or stands alone, and what follows is read
   out of step until a byte below 0x80 puts it in step again.
3. The bytes are decoded as GBK; what is in the user-defined areas becomes private-use characters.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from html import escape
from pathlib import Path

import opencc
from pypinyin import Style, pinyin

HALF = str.maketrans({"，": ",", "；": ";", "：": ":", "？": "?", "！": "!"})


@dataclass(frozen=True)
class Shift:
    """One run that was put out of step: the words as they were, and as they are."""

    was: str
    became: str


@dataclass(frozen=True)
class Damaged:
    """The damaged text and what was done to it, for measuring repairs."""

    text: str
    shifts: tuple[Shift, ...]


def damage(clean: str, seed: int, shifts: int = 6) -> Damaged:
    """Damage a text; `shifts` runs are put out of step where the text allows it."""
    rng = random.Random(seed)  # repeatable, not secret
    traditional = opencc.OpenCC("s2t").convert(clean).translate(HALF)
    out: list[str] = []
    done: list[Shift] = []
    spots = _spots(traditional)
    chosen = set(rng.sample(spots, min(shifts, len(spots)))) if spots else set()
    i = 0
    while i < len(traditional):
        if i in chosen and (run := _out_of_step(traditional, i)):
            end, became = run
            done.append(Shift(traditional[i:end], became))
            out.append(became)
            i = end
            continue
        char = traditional[i]
        out.append(char)
        if char != clean[i : i + 1] and "\u4e00" <= char <= "\u9fff":
            reading = pinyin(char, style=Style.TONE)[0][0]
            out.append(f"({reading})")
        if char == "。" and rng.random() < 0.1:
            out.append("\u00a0")
        i += 1
    return Damaged("".join(out), tuple(done))


def _spots(text: str) -> list[int]:
    """Where a run put out of step here comes back into step within twelve characters."""
    return [
        i
        for i, char in enumerate(text)
        if "\u4e00" <= char <= "\u9fff" and (run := _out_of_step(text, i)) and 2 <= run[0] - i <= 12
    ]


def _out_of_step(text: str, start: int) -> tuple[int, str] | None:
    """Drop the first byte of a character and read on one byte out of step."""
    taken = bytearray()
    for end in range(start, min(start + 13, len(text))):
        try:
            pair = text[end].encode("gbk")
        except UnicodeEncodeError:
            return None
        if len(pair) != 2:
            return None
        taken += pair
        if pair[1] < 0x80:
            # The last byte stands alone, and is ASCII: the text is in step again.
            became = _decode(bytes(taken[1:-1]))
            tail = chr(taken[-1])
            if became is not None and not tail.isalnum() and end > start:
                return end + 1, f"?{became}{tail}"
            return None
    return None


def _decode(data: bytes) -> str | None:
    chars = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        try:
            chars.append(pair.decode("gbk"))
        except UnicodeDecodeError:
            private = _private(pair)
            if private is None:
                return None
            chars.append(private)
    return "".join(chars)


def _private(pair: bytes) -> str | None:
    """The user-defined areas of GBK, as browsers show them."""
    lead, trail = pair
    if 0xAA <= lead <= 0xAF and trail >= 0xA1:
        return chr(0xE000 + (lead - 0xAA) * 94 + trail - 0xA1)
    if 0xF8 <= lead <= 0xFE and trail >= 0xA1:
        return chr(0xE234 + (lead - 0xF8) * 94 + trail - 0xA1)
    return None


def page(text: str) -> str:
    """Put the text into a page with the furniture a mirror has around it."""
    lines = "\n".join(f"<p>{escape(line, quote=False)}</p>" for line in text.splitlines())
    title = escape(text.splitlines()[0])
    return (
        '<!doctype html>\n<html><head><meta charset="utf-8"><title>'
        f"{title}</title><script>var x = 1;</script></head>\n<body>\n"
        '<div class="crumb"><a href="/">首頁(yè)</a> &gt; <a href="/news">新聞(wén)</a></div>\n'
        f'<div class="main">\n{lines}\n</div>\n'
        '<div class="related"><a href="/a">相關(guān)新聞(wén)</a></div>\n'
        '<div class="footer">Copyright &copy; 示例</div>\n</body></html>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("clean", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shifts", type=int, default=6)
    parser.add_argument("-o", "--out", type=Path)
    given = parser.parse_args()
    damaged = damage(given.clean.read_text(encoding="utf-8"), given.seed, given.shifts)
    html = page(damaged.text)
    if given.out:
        given.out.write_text(html, encoding="utf-8")
    for shift in damaged.shifts:
        print(f"{shift.was} -> {shift.became}")


if __name__ == "__main__":
    main()
