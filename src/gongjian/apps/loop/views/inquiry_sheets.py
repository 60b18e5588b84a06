"""The workbook of a one-time question: taken out, filled in elsewhere, looked at, taken in whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.apps.loop import actions
from gongjian.apps.loop.answers import Names
from gongjian.apps.loop.forms import SheetForm
from gongjian.apps.loop.inquiry_sheets import InquiryReader, Reading
from gongjian.apps.loop.inquiry_sheets import workbook as written
from gongjian.apps.loop.models import Return
from gongjian.apps.loop.queries import inquiries as queries
from gongjian.apps.loop.things import read, things_of
from gongjian.apps.loop.views.inquiries import workbook_answer
from gongjian.apps.loop.views.sheets import books_in
from gongjian.apps.loop.words import lang
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.loop.models import Answer, Inquiry


@login_required
@require_safe
def workbook(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give the workbook of a question, of one org where one is named."""
    seen = seen_by(request)
    row = queries.get_inquiry_for(seen, code, pk, may="fill")
    found = list(queries.fillable(seen, row))
    name = f"{code}-{row.title}.xlsx"
    if org := _uuid(request.GET.get("org", "")):
        found = [a for a in found if a.org_id == org]
    if len(found) == 1:
        name = f"{code}-{row.title}-{found[0].org.label(lang())}.xlsx"
    facts = {"due": row.due.isoformat()}
    note = _("Fill in the white cells, then give the workbook back by %(due)s.") % facts
    note = f"{note} {row.note}".strip()
    return workbook_answer(written(row, found, note), name)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Read workbooks and show what they would change; nothing is written yet."""
    seen = seen_by(request)
    row = queries.get_inquiry_for(seen, code, pk, may="fill")
    if request.method != "POST":
        return _preview(request, row, SheetForm(), None)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _preview(request, row, form, None, status=422)
    reading = _read(seen, row, form)
    is_wrong = bool(reading.faults or form.errors)
    if not is_wrong:
        request.session[f"inquiry:{pk}"] = {
            str(t.row.pk): {
                "version": t.row.version,
                "typed": t.typed,
                "is_none": t.read is None,
            }
            for t in reading.taken
        }
    return _preview(request, row, form, reading, status=422 if is_wrong else 200)


def _read(seen: Scope, row: Inquiry, form: SheetForm) -> Reading:
    reader = InquiryReader(row, list(queries.fillable(seen, row)), Names())
    made = Reading()
    for name, sheets in books_in(form):
        one = reader.read(name, sheets)
        made.taken += one.taken
        made.faults += one.faults
        made.unknown += one.unknown
        made.n_same += one.n_same
    return made


def _preview(
    request: HttpRequest, row: Inquiry, form: SheetForm, reading: Reading | None, status: int = 200
) -> HttpResponse:
    taken = reading.taken if reading else []
    is_clean = status == 200 and bool(taken)
    context: dict[str, Any] = {
        "inquiry": row,
        "campaign": row.campaign,
        "campaign_name": row.campaign.label(lang()),
        "may_run": seen_by(request).is_office(row.campaign_id),
        "form": form,
        "reading": reading,
        "unknown": list(dict.fromkeys(reading.unknown)) if reading else [],
        "new": [_line(t.row) for t in taken if t.is_new],
        "changed": [_line(t.row) for t in taken if not t.is_new],
        "is_clean": is_clean,
        "request_id": str(new_id()),
    }
    return render(request, "loop/inquiry_upload.html", context, status=status)


def _line(row: Answer) -> str:
    return row.org.label(lang())


@login_required
@require_POST
def take_in(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Take in what the preview showed: all of it or nothing."""
    seen = seen_by(request)
    row = queries.get_inquiry_for(seen, code, pk, may="fill")
    kept: dict[str, dict[str, Any]] = request.session.get(f"inquiry:{pk}", {})
    rows = [a for a in queries.fillable(seen, row) if str(a.pk) in kept]
    if not rows:
        messages.error(request, _("There is nothing to take in. Give the workbook once more."))
        return redirect("loop:inquiry_upload", code, pk)
    given = [_given(a, row, kept[str(a.pk)]) for a in rows]
    own = len(rows) > 1 or queries.speaks_for(seen, rows[0])
    try:
        act = act_of(request, on_behalf_of=None if own else rows[0].org_id)
        done = actions.answer(act, given, Return.Via.WORKBOOK)
    except Moved:
        said = _(
            "Nothing was taken in: an answer came in since you looked. Give the workbook once more."
        )
        messages.error(request, said)
        return redirect("loop:inquiry_upload", code, pk)
    except ActionError as error:
        messages.error(request, sentence(error))
        return redirect("loop:inquiry_upload", code, pk)
    request.session.pop(f"inquiry:{pk}", None)
    n = len(done.result["answers"])
    messages.success(request, _("%(n)s answers were taken in from the workbook.") % {"n": n})
    if seen.is_office(row.campaign_id):
        return redirect("loop:inquiry", code, pk)
    return redirect("loop:returns")


def _given(row: Answer, inquiry: Inquiry, was: dict[str, Any]) -> actions.Given:
    row.inquiry = inquiry
    row.version = was["version"]  # an answer that came since is not overwritten unseen
    typed = was["typed"]
    if was["is_none"]:
        return actions.Given(row, None, typed.get("note", ""))
    year = inquiry.campaign.start_on.year
    return actions.Given(row, read(things_of(inquiry), typed, year))
