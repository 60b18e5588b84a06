"""Parts that actions on mandates share: the live row, the day, who acts, what is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.ledger.book import ActionError, Book, Moved
from gongjian.apps.loop.models import Mandate
from gongjian.apps.notices.actions import settle_about
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


S = Mandate.State
TOLD = ("mandate.asked", "mandate.chased", "mandate.objected")


def both(row: Mandate) -> dict[str, str]:
    """Name the receiver in both languages."""
    to = row.content["to"]
    return {"zh": to["zh"], "en": to.get("en") or to["zh"]}


def settle(book: Book, rows: Iterable[Mandate]) -> None:
    """Nobody is told of these any more; the notices are done, and what is not sent yet is dropped."""
    settle_about(book, TOLD, [r.pk for r in rows], clock.day_of(book.at))


def live(book: Book, rows: Sequence[Mandate]) -> list[Mandate]:
    """Look at mandates as they are now, and keep them so: superseded or withdrawn ones are refused."""
    names = {r.pk: r for r in rows}
    held = book.lock(rows)
    if len(held) != len(names):
        raise Moved("row.moved", row=str(rows[0].pk))
    for now in held:
        asked = names[now.pk]
        now.campaign, now.battle, now.org, now.post = (
            asked.campaign, asked.battle, asked.org, asked.post,
        )  # fmt: skip
        refuse_ended(now)
    return sorted(held, key=lambda r: (r.serial, r.n))


def refuse_ended(row: Mandate) -> None:
    if row.state == S.WITHDRAWN:
        raise ActionError("mandate.withdrawn", reason=row.ended_reason)
    if row.state == S.SUPERSEDED:
        raise ActionError("mandate.superseded", n=row.n)
