"""Forms that others send: dropped, answered from the book, given back as the same workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by, tell_done
from gongjian.apps.accounts.models import Person
from gongjian.apps.cockpit import queries
from gongjian.apps.grid import form_desk, form_pages
from gongjian.apps.grid.actions import write
from gongjian.apps.grid.foreign import ITEM_CAP, Filling, limits
from gongjian.apps.grid.writing import Typed, plan_writes
from gongjian.apps.ledger.book import ActionError
from gongjian.formats.forms import open_form
from gongjian.kernel.errors import PaperError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.grid.models import ForeignForm
    from gongjian.apps.grid.writing import WritePlan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANSWER_LIMIT = 2000
_Q = "q:"


@login_required
@require_http_methods(["GET", "POST"])
def desk(request: HttpRequest, code: str) -> HttpResponse:
    """Show the forms on one's desk, and take in another one."""
    seen = seen_by(request)
    campaign = form_desk.get_desk_for(seen, code)
    if request.method != "POST":
        return _desk_page(request, seen, campaign)
    file = request.FILES.get("form")
    if file is None:
        return _desk_page(request, seen, campaign, _("Choose a file first."), status=422)
    try:
        data = _bytes(file)
        open_form(data, limits())
    except PaperError as error:
        return _desk_page(request, seen, campaign, sentence(error), status=422)
    row = form_desk.lay_down(campaign, _person(request), data, file.name or "form.xlsx")
    return redirect("grid:form", code, row.pk)


def _bytes(file: UploadedFile[bytes]) -> bytes:
    size, limit = file.size or 0, limits().max_bytes
    if size > limit:
        raise PaperError("paper.too_large", size=size, limit=limit)
    data: bytes = file.read()
    return data


def _person(request: HttpRequest) -> Person:
    """Give who asks; whoever is not signed in does not come this far."""
    person = request.user
    if not isinstance(person, Person):
        raise TypeError(person)
    return person


def _desk_page(
    request: HttpRequest, seen: Scope, campaign: Campaign, fault: str = "", status: int = 200
) -> HttpResponse:
    asked = queries.ask(seen, campaign, None)
    context = {
        "head": queries.head(asked, "cockpit:campaign"),
        "forms": form_desk.forms_of(seen, campaign),
        "fault": fault,
    }
    return render(request, "grid/forms.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def form(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Show what a form asks and what the book answers; take in what a person settles of it."""
    seen = seen_by(request)
    row = form_desk.get_form_for(seen, code, pk)
    if request.method != "POST":
        return _form_page(request, seen, row)
    if "drop" in request.POST:
        form_desk.drop(row)
        messages.success(request, _("“%(name)s” was taken off your desk.") % {"name": row.name})
        return redirect("grid:forms", code)
    if "answers" in request.POST:
        return _answers(request, seen, row)
    _settle(request, seen, row)
    return redirect("grid:form", code, pk)


def _settle(request: HttpRequest, seen: Scope, row: ForeignForm) -> None:
    """Keep the register, the items or the meaning of rows that a person chose."""
    post = request.POST
    if "register" in post:
        form_desk.note(row, register=post["register"][:40], items=[], rows={})
    elif "all" in post:
        found = form_pages.all_that_fit(_filling(request, seen, row), _filters(post.dict()))
        form_desk.note(row, items=found)
    elif "items" in post:
        form_desk.note(row, items=list(dict.fromkeys(post.getlist("item")))[:ITEM_CAP])
    elif "rows" in post:
        meant = {k[4:]: str(v) for k, v in post.items() if k.startswith("row:") and v}
        form_desk.note(row, rows={**row.rows, **meant})


def _filters(given: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in given.items() if k in form_pages.FILTERS}


def _filling(request: HttpRequest, seen: Scope, row: ForeignForm) -> Filling:
    asked = queries.ask(seen, row.campaign, None)
    return Filling(asked, row, _person(request)).fill()


def _form_page(  # what was typed and what is wrong with it belong together
    request: HttpRequest,
    seen: Scope,
    row: ForeignForm,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    filling = _filling(request, seen, row)
    given = _filters(request.GET.dict())
    context = {
        "head": queries.head(filling.asked, "cockpit:campaign"),
        "request_id": str(new_id()),
        **form_pages.page_context(filling, given, typed or {}, faults or {}),
    }
    return render(request, "grid/form.html", context, status=status)


def _answers(request: HttpRequest, seen: Scope, row: ForeignForm) -> HttpResponse:
    """Take in what was typed: into the book where it is to be kept there, else into the form only."""
    typed = {k[2:]: str(v).strip() for k, v in request.POST.items() if k.startswith(_Q)}
    kept = set(request.POST.getlist("keep"))
    faults = {
        k: _("The text has %(n)s characters; the limit is %(limit)s.")
        % {"n": len(v), "limit": ANSWER_LIMIT}
        for k, v in typed.items()
        if len(v) > ANSWER_LIMIT
    }
    filling = _filling(request, seen, row)
    known = {k: v for k, v in typed.items() if k in filling.questions}
    to_book = {k: v for k, v in known.items() if k in kept and v and filling.questions[k].is_kept}
    plan = None
    if to_book and not faults:
        plan = _plan(filling, to_book)
        faults = _faults(filling, plan, list(to_book))
    if faults:
        messages.error(request, _("Not saved yet: correct the fields that are marked."))
        return _form_page(request, seen, row, typed, faults, status=422)
    try:
        _write(request, filling, plan)
    except ActionError as error:
        messages.error(request, sentence(error))
        return _form_page(request, seen, row, typed, status=422)
    own = {k: v for k, v in known.items() if k not in to_book}
    left = {k: v for k, v in {**row.typed, **own}.items() if v and k not in to_book}
    form_desk.note(row, typed=left)
    return redirect("grid:form", row.campaign.code, row.pk)


def _plan(filling: Filling, to_book: dict[str, str]) -> WritePlan | None:
    """Plan what goes into the book: a row for each question, in their order."""
    if filling.ledger is None:
        return None
    rows = [
        Typed({filling.questions[k].source: text}, str(filling.questions[k].item), line=n)
        for n, (k, text) in enumerate(to_book.items())
    ]
    return plan_writes(filling.asked, filling.ledger, _together(rows))


def _together(rows: list[Typed]) -> list[Typed]:
    """Put the cells of one item into one row; it keeps the line of the first."""
    made: dict[str, Typed] = {}
    for row in rows:
        before = made.get(row.item)
        texts = {**before.texts, **row.texts} if before else row.texts
        made[row.item] = Typed(texts, row.item, line=before.line if before else row.line)
    return list(made.values())


def _faults(filling: Filling, plan: WritePlan | None, keys: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for fault in plan.faults if plan else ():
        item = filling.questions[keys[fault.line]].item
        for key in keys:
            question = filling.questions[key]
            if question.item == item and fault.source in {"", question.source}:
                found[key] = sentence(fault.error)
    return found


def _write(request: HttpRequest, filling: Filling, plan: WritePlan | None) -> None:
    if plan is None or filling.register is None or not plan.n:
        return
    done = write(act_of(request), filling.register, plan)
    said = _("%(n)s items of the book were completed.") % {"n": done.result["changed"]}
    tell_done(request, done, said)


@login_required
@require_safe
def form_file(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give the same workbook, filled in."""
    seen = seen_by(request)
    row = form_desk.get_form_for(seen, code, pk)
    data = form_pages.workbook(_filling(request, seen, row))
    answer = HttpResponse(data, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(row.name)}"
    answer["Cache-Control"] = "no-store"
    return answer
