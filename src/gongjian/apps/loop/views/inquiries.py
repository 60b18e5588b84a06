"""One-time questions: asked and looked at by the office, answered by orgs on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import OrgGroup
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.queries import in_sight
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, burden_pages, inquiry_pages
from gongjian.apps.loop.forms import AskForm
from gongjian.apps.loop.models import Answer, Inquiry, Return
from gongjian.apps.loop.queries import inquiries as queries
from gongjian.apps.loop.queries.burden import over_cap
from gongjian.apps.loop.queries.known import Known, known_things
from gongjian.apps.loop.queries.returns import PAGE, get_office_campaign_for
from gongjian.apps.loop.things import read, things_of
from gongjian.apps.loop.words import lang
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.actions import InquiryPlan
    from gongjian.apps.loop.burden_pages import OverRow
    from gongjian.apps.loop.things import Read

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WITH_A_REASON = frozenset({"inquiry.known", "burden.over_cap"})  # shown by the page itself
TICKED_CAP = 300  # orgs to tick; the others are named


@login_required
@require_safe
def inquiries(request: HttpRequest, code: str) -> HttpResponse:
    """List the questions of a campaign: what still runs, and what is over."""
    campaign = get_office_campaign_for(seen_by(request), code)
    rows = inquiry_pages.list_rows(queries.inquiries(campaign), today_of(campaign))
    context = {
        **_head(campaign),
        "running": [r for r in rows if not r.is_over],
        "over": [r for r in rows if r.is_over],
        "is_cut": len(rows) >= PAGE,
    }
    return render(request, "loop/inquiries.html", context)


def _head(campaign: Campaign) -> dict[str, object]:
    return {"campaign": campaign, "campaign_name": campaign.label(lang()), "place": "inquiries"}


@login_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """Ask a question: the book is searched before it is sent; what was typed stays."""
    campaign = get_office_campaign_for(seen_by(request), code)
    if request.method != "POST":
        return _ask_page(request, AskForm(campaign, {"item": request.GET.get("item", "")}))
    form = AskForm.sent(campaign, request.POST)
    plan = form.plan()
    if plan is None:
        return _ask_page(request, form, status=422)
    if "check" in request.POST:
        return _ask_page(request, form, plan)
    try:
        done = actions.ask(act_of(request), campaign, plan)
    except ActionError as error:
        if error.code not in _WITH_A_REASON:
            form.faults[""] = sentence(error)
        return _ask_page(request, form, plan, status=422)
    messages.success(request, _("%(n)s orgs were asked.") % {"n": done.result["orgs"]})
    return redirect("loop:inquiry", code, done.result["inquiry"])


def _ask_page(
    request: HttpRequest, form: AskForm, plan: InquiryPlan | None = None, status: int = 200
) -> HttpResponse:
    campaign, day = form.campaign, today_of(form.campaign)
    playbook = playbook_in_force(campaign)
    known = known_things(campaign, plan.things) if plan else []
    living = queries.choosable(day)
    context = {
        **_head(campaign),
        "typed": form.typed,
        "faults": form.faults,
        "error": form.faults.get("", ""),
        "things": inquiry_pages.thing_rows(form.typed),
        "whom": form.typed.get("whom", "group"),
        "groups": [
            (str(g.pk), g.name_en if lang().startswith("en") and g.name_en else g.name)
            for g in OrgGroup.objects.all()
        ],
        "parents": [(str(o.pk), o.label(lang())) for o in queries.parents_on(day)],
        "orgs": [(str(o.pk), o.label(lang())) for o in living[:TICKED_CAP]],
        "ticked": form.ticked,
        "today": day,
        "plan": plan,
        "asked": [o.label(lang()) for o in plan.orgs] if plan else [],
        "known": inquiry_pages.known_rows(playbook, campaign.code, plan.things, known)
        if plan
        else [],
        "over": _over(campaign, plan) if plan else [],
        "request_id": str(new_id()),
    }
    return render(request, "loop/ask.html", context, status=status)


def _over(campaign: Campaign, plan: InquiryPlan) -> list[OverRow]:
    more = {org.pk: len(plan.things) for org in plan.orgs}
    return burden_pages.over_rows(over_cap(campaign, more, today_of(campaign)))


@login_required
@require_safe
def inquiry(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Show how far a question is, and what the answers say together."""
    seen = seen_by(request)
    row = queries.get_inquiry_for(seen, code, pk)
    show = request.GET.get("show", "all")
    show = show if show in inquiry_pages.SHOWS else "all"
    playbook, things = playbook_in_force(row.campaign), things_of(row)
    context = {
        **_head(row.campaign),
        "inquiry": row,
        "known": inquiry_pages.known_rows(playbook, code, things, _kept(row)),
        "request_id": str(new_id()),
        **inquiry_pages.inquiry_context(row, list(queries.fillable(seen, row)), show),
    }
    return render(request, "loop/inquiry.html", context)


