"""Changing one column of many items: chosen ones, or all that a filter gives; previewed, then done."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongjian.apps.accounts.edge import act_of, tell_done
from gongjian.apps.campaigns.asking import ask_of
from gongjian.apps.campaigns.fields import askable_fields
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid import actions, bulk
from gongjian.apps.grid.saved import FACES, asked_by
from gongjian.apps.grid.top import face_address
from gongjian.apps.grid.views.registers import ledger_of
from gongjian.apps.grid.words import filter_words
from gongjian.apps.grid.writing import WritePlan
from gongjian.apps.ledger.book import ActionError, Moved, was_done
from gongjian.apps.ledger.models import Event
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column

DONE = "bulk_done"


@dataclass(frozen=True)
class _Desk:
    """What lies on the desk: the register, the chosen items, the columns that may be changed."""

    request: HttpRequest
    asked: Asked
    ledger: Ledger
    ask: Ask
    columns: list[Column]
    picks: list[bulk.Pick]
    is_all: bool
    n_all: int
    query: str

    @property
    def here(self) -> str:
        return reverse("grid:bulk", args=[self.asked.campaign.code, self.ledger.definition.key])

    @property
    def back(self) -> str:
        face = self.request.POST.get("face", "")
        base = face_address(
            self.asked.campaign.code, self.ledger.definition.key, face if face in FACES else "list"
        )
        return f"{base}?{self.query}" if self.query else base


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Choose a column and a value, look at what would happen, and do it; the report follows."""
    desk = _desk(request, code, key)
    if event := request.GET.get("done", ""):
        return _report(desk, event)
    column = _column(desk, request.POST.get("column", ""))
    change, fault = _change(request, column) if column else (None, None)
    if column is None or change is None or not desk.picks:
        return _page(desk, column, fault)
    if request.POST.get("step") == "write":
        return _write(desk, column, change)
    return _page(desk, column, None, _previewed(desk, change))


def _desk(request: HttpRequest, code: str, key: str) -> _Desk:
    asked, ledger, _ask = ledger_of(request, code, key)
    columns = [] if asked.is_past else bulk.columns(asked, ledger)
    if not columns:
        raise PermissionDenied
    given = request.POST if request.method == "POST" else request.GET
    query = asked_by(dict(parse_qsl(given["query"])) if "query" in given else request.GET.dict())
    query.pop("done", None)
    askable = askable_fields(ledger.definition, asked.seen.wide_roles(asked.campaign.pk))
    ask = ask_of(query, askable)
    is_all = request.method == "GET" or bool(request.POST.get("all"))
    picks = [] if is_all else _picked(request)
    n_all = 0
    if is_all:
        ids = ledger.ids(ask, bulk.CAP + 1)
        n_all = len(ids)
        picks = [bulk.Pick(str(pk)) for pk in ids[: bulk.CAP]] if n_all <= bulk.CAP else []
    return _Desk(request, asked, ledger, ask, columns, picks, is_all, n_all, urlencode(query))


def _picked(request: HttpRequest) -> list[bulk.Pick]:
    """Read the chosen items: boxes that were ticked, or a list of ids with the versions seen."""
    texts = [*request.POST.getlist("item"), *request.POST.get("items", "").split()]
    found = {}
    for text in texts[: bulk.CAP]:
        pk, _colon, version = text.partition(":")
        found[pk] = bulk.Pick(pk, whole(version))
    return list(found.values())


def _column(desk: _Desk, source: str) -> Column | None:
    return next((c for c in desk.columns if c.source == source), None)


def _change(request: HttpRequest, column: Column) -> tuple[bulk.Change | None, str | None]:
    """Read what the column is to hold; a change that is not said yet is none."""
    how = request.POST.get("how", "")
    if how == "empty":
        return bulk.Change(column.source), None
    if how == "move" and column.kind == "date":
        text = request.POST.get("days", "").strip().replace("\uff0d", "-").removeprefix("+")
        days = whole(text.removeprefix("-"))
        if not days or days > bulk.FURTHEST:
            return None, _("Say by how many days, from 1 to %(n)s.") % {"n": bulk.FURTHEST}
        return bulk.Change(column.source, days=-days if text.startswith("-") else days), None
    if how == "set":
        text = request.POST.get("value", "").strip()
        if not text:
            return None, _("Say what the column is to hold, or choose to empty it.")
        return bulk.Change(column.source, text), None
    return None, None


