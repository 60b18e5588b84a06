"""A round as the office runs it: open, look, chase, accept, send back, close."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, pages
from gongjian.apps.loop.answers import Names, short
from gongjian.apps.loop.forms import RoundForm, shown
from gongjian.apps.loop.models import Return
from gongjian.apps.loop.queries import returns as queries
from gongjian.apps.loop.queries.burden import over_cap
from gongjian.apps.loop.views.launch import gaps_page
from gongjian.apps.loop.words import lang, state_word
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.actions import RoundPlan
    from gongjian.apps.loop.models import Round
    from gongjian.apps.loop.queries.burden import Over


@login_required
@require_POST
def open_round(request: HttpRequest, code: str) -> HttpResponse:
    """Open a round; what was typed stays when it is refused."""
    campaign = queries.get_office_campaign_for(seen_by(request), code)
    form = RoundForm(request.POST)
    if form.is_valid():
        plan = form.plan()
        try:
            done = actions.open_round(act_of(request, plan.reason), campaign, plan)
        except ActionError as error:
            if error.code == "burden.over_cap":
                return gaps_page(request, campaign, form, status=422, over=_over(campaign, plan))
            form.add_error(None, sentence(error))
        else:
            said = {"n": done.result["returns"], "orgs": done.result["orgs"]}
            messages.success(request, _("%(n)s items were sent to %(orgs)s orgs.") % said)
            if unsent := done.result["unsent"]:
                said = {"items": "、".join(unsent[:20])}
                messages.error(request, _("Not sent, for nobody answers: %(items)s") % said)
            return redirect("loop:round", code, done.result["round"])
    return gaps_page(request, campaign, form, status=422)


def _over(campaign: Campaign, plan: RoundPlan) -> list[Over]:
    return over_cap(campaign, actions.blanks(campaign, plan), today_of(campaign))


@login_required
@require_safe
def round_page(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Show how far a round is, and what came in."""
    row = queries.get_round_for(seen_by(request), code, pk)
    campaign = row.campaign
    show = request.GET.get("show", "returned")
    show = show if show in {*Return.State.values, "all"} else "returned"
    rows = queries.whole(Return.objects.filter(round=row))
    rows = rows if show == "all" else rows.filter(state=show)
    if org := _uuid(request.GET.get("org", "")):
        rows = rows.filter(org=org)
    found = list(rows.order_by("item__code", "org__order")[: queries.PAGE + 1])
    playbook = playbook_in_force(campaign)
    progress = queries.progress(row)
    rows_shown = pages.return_rows(found[: queries.PAGE], {campaign.pk: playbook}, Names())
    states = [(s, state_word(s), progress.states[s], s == show) for s in Return.State.values]
    context = {
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        "place": "gaps",
        "round": row,
        "days_left": (row.due - today_of(campaign)).days,
        "rows": rows_shown,
        "may_accept": any(r.may_be_accepted for r in rows_shown),
        "is_cut": len(found) > queries.PAGE,
        "show": show,
        "states": states,
        "org": org,
        "request_id": str(new_id()),
        **pages.round_context(progress),
    }
    return render(request, "loop/round.html", context)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@login_required
@require_POST
def chase(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Remind everybody who is missing, in one press."""
    row = queries.get_round_for(seen_by(request), code, pk)
    try:
        done = actions.chase(act_of(request), row)
        messages.success(request, _("%(n)s orgs were reminded.") % {"n": done.result["orgs"]})
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:round", code, pk)


@login_required
@require_POST
def accept(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Accept what was chosen, or everything shown that is complete; what moved since is left out."""
    row = queries.get_round_for(seen_by(request), code, pk)
    rows, moved = _chosen(request, row)
    if moved:
        said = {"items": "、".join(r.item.code for r in moved)}
        messages.error(
            request, _("Not accepted, for it changed since you looked: %(items)s") % said
        )
    if not rows:
        if not moved:
            messages.error(request, _("Nothing was accepted: choose returns that are in."))
        return redirect("loop:round", code, pk)
    try:
        done = actions.accept(act_of(request), rows)
        said = {"n": done.result["returns"], "parts": done.result["items"]}
        messages.success(request, _("%(n)s accepted; %(parts)s parts became items.") % said)
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:round", code, pk)


def _chosen(request: HttpRequest, row: Round) -> tuple[list[Return], list[Return]]:
    """Give the returns to accept, as they were shown, and those that are not so any more."""
    is_all = request.POST.get("all") == "1"
    given = shown(request.POST.getlist("shown" if is_all else "return"))
    found = Return.objects.filter(round=row, kind=Return.Kind.BLANKS, pk__in=list(given))
    found = found.exclude(state=Return.State.ACCEPTED)
    rows: list[Return] = []
    moved: list[Return] = []
    for one in queries.whole(found).order_by("item__code"):
        is_same = one.state == Return.State.RETURNED and one.version == given[one.pk]
        (rows if is_same else moved).append(one)
    if is_all:
        playbook = playbook_in_force(row.campaign)
        rows = [r for r in rows if not short(r, playbook.register(r.item.register.key))]
    return rows, moved


@login_required
@require_POST
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a return back with what is to be corrected."""
    row = queries.get_return_for(seen_by(request), pk, may="review")
    try:
        actions.send_back(act_of(request), row, request.POST.get("note", ""))
    except ActionError as error:
        messages.error(request, sentence(error))
        return redirect("loop:return", pk)
    messages.success(request, _("Sent back to %(org)s.") % {"org": row.org.label(lang())})
    return redirect("loop:round", row.campaign.code, row.round_id)


@login_required
@require_POST
def close(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Close a round."""
    row = queries.get_round_for(seen_by(request), code, pk)
    try:
        actions.close_round(act_of(request), row)
        messages.success(request, _("The round is closed."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:round", code, pk)
