"""What the grid asks and tells in JSON: windows of rows, cells that were typed, sums of columns."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, Field, ValidationError

from gongjian.apps.accounts.edge import act_of
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.queries import PAGE
from gongjian.apps.campaigns.registers import Row
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid import actions, pages
from gongjian.apps.grid.columns import Columns
from gongjian.apps.grid.locks import locks
from gongjian.apps.grid.printing import Printer
from gongjian.apps.grid.totals import totals as totals_of
from gongjian.apps.grid.views.registers import ledger_of
from gongjian.apps.grid.writing import Typed, plan_writes
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpRequest

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.columns import Column
    from gongjian.apps.grid.writing import WritePlan

WINDOW_CAP = 200
BODY_CAP = 20_000  # rows of one request


@login_required
@require_GET
@never_cache
def rows(request: HttpRequest, code: str, key: str) -> JsonResponse:
    """Give a window of rows: from a rank on, or after a row."""
    asked, ledger, ask = ledger_of(request, code, key)
    size = min(whole(request.GET.get("size", "")) or PAGE, WINDOW_CAP)
    after = request.GET.get("after", "")
    first = whole(request.GET.get("at", "")) or 0
    page = ledger.page(ask, after, size) if after else ledger.window(ask, first, size)
    columns = _columns(asked, ledger, request)
    return JsonResponse({
        "rows": _rows(asked, ledger, columns, page.rows),
        "first": first,
        "n": page.n,
        "is_more": page.is_more,
        "after": page.after or None,
    })  # fmt: skip


def _columns(asked: Asked, ledger: Ledger, request: HttpRequest) -> list[Column]:
    head = pages.chosen_head(ledger, request.GET.get("head", ""))
    return Columns(asked, ledger).of(head, pages.chosen_columns(request.GET))


def _rows(
    asked: Asked, ledger: Ledger, columns: Sequence[Column], found: Iterable[Row]
) -> list[dict[str, Any]]:
    printer = Printer(asked, ledger, columns, is_plain=True)
    names = [c.source for c in columns]
    shown = list(found)
    locked = locks(asked, ledger, columns, shown)
    made = []
    for row, texts in printer.pairs(shown):
        item = row.item
        made.append({
            "id": str(item.pk),
            "code": item.code,
            "version": item.version,
            "href": f"/i/{item.code}/",
            "level": item.depth,
            "listed": row.register.label.of(lang()) if row.listing else "",
            "light": item.light,
            "due": item.due_state,
            "locked": locked.get(item.pk, []),
            "cells": dict(zip(names, texts, strict=True)),
        })  # fmt: skip
    return made


@login_required
@require_POST
def cells(request: HttpRequest, code: str, key: str) -> JsonResponse:
    """Write cells that were typed, pasted or filled: all of them as one event, or none."""
    asked, ledger, _ask = ledger_of(request, code, key)
    columns = _columns(asked, ledger, request)
    try:
        body = _body(request)
        ids = [row.id for row in body.rows]
        typed = [Typed(row.cells, row.id, row.version, n) for n, row in enumerate(body.rows)]
        plan = plan_writes(asked, ledger, typed)
        if not plan.is_sound:
            return _refused(asked, ledger, columns, plan, ids)
        if plan.n == 0:
            return JsonResponse({"event": None, "rows": [], "n_changed": 0, "n_same": plan.n_same})
        act = replace(act_of(request), request_id=body.request_id or str(new_id()))
        done = actions.write(act, ledger.register, plan)
    except Moved as error:
        return _problem(HTTPStatus.CONFLICT, error)
    except ActionError as error:
        return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, error)
    fresh = ledger.named([str(w.item.pk) for w in [*plan.made, *plan.changed]])
    return JsonResponse({
        "event": str(done.event_id),
        "undo": reverse("campaigns:undo", args=[done.event_id]),
        "rows": _fresh(asked, ledger, columns, fresh),
        "n_changed": plan.n,
        "n_same": plan.n_same,
        "repeated": done.repeated,
    })  # fmt: skip


def _fresh(
    asked: Asked, ledger: Ledger, columns: Sequence[Column], items: Iterable[Any]
) -> list[dict[str, Any]]:
    found = [Row(Facts.of(i), i.code, ledger.definition) for i in items]
    return _rows(asked, ledger, columns, found)


class RowIn(BaseModel):
    """The cells of one row that were typed; without an id, a new row."""

    id: str = ""
    version: int | None = None
    cells: dict[str, str]


class CellsIn(BaseModel):
    """What the grid sends: rows with cells, under an id that a repeat carries again."""

    request_id: str = Field("", max_length=64)
    rows: list[RowIn] = Field(max_length=BODY_CAP)


def _body(request: HttpRequest) -> CellsIn:
    try:
        return CellsIn.model_validate_json(request.body)
    except ValidationError as error:
        raise ActionError("write.body_malformed") from error


def _refused(
    asked: Asked, ledger: Ledger, columns: Sequence[Column], plan: WritePlan, ids: list[str]
) -> JsonResponse:
    faults = [
        {"id": ids[f.line], "row": f.line, "source": f.source, "why": sentence(f.error)}
        for f in plan.faults
    ]
    conflicts = [
        {
            "id": str(c.item), "source": c.source, "mine": c.mine, "theirs": c.theirs,
            "by": c.by or _("System"), "at": c.at.isoformat(), "version": c.version,
        }
        for c in plan.conflicts
    ]  # fmt: skip
    if faults:
        answer = {"faults": faults, "conflicts": conflicts}
        return JsonResponse(answer, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    fresh = ledger.named({str(c.item) for c in plan.conflicts})
    answer = {"conflicts": conflicts, "rows": _fresh(asked, ledger, columns, fresh)}
    return JsonResponse(answer, status=HTTPStatus.CONFLICT)


def _problem(status: HTTPStatus, error: ActionError) -> JsonResponse:
    return JsonResponse({"code": error.code, "detail": sentence(error)}, status=status)


@login_required
@require_GET
@never_cache
def totals(request: HttpRequest, code: str, key: str) -> JsonResponse:
    """Give the sums of the columns that hold numbers, over all rows that are asked for."""
    asked, ledger, ask = ledger_of(request, code, key)
    return JsonResponse(totals_of(asked, ledger, ask, _columns(asked, ledger, request)))
