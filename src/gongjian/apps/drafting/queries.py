"""Reads of papers and drafts: for the campaign office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404

from gongjian.apps.drafting.models import Draft, DraftPart
from gongjian.apps.papers.models import Paper

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope


def require_office(seen: Scope) -> None:
    """Let the office in; a stranger learns nothing, a colleague that it is not theirs."""
    if not seen.grants:
        raise Http404
    if not seen.is_office():
        raise PermissionDenied


def papers(seen: Scope) -> QuerySet[Paper]:
    """Give the papers, the newest first, drafts with them."""
    require_office(seen)
    return Paper.objects.defer("text", "reading").prefetch_related("drafts__campaign")


def get_draft_for(seen: Scope, pk: UUID) -> Draft:
    """Fetch a draft with its paper."""
    require_office(seen)
    draft: Draft | None = Draft.objects.select_related("paper", "campaign").filter(pk=pk).first()
    if draft is None:
        raise Http404
    return draft


def get_part_for(seen: Scope, pk: UUID) -> DraftPart:
    """Fetch a part of a draft."""
    require_office(seen)
    part: DraftPart | None = (
        DraftPart.objects.select_related("draft__campaign", "draft__paper").filter(pk=pk).first()
    )
    if part is None:
        raise Http404
    return part
