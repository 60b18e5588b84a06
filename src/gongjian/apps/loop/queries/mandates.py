"""Mandates and commitments through a person's scope: who may read, accept, be told."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from gongjian.apps.accounts.access import grants_on, holders_on
from gongjian.apps.accounts.models import (
    Org,
    OrgReach,
    PostHolding,
    Role,
)
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.models import Item
from gongjian.apps.loop.models import Commitment, Mandate
from gongjian.apps.loop.queries.material import Addressee
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign


_SPEAKERS = frozenset({"contact", "principal"})


# Who may


def may_look(seen: Scope, campaign_id: UUID) -> bool:
    """Tell whether a person sees every mandate of a campaign: all wide roles but the public."""
    return bool(seen.wide_roles(campaign_id) - {Role.PUBLIC})


def in_hall(seen: Scope, campaign_id: UUID) -> bool:
    """Tell whether a person may show the rally: whoever has a part in more than one item."""
    return any(
        g.counts_in(campaign_id) and g.item_id is None and g.role != Role.PUBLIC
        for g in seen.grants
    )


def receives(seen: Scope, row: Mandate) -> str:
    """Tell how a person accepts a mandate: as its receiver (``own``), for one (``acting``), or not.

    The leading official is whoever holds the post today; a secretary of the campaign, or of the
    official's office, acts for them. An org's mandate is its own principal's, nobody's above it.
    """
    if row.post is None:
        own = any(
            g.role == Role.PRINCIPAL and g.org_id == row.org_id and g.item_id is None
            for g in seen.grants
            if g.counts_in(row.campaign_id)
        )
        return "own" if own else ""
    if not seen.may_see(row.campaign_id) or seen.person_id is None:
        return ""
    held = PostHolding.objects.filter(on_day(clock.today()), post=row.post_id)
    if held.filter(person=seen.person_id).exists():
        return "own"
    acts = seen.wide_roles(row.campaign_id) | seen.answers_for(row.campaign_id, row.post.org_id)
    return "acting" if Role.SECRETARY in acts else ""


def mandates(seen: Scope, campaign: Campaign) -> QuerySet[Mandate]:
    """Give the mandates of a campaign that a person may see: all, or those of their orgs."""
    rows = Mandate.objects.filter(campaign=campaign)
    if may_look(seen, campaign.pk):
        return rows
    mine = Q(pk__in=[])
    for g in seen.grants:
        if g.counts_in(campaign.pk) and g.org_id and g.item_id is None and g.role in _SPEAKERS:
            mine |= Q(org__in=OrgReach.objects.filter(ancestor=g.org_id).values("descendant"))
    held = PostHolding.objects.filter(on_day(clock.today()), person=seen.person_id).values("post")
    return rows.filter(mine | Q(post__in=held))


def get_mandate_for(seen: Scope, pk: UUID, *, may: str = "see") -> Mandate:
    """Fetch a mandate: to ``see`` it, to ``receive`` it, or to ``run`` it as the office.

    404 for whoever does not know the campaign, 403 for a colleague without the right.
    """
    rows = Mandate.objects.select_related("campaign", "battle", "org", "post", "file", "former")
    row: Mandate | None = rows.filter(pk=pk).first()
    if row is None or not seen.may_see(row.campaign_id):
        raise Http404
    if not _is_allowed(seen, row, may):
        raise PermissionDenied
    return row


def _is_allowed(seen: Scope, row: Mandate, may: str) -> bool:
    if may == "run":
        return seen.is_office(row.campaign_id)
    if may == "see" and mandates(seen, row.campaign).filter(pk=row.pk).exists():
        return True
    return bool(receives(seen, row))


def get_mandates_campaign_for(seen: Scope, code: str) -> Campaign:
    """Fetch a campaign in order to see who has a mandate in it."""
    campaign = campaigns.get_campaign_for(seen, code)
    if not in_hall(seen, campaign.pk):
        raise PermissionDenied
    return campaign


# Who is told


def tellable(rows: Iterable[Mandate], campaign: Campaign, day: dt.date) -> dict[UUID, set[UUID]]:
    """Give who can accept each leading official's mandate: holders of the post, and secretaries.

    Four queries at most, whatever their number.
    """
    posts = {r.pk: r.post for r in rows if r.post is not None}
    if not posts:
        return {}
    held = holders_on({p.pk for p in posts.values()}, day)
    acting = _secretaries(campaign, day)
    over: dict[UUID, set[UUID | None]] = defaultdict(lambda: {None})
    if any(org is not None for org, _people in acting):
        reach = OrgReach.objects.filter(descendant__in={p.org_id for p in posts.values()})
        for descendant, ancestor in reach.values_list("descendant", "ancestor"):
            over[descendant].add(ancestor)
    found = {}
    for pk, post in posts.items():
        mine = [people for org, people in acting if org in over[post.org_id]]
        found[pk] = held.get(post.pk, set()).union(*mine)
    return found


def seated(tos: Iterable[Addressee], campaign: Campaign, day: dt.date) -> set[str]:
    """Give the receivers who can accept on screen themselves, by key: two queries.

    A leading official who holds the post; an org with a principal of its own.
    """
    rows = list(tos)
    posts = holders_on({t.post.pk for t in rows if t.post}, day)
    heads = grants_on(day).filter(
        Q(campaign_id=None) | Q(campaign_id=campaign.pk),
        role=Role.PRINCIPAL,
        item_id=None,
        org__in=[t.org.pk for t in rows if t.org],
    )
    orgs = set(heads.values_list("org", flat=True))
    return {t.key for t in rows if (t.post and t.post.pk in posts) or (t.org and t.org.pk in orgs)}


def _secretaries(campaign: Campaign, day: dt.date) -> list[tuple[UUID | None, set[UUID]]]:
    """Give the secretaries of a campaign by the org they act within, None for all: two queries."""
    here = Q(campaign_id=None) | Q(campaign_id=campaign.pk)
    grants = list(grants_on(day).filter(here, role=Role.SECRETARY, item_id=None))
    by_post = {g.post_id for g in grants if g.post_id}
    seats = holders_on(by_post, day) if by_post else {}
    return [
        (g.org_id, {g.person_id} if g.person_id else seats.get(g.post_id or g.pk, set()))
        for g in grants
    ]


# Commitments


def commitments(campaign: Campaign, org: Org | None = None) -> list[Commitment]:
    """Give what orgs undertook in a campaign, in the order in which it was said: one query."""
    rows = Commitment.objects.filter(campaign=campaign).select_related("org", "target")
    return list((rows.filter(org=org) if org else rows).order_by("said_on", "at"))


def get_commitment_for(seen: Scope, pk: UUID) -> Commitment:
    """Fetch a commitment in order to change it: the office's."""
    rows = Commitment.objects.select_related("campaign", "org", "target")
    row: Commitment | None = rows.filter(pk=pk).first()
    if row is None or not seen.may_see(row.campaign_id):
        raise Http404
    if not seen.is_office(row.campaign_id):
        raise PermissionDenied
    return row


def codes_of(row: Commitment) -> list[str]:
    """Give the codes of the items that a commitment bears on: one query."""
    rows = Item.objects.filter(pk__in=row.items).order_by("code")
    return list(rows.values_list("code", flat=True))
