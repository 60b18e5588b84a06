"""What was publicly undertaken, ready to print."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse

from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import visible
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.loop.models import Commitment


# Commitments


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """What one org undertook."""

    pk: UUID
    org: str
    speaker: str
    text: str
    occasion: str
    said_on: dt.date
    items: tuple[tuple[str, str, str], ...]  # code, title, address
    target: str
    target_href: str


def commitment_rows(seen: Scope, rows: Sequence[Commitment]) -> list[CommitmentRow]:
    """Give commitments with the items they bear on, as far as the reader sees those: one query."""
    ids = {pk for r in rows for pk in r.items}
    found: dict[str, Item] = {}
    if ids:
        here = Item.objects.filter(visible(seen, rows[0].campaign_id) & Q(pk__in=ids))
        found = {str(i.pk): i for i in here.only("pk", "code", "title")}
    return [
        CommitmentRow(
            pk=r.pk,
            org=r.org.label(lang()),
            speaker=r.speaker,
            text=r.text,
            occasion=r.occasion,
            said_on=r.said_on,
            items=tuple(
                (i.code, i.title, reverse("cockpit:item", args=[i.code]))
                for i in (found[pk] for pk in r.items if pk in found)
            ),
            target=r.target.subject if r.target else "",
            target_href=reverse("targets:target", args=[r.target.pk]) if r.target else "",
        )
        for r in rows
    ]
