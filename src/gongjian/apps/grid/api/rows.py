"""The rows of one register for programs: asked for as on its page, added to, changed member by member.

What is written goes the way of the cells of a page: one reading of texts, one plan, one event.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import Org, Person, Post
from gongjian.apps.accounts.operations import once, reads, writes
from gongjian.apps.campaigns.actions import add_item as add
from gongjian.apps.campaigns.api.items import (
    ItemOut,
    Value,
    battle_of,
    text_of,
    titled,
    values_of,
)
from gongjian.apps.campaigns.api.items import router as items
from gongjian.apps.campaigns.api.registers import register_for
from gongjian.apps.campaigns.asking import CORE_SORTS, NONE, RANGES, as_uuid, ask_of
from gongjian.apps.campaigns.coded import group_keyed, holder_of
from gongjian.apps.campaigns.fields import askable_fields, editable_fields, visible_fields
from gongjian.apps.campaigns.models import Campaign, Item, Responsibility
from gongjian.apps.campaigns.queries import (
    get_campaign_for,
    get_item_for,
    rights_of,
    roles,
)
from gongjian.apps.campaigns.registers import Ledger
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.campaigns.told import Teller, sendable
from gongjian.apps.cockpit import queries
from gongjian.apps.grid import actions, saved
from gongjian.apps.grid.columns import ROLES
from gongjian.apps.grid.models import SavedView
from gongjian.apps.grid.writing import Typed, plan_writes
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.kernel.playbook.values import is_blank
from gongjian.lib.contract import (
    PAGE,
    After,
    Body,
    Code,
    Day,
    Id,
    Limit,
    Line,
    Unfit,
    answer,
    cursor,
    known_only,
    place_of,
    problem,
    version_held,
)
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.registers import Row
    from gongjian.apps.grid.writing import WritePlan
    from gongjian.apps.ledger.book import Outcome
    from gongjian.kernel.model.fields import FieldDef

router = Router(tags=["Registers"])
_RANGES = tuple(f"{c}{s}" for c in ("due", "start_on", "progress") for s in ("", ".from", ".to"))
_ASKED = (
    "q", "battle", "org", "state", "light", "parent", "sort", "after", "limit", "day", *_RANGES,
)  # fmt: skip
_CONDITIONS = {
    "in": "query",
    "required": False,
    "style": "form",
    "explode": True,
    # Named by the register: whoever knows none of its fields sends none.
    "schema": {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 0},
}
CONDITIONS = [
    {
        **_CONDITIONS,
        "name": "f",
        "description": "Conditions on filterable fields, each a parameter of its own: `f.KEY`; of numbers and "
        "dates `f.KEY.from` and `f.KEY.to`. One that the register does not know is refused.",
    },
    {
        **_CONDITIONS,
        "name": "ranges",
        "description": "Conditions on columns, each a parameter of its own: `due`, `start_on` and `progress`, "
        "each also with `.from` and `.to`; days as 2026-09-30, `none` for rows without one, progress in %.",
    },
]
Holders = Annotated[
    dict[
        Literal["leader", "lead", "owner", "support", "overseer", "contact"],
        Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=200)] | None,
    ],
    Field(
        description="role → codes of orgs, `post:ID` or `group:KEY`, in their order; a role that is not "
        "named stays as it is"
    ),
]


class ItemIn(Body):
    """A new item."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    parent: Annotated[Code | None, Field(description="code of the item above")] = None
    battle: Id | None = None
    start_on: Day | None = None
    due: Day | None = None
    fields: dict[str, Value] = {}
    duties: Holders = {}
    reason: Line = ""


class ItemPatch(Body):
    """What changes of an item: only what is named; `null` empties, `fields` and `duties` are merged key by key."""

    title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    battle: Id | None = None
    start_on: Day | None = None
    due: Day | None = None
    fields: dict[str, Value] = {}
    duties: Holders = {}
    reason: Annotated[Line, Field(description="why; it stands in the history")] = ""


class RowOut(ItemOut):
    """A row of a register: an item at home there, or one that is listed there."""

    number: Annotated[str, Field(description="its number in this register")]
    is_listed: Annotated[bool, Field(description="at home elsewhere: `fields` are this register's")]


class RowsOut(Schema):
    """One page of a register; `after` leads to the next, `n` stops where counting would cost too much."""

    items: list[RowOut]
    after: str | None
    n: int
    is_more: bool
    is_cut: Annotated[bool, Field(description="more are listed here than were looked at")]


class ViewOut(Schema):
    """A view that is kept of a register."""

    id: str
    version: int
    name: str
    face: str
    query: Annotated[dict[str, str], Field(description="parameters of the list")]
    owner: Annotated[str, Field(description="user name")]
    is_shared: bool


