"""Taking one's own last step back, from the message that told of it or from a history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import IntegrityError
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.undoing import get_event_for
from gongjian.apps.ledger import actions
from gongjian.apps.ledger.book import ActionError
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


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
    except IntegrityError:
        # Something that was made since has the name, or the place, of what would come back.
        messages.error(request, sentence(ActionError("undo.taken")))
    back = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(back, {request.get_host()})
    return redirect(back if is_here else "home")