def _previewed(desk: _Desk, change: bulk.Change) -> bulk.Preview:
    """Work the change out against what is there now, whatever was seen before."""
    fresh = [bulk.Pick(p.item) for p in desk.picks]
    return bulk.preview(desk.asked, desk.ledger, fresh, change)


def _write(desk: _Desk, column: Column, change: bulk.Change) -> HttpResponse:
    """Do what was previewed; if anything has moved since, show it anew and do nothing."""
    act = act_of(desk.request)
    if was_done(act):
        done = actions.write(act, desk.ledger.register, WritePlan())
        return redirect(f"{desk.here}?done={done.event_id}")
    made = bulk.preview(desk.asked, desk.ledger, desk.picks, change)
    if made.moved or made.n != whole(desk.request.POST.get("n", "")):
        fresh = _previewed(desk, change)
        fresh.moved = made.moved
        return _page(desk, column, _moved_word(made), fresh)
    try:
        done = actions.write(act, desk.ledger.register, made.plan)
    except Moved:
        return _page(desk, column, _moved_word(made), _previewed(desk, change))
    except ActionError as error:
        return _page(desk, column, sentence(error), _previewed(desk, change))
    kept = {**bulk.told(made), "event": str(done.event_id), "column": column.head}
    kept |= {"query": desk.query, "register": desk.ledger.definition.key}
    desk.request.session[DONE] = kept
    tell_done(desk.request, done, _("%(n)s items changed.") % {"n": made.n})
    return redirect(f"{desk.here}?done={done.event_id}")


def _moved_word(made: bulk.Preview) -> str:
    n = sum(r.n for r in made.moved)
    if n:
        return _(
            "Nothing was changed: %(n)s of these items were changed by others since you looked. "
            "Look at the preview again, then confirm it."
        ) % {"n": n}
    return _(
        "Nothing was changed: the items are no longer as you saw them. Look at the preview again, "
        "then confirm it."
    )


def _page(
    desk: _Desk, column: Column | None, fault: str | None, made: bulk.Preview | None = None
) -> HttpResponse:
    post = desk.request.POST
    how = post.get("how", "set")
    versions = {str(w.item.pk): w.item.version for w in made.plan.changed} if made else {}
    context = _around(desk) | {
        "column": column,
        "columns": desk.columns,
        "choices": bulk.choices_of(desk.asked, column) if column else [],
        "how": how,
        "value": post.get("value", ""),
        "days": post.get("days", ""),
        "fault": fault,
        "made": made,
        "items": " ".join(p.item for p in desk.picks),
        "seen": " ".join(f"{p.item}:{versions.get(p.item, '')}" for p in desk.picks),
        "request_id": str(new_id()),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    return render(desk.request, "grid/bulk.html", context, status=status)


def _around(desk: _Desk) -> dict[str, Any]:
    return {
        "head": queries.head(desk.asked, "cockpit:campaign"),
        "key": desk.ledger.definition.key,
        "label": desk.ledger.definition.label.of(lang()),
        "here": desk.here,
        "back": desk.back,
        "query": desk.query,
        "face": desk.request.POST.get("face", ""),
        "n": len(desk.picks),
        "is_all": desk.is_all,
        "is_too_many": desk.n_all > bulk.CAP,
        "cap": bulk.CAP,
        "filters": list(filter_words(desk.asked, desk.ask).values()) if desk.is_all else [],
    }


def _report(desk: _Desk, event: str) -> HttpResponse:
    """Show what was done and what was left, to whoever did it."""
    kept = desk.request.session.get(DONE) or {}
    if kept.get("event") != event:
        messages.info(desk.request, _("The report of this change is no longer kept."))
        return redirect(desk.back)
    address = face_address(desk.asked.campaign.code, desk.ledger.definition.key, "list")
    back = f"{address}?{kept['query']}" if kept["query"] else address
    is_undone = Event.objects.filter(action="ledger.undo", outcome__undone=event).exists()
    context = {**_around(desk), "report": kept, "event": event, "back": back}
    context["is_undone"] = is_undone
    return render(desk.request, "grid/bulk_done.html", context)
