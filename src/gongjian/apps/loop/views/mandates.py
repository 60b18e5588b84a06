"""Pages of many mandates: the list, issue and re-issue with their previews, reminders, the hall."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import OrgGroup
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, mandate_pages
from gongjian.apps.loop.actions import Renewal, preview_digest
from gongjian.apps.loop.forms import MandateForm
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.queries import material
from gongjian.apps.loop.queries.inquiries import choosable
from gongjian.apps.loop.queries.returns import get_office_campaign_for
from gongjian.apps.loop.views.letters import head
from gongjian.apps.loop.words import lang
from gongjian.lib import clock
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.actions import MandatePlan


TICKED_CAP = 300


@login_required
@require_safe
def mandates(request: HttpRequest, code: str) -> HttpResponse:
    """Show who has a mandate, who accepted it, and whose goals have moved since."""
    seen = seen_by(request)
    campaign = queries.get_mandates_campaign_for(seen, code)
    show = request.GET.get("show", "all")
    show = show if show in mandate_pages.SHOWS else "all"
    context = {
        **head(campaign),
        **mandate_pages.list_context(seen, campaign, show),
        "may_run": seen.is_office(campaign.pk),
        "request_id": str(new_id()),
    }
    return render(request, "loop/mandates.html", context)


# Issue, re-issue


@login_required
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """Issue mandates: what each receiver would get is shown first; what was typed stays."""
    campaign = get_office_campaign_for(seen_by(request), code)
    if request.method != "POST":
        return _issue_page(request, MandateForm.fresh(campaign))
    form = MandateForm.sent(campaign, request.POST)
    plan = form.plan()
    if plan is None:
        return _issue_page(request, form, status=422)
    if "issue" not in request.POST:
        return _issue_page(request, form, plan)
    try:
        done = actions.issue_mandates(act_of(request), campaign, plan)
    except ActionError as error:
        form.faults[""] = sentence(error)
        return _issue_page(request, form, plan, status=422)
    said = {"n": len(done.result["mandates"])}
    messages.success(
        request, _("%(n)s mandates were issued; whoever accepts them was told.") % said
    )
    return redirect("loop:mandates", code)


def _issue_page(
    request: HttpRequest, form: MandateForm, plan: MandatePlan | None = None, status: int = 200
) -> HttpResponse:
    campaign, day = form.campaign, today_of(form.campaign)
    held = material.live_mandates(campaign)
    context = {
        **head(campaign),
        "typed": form.typed,
        "faults": form.faults,
        "error": form.faults.get("", ""),
        "battles": _battle_ticks(form, {m.battle_id for m in held}, day),
        "orgs": _org_ticks(form, {m.org_id for m in held}, day),
        "groups": [
            (str(g.pk), g.name_en if lang().startswith("en") and g.name_en else g.name)
            for g in OrgGroup.objects.all()
        ],
        "today": day,
        "request_id": str(new_id()),
        **(_previewed(campaign, plan, day) if plan else {}),
    }
    return render(request, "loop/mandate_issue.html", context, status=status)


def _battle_ticks(
    form: MandateForm, held: set[UUID | None], day: dt.date
) -> list[dict[str, object]]:
    return [
        {
            "pk": str(t.battle.pk),
            "name": t.battle.label(lang()),
            "post": t.post.label(lang()) if t.post else "",
            "has_one": t.battle.pk in held,
            "is_ticked": str(t.battle.pk) in form.battles,
            "is_inside": t.battle.parent_id is not None,
        }
        for t in material.led_battles(form.campaign, day)
        if t.battle is not None
    ]


def _org_ticks(
    form: MandateForm, held: set[UUID | None], day: dt.date
) -> list[tuple[str, str, bool, bool]]:
    living = choosable(day)[:TICKED_CAP]
    return [(str(o.pk), o.label(lang()), str(o.pk) in form.orgs, o.pk in held) for o in living]


def _previewed(campaign: Campaign, plan: MandatePlan, day: dt.date) -> dict[str, object]:
    known = material.material(campaign, plan.to, day)
    words = material.Words(plan.accept_by, plan.heading, plan.opening)
    contents = [known.content(to, words) for to in plan.to]
    seats = queries.seated(plan.to, campaign, clock.today())
    rows = mandate_pages.preview_rows(known, plan.to, contents, seats)
    return {
        "preview": rows,
        "is_sound": bool(rows) and all(r.is_sound for r in rows),
        "agreed": preview_digest(contents),
    }


@login_required
@require_http_methods(["GET", "POST"])
def reissue(request: HttpRequest, code: str) -> HttpResponse:
    """Issue mandates again: what has changed of each is shown first."""
    campaign = get_office_campaign_for(seen_by(request), code)
    if request.method != "POST":
        return _reissue_page(request, campaign)
    chosen = [r for r in material.live_mandates(campaign) if str(r.pk) in _ticked(request)]
    for row in chosen:
        row.campaign = campaign
    try:
        accept_by = dt.date.fromisoformat(request.POST.get("accept_by", "").strip())
    except ValueError:
        error = _("Choose the day by which it is to be accepted.")
        return _reissue_page(request, campaign, error, status=422)
    plan = Renewal(chosen, accept_by, request.POST.get("note", ""), _agreed(request, chosen))
    try:
        done = actions.reissue_mandates(act_of(request), campaign, plan)
    except ActionError as refused:
        return _reissue_page(request, campaign, sentence(refused), status=422)
    said = {"n": len(done.result["mandates"])}
    messages.success(request, _("%(n)s mandates were issued again, to be accepted again.") % said)
    return redirect("loop:mandates", code)


def _ticked(request: HttpRequest) -> set[str]:
    return set(request.POST.getlist("mandate"))


def _agreed(request: HttpRequest, chosen: list[Mandate]) -> str:
    """Give what was looked at for the mandates that are ticked; nothing where a page did not say."""
    told = [request.POST.get(f"seen-{row.pk}", "") for row in chosen]
    return actions.joined_digest(told) if chosen and all(told) else ""


def _reissue_page(
    request: HttpRequest, campaign: Campaign, error: str = "", status: int = 200
) -> HttpResponse:
    today = today_of(campaign)
    live = material.live_mandates(campaign)
    only = request.GET.get("only", "")
    for row in live:
        row.campaign = campaign
    rows = mandate_pages.again_rows(campaign, [r for r in live if not only or str(r.pk) == only])
    context = {
        **head(campaign),
        "rows": [r for r in rows if only or r.moved or r.objection or not r.is_led],
        "error": error,
        "typed": {k: str(v) for k, v in request.POST.items()},
        "ticked": _ticked(request),
        "is_sent": request.method == "POST",
        "only": only,
        "today": today,
        "request_id": str(new_id()),
    }
    return render(request, "loop/mandate_reissue.html", context, status=status)


@login_required
@require_POST
def chase(request: HttpRequest, code: str) -> HttpResponse:
    """Remind everybody who has not accepted, in one press."""
    campaign = get_office_campaign_for(seen_by(request), code)
    try:
        done = actions.chase_mandates(act_of(request), campaign).result
    except ActionError as error:
        messages.error(request, sentence(error))
        return redirect("loop:mandates", code)
    messages.success(request, _("%(n)s receivers were reminded.") % {"n": done["mandates"]})
    if done["lately"]:
        said = _("%(n)s were reminded within the hour, and not again.")
        messages.info(request, said % {"n": done["lately"]})
    return redirect("loop:mandates", code)


@login_required
@require_POST
def at_rally(request: HttpRequest, code: str) -> HttpResponse:
    """Enter that those who are ticked took their mandates in the hall (代录)."""
    campaign = get_office_campaign_for(seen_by(request), code)
    chosen = [r for r in material.live_mandates(campaign) if str(r.pk) in _ticked(request)]
    for row in chosen:
        row.campaign = campaign
    note = request.POST.get("note", "").strip() or _("accepted at the rally")
    act = act_of(request, note[:300], on_behalf_of=_for_whom(chosen))
    try:
        done = actions.accept_mandates_at_rally(act, chosen, note)
        said = {"n": len(done.result["mandates"])}
        messages.success(request, _("%(n)s mandates were entered as accepted at the rally.") % said)
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:mandates", code)


def _for_whom(rows: list[Mandate]) -> UUID | None:
    """Give for whom something is entered, where it is for one alone: each row names its own."""
    return (rows[0].post_id or rows[0].org_id) if len(rows) == 1 else None
