"""Commitments (表态): recorded, changed and removed by the office; one press takes each back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.loop.models import Commitment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from gongjian.apps.accounts.models import Org
    from gongjian.apps.campaigns.models import Campaign, Item
    from gongjian.apps.targets.models import Target

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """What an org undertook: by the post that spoke, never by a person's name."""

    org: Org
    speaker: str
    text: str
    said_on: dt.date
    occasion: str = ""
    items: Sequence[Item] = ()
    target: Target | None = None

    def facts(self) -> dict[str, Any]:
        """Give it as columns; what is missing is refused."""
        if not self.text.strip():
            raise ActionError("commitment.text_missing")
        if len(self.text.strip()) > LONGEST:
            raise ActionError("commitment.too_long", n=len(self.text.strip()), limit=LONGEST)
        if not self.speaker.strip():
            raise ActionError("commitment.speaker_missing")
        return {
            "org": self.org,
            "speaker": self.speaker.strip()[:80],
            "text": self.text.strip(),
            "occasion": self.occasion.strip()[:120],
            "said_on": self.said_on,
            "items": [str(i.pk) for i in self.items],
            "target": self.target,
        }


@action("loop.record_commitment")
def record_commitment(book: Book, campaign: Campaign, said: Said) -> dict[str, Any]:
    """Record what an org undertook in public."""
    book.campaign_id = campaign.pk
    by = None if book.act.by == SYSTEM else book.act.by
    row = Commitment(campaign=campaign, by=by, at=book.at, **said.facts())
    book.insert(row)
    return {"commitment": str(row.pk)}


@action("loop.change_commitment")
def change_commitment(book: Book, row: Commitment, said: Said) -> dict[str, Any]:
    """Correct what was recorded; the history keeps what it was."""
    book.campaign_id = row.campaign_id
    book.update(row, **said.facts())
    return {"commitment": str(row.pk)}


@action("loop.remove_commitment")
def remove_commitment(book: Book, row: Commitment) -> dict[str, Any]:
    """Remove what was recorded by mistake."""
    book.campaign_id = row.campaign_id
    book.delete(row)
    return {"commitment": str(row.pk)}
