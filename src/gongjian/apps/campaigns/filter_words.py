"""A filter written as one line, and back: `状态:已交办 时限<2026-09-30 总投资>=1000 道路`.

Words stand apart by spaces. A word is a text to be found, or a condition: a label, a sign, a value.
The signs are ``:`` and ``=`` for "is", ``<`` ``<=`` ``>`` ``>=`` for bounds; in full width, and as ≤ and ≥,
they mean the same. Any of several values is asked for by ``、`` or a comma. What holds spaces or signs stands in
quotes. Nothing here knows the database: what a register may be asked for comes in as terms.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from enum import StrEnum
from typing import TYPE_CHECKING

from gongjian.kernel.errors import KernelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LIMIT = 1_000  # characters of a line
_STEP = Decimal("0.0001")  # numbers are compared with four places
_DAY = dt.timedelta(days=1)
_QUOTES = {'"': '"', "“": "”", "”": "”", "「": "」"}
_SIGN = re.compile(r"[<>\uff1c\uff1e][=\uff1d]|[≤≥:：=\uff1d<>\uff1c\uff1e]")
_PLAIN = str.maketrans(
    {"：": ":", "\uff1d": "=", "\uff1c": "<", "\uff1e": ">", "≤": "<=", "≥": ">="}
)
_ANY_OF = re.compile(r"[、,，]")
_NEEDS_QUOTES = re.compile(r"[\s、,，:：=\uff1d<>\uff1c\uff1e≤≥\"“”「」]")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")


class Kind(StrEnum):
    """What is asked of a term."""

    TEXT = "text"  # is
    CHOICE = "choice"  # is one of some
    NUMBER = "number"  # lies between two bounds
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a term may have: as an address has it, and the words it is read by, the first written."""

    key: str
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a register may be asked for: its name in an address, its labels, the first written."""

    name: str
    labels: tuple[str, ...]
    kind: Kind = Kind.TEXT
    values: tuple[Value, ...] = ()

    @property
    def is_range(self) -> bool:
        """Tell whether it has bounds."""
        return self.kind in {Kind.NUMBER, Kind.DATE}


@dataclass(frozen=True, slots=True)
class Read:
    """What a line asks for, as an address would; and what could not be read in it."""

    params: dict[str, str]
    faults: tuple[KernelError, ...] = ()


class WordError(KernelError):
    """A word of a filter that cannot be read."""


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a line; a text to be found where it has no sign."""

    label: str
    sign: str
    values: tuple[str, ...]


def read(line: str, terms: Sequence[Term]) -> Read:
    """Read a line: each condition under its name in an address, the other words as the text to be found."""
    params: dict[str, str] = {}
    faults: list[KernelError] = []
    texts: list[str] = []
    for word in _words(line[:LIMIT]):
        if not word.sign:
            texts += word.values
            continue
        try:
            _lay(params, _condition(word, terms), word)
        except WordError as error:
            faults.append(error)
    if texts:
        params["q"] = " ".join(texts)
    return Read(params, tuple(faults))


def say(params: Mapping[str, str], terms: Sequence[Term]) -> str:
    """Write what an address asks for as a line; `read` gives the same again."""
    parts = [part for term in terms for part in _said(term, params)]
    if text := params.get("q", ""):
        parts += [_quoted(word) for word in text.split()]
    return " ".join(parts)


def _words(line: str) -> Iterator[_Word]:
    for raw in _split(line):
        label, sign, rest = _cut(raw)
        if not sign:
            yield _Word("", "", (_bare(raw),))
        else:
            values = tuple(v for part in _parts(rest) if (v := _bare(part)))
            yield _Word(_bare(label), sign, values)


def _split(line: str) -> Iterator[str]:
    """Cut a line at its spaces, but not inside quotes; a quote that never ends is a character like others."""
    word, closing = "", ""
    for at, character in enumerate(line):
        if closing:
            closing = "" if character == closing else closing
        elif character in _QUOTES and _QUOTES[character] in line[at + 1 :]:
            closing = _QUOTES[character]
        elif character.isspace():
            if word:
                yield word
            word = ""
            continue
        word += character
    if word:
        yield word


def _cut(word: str) -> tuple[str, str, str]:
    """Cut a word at its first sign outside quotes."""
    for found in _SIGN.finditer(word):
        before = word[: found.start()]
        if before and not _is_inside(word, found.start()):
            return before, found[0].translate(_PLAIN), word[found.end() :]
    return word, "", ""