class ViewsOut(Schema):
    """Your views of a register, and those that are shared."""

    views: list[ViewOut]


_Query = Annotated[
    dict[str, Annotated[str, Field(max_length=1000)]], Field(description="parameters of the list")
]
_Face = Literal["list", "grid", "tree", "board"]


class ViewIn(Body):
    """A view to be kept."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    query: _Query
    face: _Face = "list"
    is_shared: bool = False


class ViewPatch(Body):
    """What changes of a view: only what is named."""

    name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    query: _Query | None = None
    face: _Face | None = None


class ShareIn(Body):
    """Whether a view stands before everybody who sees the register."""

    is_shared: bool


@router.get("campaigns/{code}/registers/{key}/items", **reads(RowsOut, parameters=CONDITIONS))
def list_rows(  # noqa: PLR0913, PLR0917  # one argument a filter, as the contract shows them
    request: HttpRequest,
    code: str,
    key: str,
    q: Annotated[str, Query(max_length=100, description="words of a title or a code")] = "",
    battle: Annotated[str, Query(description="ids of battles, or `none`, by commas")] = "",
    org: Annotated[str, Query(description="codes, names or ids of orgs, or `none`")] = "",
    state: Annotated[str, Query(description="states, by commas")] = "",
    light: Annotated[str, Query(description="lights, by commas")] = "",
    parent: Annotated[UUID | None, Query(description="id of the item above")] = None,
    sort: Annotated[str, Query(description="a column or `f.KEY`; with a minus from the end")] = "",
    day: Annotated[Day | None, Query(description="as the register stood when a day ended")] = None,
    after: After = None,
    limit: Limit = PAGE,
) -> Any:
    """Give one page of a register, filtered and in the order asked for."""
    seen = seen_by(request)
    campaign, register, _playbook = register_for(seen, code, key)
    asked = queries.ask(seen, campaign, day)
    definition = asked.playbook.register(key)
    askable = askable_fields(definition, seen.wide_roles(campaign.pk))
    known_only(request, {*_ASKED, *_conditions(askable)})
    ask = ask_of(request.GET.dict(), askable)
    _refuse_unread(request, ask)
    past = asked.day if asked.is_past else None
    ledger = Ledger(seen, register, definition, asked.playbook, past)
    place = place_of(after)
    page = ledger.page(ask, place[0] if place else "", limit)
    return answer({
        "items": _told(seen, campaign, ledger, page.rows),
        "after": cursor(page.after) if page.after else None,
        "n": page.n,
        "is_more": page.is_more,
        "is_cut": page.is_cut,
    })  # fmt: skip


def _conditions(askable: Iterable[FieldDef]) -> Iterable[str]:
    for one in askable:
        if one.filterable and one.type in RANGES:
            yield from (f"f.{one.key}.from", f"f.{one.key}.to")
        elif one.filterable:
            yield f"f.{one.key}"


def _refuse_unread(request: HttpRequest, ask: Ask) -> None:
    """Refuse a condition that could not be read: without it the list would be longer."""
    for fault in ask.faults:
        raise fault
    bare = request.GET.get("sort", "").removeprefix("-")
    if bare and ask.sort != bare:
        raise Unfit("query.sort", f"no order; columns are {', '.join(CORE_SORTS)}")
    for word in request.GET.get("battle", "").split(","):
        if word.strip() not in {"", NONE} and as_uuid(word.strip()) is None:
            raise Unfit("query.battle", "no id")


def _told(
    seen: Scope, campaign: Campaign, ledger: Ledger, rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """Give the rows; those listed from elsewhere by what this register shows of them."""
    by_home: dict[UUID, list[Any]] = {}
    for row in rows:
        by_home.setdefault(row.item.campaign_id, []).append(row.item)
    homes = {campaign.pk: campaign}
    if others := set(by_home) - set(homes):
        homes |= Campaign.objects.in_bulk(others)
    told: dict[UUID, dict[str, Any]] = {}
    for pk, found in by_home.items():
        said = Teller(seen, homes[pk], ledger.home_of(found[0]), found).told()
        told |= {item.pk: one for item, one in zip(found, said, strict=True)}
    columns = visible_fields(ledger.definition, seen.wide_roles(campaign.pk))
    shown = [f for f in columns if not f.personal and not f.compute]
    return [_row(row, told[row.item.pk], shown) for row in rows]


def _row(row: Row, told: dict[str, Any], shown: Sequence[FieldDef]) -> dict[str, Any]:
    said = {**told, "number": row.number, "is_listed": row.listing is not None}
    if row.listing is not None:
        said["fields"] = sendable(shown, {f.key: row.value(f) for f in shown})
    return said


@router.post(
    "campaigns/{code}/registers/{key}/items", **writes("items:write", "campaigns.add_item")
)
@once
def add_item(request: HttpRequest, code: str, key: str, body: ItemIn) -> Outcome:
    """Add an item to a register, on its own or below another one; it is planned until it is issued."""
    seen = seen_by(request)
    campaign, register, playbook = register_for(seen, code, key, may="edit")
    mine = {f.key: f for f in editable_fields(playbook.register(key), seen.roles(campaign.pk))}
    if unknown := sorted(set(body.fields) - set(mine)):
        raise Unfit(f"body.fields.{unknown[0]}", "no field of this register that you may fill")
    parent = _parent(seen, campaign, body.parent)
    battle = battle_of(campaign.pk, body.battle) if body.battle else None
    values = values_of(mine, body.fields, body.due)
    item = Item(
        campaign=campaign,
        register=register,
        parent=parent,
        battle=battle or (parent.battle if parent else None),
        title=titled(body.title),
        start_on=body.start_on,
        due=body.due,
        fields={k: v for k, v in values.items() if not is_blank(v)},
    )
    duties = list(_duties(item, body.duties))
    held = [d for role in ("lead", "owner") for d in duties if d.role == role and d.org]
    item.org = held[0].org if held else None
    return add(act_of(request, body.reason), item, duties)


def _parent(seen: Scope, campaign: Campaign, code: str | None) -> Item | None:
    if code is None:
        return None
    try:
        parent = get_item_for(seen, code)
    except Http404:
        parent = None
    if parent is None or parent.campaign_id != campaign.pk:
        raise Unfit("body.parent", "no item of this campaign, or not for you")
    return parent


def _duties(item: Item, given: Mapping[Any, Sequence[str] | None]) -> Iterable[Responsibility]:
    for role, names in given.items():
        for order, name in enumerate(dict.fromkeys(names or ())):
            duty = Responsibility(campaign=item.campaign, item=item, role=role, order=order)
            at = f"body.duties.{role}"
            if name.startswith("group:"):
                group = group_keyed(name.removeprefix("group:"), at)
                duty.group_id, duty.printed = group.pk, group.name
            else:
                holder = holder_of(name, at)
                duty.org = holder if isinstance(holder, Org) else None
                duty.post = holder if isinstance(holder, Post) else None
                duty.printed = str(holder)[:120]
            yield duty


@items.patch("items/{code}", **writes("items:write", "grid.write", is_conditional=True))
@once
def patch_item(request: HttpRequest, code: str, body: ItemPatch) -> Outcome | HttpResponse | None:
    """Change an item: only what is named changes, and what says the same as before does not.

    With If-Match a change that somebody else has made in between to the same members is refused (412);
    without it the change counts for the item as it is now.
    """
    seen = seen_by(request)
    item = get_item_for(seen, code)
    asked = queries.ask(seen, item.campaign, None)
    said = asked.playbook.register(item.register.key)
    held = roles(seen, item)
    mine = {f.key: f for f in editable_fields(said, held)}
    has_core = "edit" in rights_of(held)
    if not mine and not has_core:
        raise PermissionDenied
    texts = _texts(item.campaign, mine, body, has_core=has_core)
    item.register.campaign = item.campaign
    ledger = Ledger(seen, item.register, said, asked.playbook)
    plan = plan_writes(asked, ledger, [Typed(texts, code, version_held(request))])
    return _written(request, ledger, plan, body.reason)


def _texts(
    campaign: Campaign,
    mine: Mapping[str, FieldDef],
    body: ItemPatch,
    *,
    has_core: bool,
) -> dict[str, str]:
    """Give what is named as the cells of a page would hold it; what is not one's to change is refused."""
    named = body.model_fields_set - {"fields", "duties", "reason"}
    refused = sorted(set(body.fields) - set(mine))
    if not has_core:
        refused = [*sorted(named), *sorted(body.duties), *refused]
    if refused:
        raise ActionError("item.not_editable", fields=refused)
    texts = {name: _core_text(campaign, name, getattr(body, name)) for name in sorted(named)}
    for role, given in body.duties.items():
        texts[role] = "、".join(_holder_text(h, f"body.duties.{role}") for h in given or ())
    for key, value in body.fields.items():
        texts[f"field:{key}"] = text_of(mine[key], value)
    return texts


