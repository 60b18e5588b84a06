"""Obstacles raised, decisions asked for and taken; the board; what a leader last instructed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.leadership import leading_posts
from gongjian.apps.campaigns.queries import get_campaign_for, get_item_for
from gongjian.apps.campaigns.related import get_register_for
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.campaigns.uploads import keep_upload
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions
from gongjian.apps.loop.actions.decisions import FEWEST, MOST
from gongjian.apps.loop.forms.decisions import question_of, stuck_of
from gongjian.apps.loop.instructed import SHOWN as SHOWN_GIVEN
from gongjian.apps.loop.instructed import instructed_by
from gongjian.apps.loop.models import Option
from gongjian.apps.loop.obstacle_board import SHOWN, board_of
from gongjian.apps.loop.queries.decisions import (
    DECISIONS,
    OBSTACLES,
    has_register,
    held_up,
    open_items,
    seat_of,
)
from gongjian.apps.loop.words import lang
from gongjian.kernel.errors import KernelError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Item

_AROUND = 64 * 1024  # bytes that a form adds to its file


@login_required
@require_safe
def obstacles(request: HttpRequest, code: str) -> HttpResponse:
    """Show the board of open obstacles; not there where the playbook has no such register."""
    seen = seen_by(request)
    campaign = get_campaign_for(seen, code)
    playbook = playbook_in_force(campaign)
    if not has_register(playbook, OBSTACLES):
        raise Http404
    register = get_register_for(seen, campaign, OBSTACLES)
    context = {
        "campaign": campaign,
        "campaign_name": campaign.label(lang()),
        "place": "obstacles",
        "label": playbook.register(OBSTACLES).label.of(lang()),
        "note": note.of(lang()) if (note := playbook.register(OBSTACLES).note) else "",
        "board": board_of(seen, campaign, playbook, register),
        "shown": SHOWN,
    }
    return render(request, "loop/obstacles.html", context)


@login_required
@require_POST
def raise_obstacle(request: HttpRequest, code: str) -> HttpResponse:
    """Put what holds an item up on the books; what was typed stays when it is refused."""
    item = get_item_for(seen_by(request), code, may="report")
    try:
        stuck = stuck_of({k: str(v) for k, v in request.POST.items()})
        done = actions.raise_obstacle(act_of(request), item, stuck)
    except KernelError as error:
        return _refused(request, code, sentence(error))
    facts = {"obstacle": done.result["obstacle"], "org": stuck.owner.label(lang())}
    messages.success(request, _("%(obstacle)s is raised; %(org)s is told.") % facts)
    return redirect("cockpit:item", code)


def _refused(request: HttpRequest, code: str, why: str) -> HttpResponse:
    request.session[f"typed:{code}"] = {
        k: v for k, v in request.POST.items() if k != "csrfmiddlewaretoken"
    }
    messages.error(request, why)
    return redirect("cockpit:item", code)


@login_required
@require_http_methods(["GET", "POST"])
def ask_decision(request: HttpRequest, code: str) -> HttpResponse:
    """Ask a named leader to decide what an item or an obstacle waits for."""
    seen = seen_by(request)
    item = get_item_for(seen, code, may="report")
    playbook = playbook_in_force(item.campaign)
    if not has_register(playbook, DECISIONS) or item.register.key == DECISIONS:
        raise Http404
    held = held_up(seen, item, playbook)
    posts = leading_posts(today_of(item.campaign))
    if request.method == "GET":
        return _ask_page(request, item, posts, held)
    try:
        question = question_of({k: str(v) for k, v in request.POST.items()}, posts, held)
        done = actions.ask_decision(act_of(request), item, question, held)
    except KernelError as error:
        return _ask_page(request, item, posts, held, sentence(error))
    facts = {"item": done.result["decision"], "post": question.leader.label(lang())}
    messages.success(request, _("%(item)s waits for %(post)s.") % facts)
    return redirect("cockpit:item", done.result["decision"])


def _ask_page(
    request: HttpRequest, item: Item, posts: list[Any], held: list[Item], error: str = ""
) -> HttpResponse:
    typed = {k: str(v) for k, v in request.POST.items()}
    rows = [
        {
            "n": n,
            "text": typed.get(f"option-{n}", ""),
            "effect": typed.get(f"effect-{n}", ""),
            "is_wanted": n <= FEWEST,
            "dates": [(i, typed.get(f"date-{n}-{i.code}", "")) for i in held],
        }
        for n in range(1, MOST + 1)
    ]
    context = {
        "item": item,
        "campaign": item.campaign,
        "campaign_name": item.campaign.label(lang()),
        "place": "",
        "posts": [(str(p.pk), p.label(lang()), p.portfolio) for p in posts],
        "rows": rows,
        "held": held,
        "today": today_of(item.campaign),
        "typed": typed,
        "error": error,
        "request_id": typed.get("request_id") or str(new_id()),
    }
    return render(request, "loop/ask_decision.html", context, status=422 if error else 200)


@csrf_exempt  # only until the length is known: `_decide` checks the token
@login_required
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Decide a request: by an option in one touch, in words, or by a picture of them."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > settings.FILE_MAX_BYTES + _AROUND:
        get_item_for(seen_by(request), code)
        refused = ActionError("file.too_large", size=int(length), limit=settings.FILE_MAX_BYTES)
        messages.error(request, sentence(refused))
        return redirect("cockpit:item", code)
    answer: HttpResponse = _decide(request, code)
    return answer


@csrf_protect
def _decide(request: HttpRequest, code: str) -> HttpResponse:
    seen = seen_by(request)
    item = get_item_for(seen, code)
    seat = seat_of(seen, item)
    if seat is None:
        raise PermissionDenied
    try:
        verdict = _verdict(request, item)
        act = act_of(request, on_behalf_of=seat.post.pk if seat.is_acting else None)
        movable = movable_by(seen, item, verdict.option)
        done = actions.decide(act, item, verdict, seat=seat, movable=movable)
    except KernelError as error:
        return _refused(request, code, sentence(error))
    messages.success(request, _("%(item)s is decided; who asked is told.") % {"item": code})
    if moved := done.result["moved"]:
        facts = {"items": "、".join(moved)}
        messages.success(request, _("Deadlines moved: %(items)s.") % facts)
    return redirect("cockpit:item", code)


def movable_by(seen: Scope, item: Item, option: Option | None) -> list[Item]:
    """Give the open items whose deadlines an option moves, as far as whoever decides sees them."""
    ids = {UUID(pk) for pk in option.dates} if option else set()
    return open_items(seen, item.campaign_id, ids) if ids else []


def _verdict(request: HttpRequest, item: Item) -> actions.Verdict:
    wanted = request.POST.get("option", "")
    photo = request.FILES.get("photo")
    return actions.Verdict(
        option=option_named(item, wanted) if wanted else None,
        words=request.POST.get("words", ""),
        photo=keep_upload(photo) if photo and not wanted else None,
    )


def option_named(item: Item, wanted: str) -> Option:
    """Find an option of a request by its id."""
    rows = Option.objects.filter(item=item)
    found: Option | None = next((o for o in rows if str(o.pk) == wanted), None)
    if found is None:
        raise ActionError("decision.option_elsewhere")
    return found


@login_required
@require_safe
def instructed(request: HttpRequest) -> HttpResponse:
    """Show what a leader, or who acts for them, last decided and instructed, with the answers."""
    context = {"found": instructed_by(seen_by(request)), "shown": SHOWN_GIVEN}
    return render(request, "loop/instructed.html", context)
