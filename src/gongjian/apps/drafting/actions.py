"""A paper becomes a draft, people correct it, one action makes the campaign of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.actions import add_items, found, let_in
from gongjian.apps.drafting.confirm import Plan, build
from gongjian.apps.drafting.models import Draft, DraftPart
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.targets.actions import add_targets
from gongjian.kernel.extract.draft import draft_document
from gongjian.kernel.extract.json_io import to_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from gongjian.apps.papers.models import Paper
    from gongjian.kernel.model.document import Document

PARTS = {"battles": "battle", "targets": "target", "tasks": "task"}


@action("drafting.draft")
def draft(book: Book, paper: Paper, document: Document, today: dt.date) -> dict[str, Any]:
    """Read a campaign out of a paper."""
    content = to_json(draft_document(document, today))
    row = Draft(
        paper=paper,
        summary={k: v for k, v in content.items() if k not in {*PARTS, "campaign"}},
        made_by=None if book.act.by == SYSTEM else book.act.by,
        made_at=book.at,
    )
    parts = [DraftPart(draft=row, kind="campaign", order=0, content=content["campaign"])]
    for name, kind in PARTS.items():
        parts += [
            DraftPart(draft=row, kind=kind, order=n, content=part)
            for n, part in enumerate(content[name])
        ]
    book.insert(row, *parts)
    return {"draft": str(row.pk)}


@action("drafting.correct")
def correct(book: Book, part: DraftPart, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Correct fields of one part; it keeps the sentence it came from, and says what was corrected."""
    _refuse_confirmed(part.draft)
    changed = {k for k, v in changes.items() if (part.content.get(k) or None) != (v or None)}
    corrected = sorted(changed | set(part.content.get("corrected", [])))
    content = {**part.content, **changes, "corrected": corrected}
    book.update(part, content=content)
    return {"part": str(part.pk), "version": part.version}


@action("drafting.add_part")
def add_part(book: Book, row: Draft, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Add a battle, a target or a task that the paper's reading missed."""
    _refuse_confirmed(row)
    last = DraftPart.objects.filter(draft=row, kind=kind).order_by("-order").first()
    order = last.order + 1 if last else 0
    part = DraftPart(draft=row, kind=kind, order=order, content={**content, "spans": {}})
    book.insert(part)
    return {"part": str(part.pk)}


@action("drafting.drop")
def drop(book: Book, part: DraftPart, *, is_dropped: bool) -> dict[str, Any]:
    """Leave a part out of the campaign, or take it in again; the reading itself is kept."""
    _refuse_confirmed(part.draft)
    book.update(part, is_dropped=is_dropped)
    return {"part": str(part.pk), "version": part.version}


@action("drafting.confirm")
def confirm(book: Book, row: Draft, plan: Plan) -> dict[str, Any]:
    """Make a campaign of a draft: everything in one event, or nothing."""
    _refuse_confirmed(row)
    made = build(row, plan, book.at)
    if made.new_orgs:
        book.insert(*made.new_orgs)
    _playbook, registers = found(book, made.campaign, plan.playbook_text, made.battles)
    register = registers.get(plan.register) or next(iter(registers.values()))
    for item in made.items:
        item.register = register
        item.state = made.initial_state
    add_items(book, made.campaign, made.items, made.responsibilities)
    add_targets(book, made.targets, made.versions)
    book.update(row, campaign=made.campaign)
    let_in(book, made.campaign)
    return {"campaign": made.campaign.code, "items": len(made.items), "targets": len(made.targets)}


def _refuse_confirmed(row: Draft) -> None:
    if row.campaign_id is not None:
        raise ActionError(
            "draft.confirmed_already", campaign=row.campaign.code if row.campaign else ""
        )