def _core_text(campaign: Campaign, name: str, value: Any) -> str:
    if value is None:
        return ""
    return str(battle_of(campaign.pk, value).name if name == "battle" else value)


def _holder_text(given: str, at: str) -> str:
    """Give the word that a cell would hold: an org by its code, a post by its title, a group by its name."""
    if given.startswith("group:"):
        return group_keyed(given.removeprefix("group:"), at).name
    return str(getattr(found := holder_of(given, at), "code", found))


def _written(
    request: HttpRequest, ledger: Ledger, plan: WritePlan, reason: str
) -> Outcome | HttpResponse | None:
    """Write a plan of one item, or say what stands against it, member by member."""
    if plan.faults:
        errors = [{"at": _member(f.source), "why": sentence(f.error)} for f in plan.faults]
        first = plan.faults[0].error
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, first.code, sentence(first), errors=errors)
    if plan.conflicts:
        return _conflict(plan)
    if plan.n == 0:
        return None
    return actions.write(act_of(request, reason), ledger.register, plan)


def _conflict(plan: WritePlan) -> HttpResponse:
    errors = [{"at": _member(c.source), "why": c.theirs} for c in plan.conflicts]
    first = plan.conflicts[0]
    facts = {"by": first.by, "at": first.at.isoformat(), "version": str(first.version)}
    said = sentence(Moved("row.moved"))
    return problem(HTTPStatus.PRECONDITION_FAILED, "row.moved", said, errors=errors, facts=facts)


