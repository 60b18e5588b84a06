"""Writing pages of one item: edit, add, duties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.accounts.models import Org, Person
from gongjian.apps.campaigns import actions
from gongjian.apps.campaigns.fields import editable_fields
from gongjian.apps.campaigns.forms.items import Entry, ItemForm
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.campaigns.naming import holder_named
from gongjian.apps.campaigns.queries import (
    battles,
    get_campaign_for,
    get_item_for,
    lend,
    rights_of,
    roles,
)
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.apps.ledger.models import Change
from gongjian.apps.ledger.queries import row_at
from gongjian.kernel.errors import KernelError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign, Register
    from gongjian.apps.ledger.book import Outcome
    from gongjian.kernel.model.playbook import Playbook

UNPROCESSABLE, CONFLICT = 422, 409


def back_to(
    request: HttpRequest, code: str, change: Callable[[], Outcome], done: str
) -> HttpResponse:
    """Make a change and go back to the item's page; a refusal is told there, what was typed stays."""
    try:
        tell_done(request, change(), done)
    except KernelError as error:
        request.session[f"typed:{code}"] = {
            k: v for k, v in request.POST.items() if k != "csrfmiddlewaretoken"
        }
        messages.error(request, sentence(error))
    return redirect("cockpit:item", code)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache  # a refused form shows again what was typed, personal values too
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change the columns and fields of an item; the later of two editors sees the other's change."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    form = _form(seen, item)
    if request.method == "GET":
        return _edit_page(request, item, form, item.version)
    version = _version(request, item)
    base = row_at(item, version)
    if base is None:
        raise Http404
    if base is not item:
        lend(base, item)
        form.base = base
    if not form.take(request.POST):
        return _edit_page(request, item, form, version, status=UNPROCESSABLE)
    if not form.changes:
        messages.info(request, _("Nothing was changed."))
        return redirect("cockpit:item", code)
    reason = request.POST.get("reason", "")[:300]
    try:
        done = actions.edit_item(act_of(request, reason), base, form.changes)
    except Moved:
        return _conflict(request, get_item_for(seen, code), form, base)
    except ActionError as error:
        messages.error(request, sentence(error))
        return _edit_page(request, item, form, version, status=UNPROCESSABLE)
    tell_done(request, done, _("%(item)s is saved.") % {"item": code})
    return redirect("cockpit:item", code)


def _form(seen: Scope, item: Item) -> ItemForm:
    """Give the form with the fields that this person may change; nobody without any gets in."""
    held = roles(seen, item)
    register = playbook_in_force(item.campaign).register(item.register.key)
    fields = editable_fields(register, held)
    has_core = "edit" in rights_of(held)
    if not fields and not has_core:
        raise PermissionDenied
    return ItemForm(fields, battles(item.campaign) if has_core else [], item, has_core)


def _version(request: HttpRequest, item: Item) -> int:
    given = whole(request.POST.get("version", ""))
    return item.version if given is None else min(given, item.version)


def _edit_page(
    request: HttpRequest,
    item: Item,
    form: ItemForm,
    version: int,
    *,
    entries: list[Entry] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "item": item,
        "entries": entries or form.entries(),
        "version": version,
        "is_conflict": status == CONFLICT,
        "reason": request.POST.get("reason", ""),
        "request_id": str(new_id()),
    }
    return render(request, "campaigns/item_edit.html", context, status=status)


def _conflict(request: HttpRequest, now: Item, form: ItemForm, base: Item) -> HttpResponse:
    """Show both: what was typed stays, beside it what it was changed to in the meantime, and by whom."""
    mine, was, newest = form.typed_names(), form.texts(base), form.texts(now)
    touched = {n for n in newest if newest[n] != was[n]} | _sealed_since(form, base, now)
    by = _editors(now, base.version)
    entries = form.entries()
    for entry in entries:
        if entry.name not in mine:
            entry.value = newest[entry.name]
            entry.choices = [(v, w, v == entry.value) for v, w, _c in entry.choices]
        elif entry.name in touched:
            entry.newer = newest[entry.name]
            entry.newer_by = by.get(entry.name, "")
    messages.error(request, sentence(Moved("row.moved")))
    return _edit_page(request, now, form, now.version, entries=entries, status=CONFLICT)


def _sealed_since(form: ItemForm, base: Item, now: Item) -> set[str]:
    personal = (f.key for f in form.fields if f.personal)
    return {f"f.{k}" for k in personal if base.fields.get(k) != now.fields.get(k)}


