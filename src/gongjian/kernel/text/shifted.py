"""Byte-shifted GBK runs computed back.

A mirror put readings in brackets behind characters, byte by byte. Where its bracket fell between
the two bytes of a character, the first byte became ``?`` and everything behind it was read one byte
out of step, until a byte below 0x80 put it in step again. So, but for one byte, nothing is lost:
the run is encoded to GBK again, every possible first byte is tried, and the reading whose words
are the most frequent is taken.

References
----------
GBK 1.0, double bytes 0x81–0xFE × 0x40–0xFE; user-defined areas 1 and 2 as U+E000 and following.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gongjian.kernel.model.document import RepairKind
from gongjian.kernel.text.readings import NOTE_LETTERS, has_reading, same_reading, simplified
from gongjian.kernel.text.strand import Edit
from gongjian.kernel.text.words import score

if TYPE_CHECKING:
    from collections.abc import Iterator

LOST = "〓"  # the printers' mark for a character that is not there
_LEADS = [bytes([b]) for b in range(0x81, 0xFF)]
_NOTE = re.compile(rf"\({NOTE_LETTERS}+\)")
# A question mark, perhaps the rest of a note whose bracket was swallowed, the run, and what put the
# text in step again: a character from the second half of ASCII, or another lost byte.
_RUN = re.compile(
    rf"\?(?P<note>{NOTE_LETTERS}+\))?"
    r"(?P<run>[^\x00-\x7f]{0,24}?(?:[!,:;][^\x00-\x7f]{0,24}?){0,3}?)"
    r"(?P<tail>[@-Z\[\]\\^_`a-z{|}~](?=[^A-Za-z0-9]|$)|\?(?=[,.;:，。；”(\s]|$)|(?=[,;“”(\s]|$))"
)
_FULL = str.maketrans({"!": "！", ",": "，", ":": "：", ";": "；", "(": "（", ")": "）", "?": "？"})
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_MARKS = "，。、；：“”！？（）"
_AGAIN = 3.0  # natural-log worth of a character that occurs in the sentence before
_PAIR = 5.0  # of a pair that occurs anywhere in the paper
_STRAY = 8.0  # of a closing quotation mark that nothing opened
_CLOSE = 4.0  # natural-log difference below which two readings are a matter for a person
_GAIN = 3.0  # how much better the words must be before a run is touched at all


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    score: float


def shifted_edits(text: str) -> Iterator[Edit]:
    """Find the runs that are out of step and compute them back.

    Parameters
    ----------
    text : str
        Text as the mirror has it, notes included.

    Yields
    ------
    Edit
        A run put right (uncertain where two readings score alike), or a mark for what is lost.
    """
    done_to, before, mended = 0, "", set[int]()
    whole = simplified(_NOTE.sub("", text))
    for match in _RUN.finditer(text):
        before += text[done_to : match.start()]
        done_to = match.start()
        edit = _mend(text, match, before, whole)
        if edit is not None:
            yield edit
            before += edit.after
            done_to = edit.end
            mended.update(range(edit.start, edit.end))
    for match in _PRIVATE.finditer(text):
        if match.start() not in mended:
            yield Edit(match.start(), match.end(), LOST, RepairKind.LOST, certain=False)


def _mend(text: str, match: re.Match[str], before: str, whole: str) -> Edit | None:
    left = _han_end(_NOTE.sub("", before[-24:]))
    right = _han_start(_NOTE.sub("", text[match.end() : match.end() + 24]))
    # The question mark stands for a character, and a left-over note is certainly no text.
    as_is = score(left + "?" + match["run"] + match["tail"] + right) - (25 if match["note"] else 0)
    near = simplified(_NOTE.sub("", before[-120:]))
    found = (_likelier(r, left, near, whole) for r in _readings(match, left, right))
    readings = sorted(found, key=lambda r: -r.score)
    if not readings or readings[0].score < as_is + _GAIN:
        if match["note"] or _PRIVATE.search(match["run"]):
            return Edit(
                match.start(),
                match.start() + 1 + len(match["note"] or ""),
                LOST,
                RepairKind.LOST,
                certain=False,
            )
        return None
    best = readings[0]
    rival = next((r for r in readings if simplified(r.text) != simplified(best.text)), None)
    certain = rival is None or best.score - rival.score >= _CLOSE
    return Edit(match.start(), match.end(), best.text, RepairKind.SHIFTED, certain=certain)


def _likelier(reading: _Reading, left: str, near: str, whole: str) -> _Reading:
    """Weigh a reading by the paper itself, which repeats its own words.

    The first character is the one in doubt: a pair with its neighbour that stands elsewhere in the
    paper counts most, the character in the sentence before counts some.
    """
    text, last = simplified(reading.text), simplified(left[-1:])
    score_ = reading.score
    if text[:1] == "”" and near.count("“") <= near.count("”"):
        score_ -= _STRAY
    else:
        pairs = {text[:2], last + text[:1]}
        score_ += _PAIR * any(len(p) == 2 and p in whole for p in pairs)
        score_ += _AGAIN * (text[:1] in near or text[:1] in _MARKS)
    return _Reading(reading.text, score_)


def _readings(match: re.Match[str], left: str, right: str) -> Iterator[_Reading]:
    """Try every byte that may have been lost."""
    note, run, tail = (match["note"] or "").rstrip(")"), match["run"], match["tail"]
    if note:
        for char in same_reading(note):
            text = char + run + tail
            yield _Reading(text, score(left + text + right))
    body = encoded(run)
    if body is None:
        return
    leads = [b for b in _LEADS if not note or _pinned(left, b, note)]
    heads: list[str | None] = []
    for lead in leads:
        if tail == "?":
            heads += _two_lost(lead + body, left)
        elif tail:
            heads.append(_decoded(lead + body + tail.encode()))
        else:
            heads.append(_decoded(lead + body))
    for whole in filter(None, heads):
        yield _Reading(whole, score(left + whole + right))


def _two_lost(head: bytes, left: str) -> list[str]:
    """Both ends lost a byte: keep the last bytes that make a word with what stands before them."""
    start = _decoded(head[:-1])
    if start is None:
        return []
    ends = {
        start + c: score(left + start + c) for lead in _LEADS if (c := _decoded(head[-1:] + lead))
    }
    return sorted(ends, key=lambda t: -ends[t])[:4]


def _pinned(left: str, lead: bytes, note: str) -> bool:
    """A left-over note tells the reading of the wrong pair: the byte before, and the lost one."""
    if not left:
        return False
    pair = _decoded((encoded(left[-1:]) or b"")[-1:] + lead)
    return pair is not None and len(pair) == 1 and has_reading(pair, note)


@lru_cache(maxsize=20_000)
def _decoded(data: bytes) -> str | None:
    try:
        text = data.decode("gbk")
    except UnicodeDecodeError:
        return None
    return text if all(c > "\x7f" for c in text) else None


def encoded(text: str) -> bytes | None:
    """Write text in GBK, private-use characters as the user-defined areas they stand for.

    Parameters
    ----------
    text : str
        Characters; ASCII marks stand for their full-width forms.

    Returns
    -------
    bytes or None
        Two bytes a character; None where a character is not in GBK.
    """
    parts = []
    for char in text.translate(_FULL):
        code = ord(char)
        if 0xE000 <= code <= 0xE233:
            row, cell = divmod(code - 0xE000, 94)
            parts.append(bytes([0xAA + row, 0xA1 + cell]))
        elif 0xE234 <= code <= 0xE4C5:
            row, cell = divmod(code - 0xE234, 94)
            parts.append(bytes([0xF8 + row, 0xA1 + cell]))
        elif 0xE4C6 <= code <= 0xE765:
            row, cell = divmod(code - 0xE4C6, 96)
            parts.append(bytes([0xA1 + row, 0x40 + cell + (cell >= 0x3F)]))
        else:
            try:
                parts.append(char.encode("gbk"))
            except UnicodeEncodeError:
                return None
    return b"".join(parts)


def _han_end(text: str) -> str:
    return re.sub(r"^.*[^\u4e00-\u9fff“”]", "", text, flags=re.DOTALL)[-3:]


def _han_start(text: str) -> str:
    found = re.match(r"[\u4e00-\u9fff“”]{0,3}", text)
    return found.group() if found else ""
