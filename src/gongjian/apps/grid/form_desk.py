"""The forms on one person's desk: kept, answered step by step, dropped. Private; no fact, in no event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from gongjian.apps.campaigns.queries import get_campaign_for
from gongjian.apps.grid.models import ForeignForm
from gongjian.apps.papers import files
from gongjian.lib import clock

if TYPE_CHECKING:
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.campaigns.models import Campaign

SHOWN = 50


def get_desk_for(seen: Scope, code: str) -> Campaign:
    """Fetch a campaign for whoever fills forms from it: anybody who sees it but the public."""
    campaign = get_campaign_for(seen, code)
    if not seen.may_see_sources(campaign.pk):
        raise PermissionDenied
    return campaign


def get_form_for(seen: Scope, code: str, pk: UUID) -> ForeignForm:
    """Fetch a form of one's own: 404 where there is none, 403 where it lies on a colleague's desk."""
    campaign = get_desk_for(seen, code)
    row: ForeignForm | None = ForeignForm.objects.filter(campaign=campaign, pk=pk).first()
    if row is None:
        raise Http404
    if row.by_id != seen.person_id:
        raise PermissionDenied
    row.campaign = campaign
    return row


def forms_of(seen: Scope, campaign: Campaign) -> list[ForeignForm]:
    """Give the forms on a person's desk, the newest first: one query."""
    rows = ForeignForm.objects.filter(campaign=campaign, by=seen.person_id)
    return list(rows.order_by("-at")[:SHOWN])


def lay_down(campaign: Campaign, person: Person, data: bytes, name: str) -> ForeignForm:
    """Put a form on a person's desk; one that came before brings its answers along."""
    digest = files.put(data)
    mine = ForeignForm.objects.filter(campaign=campaign, by=person)
    before = mine.filter(sha256=digest).order_by("-at").first()
    row = ForeignForm(campaign=campaign, by=person, at=clock.now(), name=name[-200:], sha256=digest)
    if before is not None:
        row.register, row.items, row.rows = before.register, before.items, before.rows
    row.save(force_insert=True)
    return row


def note(row: ForeignForm, **facts: Any) -> None:
    """Keep what its receiver has settled of a form."""
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=list(facts))


def drop(row: ForeignForm) -> None:
    """Take a form off the desk."""
    row.delete()
