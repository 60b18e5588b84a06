"""Reports that come in tables: what cells say of items, many at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery

from gongjian.apps.campaigns.models import Item
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.models import Report
from gongjian.kernel.errors import KernelError
from gongjian.kernel.playbook.values import missing
from gongjian.kernel.workflow.machine import Allowed, Facts, decide

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.ledger.book import Book
    from gongjian.kernel.model.playbook import Playbook

PARTS = ("progress", "problems", "next_steps")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What cells say of one item; parts that no cell speaks of stay as they were last reported."""

    item: Item
    words: Mapping[str, str]
    share: int | None  # basis points; None leaves it as it was
    roles: frozenset[str]
    is_new: bool = False


def record_reports(
    book: Book, playbook: Playbook, rows: Sequence[Recorded]
) -> dict[UUID, tuple[Report, dict[str, Any]]]:
    """Make a report of each row: gives it with what changes of its item, for the caller to write.

    Where the workflow has a step for reports the state follows from it. The office may write down what
    was said of an item whose clock does not run yet: its state then stays.
    """
    last = _last([r.item.pk for r in rows if not r.is_new])
    by = None if book.act.by == SYSTEM else book.act.by
    found: dict[UUID, tuple[Report, dict[str, Any]]] = {}
    for row in rows:
        before = last.get(row.item.pk)
        said = {p: row.words.get(p, getattr(before, p, "")) for p in PARTS}
        share = row.item.progress if row.share is None else row.share
        report = Report(
            campaign_id=row.item.campaign_id, item=row.item, share=share, by=by, at=book.at, **said
        )
        state = _state(playbook, row, said, is_requester=row.item.reported_by == by is not None)
        found[row.item.pk] = report, {"state": state, "progress": share, "reported_by": by}
    return found


def _last(items: list[UUID]) -> dict[UUID, Report]:
    if not items:
        return {}
    newest = Report.objects.filter(item=OuterRef("pk")).order_by("-at").values("pk")[:1]
    ids = Item.objects.filter(pk__in=items).annotate(last=Subquery(newest)).values("last")
    return {r.item_id: r for r in Report.objects.filter(pk__in=ids, no_change=False)}


def _state(
    playbook: Playbook, row: Recorded, said: Mapping[str, str], *, is_requester: bool
) -> str:
    register = playbook.register(row.item.register.key)
    workflow = playbook.workflow_of(register.key)
    now = playbook.state_of(register.key, row.item.state).key
    given = frozenset({"progress"} if said["progress"] else {"no_change"})
    facts = Facts(roles=row.roles, given=given, is_requester=is_requester)
    try:
        verdict = decide(workflow, now, "report", facts)
    except KernelError as error:
        raise ActionError(error.code, **error.facts) from error
    if not isinstance(verdict, Allowed):
        if "office" in row.roles:
            return row.item.state
        raise ActionError(verdict.code, item=row.item.code, **dict(verdict.facts))
    if lacking := missing(register, row.item.fields, verdict.state):
        names = [register.field(k).label for k in lacking]
        raise ActionError("workflow.needs", item=row.item.code, needs=names)
    return verdict.state