def _kept(row: Inquiry) -> list[Known]:
    return [Known(**facts) for facts in row.known]


@login_required
@require_safe
def export(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give the answers as a workbook."""
    seen = seen_by(request)
    row = queries.get_inquiry_for(seen, code, pk)
    data = inquiry_pages.export(row, list(queries.fillable(seen, row)))
    return workbook_answer(data, f"{code}-{row.title}.xlsx")


def workbook_answer(data: bytes, name: str) -> HttpResponse:
    """Hand a workbook out under a name."""
    answer = HttpResponse(data, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@require_POST
def chase(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Remind everybody who is missing, in one press."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    try:
        done = actions.chase_inquiry(act_of(request), row).result
    except ActionError as error:
        messages.error(request, sentence(error))
        return redirect("loop:inquiry", code, pk)
    messages.success(request, _("%(n)s orgs were reminded.") % {"n": done["orgs"]})
    if done["lately"]:
        said = _("%(n)s were reminded within the hour, and not again.")
        messages.info(request, said % {"n": done["lately"]})
    return redirect("loop:inquiry", code, pk)


@login_required
@require_POST
def close(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Close a question."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    try:
        actions.close_inquiry(act_of(request), row)
        messages.success(request, _("The question is closed."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:inquiry", code, pk)


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Withdraw a question, with the reason."""
    row = queries.get_inquiry_for(seen_by(request), code, pk)
    try:
        actions.withdraw_inquiry(act_of(request, request.POST.get("reason", "")[:300]), row)
        messages.success(request, _("The question is withdrawn."))
    except ActionError as error:
        messages.error(request, sentence(error))
    return redirect("loop:inquiry", code, pk)


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what an org is asked and take its answer in; from the office, on the org's behalf."""
    seen = seen_by(request)
    row = queries.get_answer_for(seen, pk)
    if request.method != "POST":
        return _answer_page(request, seen, row, inquiry_pages.typed_of(row))
    typed = {k: str(v) for k, v in request.POST.items()}
    found = None
    if "none" not in request.POST:
        found = read(things_of(row.inquiry), typed, row.campaign.start_on.year)
        if found.faults:
            messages.error(request, _("Not saved yet: correct the fields that are marked."))
            return _answer_page(request, seen, row, typed, found, status=422)
    own = queries.speaks_for(seen, row)
    version = whole(typed.get("version", ""))
    if version is not None:
        row.version = min(version, row.version)
    given = actions.Given(row, found, typed.get("note", ""))
    try:
        act = act_of(request, on_behalf_of=None if own else row.org_id)
        actions.answer(act, [given], Return.Via.PAGE)
    except ActionError as error:
        messages.error(request, sentence(error))
        return _answer_page(request, seen, row, typed, found, status=422)
    messages.success(request, _("Answered: %(title)s") % {"title": row.inquiry.title})
    return (
        redirect("loop:returns")
        if own
        else redirect("loop:inquiry", row.campaign.code, row.inquiry_id)
    )


def _answer_page(  # what was typed and what was read of it belong together
    request: HttpRequest,
    seen: Scope,
    row: Answer,
    typed: dict[str, str],
    found: Read | None = None,
    status: int = 200,
) -> HttpResponse:
    inquiry = row.inquiry
    context = {
        "row": row,
        "inquiry": inquiry,
        "shown": inquiry_pages.answer_rows(inquiry, [row])[0],
        "campaign_name": row.campaign.label(lang()),
        "fields": inquiry_pages.field_rows(inquiry, typed, found.faults if found else {}),
        "note": typed.get("note", ""),
        "is_behalf": not queries.speaks_for(seen, row),
        "may_run": seen.is_office(row.campaign_id),
        "is_open": inquiry.state == Inquiry.State.OPEN,
        "days_left": (inquiry.due - today_of(row.campaign)).days,
        "item": inquiry.item if inquiry.item and in_sight(seen, inquiry.item) else None,
        "request_id": str(new_id()),
        "version": typed.get("version", row.version),
    }
    return render(request, "loop/inquiry_answer.html", context, status=status)
