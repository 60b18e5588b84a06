"""What hangs on an item: duties, links, listings in other registers, files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns import actions, queries, related
from gongjian.apps.campaigns.api.items import Value, battle_of, group_keys, holder, values_of
from gongjian.apps.campaigns.coded import holder_of
from gongjian.apps.campaigns.fields import may_fill, visible_fields
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import ItemFile, ItemLink, Listing
from gongjian.apps.campaigns.related import get_register_for, own_columns
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.campaigns.told import sendable
from gongjian.apps.campaigns.uploads import keep_upload
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.apps.papers.handing import handed_out
from gongjian.lib.contract import Body, Code, Id, Line, Unfit, version_held

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.ledger.book import Outcome
    from gongjian.apps.ledger.models import Ledgered
    from gongjian.kernel.model.fields import FieldDef

router = Router(tags=["Items"])


class DutyOut(Schema):
    """Who is what to an item."""

    id: str
    version: int
    role: str
    holder: Annotated[str, Field(description="code of an org, `post:ID` or `group:KEY`")]
    printed: str
    since: dt.date | None
    until: dt.date | None


class DutiesOut(Schema):
    """The duties in force."""

    duties: list[DutyOut]


class DutyIn(Body):
    """A duty that is given."""

    role: Annotated[str, Field(max_length=16)]
    holder: Annotated[str, Field(max_length=60, description="code of an org, or `post:ID`")]


class LinkOut(Schema):
    """A link, seen from one of its ends."""

    id: str
    version: int
    kind: str
    is_back: Annotated[bool, Field(description="it leads from the other item to this one")]
    item: Annotated[str, Field(description="code of the item at the other end")]
    title: str
    note: str


class LinksOut(Schema):
    """The links of an item, as far as you see the other ends."""

    links: list[LinkOut]


class LinkIn(Body):
    """A link to another item."""

    kind: Annotated[str, Field(max_length=40)]
    item: Annotated[Code, Field(description="code of the item it leads to")]
    is_back: bool = False
    note: Line = ""


class ListingOut(Schema):
    """Where else an item is listed, with what only that register holds of it."""

    id: str
    version: int
    campaign: str
    register_key: str
    number: str
    battle: str | None
    fields: dict[str, Any]


class ListingsOut(Schema):
    """The other registers that an item is listed in."""

    listings: list[ListingOut]


class ListingIn(Body):
    """A register, of this campaign or another that you run, in which the item is listed."""

    campaign: Code
    register_key: Annotated[str, Field(max_length=40)]
    number: Annotated[str, Field(max_length=40)] = ""
    battle: Id | None = None
    fields: dict[str, Value] = {}


class ListingPatch(Body):
    """What changes of a listing: only what is named."""

    number: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    battle: Id | None = None
    fields: dict[str, Value] = {}


class FileOut(Schema):
    """A file kept with an item."""

    id: str
    version: int
    name: str
    size: int
    media_type: str
    sha256: str
    field: str
    note: str
    at: dt.datetime


class FilesOut(Schema):
    """The files of an item, the newest first."""

    files: list[FileOut]


def held_row(request: HttpRequest, row: Ledgered) -> None:
    """Refuse to remove what is not as the one who removes it has seen it."""
    version = version_held(request)
    if version is not None and version != row.version:
        raise Moved("row.moved", row=str(row.pk))


@router.get("items/{code}/duties", **reads(DutiesOut))
def list_duties(request: HttpRequest, code: str) -> Any:
    """Give who is what to an item now."""
    item = queries.get_item_for(seen_by(request), code)
    rows = item.responsibilities.select_related("org", "post").order_by("role", "order")
    day = today_of(item.campaign)
    now = [d for d in rows if related.in_force(d, day)]
    groups = group_keys(now)
    return {
        "duties": [
            {
                "id": str(d.pk),
                "version": d.version,
                "role": d.role,
                "holder": holder(d, groups),
                "printed": d.printed,
                "since": d.since,
                "until": d.until,
            }
            for d in now
        ]
    }


@router.post("items/{code}/duties", **writes("items:write", "campaigns.add_duty"))
@once
def add_duty(request: HttpRequest, code: str, body: DutyIn) -> Outcome:
    """Give an org or a post a duty; the first lead, else the first owner, is counted for the item."""
    item = queries.get_item_for(seen_by(request), code, may="edit")
    return actions.add_duty(act_of(request), item, body.role, holder_of(body.holder, "body.holder"))


@router.delete(
    "items/{code}/duties/{uuid:pk}",
    **writes("items:write", "campaigns.remove_duty", is_conditional=True),
)
@once
def remove_duty(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Take back a duty that was given by mistake."""
    item = queries.get_item_for(seen_by(request), code, may="edit")
    duty: Any = item.responsibilities.filter(pk=pk).first()
    if duty is None:
        raise Http404
    held_row(request, duty)
    duty.item = item
    return actions.remove_duty(act_of(request), duty)


