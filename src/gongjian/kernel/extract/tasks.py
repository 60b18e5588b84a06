"""Tasks: numbered items, table rows, and clauses of reports in which something concrete is to be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gongjian.kernel.extract import words
from gongjian.kernel.extract.battles import Section, bare_heading
from gongjian.kernel.extract.clauses import Clause, sentences, split
from gongjian.kernel.extract.dates import find_dates
from gongjian.kernel.extract.owners import Owners, find_actors, find_owners, split_names
from gongjian.kernel.model.document import Block, BlockKind, Document, Span
from gongjian.kernel.model.draft import DraftTask

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

_OPEN = re.compile(rf"^(?:{words.OPENERS})+")
_VERB = re.compile(
    rf"^(?:坚决|持续|着力|大力|聚力|广泛|全面|不断|定期|全力|加快|高\w{{1,2}}|[\u4e00-\u9fff]{{0,5}}?)(?:{words.VERBS})"
)
_EXHORT = re.compile(words.EXHORT)
_MEASURE = re.compile(r"\d|[一二三四五六七八九十]+个以上|保[一二三]争")
_INLINE_HEAD = re.compile(r"^(?P<head>[^。：:；（(]{3,60})[。：:]")


def news_tasks(document: Document, parts: list[Section], year: int | None) -> Iterator[DraftTask]:
    """Find tasks in the running text of a report, inside the battles it speaks of.

    Parameters
    ----------
    document : Document
        The paper.
    parts : list of Section
        Its stretches by battle.
    year : int or None
        The year of the paper.

    Yields
    ------
    DraftTask
        In reading order.
    """
    for part in parts:
        if part.name is None:
            continue
        body = Clause(document.of(part.span), part.span.start)
        for sentence in sentences(body):
            yield from _in_sentence(sentence, part.name, year)


def _in_sentence(sentence: Clause, battle: str, year: int | None) -> Iterator[DraftTask]:
    actors = Owners()
    for clause in split(sentence, "，；。,;"):
        actors = find_actors(clause) or actors
        for piece in _pieces(clause):
            if task := _task(piece, battle, year, actors):
                yield task


def _pieces(clause: Clause) -> list[Clause]:
    """Parallel clauses joined by 、 are tasks of their own where each begins with a verb."""
    parts = split(clause, "、")
    return parts if len(parts) > 1 and all(_VERB.match(p.text) for p in parts) else [clause]


def _task(clause: Clause, battle: str, year: int | None, actors: Owners) -> DraftTask | None:
    opening = _OPEN.match(clause.text)
    keep = 0
    if opening:
        keep = opening.end()
        if spirited := re.search(r"(?:坚决|全面|努力|积极|全力|进一步)$", opening.group()):
            keep = spirited.start()
    piece = clause.part(keep, len(clause.text))
    text = piece.text
    if not 5 <= len(text) <= 40 or not _VERB.match(text):
        return None
    if _EXHORT.search(text) or _MEASURE.search(text) or re.search(words.PAST, text):
        return None
    if battle in text or text.endswith(("战中", "行动中")):
        return None
    dates = find_dates(clause.text, year)
    return _made(piece, battle, actors, dates[-1].day if dates else None, None)


def item_tasks(
    document: Document,
    groups: list[tuple[str, Block]],
    year: int | None,
    *,
    first_is_lead: bool,
) -> Iterator[DraftTask]:
    """Find tasks in the numbered items below the headings of battles, and in tables.

    Parameters
    ----------
    document : Document
        The paper.
    groups : list of tuple of str and Block
        Battles with their headings.
    year : int or None
        The year of the paper.
    first_is_lead : bool
        Whether the first of a list of owners leads.

    Yields
    ------
    DraftTask
        In reading order.
    """
    heads = {block.span.start: name for name, block in groups}
    levels = {block.span.start: block.level for _, block in groups}
    battle, level = None, 0
    blocks = list(document.blocks)
    for n, block in enumerate(blocks):
        if block.span.start in heads:
            battle, level = heads[block.span.start], levels[block.span.start]
        elif block.kind is BlockKind.HEADING and block.level and block.level <= level:
            battle = None
        elif block.level > level and battle is not None:
            body = _with_followers(document, blocks, n)
            yield from _item(body, battle, year, first_is_lead=first_is_lead)
    yield from table_tasks(document, year, groups)


def _with_followers(document: Document, blocks: list[Block], n: int) -> Clause:
    """Give an item with the paragraphs that belong to it."""
    end = blocks[n].span.end
    for block in blocks[n + 1 :]:
        if block.kind is not BlockKind.PARAGRAPH:
            break
        end = block.span.end
    start = blocks[n].span.start
    return Clause(document.text[start:end], start)


def _item(
    body: Clause, battle: str | None, year: int | None, *, first_is_lead: bool
) -> Iterator[DraftTask]:
    first_line = body.text.split("\n", 1)[0]
    name, cut = bare_heading(first_line)
    inline = _INLINE_HEAD.match(name)
    title = inline["head"] if inline else re.split(r"[（(](?=[^（(]*(?:负责|牵头|单位))", name)[0]
    if not 3 <= len(title) <= 80:
        title = split(Clause(title, 0), "，；。")[0].text[:80]
    piece = body.part(cut, cut + len(title))
    owners = find_owners(body, first_is_lead=first_is_lead)
    due, spot = _deadline(body, year)
    yield _made(piece, battle, owners, due, spot)


def _deadline(body: Clause, year: int | None) -> tuple[dt.date | None, Span | None]:
    """Give the last deadline of an item: of its own line 完成时限：…, else of its sentences."""
    own = re.search(rf"(?:{'|'.join(words.DUE_WORDS)})[:：]\s*(?P<when>[^；;。）)\n]+)", body.text)
    start = own.start("when") if own else 0
    text = own["when"] if own else body.text
    dates = find_dates(text, year)
    if not dates:
        return None, None
    last = max(dates, key=lambda d: (d.day, d.start)) if not own else dates[-1]
    at = body.start + start
    return last.day, Span(at + last.start, at + last.end)


def _made(
    piece: Clause, battle: str | None, owners: Owners, due: dt.date | None, spot: Span | None
) -> DraftTask:
    spans: dict[str, tuple[Span, ...]] = {"text": (Span(piece.start, piece.end),)}
    spans |= {role: tuple(found) for role, found in owners.spans.items() if found}
    if spot is not None:
        spans["due"] = (spot,)
    return DraftTask(
        text=piece.text.rstrip("。；;"),
        battle=battle,
        lead=owners.of("lead"),
        responsible=owners.of("responsible"),
        cooperating=owners.of("cooperating"),
        leader=owners.of("leader"),
        due=due,
        spans=spans,
    )


def table_tasks(
    document: Document, year: int | None, groups: list[tuple[str, Block]]
) -> Iterator[DraftTask]:
    """Find tasks in tables whose heads name work and owners or deadlines.

    Parameters
    ----------
    document : Document
        The paper.
    year : int or None
        The year of the paper.
    groups : list of tuple of str and Block
        Battles with their headings, for cells that name one.

    Yields
    ------
    DraftTask
        One for each row.
    """
    names = {name for name, _ in groups}
    columns: dict[int, str] = {}
    for block in document.blocks:
        if block.kind is not BlockKind.TABLE_ROW:
            columns = {}
            continue
        cells = [Clause(document.of(c), c.start) for c in block.cells]
        if block.is_header or not columns:
            columns = _columns(cells) or columns
            continue
        if task := _row(cells, columns, year, names):
            yield task


def _columns(cells: list[Clause]) -> dict[int, str]:
    roles: dict[int, str] = {}
    for n, cell in enumerate(cells):
        head = re.sub(r"\s", "", cell.text)
        if head in words.ROLE_WORDS:
            roles[n] = words.ROLE_WORDS[head]
        elif head in words.DUE_WORDS:
            roles[n] = "due"
        elif head in words.TASK_WORDS and "task" not in roles.values():
            roles[n] = "task"
        elif head in {"攻坚战", "战役", "专项", "攻坚行动", "领域", "类别"}:
            roles[n] = "battle"
    useful = {"due", "lead", "responsible"} & set(roles.values())
    return roles if "task" in roles.values() and useful else {}


def _row(
    cells: list[Clause], columns: dict[int, str], year: int | None, names: set[str]
) -> DraftTask | None:
    owners, piece, due, spot, battle = Owners(), None, None, None, None
    for n, role in columns.items():
        if n >= len(cells) or not cells[n].text.strip():
            continue
        cell = cells[n]
        if role == "task":
            piece = cell.part(0, len(cell.text))
        elif role == "due":
            if dates := find_dates(cell.text, year):
                due, spot = (
                    dates[-1].day,
                    Span(cell.start + dates[-1].start, cell.start + dates[-1].end),
                )
        elif role == "battle":
            battle = next(
                (b for b in names if cell.text.strip() in b or b in cell.text), cell.text.strip()
            )
        else:
            for name in split_names(cell):
                owners.add(role, name.text, Span(name.start, name.end))
    if piece is None or len(piece.text) < 3:
        return None
    return _made(piece, battle, owners, due, spot)