def _member(source: str) -> str:
    if source in ROLES:
        return f"body.duties.{source}"
    return f"body.fields.{source[6:]}" if source.startswith("field:") else f"body.{source}"


@router.get("campaigns/{code}/registers/{key}/views", **reads(ViewsOut))
def list_views(request: HttpRequest, code: str, key: str) -> Any:
    """Give your views of a register, and those that are shared."""
    seen = seen_by(request)
    register = get_register_for(seen, get_campaign_for(seen, code), key)
    return {
        "views": [
            {
                "id": str(v.pk),
                "version": v.version,
                "name": v.name,
                "face": v.face,
                "query": {k: str(text) for k, text in v.query.items()},
                "owner": v.owner.username,
                "is_shared": v.is_shared,
            }
            for v in saved.views_for(seen, register)
        ]
    }


@router.post("campaigns/{code}/registers/{key}/views", **writes("items:write", "grid.save_view"))
@once
def add_view(request: HttpRequest, code: str, key: str, body: ViewIn) -> Outcome:
    """Keep a view of a register; shared where you may do that."""
    seen = seen_by(request)
    campaign = get_campaign_for(seen, code)
    register = get_register_for(seen, campaign, key)
    if body.is_shared and not saved.may_share(seen, campaign.pk):
        raise PermissionDenied
    owner = Person.objects.get(pk=seen.person_id)
    made = SavedView(campaign=campaign, register=register, owner=owner)
    facts = {**body.model_dump(), "query": saved.asked_by(body.query)}
    return actions.save_view(act_of(request), made, facts)


@router.patch(
    "campaigns/{code}/views/{uuid:pk}",
    **writes("items:write", "grid.save_view", is_conditional=True),
)
@once
def patch_view(request: HttpRequest, code: str, pk: UUID, body: ViewPatch) -> Outcome | None:
    """Change a view of your own; only what is named changes."""
    view = _view(request, code, pk, may="change")
    facts = {k: v for k, v in body.model_dump(exclude_unset=True).items() if v is not None}
    if "query" in facts:
        facts["query"] = saved.asked_by(facts["query"])
    return actions.save_view(act_of(request), view, facts) if facts else None


@router.post("campaigns/{code}/views/{uuid:pk}/share", **writes("items:write", "grid.share_view"))
@once
def share_view(request: HttpRequest, code: str, pk: UUID, body: ShareIn) -> Outcome:
    """Put a view before everybody who sees the register, or take it back."""
    view = _view(request, code, pk, may="share")
    return actions.share_view(act_of(request), view, is_shared=body.is_shared)


@router.delete(
    "campaigns/{code}/views/{uuid:pk}",
    **writes("items:write", "grid.drop_view", is_conditional=True),
)
@once
def drop_view(request: HttpRequest, code: str, pk: UUID) -> Outcome:
    """Remove a view; the rows that it showed stay as they are."""
    return actions.drop_view(act_of(request), _view(request, code, pk, may="drop"))


def _view(request: HttpRequest, code: str, pk: UUID, *, may: str) -> SavedView:
    seen = seen_by(request)
    view = saved.get_view_for(seen, get_campaign_for(seen, code), pk, may=may)
    version = version_held(request)
    if version is not None and version != view.version:
        raise Moved("row.moved", row=str(pk))
    return view
