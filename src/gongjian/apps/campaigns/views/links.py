"""Links between items, and the other registers an item is listed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.campaigns import actions
from gongjian.apps.campaigns.forms.items import ItemForm
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item, ItemLink, Listing, Register
from gongjian.apps.campaigns.queries import battles, campaigns, get_item_for, rights
from gongjian.apps.campaigns.related import books_of, own_columns
from gongjian.apps.campaigns.views.items import UNPROCESSABLE, back_to
from gongjian.apps.ledger.book import ActionError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.ledger.book import Outcome


@login_required
@require_POST
def link(request: HttpRequest, code: str) -> HttpResponse:
    """Link an item with another one; a kind that begins with a minus leads from the other to this."""
    seen = seen_by(request)
    item = get_item_for(seen, code, may="edit")
    kind = request.POST.get("kind", "")

    def change() -> Outcome:
        other = _other(seen, request.POST.get("other", "").strip())
        source, target = (other, item) if kind.startswith("-") else (item, other)
        if "edit" not in rights(seen, source):
            raise ActionError("link.not_yours", item=source.code)
        note = request.POST.get("note", "").strip()
        return actions.link_items(act_of(request), source, target, kind.lstrip("-"), note=note)

    return back_to(request, code, change, _("The link is set."))


def _other(seen: Scope, code: str) -> Item:
    try:
        return get_item_for(seen, code)
    except Http404:
        raise ActionError("link.no_such_item", item=code) from None


@login_required
@require_POST
def unlink(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Remove a link, from either of its ends."""
    seen = seen_by(request)
    item = get_item_for(seen, code, may="edit")
    row = ItemLink.objects.select_related("source__campaign", "target").filter(pk=pk).first()
    if row is None or item.pk not in {row.source_id, row.target_id}:
        raise Http404
    if "edit" not in rights(seen, row.source):
        raise PermissionDenied
    return back_to(
        request, code, lambda: actions.unlink(act_of(request), row), _("The link is removed.")
    )


@login_required
@require_http_methods(["GET", "POST"])
def list_item(request: HttpRequest, code: str) -> HttpResponse:
    """List an item in another register of a campaign that this person runs."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    offered = _registers(seen, item)
    if not offered:
        raise PermissionDenied
    chosen = next((r for r in offered if str(r.pk) == _given(request, "register")), None)
    form = _columns(item, chosen) if chosen else None
    if request.method == "GET" or form is None or chosen is None:
        return _list_page(request, item, offered, chosen, form)
    if not form.take(request.POST):
        return _list_page(request, item, offered, chosen, form, status=UNPROCESSABLE)
    number = request.POST.get("number", "").strip()[:40]
    battle = next((b for b in form.battles if str(b.pk) == request.POST.get("battle")), None)
    fields = form.changes.get("fields", {})
    try:
        done = actions.list_item(
            act_of(request), item, chosen, number=number, battle=battle, fields=fields
        )
    except ActionError as error:
        messages.error(request, sentence(error))
        return _list_page(request, item, offered, chosen, form, status=UNPROCESSABLE)
    tell_done(request, done, _("Listed as %(number)s.") % {"number": done.result["number"]})
    return redirect("cockpit:item", code)


def _given(request: HttpRequest, name: str) -> str:
    return request.POST.get(name) or request.GET.get(name, "")


def _registers(seen: Scope, item: Item) -> list[Register]:
    """Give the registers in which this person may list an item: three queries."""
    mine = [c for c in campaigns(seen) if seen.is_office(c.pk)]
    taken = set(Listing.objects.filter(item=item).values_list("register_id", flat=True))
    rows = Register.objects.filter(campaign__in=mine).select_related("campaign")
    return [
        r
        for r in rows.order_by("campaign__code", "order")
        if r.pk not in taken | {item.register_id}
    ]


def _columns(item: Item, register: Register, listing: Listing | None = None) -> ItemForm:
    """Give the form of the columns that only the other register has."""
    there = playbook_in_force(register.campaign).register(register.key)
    home = playbook_in_force(item.campaign).register(item.register.key)
    shown = Item(campaign=item.campaign, due=item.due, fields=listing.fields if listing else {})
    return ItemForm(own_columns(there, home), battles(register.campaign), shown, has_core=False)


def _list_page(  # what is listed, where it may be, what was typed
    request: HttpRequest,
    item: Item,
    offered: list[Register],
    chosen: Register | None,
    form: ItemForm | None,
    *,
    status: int = 200,
) -> HttpResponse:
    language = get_language() or "zh"
    books = books_of({r.campaign_id for r in offered})
    known = {r.pk: {d.key: d for d in books[r.campaign_id].registers} for r in offered}
    context = {
        "item": item,
        "offered": [
            (r.pk, r.campaign.label(language), known[r.pk][r.key].label.of(language))
            for r in offered
            if r.key in known[r.pk]
        ],
        "chosen": chosen,
        "entries": form.entries() if form else [],
        "battles": _battle_choices(form, request.POST.get("battle", "")),
        "number": request.POST.get("number", ""),
        "request_id": request.POST.get("request_id") or str(new_id()),
    }
    return render(request, "campaigns/listing_new.html", context, status=status)


def _battle_choices(form: ItemForm | None, chosen: str) -> list[tuple[str, str, bool]]:
    language = get_language() or "zh"
    found = form.battles if form else []
    return [(str(b.pk), b.label(language), str(b.pk) == chosen) for b in found]


@login_required
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Change what only the other register holds of an item."""
    row = _listing(request, code, pk)
    form = _columns(row.item, row.register, row)
    if request.method == "GET":
        return _listing_page(request, row, form)
    if not form.take(request.POST):
        return _listing_page(request, row, form, status=UNPROCESSABLE)
    battle = next((b for b in form.battles if str(b.pk) == request.POST.get("battle")), None)
    try:
        actions.edit_listing(
            act_of(request),
            row,
            number=request.POST.get("number", "").strip()[:40],
            battle=battle,
            fields=form.changes.get("fields", {}),
        )
    except ActionError as error:
        messages.error(request, sentence(error))
        return _listing_page(request, row, form, status=UNPROCESSABLE)
    messages.success(request, _("The listing is saved."))
    return redirect("cockpit:item", code)


def _listing(request: HttpRequest, code: str, pk: UUID) -> Listing:
    """Fetch a listing of an item, for the office of the campaign in which it is listed."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    rows = Listing.objects.select_related("register__campaign", "campaign")
    row: Listing | None = rows.filter(pk=pk, item=item).first()
    if row is None or not seen.may_see(row.campaign_id):
        raise Http404
    if not seen.is_office(row.campaign_id):
        raise PermissionDenied
    row.item = item
    return row


def _listing_page(
    request: HttpRequest, row: Listing, form: ItemForm, *, status: int = 200
) -> HttpResponse:
    language = get_language() or "zh"
    definition = playbook_in_force(row.campaign).register(row.register.key)
    battle = request.POST.get("battle", str(row.battle_id or ""))
    context = {
        "item": row.item,
        "listing": row,
        "label": definition.label.of(language),
        "campaign_name": row.campaign.label(language),
        "entries": form.entries(),
        "battles": _battle_choices(form, battle),
        "number": request.POST.get("number", row.number),
        "request_id": request.POST.get("request_id") or str(new_id()),
    }
    return render(request, "campaigns/listing_edit.html", context, status=status)


@login_required
@require_POST
def unlist(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Take an item off another register."""
    row = _listing(request, code, pk)
    return back_to(
        request,
        code,
        lambda: actions.unlist(act_of(request), row),
        _("It is off that register; it stays in its own."),
    )
