"""Personal fields: shown in clear once, looked up, destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns import actions
from gongjian.apps.campaigns.fields import clear_fields, lookup_fields
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item, ItemKey
from gongjian.apps.campaigns.personal import is_sealed, keys_of_cases, opened
from gongjian.apps.campaigns.queries import (
    get_campaign_for,
    get_item_for,
    roles,
    roles_by_item,
    visible,
)
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.ledger.book import ActionError
from gongjian.lib import vault
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Register
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import RegisterDef

FOUND_CAP = 50


@login_required
@require_POST
@never_cache
def reveal(request: HttpRequest, code: str) -> HttpResponse:
    """Show the personal fields of an item once; the book tells who read them, and why."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    register = playbook_in_force(item.campaign).register(item.register.key)
    fields = clear_fields(register, item, roles(seen, item), seen)
    if not fields:
        raise PermissionDenied
    reason = request.POST.get("reason", "")
    try:
        done = actions.reveal(act_of(request, reason), item, [f.key for f in fields])
    except ActionError as error:
        messages.error(request, sentence(error))
        return redirect("cockpit:item", code)
    if done.repeated:
        messages.error(request, _("They were shown once already. Ask again, with a reason."))
        return redirect("cockpit:item", code)
    context = {"item": item, "rows": _clear(item, fields), "reason": reason}
    return render(request, "campaigns/reveal.html", context)


def _clear(item: Item, fields: tuple[FieldDef, ...]) -> list[tuple[str, str]]:
    key = keys_of_cases([item.pk]).get(item.pk)
    language = get_language() or "zh"
    return [
        (f.label.of(language), opened(item.pk, f.key, item.fields[f.key], key) or "–")
        for f in fields
        if is_sealed(item.fields.get(f.key))
    ]


@login_required
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, code: str) -> HttpResponse:
    """Destroy the key of an item's personal fields, once its code was typed as a confirmation."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    if "office" not in roles(seen, item):
        raise PermissionDenied
    status = 200
    if request.method == "POST":
        reason = request.POST.get("reason", "")
        try:
            actions.erase(act_of(request, reason), item, request.POST.get("confirm", ""))
        except ActionError as error:
            messages.error(request, sentence(error))
            status = 422
        else:
            messages.success(
                request, _("The personal fields of %(item)s are destroyed.") % {"item": code}
            )
            return redirect("cockpit:item", code)
    context = {
        "item": item,
        "request_id": str(new_id()),
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "campaigns/erase.html", context, status=status)


@login_required
@require_POST
@never_cache
def find(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Look a personal value up by equality. It comes by post: an address is kept in logs."""
    seen = seen_by(request)
    campaign = get_campaign_for(seen, code)
    register = get_register_for(seen, campaign, key)
    definition = playbook_in_force(campaign).register(key)
    allowed = lookup_fields(definition, campaign.pk, register.access_class, seen)
    wanted = next((f for f in allowed if f"f.{f.key}" in request.POST), None)
    if wanted is None:
        raise PermissionDenied
    text = request.POST[f"f.{wanted.key}"].strip()
    found = _marked(seen, register, definition, wanted, text) if text else []
    done = actions.look_up(act_of(request), campaign, register, wanted.key, found)
    if done.repeated:
        messages.error(request, _("This look-up was shown once already. Look up again."))
        return redirect("grid:register", code, key)
    context = {
        "campaign": campaign,
        "campaign_name": campaign.label(get_language() or "zh"),
        "key": key,
        "label": definition.label.of(get_language() or "zh"),
        "field": wanted.label.of(get_language() or "zh"),
        "rows": found,
    }
    return render(request, "campaigns/found.html", context)


def _marked(
    seen: Scope, register: Register, definition: RegisterDef, field: FieldDef, text: str
) -> list[Item]:
    """Give the items that have a value, among those whose value this person may read in clear."""
    keys = ItemKey.objects.filter(
        register=register, field=field.key, txt=vault.mark(text, field.key)
    )
    rows = Item.objects.filter(visible(seen, register.campaign_id), pk__in=keys.values("item"))
    items = list(rows.select_related("register", "campaign").order_by("code")[:FOUND_CAP])
    held = roles_by_item(seen, items)
    return [i for i in items if field in clear_fields(definition, i, held[i.pk], seen)]