def _editors(item: Item, version: int) -> dict[str, str]:
    """Name who last changed each column and field since a version."""
    changes = Change.objects.filter(
        table=item._meta.label_lower, row=item.pk, version__gt=version
    ).select_related("event")
    rows = list(changes.order_by("version"))
    people = Person.objects.in_bulk({c.event.actor_id for c in rows})
    by: dict[str, str] = {}
    for change in rows:
        actor = people.get(change.event.actor_id)
        name = actor.label(get_language() or "zh") if actor else _("System")
        before, after = change.before or {}, change.after or {}
        own = {"battle" if n == "battle_id" else n for n in after}
        old, new = before.get("fields") or {}, after.get("fields") or {}
        own |= {f"f.{k}" for k in {**old, **new} if old.get(k) != new.get(k)}
        by |= dict.fromkeys(own, name)
    return by


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def new(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Add an item to a register, on its own or below another one."""
    seen = seen_by(request)
    campaign = get_campaign_for(seen, code)
    register = get_register_for(seen, campaign, key)
    if not seen.is_office(campaign.pk):
        raise PermissionDenied
    playbook = playbook_in_force(campaign)
    parent = _parent(seen, request, campaign)
    item = Item(
        campaign=campaign,
        register=register,
        parent=parent,
        battle=parent.battle if parent else None,
        state=playbook.workflow_of(key).initial,
    )
    fields = editable_fields(playbook.register(key), seen.roles(campaign.pk))
    form = ItemForm(fields, battles(campaign), item)
    if request.method == "GET":
        return _new_page(request, form, playbook, register)
    return _add(request, form, playbook, register)


def _parent(seen: Scope, request: HttpRequest, campaign: Campaign) -> Item | None:
    given = request.POST.get("parent") or request.GET.get("parent")
    if not given:
        return None
    parent = get_item_for(seen, given)
    if parent.campaign_id != campaign.pk:
        raise Http404
    return parent


def _add(
    request: HttpRequest, form: ItemForm, playbook: Playbook, register: Register
) -> HttpResponse:
    is_good = form.take(request.POST)
    if not form.changes.get("title") and "title" not in form.faults:
        form.faults["title"] = _("The title must not be empty.")
        is_good = False
    name = request.POST.get("org", "").strip()
    try:
        holder = holder_named(name) if name else None
        if holder is not None and not isinstance(holder, Org):
            raise ActionError("field.no_such_org", given=name)
    except KernelError as error:
        form.faults["org"] = sentence(error)
        is_good = False
        holder = None
    if not is_good:
        return _new_page(request, form, playbook, register, status=UNPROCESSABLE)
    item = form.base
    for column, value in form.changes.items():
        setattr(item, column, value)
    item.org = holder
    duty = Responsibility(
        campaign=item.campaign, item=item, role="owner", org=holder, printed=str(holder)[:120]
    )
    try:
        done = actions.add_item(act_of(request), item, [duty] if holder else [])
    except ActionError as error:
        messages.error(request, sentence(error))
        return _new_page(request, form, playbook, register, status=UNPROCESSABLE)
    made = str(done.result["item"])
    tell_done(request, done, _("%(item)s is added.") % {"item": made})
    return redirect("cockpit:item", made)


def _new_page(
    request: HttpRequest,
    form: ItemForm,
    playbook: Playbook,
    register: Register,
    *,
    status: int = 200,
) -> HttpResponse:
    language = get_language() or "zh"
    definition = playbook.register(register.key)
    word = playbook.role_word(register.key, "owner")
    context = {
        "campaign": register.campaign,
        "campaign_name": register.campaign.label(language),
        "key": register.key,
        "label": definition.label.of(language),
        "note": definition.note.of(language) if definition.note else "",
        "parent": form.base.parent,
        "entries": form.entries(),
        "org_label": word.of(language) if word else _("Responsible org"),
        "org": request.POST.get("org", ""),
        "org_fault": form.faults.get("org", ""),
        "request_id": request.POST.get("request_id") or str(new_id()),
    }
    return render(request, "campaigns/item_new.html", context, status=status)


@login_required
@require_POST
def add_duty(request: HttpRequest, code: str) -> HttpResponse:
    """Give an org or a post a duty towards an item."""
    item = get_item_for(seen_by(request), code, may="edit")

    def change() -> Outcome:
        holder = holder_named(request.POST.get("holder", "").strip())
        return actions.add_duty(act_of(request), item, request.POST.get("role", ""), holder)

    return back_to(request, code, change, _("The duty is given."))


@login_required
@require_POST
def remove_duty(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Take back a duty that was given by mistake."""
    item = get_item_for(seen_by(request), code, may="edit")
    duty: Any = item.responsibilities.filter(pk=pk).first()
    if duty is None:
        raise Http404
    duty.item = item
    return back_to(
        request,
        code,
        lambda: actions.remove_duty(act_of(request), duty),
        _("The duty is taken back."),
    )