def _is_inside(word: str, at: int) -> bool:
    """Tell whether a place of a word lies between quotes."""
    closing = ""
    for place, character in enumerate(word[:at]):
        if closing:
            closing = "" if character == closing else closing
        elif character in _QUOTES and _QUOTES[character] in word[place + 1 :]:
            closing = _QUOTES[character]
    return bool(closing)


def _parts(text: str) -> Iterator[str]:
    start = 0
    for found in _ANY_OF.finditer(text):
        if not _is_inside(text, found.start()):
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]


def _bare(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        return text[1:-1].strip()
    return text


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def _condition(word: _Word, terms: Sequence[Term]) -> dict[str, str]:
    """Give what one condition asks for, by its names in an address."""
    term = _term(word.label, terms)
    if not word.values:
        raise WordError("filter.no_value", label=word.label)
    if term.is_range:
        return _bounds(term, word)
    if word.sign not in {":", "="}:
        raise WordError("filter.no_bounds", label=term.labels[0])
    return {term.name: ",".join(_key(term, given) for given in word.values)}


def _term(label: str, terms: Sequence[Term]) -> Term:
    by_label = {_folded(one): term for term in reversed(terms) for one in term.labels}
    if found := by_label.get(_folded(label)):
        return found
    words = {_folded(one): one for term in terms for one in term.labels}
    near = get_close_matches(_folded(label), words, 1, 0.3)
    if near:
        raise WordError("filter.no_such_label", label=label, nearest=words[near[0]])
    raise WordError(
        "filter.unknown_label", label=label, known="、".join(t.labels[0] for t in terms)
    )


def _key(term: Term, given: str) -> str:
    """Give a value as an address has it; a text without a comma, for commas part values there."""
    if term.kind is not Kind.CHOICE:
        return given
    words = {_folded(word): v.key for v in reversed(term.values) for word in (*v.labels, v.key)}
    if (found := words.get(_folded(given))) is not None:
        return found
    known = "、".join(v.labels[0] for v in term.values)
    raise WordError("filter.no_such_value", label=term.labels[0], given=given, known=known)


def _bounds(term: Term, word: _Word) -> dict[str, str]:
    """Give the bounds of one condition; both of them for a value that is to be met exactly."""
    if len(word.values) > 1:
        raise WordError("filter.one_bound", label=term.labels[0])
    value = _moved(term, word.values[0], {"<": -1, ">": 1}.get(word.sign, 0))
    names = {"<": (".to",), "<=": (".to",), ">": (".from",), ">=": (".from",)}
    return {f"{term.name}{end}": value for end in names.get(word.sign, (".from", ".to"))}


def _moved(term: Term, given: str, by: int) -> str:
    """Give a bound, a step further in where the bound itself is not meant."""
    if term.kind is Kind.DATE:
        day = _day(given)
        return (day + by * _DAY).isoformat() if day else _as_given(term, given, by)
    try:
        return str(Decimal(given) + by * _STEP) if by else given
    except InvalidOperation:
        return _as_given(term, given, by)


def _day(given: str) -> dt.date | None:
    if not (found := _DATE.fullmatch(given)):
        return None
    try:
        return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def _as_given(term: Term, given: str, by: int) -> str:
    """Leave a bound to whoever reads dates and amounts; beside it nothing can be counted."""
    if by:
        raise WordError("filter.strict", label=term.labels[0], given=given)
    return given


def _lay(params: dict[str, str], found: Mapping[str, str], word: _Word) -> None:
    """Add a condition; of two on the same thing neither is guessed away."""
    if twice := [name for name in found if name in params]:
        raise WordError("filter.said_twice", label=word.label, name=twice[0])
    params |= found


def _said(term: Term, params: Mapping[str, str]) -> Iterator[str]:
    label = _quoted(term.labels[0])
    if term.is_range:
        low, high = params.get(f"{term.name}.from", ""), params.get(f"{term.name}.to", "")
        if low and low == high:
            yield f"{label}={_quoted(low)}"
            return
        yield from (f"{label}{sign}{_quoted(v)}" for sign, v in ((">=", low), ("<=", high)) if v)
        return
    if given := params.get(term.name, ""):
        words = {v.key: v.labels[0] for v in term.values}
        yield f"{label}:" + "、".join(_quoted(words.get(one, one)) for one in given.split(","))


def _quoted(text: str) -> str:
    if not _NEEDS_QUOTES.search(text):
        return text
    return f'"{text}"' if '"' not in text else f"「{text}」"


__all__ = ["LIMIT", "Kind", "Read", "Term", "Value", "WordError", "read", "say"]
