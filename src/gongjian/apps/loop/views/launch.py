"""The gap list, the launch check and the launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, burden_pages, pages
from gongjian.apps.loop.answers import Names
from gongjian.apps.loop.forms import AgendaForm, RoundForm
from gongjian.apps.loop.models import Waiver
from gongjian.apps.loop.queries.launch import Waiting, waiting
from gongjian.apps.loop.queries.returns import get_office_campaign_for, rounds
from gongjian.apps.loop.words import lang
from gongjian.apps.notices.models import Notice
from gongjian.kernel.errors import KernelError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.queries.burden import Over


@login_required
@require_safe
def gaps(request: HttpRequest, code: str) -> HttpResponse:
    """Show what is blank, and open a round from there."""
    campaign = get_office_campaign_for(seen_by(request), code)
    return gaps_page(request, campaign, RoundForm())


def gaps_page(  # what was typed and what is too much of it belong together
    request: HttpRequest,
    campaign: Campaign,
    form: RoundForm,
    status: int = 200,
    over: Iterable[Over] = (),
) -> HttpResponse:
    """Give the gap list with a form as it was typed, and the orgs that it would ask too much."""
    context: dict[str, Any] = pages.gap_context(waiting(campaign))
    context |= {
        "place": "gaps",
        "form": form,
        "over": burden_pages.over_rows(over),
        "rounds": rounds(campaign),
        "names": Names().choices(),
        "today": today_of(campaign),
        "request_id": str(new_id()),
        "lead_typed": request.POST.get("org", ""),
        "chosen": request.POST.getlist("item"),
    }
    return render(request, "loop/gaps.html", context, status=status)


@login_required
@require_POST
def say_count(request: HttpRequest, code: str) -> HttpResponse:
    """Say which register counts for a number that the paper announces."""
    campaign = get_office_campaign_for(seen_by(request), code)
    try:
        what, basis = request.POST.get("what", ""), request.POST.get("basis", "")
        actions.count_by(act_of(request), campaign, what, basis)
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:gaps", code)


@login_required
@require_POST
def name_lead(request: HttpRequest, code: str) -> HttpResponse:
    """Name one lead org for many items; what was typed stays when it is refused."""
    campaign = get_office_campaign_for(seen_by(request), code)
    names = Names()
    try:
        ref = names.org(request.POST.get("org", ""))
        items = list(campaign.items.filter(pk__in=_ids(request.POST.getlist("item"))))
        done = actions.name_lead(act_of(request), campaign, items, ref)
    except KernelError as error:
        messages.error(request, sentence(error))
        return gaps_page(request, campaign, RoundForm(), status=422)
    said = {"n": done.result["items"], "org": ref.label(lang())}
    messages.success(request, _("%(org)s leads %(n)s more items.") % said)
    return redirect("loop:gaps", code)


def _ids(given: Iterable[str]) -> list[UUID]:
    """Give the ids among what was sent."""
    found = []
    for text in given:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


@login_required
@require_safe
def launch(request: HttpRequest, code: str) -> HttpResponse:
    """Show what holds the launch up; after it, the agenda and who was told."""
    campaign = get_office_campaign_for(seen_by(request), code)
    return _launch_page(request, campaign, AgendaForm(initial={"day": today_of(campaign)}))


def _launch_page(
    request: HttpRequest, campaign: Campaign, form: AgendaForm, status: int = 200
) -> HttpResponse:
    here = waiting(campaign)
    check = here.check
    groups = pages.gap_rows(here, only_lacking=True)
    context = {
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        "place": "launch",
        "check": check,
        "groups": groups,
        "n_shown": sum(len(rows) for _name, rows in groups),
        "counts": pages.count_rows(here),
        "waivers": pages.waiver_rows(here),
        "form": form,
        "told": _told(campaign),
        "n_waiting": len(here.items),
        "request_id": str(new_id()),
        "reason_typed": request.POST.get("reason", ""),
        "chosen": request.POST.getlist("item"),
    }
    return render(request, "loop/launch.html", context, status=status)


def _told(campaign: Campaign) -> list[dict[str, Any]]:
    """Give who was told of the launch, with how many items: one query."""
    rows = Notice.objects.filter(code="launch.issued", about=campaign.pk).select_related("org")
    return [
        {"org": n.org.label(lang()) if n.org else "", "n": n.facts.get("n"), "at": n.at}
        for n in rows.order_by("at", "org__order")
    ]


@login_required
@require_POST
def waive(request: HttpRequest, code: str) -> HttpResponse:
    """Answer by name for what is lacking; what was typed stays when it is refused."""
    campaign = get_office_campaign_for(seen_by(request), code)
    needs = _chosen(request, waiting(campaign))
    try:
        act = act_of(request, request.POST.get("reason", ""))
        done = actions.waive(act, campaign, needs)
    except ActionError as error:
        messages.error(request, sentence(error))
        form = AgendaForm(initial={"day": today_of(campaign)})
        return _launch_page(request, campaign, form, status=422)
    tell_done(request, done, _("%(n)s waived, with your name.") % {"n": done.result["waivers"]})
    return redirect("loop:launch", code)


def _chosen(request: HttpRequest, here: Waiting) -> dict[UUID | None, list[str]]:
    """Give what the chosen items lack now, and the chosen counts."""
    chosen = set(request.POST.getlist("item"))
    everything = request.POST.get("all") == "1"
    needs: dict[UUID | None, list[str]] = {
        UUID(c.key): list(c.lacks) for c in here.check.lacking if everything or c.key in chosen
    }
    if what := request.POST.getlist("what"):
        needs[None] = [c.what for c in here.check.differing if c.what in what]
    return needs


@login_required
@require_POST
def withdraw_waivers(request: HttpRequest, code: str) -> HttpResponse:
    """Take waivers back."""
    campaign = get_office_campaign_for(seen_by(request), code)
    found = Waiver.objects.filter(campaign=campaign, pk__in=_ids(request.POST.getlist("waiver")))
    try:
        done = actions.withdraw_waivers(act_of(request), campaign, list(found))
        tell_done(request, done, _("The waiver is taken back."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:launch", code)


@login_required
@require_POST
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Launch: publish the campaign and put its items in force."""
    campaign = get_office_campaign_for(seen_by(request), code)
    is_first = campaign.published_on is None
    form = AgendaForm(request.POST)
    if is_first and not form.is_valid():
        return _launch_page(request, campaign, form, status=422)
    try:
        agenda = form.agenda() if is_first else None
        done = actions.launch_all(act_of(request), campaign, agenda)
    except ActionError as error:
        messages.error(request, sentence(error))
        campaign.refresh_from_db()
        return _launch_page(request, campaign, form, status=422)
    said = {"n": done.result["issued"], "orgs": done.result["orgs"]}
    messages.success(request, _("%(n)s items are issued; %(orgs)s orgs were told.") % said)
    return redirect("loop:launch", code)