@router.get("items/{code}/links", **reads(LinksOut))
def list_links(request: HttpRequest, code: str) -> Any:
    """Give the links of an item in both directions."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code)
    return {
        "links": [
            {
                "id": str(t.link.pk),
                "version": t.link.version,
                "kind": t.link.kind,
                "is_back": t.is_back,
                "item": t.other.code,
                "title": t.other.title,
                "note": t.link.note,
            }
            for t in related.ties(seen, item)
        ]
    }


@router.post("items/{code}/links", **writes("items:write", "campaigns.link"))
@once
def add_link(request: HttpRequest, code: str, body: LinkIn) -> Outcome:
    """Link an item with another one, by a kind that the playbook of the source declares."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code, may="edit")
    try:
        other = queries.get_item_for(seen, body.item)
    except Http404:
        raise ActionError("link.no_such_item", item=body.item) from None
    source, target = (other, item) if body.is_back else (item, other)
    if "edit" not in queries.rights(seen, source):
        raise ActionError("link.not_yours", item=source.code)
    return actions.link_items(act_of(request), source, target, body.kind, note=body.note.strip())


@router.delete(
    "items/{code}/links/{uuid:pk}",
    **writes("items:write", "campaigns.unlink", is_conditional=True),
)
@once
def remove_link(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Remove a link, from either of its ends."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code, may="edit")
    row = ItemLink.objects.select_related("source__campaign", "target").filter(pk=pk).first()
    if row is None or item.pk not in {row.source_id, row.target_id}:
        raise Http404
    if "edit" not in queries.rights(seen, row.source):
        raise PermissionDenied
    held_row(request, row)
    return actions.unlink(act_of(request), row)


@router.get("items/{code}/listings", **reads(ListingsOut))
def list_listings(request: HttpRequest, code: str) -> Any:
    """Give the other registers that an item is listed in."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code)
    found = related.places(seen, item, playbook_in_force(item.campaign))
    return {
        "listings": [
            {
                "id": str(p.listing.pk),
                "version": p.listing.version,
                "campaign": p.listing.campaign.code,
                "register_key": p.register.key,
                "number": p.listing.number,
                "battle": str(p.listing.battle_id) if p.listing.battle_id else None,
                "fields": sendable(
                    [f for f in p.columns if _sees_there(seen, f, p.listing)], p.listing.fields
                ),
            }
            for p in found
        ]
    }


def _sees_there(seen: Scope, field: FieldDef, listing: Listing) -> bool:
    held = seen.wide_roles(listing.campaign_id)
    return not field.see or bool(held & {*field.see, "office"})


@router.post("items/{code}/listings", **writes("items:write", "campaigns.list_item"))
@once
def add_listing(request: HttpRequest, code: str, body: ListingIn) -> Outcome:
    """List an item in another register; without a number it takes the next one there."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code)
    if not seen.is_office():
        raise PermissionDenied
    try:
        campaign = queries.get_campaign_for(seen, body.campaign)
        register = get_register_for(seen, campaign, body.register_key)
    except Http404:
        raise Unfit("body.register_key", "no such register, or not for you") from None
    if not seen.is_office(campaign.pk):
        raise PermissionDenied
    battle = battle_of(campaign.pk, body.battle) if body.battle else None
    columns = _columns(item, campaign, body.register_key)
    return actions.list_item(
        act_of(request),
        item,
        register,
        number=body.number.strip(),
        battle=battle,
        fields=_own(columns, body.fields),
    )


def _columns(item: Item, campaign: Any, key: str) -> dict[str, FieldDef]:
    there = playbook_in_force(campaign).register(key)
    home = playbook_in_force(item.campaign).register(item.register.key)
    return {f.key: f for f in own_columns(there, home)}


def _own(columns: Mapping[str, FieldDef], given: Mapping[str, Value]) -> dict[str, Any]:
    if unknown := sorted(set(given) - set(columns)):
        raise Unfit(f"body.fields.{unknown[0]}", "no column that only this register has")
    return values_of(columns, given)


def _listing_for(seen: Scope, code: str, pk: UUID) -> Listing:
    """Fetch a listing of an item, for the office of the campaign in which it is listed."""
    item = queries.get_item_for(seen, code)
    rows = Listing.objects.select_related("register__campaign", "campaign", "battle")
    row: Listing | None = rows.filter(pk=pk, item=item).first()
    if row is None or not seen.may_see(row.campaign_id):
        raise Http404
    if not seen.is_office(row.campaign_id):
        raise PermissionDenied
    row.item = item
    return row


@router.patch(
    "items/{code}/listings/{uuid:pk}",
    **writes("items:write", "campaigns.edit_listing", is_conditional=True),
)
@once
def patch_listing(request: HttpRequest, code: str, pk: UUID, body: ListingPatch) -> Outcome:
    """Change what only the other register holds of an item; only what is named changes."""
    row = _listing_for(seen_by(request), code, pk)
    held_row(request, row)
    columns = _columns(row.item, row.campaign, row.register.key)
    battle = row.battle
    if "battle" in body.model_fields_set:
        battle = battle_of(row.campaign_id, body.battle) if body.battle else None
    return actions.edit_listing(
        act_of(request),
        row,
        number=row.number if body.number is None else body.number.strip(),
        battle=battle,
        fields=_own(columns, body.fields),
    )


@router.delete(
    "items/{code}/listings/{uuid:pk}",
    **writes("items:write", "campaigns.unlist", is_conditional=True),
)
@once
def remove_listing(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Take an item off another register; it stays in its own."""
    row = _listing_for(seen_by(request), code, pk)
    held_row(request, row)
    return actions.unlist(act_of(request), row)


@router.get("items/{code}/files", **reads(FilesOut))
def list_files(request: HttpRequest, code: str) -> Any:
    """Give the files of an item, as far as you see the fields they fill."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code)
    shown = _shown(seen, item)
    return {
        "files": [
            {
                "id": str(f.pk),
                "version": f.version,
                "name": f.name,
                "size": f.file.size,
                "media_type": f.file.media_type,
                "sha256": f.file.sha256,
                "field": f.field,
                "note": f.note,
                "at": f.at,
            }
            for f in related.files(item)
            if not f.field or f.field in shown
        ]
    }


def _shown(seen: Scope, item: Item) -> set[str]:
    register = playbook_in_force(item.campaign).register(item.register.key)
    return {f.key for f in visible_fields(register, queries.roles(seen, item))}


@router.post("items/{code}/files", **writes("items:write", "campaigns.attach_file"))
@once
def add_file(
    request: HttpRequest,
    code: str,
    file: Annotated[UploadedFile, File()],
    field: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=300)] = "",
) -> Outcome:
    """Keep a file with an item, in a field of its register where one is named."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code)
    held = queries.roles(seen, item)
    if not queries.rights_of(held) & {"report", "edit"}:
        raise PermissionDenied
    register = playbook_in_force(item.campaign).register(item.register.key)
    if field and not may_fill(register, held, field):
        raise PermissionDenied
    kept, name = keep_upload(file)
    return actions.attach_file(act_of(request), item, kept, name, note=note.strip(), field=field)


@router.get("files/{uuid:pk}", **reads(None))
def read_file(request: HttpRequest, pk: UUID) -> Any:
    """Hand a file out to whoever sees its item."""
    seen = seen_by(request)
    row = ItemFile.objects.select_related("file", "item").filter(pk=pk, is_removed=False).first()
    if row is None:
        raise Http404
    item = queries.get_item_for(seen, row.item.code)
    if row.field and row.field not in _shown(seen, item):
        raise Http404
    return handed_out(row.file.sha256, row.name)


@router.delete(
    "items/{code}/files/{uuid:pk}",
    **writes("items:write", "campaigns.remove_file", is_conditional=True),
)
@once
def remove_file(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Take a file off an item: the office, or who brought it; the history keeps it."""
    seen = seen_by(request)
    item = queries.get_item_for(seen, code)
    row = ItemFile.objects.filter(pk=pk, item=item, is_removed=False).first()
    if row is None:
        raise Http404
    if "edit" not in queries.rights(seen, item) and row.by != request.user.pk:
        raise PermissionDenied
    held_row(request, row)
    row.item = item
    return actions.remove_file(act_of(request), row)
