"""The rally as the hall sees it, and what orgs undertake there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, commitment_pages, rally_pages
from gongjian.apps.loop.forms import CommitmentForm, open_targets
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.queries.inquiries import choosable
from gongjian.apps.loop.queries.returns import get_office_campaign_for
from gongjian.apps.loop.words import lang
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.models import Commitment

REFRESH = "5"  # seconds until the hall's screen loads itself again: no script is needed for it


@login_required
@require_safe
def rally(request: HttpRequest, code: str) -> HttpResponse:
    """Show the hall's screen; it loads itself again every five seconds, without a script."""
    campaign = queries.get_mandates_campaign_for(seen_by(request), code)
    context = {
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        **rally_pages.rally_context(campaign),
    }
    answer = render(request, "loop/rally.html", context)
    answer["Refresh"] = REFRESH
    return answer


@login_required
@require_http_methods(["GET", "POST"])
def commitments(request: HttpRequest, code: str) -> HttpResponse:
    """List what orgs undertook; the office records more."""
    seen = seen_by(request)
    if request.method != "POST":
        campaign = queries.get_mandates_campaign_for(seen, code)
        typed = {"said_on": today_of(campaign).isoformat()}
        return _page(request, CommitmentForm(campaign, typed))
    campaign = get_office_campaign_for(seen, code)
    form = CommitmentForm(campaign, {k: str(v) for k, v in request.POST.items()})
    said = form.said()
    if said is None:
        return _page(request, form, status=422)
    try:
        done = actions.record_commitment(act_of(request), campaign, said)
    except ActionError as error:
        form.faults[""] = sentence(error)
        return _page(request, form, status=422)
    tell_done(request, done, _("The commitment is recorded."))
    return redirect("loop:commitments", code)


def _page(request: HttpRequest, form: CommitmentForm, status: int = 200) -> HttpResponse:
    seen, campaign = seen_by(request), form.campaign
    may_run = seen.is_office(campaign.pk)
    context = {
        **_form_context(campaign, form, may_run=may_run),
        "rows": commitment_pages.commitment_rows(seen, queries.commitments(campaign)),
    }
    return render(request, "loop/commitments.html", context, status=status)


def _form_context(campaign: Campaign, form: CommitmentForm, *, may_run: bool) -> dict[str, object]:
    return {
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        "place": "mandates",
        "may_run": may_run,
        "typed": form.typed,
        "faults": form.faults,
        "error": form.faults.get("", ""),
        "orgs": [o.label(lang()) for o in choosable(today_of(campaign))] if may_run else [],
        "targets": [(str(t.pk), t.subject) for t in open_targets(campaign)] if may_run else [],
        "request_id": str(new_id()),
    }


@login_required
@require_http_methods(["GET", "POST"])
def commitment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct what was recorded; what was typed stays when it is refused."""
    row = queries.get_commitment_for(seen_by(request), pk)
    if request.method != "POST":
        return _change_page(request, row, CommitmentForm(row.campaign, _typed(row)))
    form = CommitmentForm(row.campaign, {k: str(v) for k, v in request.POST.items()})
    said = form.said()
    if said is None:
        return _change_page(request, row, form, status=422)
    try:
        done = actions.change_commitment(act_of(request), row, said)
    except ActionError as error:
        form.faults[""] = sentence(error)
        return _change_page(request, row, form, status=422)
    tell_done(request, done, _("The commitment is changed."))
    return redirect("loop:commitments", row.campaign.code)


def _typed(row: Commitment) -> dict[str, str]:
    return {
        "org": row.org.label(lang()),
        "speaker": row.speaker,
        "text": row.text,
        "occasion": row.occasion,
        "said_on": row.said_on.isoformat(),
        "codes": "、".join(queries.codes_of(row)),
        "target": str(row.target_id or ""),
    }


def _change_page(
    request: HttpRequest, row: Commitment, form: CommitmentForm, status: int = 200
) -> HttpResponse:
    context = {**_form_context(row.campaign, form, may_run=True), "row": row}
    return render(request, "loop/commitment.html", context, status=status)


@login_required
@require_POST
def remove_commitment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Remove what was recorded by mistake; one press brings it back."""
    row = queries.get_commitment_for(seen_by(request), pk)
    code = row.campaign.code
    try:
        done = actions.remove_commitment(act_of(request), row)
        tell_done(request, done, _("The commitment is removed."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:commitments", code)
