"""A Document becomes a Draft: the parts in their order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gongjian.kernel.extract import words
from gongjian.kernel.extract.baselines import with_baselines
from gongjian.kernel.extract.battles import heading_battles, named_battles, sections
from gongjian.kernel.extract.campaign import find_campaign
from gongjian.kernel.extract.clauses import Clause, sentences
from gongjian.kernel.extract.numbers import NUMBER, value_of
from gongjian.kernel.extract.owners import first_leads
from gongjian.kernel.extract.targets import find_targets
from gongjian.kernel.extract.tasks import item_tasks, news_tasks
from gongjian.kernel.model.document import BlockKind, Document, RepairKind, Span
from gongjian.kernel.model.draft import (
    Announced,
    Draft,
    DraftBattle,
    DraftCampaign,
    DraftTarget,
    DraftTask,
    PaperKind,
)

if TYPE_CHECKING:
    import datetime as dt

    from gongjian.kernel.extract.battles import Section
    from gongjian.kernel.model.document import Block

_ANNOUNCED = re.compile(
    rf"(?:共|安排了?|包括|确定了?|启动|打好|实施|六大|开展)[\u4e00-\u9fff“”]{{0,6}}?(?P<n>{NUMBER})(?:个|项|大|场)(?P<what>攻坚[\u4e00-\u9fff]{{1,3}}|[\u4e00-\u9fff]{{0,4}}(?:项目|任务|行动|战役|事项))"
)
_CAMPAIGN_WORDS = re.compile(rf"攻坚|{words.CAMPAIGN_TAILS}|任务|责任单位|牵头")


def draft_document(document: Document, today: dt.date | None = None) -> Draft:
    """Read a campaign out of a paper.

    Parameters
    ----------
    document : Document
        The paper, repaired.
    today : date or None
        Stands in where the paper carries no date of its own.

    Returns
    -------
    Draft
        What was found, each field with its span; ``why_empty`` says why nothing was.
    """
    if not document.text.strip():
        return Draft(PaperKind.NEWS, DraftCampaign(), why_empty="draft.no_text")
    year, notes = _year(document, today)
    campaign = find_campaign(document, year)
    battles, parts, tasks = _work(document, year)
    found = _targets(document, parts, year)
    targets = with_baselines(document, found, year, document.published_on or today)
    if not (battles or targets or tasks) or not _CAMPAIGN_WORDS.search(document.text):
        return Draft(_kind(document, []), DraftCampaign(), why_empty="draft.no_campaign")
    if (
        campaign.period_start
        and campaign.period_end
        and campaign.period_start > campaign.period_end
    ):
        notes.append("draft.period_reversed")
    kind = _kind(document, tasks)
    listed = kind in {PaperKind.PLAN, PaperKind.ITEM_LIST, PaperKind.TABLE}
    return Draft(
        kind=kind,
        campaign=campaign,
        battles=tuple(battles),
        targets=tuple(targets),
        tasks=tuple(tasks),
        units=_units(campaign, tasks),
        announced=tuple(_announced(document, len(battles), len(tasks) if listed else None)),
        notes=tuple(notes),
    )


def _year(document: Document, today: dt.date | None) -> tuple[int | None, list[str]]:
    if document.published_on is not None:
        return document.published_on.year, []
    if m := re.search(r"(20\d\d)年", document.text[:400]):
        return int(m.group(1)), []
    if today is not None:
        return today.year, ["draft.year_of_today"]
    return None, ["draft.no_year"]


def _work(
    document: Document, year: int | None
) -> tuple[list[DraftBattle], list[Section], list[DraftTask]]:
    """Find battles and tasks: by headings where the paper has them, else in running text."""
    grouped = heading_battles(document)
    first = first_leads(document.text)
    groups = [(battle.name, block) for battle, block in grouped]
    from_items = list(item_tasks(document, groups, year, first_is_lead=first))
    if len(grouped) >= 2 or from_items:
        return [b for b, _ in grouped], _by_heading(document, groups), from_items
    named = named_battles(document)
    parts = sections(document, named)
    return named, parts, list(news_tasks(document, parts, year))


def _by_heading(document: Document, groups: list[tuple[str, Block]]) -> list[Section]:
    from gongjian.kernel.extract.battles import Section  # noqa: PLC0415  # typing only above

    found: list[Section] = []
    name, level = None, 0
    heads = {block.span.start: (n, block.level) for n, block in groups}
    for block in document.blocks:
        if block.span.start in heads:
            name, level = heads[block.span.start]
        elif block.kind is BlockKind.HEADING and block.level and block.level <= level:
            name = None
        found.append(Section(name, block.span))
    return found


def _targets(document: Document, parts: list[Section], year: int | None) -> list[DraftTarget]:
    rows = {b.span.start for b in document.blocks if b.kind is BlockKind.TABLE_ROW}
    found: list[DraftTarget] = []
    seen: set[tuple[object, ...]] = set()
    for part in parts:
        if part.span.start in rows:
            continue
        for sentence in sentences(Clause(document.of(part.span), part.span.start)):
            for target in find_targets(sentence, year, part.name):
                key = (target.subject, target.kind, target.value, target.due)
                if key not in seen:
                    seen.add(key)
                    found.append(target)
    return found


def _kind(document: Document, tasks: list[DraftTask]) -> PaperKind:
    if any(r.kind in {RepairKind.SHIFTED, RepairKind.LOST} for r in document.repairs):
        return PaperKind.GARBLED
    rows = sum(b.kind is BlockKind.TABLE_ROW for b in document.blocks)
    if rows > len(document.blocks) / 2:
        return PaperKind.TABLE
    numbered = sum(b.level > 0 for b in document.blocks)
    owned = sum(bool(t.lead or t.responsible) for t in tasks)
    if tasks and owned >= 0.8 * len(tasks) and numbered:
        return PaperKind.ITEM_LIST
    return PaperKind.PLAN if numbered >= 3 else PaperKind.NEWS


def _units(campaign: DraftCampaign, tasks: list[DraftTask]) -> tuple[str, ...]:
    names = [campaign.issuer] if campaign.issuer else []
    for task in tasks:
        names += [*task.lead, *task.responsible, *task.cooperating]
    return tuple(dict.fromkeys(names))


def _announced(document: Document, n_battles: int, n_tasks: int | None) -> list[Announced]:
    """Compare the counts a paper announces with what was found; running text lists no tasks to count."""
    found: dict[tuple[str, int], Announced] = {}
    for m in _ANNOUNCED.finditer(document.text):
        n, what = value_of(m["n"]), m["what"]
        if n is None or not 2 <= n <= 500:
            continue
        counted = n_battles if re.search("战|行动", what) else n_tasks
        place = Span(m.start("n"), m.end("what"))
        found.setdefault((what, int(n)), Announced(what, int(n), counted, place))
    return list(found.values())
