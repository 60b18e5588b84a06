"""The other faces of a register, and the two ways to ask that are not simple controls."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongjian.apps.accounts.edge import act_of, tell_done
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.filter_words import read
from gongjian.apps.grid import actions, trees
from gongjian.apps.grid import board as boards
from gongjian.apps.grid.filters import names_of
from gongjian.apps.grid.saved import FACES, asked_by
from gongjian.apps.grid.terms import terms_of
from gongjian.apps.grid.top import Around, face_address, surroundings
from gongjian.apps.grid.views.registers import ledger_of
from gongjian.apps.grid.writing import Typed, plan_writes
from gongjian.apps.ledger.book import ActionError
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.campaigns.filter_words import Term


@login_required
@require_GET
def board(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a register as a board; of a past day there is only the list."""
    at = around(request, code, key, "board")
    if at.asked.is_past:
        return _as_list(request, code, key)
    context = surroundings(at)
    known = [name for name, _word, _chosen in context["groupings"]]
    by = at.given.get("group", "")
    context |= boards.board(at, by if by in known else "state")
    return render(request, "grid/board.html", context)


@login_required
@require_GET
def tree(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a register as a tree; with `rows`, only the rows below one item, to be put into the page."""
    at = around(request, code, key, "tree")
    if at.asked.is_past:
        return _as_list(request, code, key)
    if at.given.get("rows"):
        return render(request, "grid/_branches.html", trees.rows_below(at))
    return render(request, "grid/tree.html", {**surroundings(at), **trees.page(at)})


@login_required
@require_GET
def words(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Read a filter that was typed as one line, then go on to the face with it.

    What cannot be read stays in the address as it was typed: the face says what is wrong with it.
    """
    at = around(request, code, key, _face(request))
    terms = terms_of(at.asked, at.ledger, campaigns.battles(at.asked.campaign))
    line = at.given.get("w", "")
    found = read(line, terms)
    others = {k: v for k, v in at.kept.items() if not _is_of(k, terms)}
    params = {**at.kept, "w": line} if found.faults else {**others, **found.params}
    return redirect(f"{face_address(code, key, at.face)}?{urlencode(params)}")


def _is_of(name: str, terms: list[Term]) -> bool:
    return name == "q" or any(name in names_of(t) for t in terms)


@login_required
@require_GET
def columns(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Read which columns were ticked, in which order, then go on to the face with them."""
    at = around(request, code, key, _face(request))
    ticked = request.GET.getlist("c")
    places = {s: _place(request.GET.get(f"n.{s}", "")) for s in ticked}
    chosen = sorted(dict.fromkeys(ticked), key=lambda s: places[s])
    params = {
        k: v for k, v in at.kept.items() if k not in {"columns", "c"} and not k.startswith("n.")
    }
    if chosen:
        # Without its title a row could neither be told from others nor opened.
        chosen = chosen if "title" in chosen else ["title", *chosen]
        params |= {"columns": ",".join(chosen), "head": ""}
    return redirect(f"{face_address(code, key, at.face)}?{urlencode(params)}")


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 999


@login_required
@require_POST
def move(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Put a card into another column of a board: its battle, or a field of choices, becomes another."""
    asked, ledger, _ask = ledger_of(request, code, key)
    post = request.POST
    source = post.get("source", "")
    if not (source == "battle" or source.startswith("field:")) or asked.is_past:
        raise PermissionDenied
    found = ledger.named({post.get("item", "")})
    if not found:
        raise Http404
    item = found[0]
    typed = Typed({source: post.get("value", "")}, str(item.pk), whole(post.get("version", "")))
    plan = plan_writes(asked, ledger, [typed])
    if any(f.error.code == "write.may_not_edit" for f in plan.faults):
        raise PermissionDenied
    try:
        if plan.conflicts:
            who = plan.conflicts[0].by or _("System")
            said = _("%(who)s has moved %(item)s in the meantime: look at it again.")
            messages.error(request, said % {"who": who, "item": item.code})
        elif plan.faults:
            messages.error(request, sentence(plan.faults[0].error))
        elif plan.changed:
            done = actions.write(act_of(request), ledger.register, plan)
            tell_done(request, done, _("%(item)s is moved.") % {"item": item.code})
    except ActionError as error:
        messages.error(request, sentence(error))
    params = asked_by(dict(parse_qsl(post.get("query", ""))))
    return redirect(f"{face_address(code, key, 'board')}?{urlencode(params)}")


def _face(request: HttpRequest) -> str:
    face = request.GET.get("face", "")
    return face if face in FACES else "list"


def around(request: HttpRequest, code: str, key: str, face: str) -> Around:
    """Settle what is asked for, and by which face."""
    asked, ledger, ask = ledger_of(request, code, key)
    given = request.GET.dict()
    if face == "board" and not given.get("sort"):
        ask = replace(ask, sort="due")  # what is due next stands on top of its column
    return Around(asked, ledger, ask, given, face)


def _as_list(request: HttpRequest, code: str, key: str) -> HttpResponse:
    params = {**asked_by(request.GET.dict()), "day": request.GET.get("day", "")}
    return redirect(f"{face_address(code, key, 'list')}?{urlencode(params)}")
