"""Rosters are frozen from a list as it is narrowed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns import actions
from gongjian.apps.campaigns.actions.rosters import ROSTER_CAP
from gongjian.apps.campaigns.asking import ask_of
from gongjian.apps.campaigns.fields import askable_fields
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.queries import get_campaign_for
from gongjian.apps.campaigns.registers import Ledger, ids_of
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.ledger.book import ActionError
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_POST
def freeze(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Freeze the rows that a filter gives now as the next version of a roster."""
    seen = seen_by(request)
    campaign = get_campaign_for(seen, code)
    register = get_register_for(seen, campaign, key)
    if not seen.is_office(campaign.pk):
        raise PermissionDenied
    playbook = playbook_in_force(campaign)
    ledger = Ledger(seen, register, playbook.register(key), playbook)
    askable = askable_fields(ledger.definition, seen.wide_roles(campaign.pk))
    ask = ask_of(dict(parse_qsl(request.POST.get("filter", ""))), askable)
    act = act_of(request, request.POST.get("reason", ""))
    if ask.faults:
        messages.error(request, sentence(ask.faults[0]))
        return redirect("grid:register", code, key)
    try:
        page = ledger.all(ask, ROSTER_CAP + 1)
        name = request.POST.get("name", "")
        done = actions.freeze_roster(act, register, name, ids_of(page.rows))
    except ActionError as error:
        messages.error(request, sentence(error))
        return redirect("grid:register", code, key)
    said = _("%(name)s, version %(n)s: %(items)s items are frozen.") % {
        "name": done.result["roster"],
        "n": done.result["n"],
        "items": done.result["items"],
    }
    messages.success(request, said)
    return redirect("grid:rosters", code, key)
