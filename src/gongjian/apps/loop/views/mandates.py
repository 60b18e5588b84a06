"""Mandates: who has one, issue and re-issue with a preview, the letter, acceptance, objection."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import OrgGroup, Person
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.campaigns.uploads import keep_upload
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, mandate_pages
from gongjian.apps.loop.actions import Renewal, Signature, SignedPaper, preview_digest
from gongjian.apps.loop.forms import MandateForm
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.queries.inquiries import choosable
from gongjian.apps.loop.queries.returns import get_office_campaign_for
from gongjian.apps.loop.words import lang
from gongjian.apps.papers import files
from gongjian.lib import clock
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Outcome
    from gongjian.apps.loop.actions import MandatePlan

TICKED_CAP = 300
_AROUND = 64 * 1024  # bytes that a form adds to its file


def _head(campaign: Campaign) -> dict[str, object]:
    return {"campaign": campaign, "campaign_name": campaign.label(lang()), "place": "mandates"}


@login_required
@require_safe
def mandates(request: HttpRequest, code: str) -> HttpResponse:
    """Show who has a mandate, who accepted it, and whose goals have moved since."""
    seen = seen_by(request)
    campaign = queries.get_mandates_campaign_for(seen, code)
    show = request.GET.get("show", "all")
    show = show if show in mandate_pages.SHOWS else "all"
    context = {
        **_head(campaign),
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
    held = queries.live_mandates(campaign)
    context = {
        **_head(campaign),
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
        for t in queries.led_battles(form.campaign, day)
        if t.battle is not None
    ]


def _org_ticks(
    form: MandateForm, held: set[UUID | None], day: dt.date
) -> list[tuple[str, str, bool, bool]]:
    living = choosable(day)[:TICKED_CAP]
    return [(str(o.pk), o.label(lang()), str(o.pk) in form.orgs, o.pk in held) for o in living]


def _previewed(campaign: Campaign, plan: MandatePlan, day: dt.date) -> dict[str, object]:
    known = queries.material(campaign, plan.to, day)
    words = queries.Words(plan.accept_by, plan.heading, plan.opening)
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
    chosen = [r for r in queries.live_mandates(campaign) if str(r.pk) in _ticked(request)]
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
    live = queries.live_mandates(campaign)
    only = request.GET.get("only", "")
    for row in live:
        row.campaign = campaign
    rows = mandate_pages.again_rows(campaign, [r for r in live if not only or str(r.pk) == only])
    context = {
        **_head(campaign),
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
    chosen = [r for r in queries.live_mandates(campaign) if str(r.pk) in _ticked(request)]
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


# One letter


@login_required
@require_safe
def mandate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one edition as it reads, and let its receiver accept it."""
    seen = seen_by(request)
    return _letter_page(request, queries.get_mandate_for(seen, pk))


def _letter_page(
    request: HttpRequest, row: Mandate, error: str = "", status: int = 200
) -> HttpResponse:
    typed = {k: str(v) for k, v in request.POST.items()}
    context = {
        **_head(row.campaign),
        **mandate_pages.letter_context(seen_by(request), row),
        "error": error,
        "typed": typed,
        "own_name": _own_name(request),
        "request_id": str(new_id()),
    }
    return render(request, "loop/mandate.html", context, status=status)


def _own_name(request: HttpRequest) -> str:
    return request.user.label(lang()) if isinstance(request.user, Person) else ""


def _acted(
    request: HttpRequest, row: Mandate, change: Callable[[], Outcome], said: str
) -> HttpResponse:
    """Do something to a mandate; what is refused is told on its page, as it is now."""
    try:
        change()
    except ActionError as error:
        return _letter_page(request, _again(row), sentence(error), status=422)
    messages.success(request, said)
    return redirect("loop:mandate", row.pk)


def _again(row: Mandate) -> Mandate:
    rows = Mandate.objects.select_related("campaign", "battle", "org", "post", "file", "former")
    return rows.filter(pk=row.pk).first() or row


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept and sign: the name typed, or that of the account; a secretary visibly for the leader."""
    seen = seen_by(request)
    row = queries.get_mandate_for(seen, pk, may="receive")
    is_acting = queries.receives(seen, row) == "acting"
    signature = Signature(
        name=request.POST.get("name", "").strip() or _own_name(request),
        digest=request.POST.get("digest", ""),
        device=mandate_pages.device_of(request.headers.get("User-Agent", "")),
        is_acting=is_acting,
    )
    act = act_of(request, on_behalf_of=row.post_id if is_acting else None)
    return _acted(
        request,
        row,
        lambda: actions.accept_mandate(act, row, signature),
        _("The mandate is accepted and signed."),
    )


@login_required
@require_POST
def object_to(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Object to a mandate; the office is told and answers by another edition."""
    seen = seen_by(request)
    row = queries.get_mandate_for(seen, pk, may="receive")
    is_acting = queries.receives(seen, row) == "acting"
    act = act_of(request, on_behalf_of=row.post_id if is_acting else None)
    text = request.POST.get("text", "")[:1000]
    return _acted(
        request,
        row,
        lambda: actions.object_to_mandate(act, row, text),
        _("The objection is with the campaign office."),
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw a mandate, with the reason."""
    row = queries.get_mandate_for(seen_by(request), pk, may="run")
    act = act_of(request, request.POST.get("reason", "")[:300])
    return _acted(
        request,
        row,
        lambda: actions.withdraw_mandate(act, row),
        _("The mandate is withdrawn."),
    )


@csrf_exempt  # only until the length is known: `_on_paper` checks the token
@login_required
@require_POST
def on_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter that a mandate was signed on paper; a scan far too large is refused before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > settings.FILE_MAX_BYTES + _AROUND:
        row = queries.get_mandate_for(seen_by(request), pk, may="run")
        error = ActionError("file.too_large", size=int(length), limit=settings.FILE_MAX_BYTES)
        messages.error(request, sentence(error))
        return redirect("loop:mandate", row.pk)
    return _on_paper(request, pk)


@csrf_protect
def _on_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = queries.get_mandate_for(seen_by(request), pk, may="run")

    def change() -> Outcome:
        act = act_of(request, on_behalf_of=row.post_id or row.org_id)
        return actions.accept_mandate_on_paper(act, row, _paper(request))

    return _acted(request, row, change, _("The signed paper is kept."))


def _paper(request: HttpRequest) -> SignedPaper:
    upload = request.FILES.get("file")
    if upload is None:
        raise ActionError("file.missing")
    try:
        day = dt.date.fromisoformat(request.POST.get("day", "").strip())
    except ValueError:
        raise ActionError("mandate.day_missing") from None
    kept, file_name = keep_upload(upload)
    name, note = request.POST.get("name", ""), request.POST.get("note", "")
    return SignedPaper(name, day, kept, file_name, note)


@login_required
@require_safe
def scan(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Hand the signed paper out: as an attachment, never to be shown in a page."""
    row = queries.get_mandate_for(seen_by(request), pk)
    if row.file is None:
        raise Http404
    try:
        content = files.opened(row.file.sha256)
    except OSError:
        raise Http404 from None
    answer = FileResponse(
        content, as_attachment=True, filename=row.file_name, content_type="application/octet-stream"
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
