"""Leaders' duties on one sheet, moved on one day; results split by tenure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.accounts.forms import shown
from gongjian.apps.campaigns import queries
from gongjian.apps.campaigns.actions import move_duties
from gongjian.apps.campaigns.actions.orgs import Move, Reshuffle
from gongjian.apps.campaigns.duty_sheets import Wanted, read_reshuffle, sheet_page
from gongjian.apps.campaigns.forms.orgs import ReshuffleForm, UploadForm
from gongjian.apps.campaigns.leadership import battle_terms, duty_sheet, single_terms
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.campaigns.views.orgs import (
    fault_sentence,
    language,
    limits,
    workbook,
    workbook_in,
)
from gongjian.apps.ledger.book import ActionError
from gongjian.formats.xlsx import read_sheets, write_book
from gongjian.kernel.errors import PaperError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.leadership import Duty, DutySheet
    from gongjian.apps.campaigns.models import Campaign

VACANT = "vacant"


def campaign_for(request: HttpRequest, code: str, *, may: str = "") -> tuple[Scope, Campaign]:
    """Fetch a campaign for a page of its organisation: not for one org's accounts, nor the public."""
    seen = seen_by(request)
    campaign = queries.get_campaign_for(seen, code)
    if not seen.is_wide(campaign.pk) or not seen.may_see_sources(campaign.pk):
        raise PermissionDenied
    if may == "edit" and not seen.is_office(campaign.pk):
        raise PermissionDenied
    return seen, campaign


def head(seen: Scope, campaign: Campaign, page: str) -> dict[str, Any]:
    """Give what the head of these pages shows."""
    return {
        "campaign": campaign,
        "campaign_name": campaign.label(language()),
        "today": today_of(campaign),
        "page": page,
        "is_office": seen.is_office(campaign.pk),
        "request_id": str(new_id()),
    }


@login_required
@require_http_methods(["GET", "POST"])
def duties(request: HttpRequest, code: str) -> HttpResponse:
    """Show every leader's duties; move any number of them from one day on."""
    if request.method == "GET":
        seen, campaign = campaign_for(request, code)
        return _page(request, seen, campaign, {})
    seen, campaign = campaign_for(request, code, may="edit")
    typed = {**request.POST.dict(), "form": "duties"}
    form = ReshuffleForm(request.POST)
    if not form.is_valid():
        name, faults = next(iter(form.errors.items()))
        problem = f"{form.fields[name].label}: {faults[0]}"
        return _page(request, seen, campaign, typed, [problem])
    now = duty_sheet(seen, campaign, form.cleaned_data["since"], language())
    wanted = Reshuffle(
        form.cleaned_data["since"], tuple(_moves(now, typed)), _portfolios(now, typed)
    )
    try:
        done = move_duties(act_of(request, form.cleaned_data["reason"]), campaign, wanted)
    except ActionError as error:
        return _page(request, seen, campaign, typed, [sentence(error)])
    said = _("Moved: %(battles)s battles, %(items)s items led singly.") % done.result
    tell_done(request, done, said)
    return redirect("campaigns:duties", code)


def _moves(now: DutySheet, typed: dict[str, Any]) -> list[Move]:
    posts = {str(p.pk): p for p in now.posts}
    moves = []
    for duty in now.duties:
        chosen = typed.get(duty.key, "")
        if chosen == VACANT or chosen in posts:
            to = posts.get(chosen)
            moves.append(Move(to, battle=duty.battle, item=duty.item, former=duty.post))
    return moves


def _portfolios(now: DutySheet, typed: dict[str, Any]) -> dict[Any, str]:
    return {
        post: str(typed[f"p:{post.pk}"]).strip()[:300]
        for post in now.posts
        if f"p:{post.pk}" in typed
    }


def _page(
    request: HttpRequest,
    seen: Scope,
    campaign: Campaign,
    typed: dict[str, Any],
    problems: list[str] | None = None,
) -> HttpResponse:
    today = today_of(campaign)
    now = duty_sheet(seen, campaign, today, language())
    posts = [(str(p.pk), p.label(language())) for p in now.posts]
    context = {
        **head(seen, campaign, "duties"),
        "sheet": now,
        "leaders": [
            {
                "word": x.post.label(language()) if x.post else x.printed,
                "post": x.post,
                "portfolio": typed.get(f"p:{x.post.pk}", x.post.portfolio) if x.post else "",
                "duties": [(d, _choices(d, posts, typed)) for d in x.duties],
            }
            for x in now.leaders
        ],
        "form": shown(ReshuffleForm, typed, "duties", since=today),
        "problems": problems or [],
        "n_hidden": now.n_items - sum(d.kind == "item" for d in now.duties),
    }
    return render(request, "campaigns/duties.html", context, status=422 if problems else 200)


def _choices(
    duty: Duty, posts: list[tuple[str, str]], typed: dict[str, Any]
) -> list[tuple[str, str, bool]]:
    """Give where a duty may go: nowhere, to any leading post, or to nobody for the time."""
    chosen = typed.get(duty.key, "")
    own = str(duty.post.pk) if duty.post else ""
    offered = [("", _("stays")), *(p for p in posts if p[0] != own), (VACANT, _("vacant"))]
    return [(value, word, value == chosen) for value, word in offered]


@login_required
@require_GET
def duty_workbook(request: HttpRequest, code: str) -> HttpResponse:
    """Give the sheet of duties as a workbook, to be filled in and read again."""
    seen, campaign = campaign_for(request, code, may="edit")
    now = duty_sheet(seen, campaign, today_of(campaign), language())
    note = _("Fill in the new leader and the day; lines left empty stay as they are.")
    page = sheet_page(now, language(), _("Change of duties"), note)
    return workbook(write_book([page]), f"{campaign.code}-{_('duties')}")


@login_required
@require_POST
def read_duties(request: HttpRequest, code: str) -> HttpResponse:
    """Read a filled-in sheet into the form: nothing moves before the office presses save."""
    seen, campaign = campaign_for(request, code, may="edit")
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, seen, campaign, {}, [_("Choose the workbook first.")])
    now = duty_sheet(seen, campaign, today_of(campaign), language())
    try:
        wanted = read_reshuffle(read_sheets(workbook_in(form), limits()), now)
    except PaperError as error:
        return _page(request, seen, campaign, {}, [sentence(error)])
    return _page(request, seen, campaign, _typed(wanted, today_of(campaign)), _said(wanted))


def _typed(wanted: Wanted, today: Any) -> dict[str, Any]:
    chosen = {key: post or VACANT for key, post in wanted.moves.items()}
    return {**chosen, "form": "duties", "since": wanted.since or today, "reason": ""}


def _said(wanted: Wanted) -> list[str]:
    """Say what of a sheet was not understood, place by place."""
    return [
        _("Sheet %(sheet)s, row %(row)s, column %(column)s: %(what)s")
        % {"sheet": f.sheet, "row": f.row, "column": f.column or "–", "what": fault_sentence(f)}
        if f.sheet
        else fault_sentence(f)
        for f in wanted.faults
    ]


@login_required
@require_GET
def tenures(request: HttpRequest, code: str) -> HttpResponse:
    """Show what became of each battle under each of its leaders."""
    seen, campaign = campaign_for(request, code)
    day = today_of(campaign)
    context = {
        **head(seen, campaign, "tenures"),
        "battles": battle_terms(seen, campaign, day, language()),
        "singles": single_terms(seen, campaign, day, language()),
    }
    return render(request, "campaigns/tenures.html", context)
