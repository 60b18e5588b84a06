"""One's own tokens: made for a program, shown once, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gongjian.apps.accounts import actions
from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import Person
from gongjian.apps.accounts.queries import get_token_for, tokens_of
from gongjian.apps.accounts.secrets import SCOPES, new_secret
from gongjian.apps.campaigns.forms.tokens import TokenForm
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.campaigns.queries import campaigns
from gongjian.apps.ledger.book import ActionError
from gongjian.lib import clock
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
@never_cache  # the secret stands on the page once
def tokens(request: HttpRequest) -> HttpResponse:
    """Show one's tokens; make one, and show its secret this once."""
    seen = seen_by(request)
    form = TokenForm(request.POST or None, seen=campaigns(seen).order_by("-start_on", "code"))
    if request.method == "GET":
        return _page(request, form)
    if not form.is_valid():
        return _page(request, form, problem=form.first_error())
    secret = new_secret()
    try:
        person = Person.objects.get(pk=seen.person_id)
        done = actions.make_token(act_of(request), person, form.wanted(), secret)
    except ActionError as error:
        return _page(request, form, problem=sentence(error))
    if done.repeated:
        messages.info(request, _("This token was made already; its secret was shown once."))
        return redirect("campaigns:tokens")
    fresh = TokenForm(seen=campaigns(seen).order_by("-start_on", "code"))
    return _page(request, fresh, secret=secret)


def _page(
    request: HttpRequest, form: TokenForm, *, problem: str = "", secret: str = ""
) -> HttpResponse:
    rows = tokens_of(seen_by(request))
    ids = {t.campaign_id for t in rows if t.campaign_id}
    names = {c.pk: c.label(get_language() or "zh") for c in Campaign.objects.filter(pk__in=ids)}
    today = clock.today()
    context = {
        "tokens": [
            {
                "row": t,
                "scopes": [SCOPES[s] for s in t.scopes if s in SCOPES],
                "campaign": names.get(t.campaign_id, "") if t.campaign_id else "",
                "is_over": t.revoked_at is not None or t.expires_on < today,
            }
            for t in rows
        ],
        "form": form,
        "problem": problem,
        "secret": secret,
        "api": f"{request.scheme}://{request.get_host()}/api/v1/campaigns",
        "request_id": str(new_id()),
    }
    return render(request, "campaigns/tokens.html", context, status=422 if problem else 200)


@login_required
@require_POST
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Revoke one of one's own tokens."""
    token = get_token_for(seen_by(request), pk)
    try:
        actions.revoke_token(act_of(request), token)
        messages.success(request, _("The token “%(name)s” is revoked.") % {"name": token.name})
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("campaigns:tokens")
