"""Taking one's own last step back, from the message that told of it or from a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.ledger import actions
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.ledger.queries import event
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.ledger.models import Event

# What one press takes back. Reports, launches and disclosures are answered, not undone.
UNDOABLE = frozenset({
    "accounts.import_organisation",
    "campaigns.add_duty",
    "campaigns.add_item",
    "campaigns.add_items",
    "campaigns.attach_file",
    "campaigns.edit_item",
    "campaigns.edit_listing",
    "campaigns.link",
    "campaigns.list_item",
    "campaigns.move_duties",
    "campaigns.remove_duty",
    "campaigns.remove_file",
    "campaigns.unlink",
    "campaigns.unlist",
    "ledger.undo",
    "loop.waive",
    "loop.withdraw_waivers",
    "targets.attach",
    "targets.detach",
})  # fmt: skip


def get_event_for(seen: Scope, pk: UUID) -> Event:
    """Fetch an event to be undone: by who did it, or by the office of its campaign."""
    found = event(pk)
    if found is None or not seen.grants:
        raise Http404
    if found.campaign_id is not None and not seen.may_see(found.campaign_id):
        raise Http404
    if found.action not in UNDOABLE:
        raise PermissionDenied
    if found.actor_id != seen.person_id and not seen.is_office(found.campaign_id):
        raise PermissionDenied
    return found


@login_required
@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take an event back, then go on where one was."""
    found = get_event_for(seen_by(request), pk)
    try:
        actions.undo(act_of(request), found.pk)
        messages.success(request, _("Undone: everything is as it was before."))
    except ActionError as error:
        messages.error(request, sentence(error))
    back = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return redirect(back if is_here else "home")
