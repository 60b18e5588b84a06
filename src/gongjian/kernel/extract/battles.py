"""Battles (攻坚战) that a paper names: in a list, one by one, or as headings that group tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.kernel.extract import words
from gongjian.kernel.extract.clauses import Clause, split
from gongjian.kernel.model.document import Block, BlockKind, Document, Span
from gongjian.kernel.model.draft import DraftBattle

if TYPE_CHECKING:
    from collections.abc import Iterator

_LISTED = re.compile(
    rf"(?P<n>[{words.NUM}]|\d{{1,2}})(?:大|个|项|场)?[\u4e00-\u9fff]{{0,8}}?(?:{words.BATTLE_TAILS}|攻坚|战役)[^。；]{{0,12}}?"
    r"(?:包括|分别是|分别为|即|：|——)(?P<list>[^。；]{5,160})"
)
_NAMED = re.compile(
    r"(?:打好|打赢|打响|开展|实施|推进)(?P<name>[“\u4e00-\u9fff·]{2,14}?(?:攻坚战|保卫战|歼灭战|专项行动|攻坚行动))"
)
_INSIDE = re.compile(rf"在(?P<name>[\u4e00-\u9fff]{{2,12}}?)(?:{words.BATTLE_TAILS})中")
_ORDINAL = re.compile(
    r"第[一二三四五六七八九十]个“?[\u4e00-\u9fff]”?[\u4e00-\u9fff]{0,3}?(?:就)?是(?P<name>[\u4e00-\u9fff]{2,10})"
)
_NUMBERING = re.compile(
    rf"^\s*(?:第[{words.NUM}\d]+[章节部分篇]+|[{words.NUM}]+、|[（(][{words.NUM}\d]+[)）]|\d+\s*[.．、])\s*"
)
_EXCLUDED = re.compile(words.NOT_BATTLES)
_GROUPS = re.compile(words.GROUPING)
_IS_BATTLE = re.compile(rf"(?:{words.BATTLE_TAILS})$")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the paper that belongs to one battle.

    Attributes
    ----------
    name : str or None
        The battle's; None for text outside of any.
    span : Span
        From the battle's heading or first mention to the next one's.
    """

    name: str | None
    span: Span


def bare_heading(text: str) -> tuple[str, int]:
    """Give a heading without its number.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    tuple of str and int
        The words, and how many characters the number took.
    """
    m = _NUMBERING.match(text)
    cut = m.end() if m else 0
    return text[cut:].rstrip("。：: \u3000"), cut


def named_battles(document: Document) -> list[DraftBattle]:
    """Find battles named in running text.

    Parameters
    ----------
    document : Document
        The paper.

    Returns
    -------
    list of DraftBattle
        A list such as 六大攻坚…包括A、B及C goes before names found one by one.
    """
    if m := _LISTED.search(document.text):
        listed = _listed(Clause(m["list"], m.start("list")))
        if len(listed) >= 2:
            return listed
    found: dict[str, DraftBattle] = {}
    for m in _NAMED.finditer(document.text):
        name = m["name"]
        if not re.match(rf"[{words.NUM}\d]+大|“|各|这", name) and name not in found:
            found[name] = DraftBattle(name, spans={"name": (Span(m.start("name"), m.end("name")),)})
    return list(found.values()) if len(found) >= 2 else []


def _listed(clause: Clause) -> list[DraftBattle]:
    battles: list[DraftBattle] = []
    for part in split(clause, "、，"):
        for piece in _halves(part):
            if not 2 <= len(piece.text) <= 14 or (
                battles and re.match(r"以|并|努力|确保", piece.text)
            ):
                return battles
            battles.append(DraftBattle(piece.text, spans={"name": (Span(piece.start, piece.end),)}))
    return battles


def _halves(part: Clause) -> Iterator[Clause]:
    for joint in ("及", "和", "以及"):
        at = part.text.find(joint)
        if 2 <= at <= len(part.text) - 3 and len(part.text) <= 20:
            yield part.part(0, at)
            yield part.part(at + len(joint), len(part.text))
            return
    yield part


def heading_battles(document: Document) -> list[tuple[DraftBattle, Block]]:
    """Find headings that group tasks: named ones first, else those below 重点任务, else top ones.

    Parameters
    ----------
    document : Document
        The paper.

    Returns
    -------
    list of tuple of DraftBattle and Block
        Each battle with its heading.
    """
    headings = [b for b in document.blocks if b.kind is BlockKind.HEADING and b.level]
    bare = {b: bare_heading(document.of(b.span)) for b in headings}
    named = [
        b for b in headings if _IS_BATTLE.search(bare[b][0]) and not _EXCLUDED.search(bare[b][0])
    ]
    if len(named) >= 2:
        return [(_battle(document, b), b) for b in named]
    below = _below_grouping(headings, bare)
    if len(below) >= 2:
        return [(_battle(document, b), b) for b in below]
    top = min((b.level for b in headings), default=0)
    tops = [b for b in headings if b.level == top and not _EXCLUDED.search(bare[b][0])]
    tops = [b for b in tops if _has_items(document, b, headings)]
    return [(_battle(document, b), b) for b in tops]


def _below_grouping(headings: list[Block], bare: dict[Block, tuple[str, int]]) -> list[Block]:
    found, level = [], 0
    for block in headings:
        if _GROUPS.search(bare[block][0]) and not level:
            level = block.level
        elif level and block.level <= level:
            level = 0
        elif level and block.level == level + 1 and not _EXCLUDED.search(bare[block][0]):
            found.append(block)
    return found


def _has_items(document: Document, heading: Block, headings: list[Block]) -> bool:
    after = [
        h.span.start
        for h in headings
        if h.span.start > heading.span.start and h.level <= heading.level
    ]
    end = min(after, default=len(document.text))
    items = [
        b
        for b in document.blocks
        if heading.span.end < b.span.start < end and (b.level > heading.level)
    ]
    return len(items) >= 1


def _battle(document: Document, block: Block) -> DraftBattle:
    text = document.of(block.span)
    name, cut = bare_heading(text)
    start = block.span.start + cut
    return DraftBattle(name, spans={"name": (Span(start, start + len(name)),)})


def sections(document: Document, battles: list[DraftBattle]) -> list[Section]:
    """Cut running text by the battles it speaks of.

    Parameters
    ----------
    document : Document
        The paper.
    battles : list of DraftBattle
        As found.

    Returns
    -------
    list of Section
        In reading order; a paragraph that names no battle belongs to none.
    """
    found: list[Section] = []
    for block in document.blocks:
        marks = sorted(_mentions(document.of(block.span), battles))
        starts = [block.span.start + at for at, _ in marks]
        edges = [*starts, block.span.end]
        if marks and starts[0] > block.span.start:
            found.append(Section(None, Span(block.span.start, starts[0])))
        found += [Section(name, Span(edges[n], edges[n + 1])) for n, (_, name) in enumerate(marks)]
        if not marks:
            found.append(Section(None, block.span))
    return found


def _mentions(text: str, battles: list[DraftBattle]) -> Iterator[tuple[int, str]]:
    """Give where a text turns to a battle; a bare list of all of them is no turn."""
    places = [(m.start(), b.name) for b in battles for m in re.finditer(re.escape(b.name), text)]
    names = {name for _, name in places}
    if len(names) >= 3 and max(at for at, _ in places) - min(at for at, _ in places) < 15 * len(
        names
    ):
        return
    seen = set()
    for at, name in sorted(places):
        if name not in seen:
            seen.add(name)
            yield max(text.rfind("。", 0, at), text.rfind("；", 0, at)) + 1, name
