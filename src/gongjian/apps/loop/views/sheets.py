"""The workbook of a round: taken out, filled in elsewhere, looked at, then taken in whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.apps.loop import actions
from gongjian.apps.loop.answers import Names, Reader
from gongjian.apps.loop.forms import SheetForm
from gongjian.apps.loop.models import Return
from gongjian.apps.loop.queries import returns as queries
from gongjian.apps.loop.sheets import Reading, SheetReader, conflicts
from gongjian.apps.loop.sheets import workbook as written
from gongjian.apps.loop.words import lang
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets
from gongjian.kernel.errors import PaperError
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import UploadedFile
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.loop.models import Round
    from gongjian.apps.loop.sheets import Given
    from gongjian.formats.xlsx import SheetText

_OVERTAKEN = noop(
    "Nothing was taken in: %(items)s was answered or reviewed since you looked. Give the workbook "
    "once more and compare."
)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _mine(seen: Scope, row: Round) -> QuerySet[Return]:
    """Give the returns of a round that a person may fill in: all of them for the office."""
    if seen.is_office(row.campaign_id):
        return queries.whole(Return.objects.filter(round=row))
    return queries.whole(queries.asked_of(seen).filter(round=row))


@login_required
@require_safe
def workbook(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give the workbook of a round, of one org where one is named."""
    seen = seen_by(request)
    row = queries.get_round_for(seen, code, pk, may="fill")
    rows = _mine(seen, row).exclude(state=Return.State.ACCEPTED)
    name = row.name
    if org := _uuid(request.GET.get("org", "")):
        rows = rows.filter(org=org)
    found = list(rows.order_by("item__code", "org__order"))
    if not found:
        messages.error(request, _("Nothing is left to be filled in."))
        return redirect("loop:returns")
    orgs = {r.org.label(lang()) for r in found}
    title = f"{name} · {next(iter(orgs))}" if len(orgs) == 1 else name
    note = _("Grey is known already. Fill in the white cells, then give the workbook back.")
    due = _("Due")
    note = f"{note} {due}: {row.due.isoformat()}"
    data = written(playbook_in_force(row.campaign), found, Names(), title, note)
    answer = HttpResponse(data, content_type=_XLSX)
    file = f"{row.campaign.code}-{pk.hex[-6:]}.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{file}"'
    return answer


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
    row = queries.get_round_for(seen, code, pk, may="fill")
    if request.method != "POST":
        return _preview(request, row, SheetForm(), None)
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _preview(request, row, form, None, status=422)
    reading = _read(seen, row, form)
    clash = conflicts(playbook_in_force(row.campaign), reading.given)
    is_wrong = bool(reading.faults or clash or form.errors)
    is_clean = not is_wrong and bool(reading.given)
    if is_clean:
        request.session[f"sheet:{pk}"] = {
            str(g.row.pk): {"version": g.row.version, "typed": g.typed} for g in reading.given
        }
    status = 422 if is_wrong else 200
    more = {"conflicts": clash, "is_clean": is_clean}
    return _preview(request, row, form, reading, status=status, more=more)


def _read(seen: Scope, row: Round, form: SheetForm) -> Reading:
    rows = list(_mine(seen, row).exclude(state=Return.State.ACCEPTED))
    reader = SheetReader(playbook_in_force(row.campaign), rows, Names())
    whole = Reading()
    for name, sheets in books_in(form):
        one = reader.read(name, sheets)
        whole.given += one.given
        whole.faults += one.faults
        whole.unknown += one.unknown
        whole.n_same += one.n_same
    return whole


def books_in(form: SheetForm) -> Iterator[tuple[str, list[SheetText]]]:
    """Read every file of a form; one that cannot be read is a fault of its own."""
    limits = Limits(settings.PAPER_MAX_BYTES, settings.PAPER_MAX_UNPACKED_BYTES)
    for file in form.cleaned_data["sheets"]:
        try:
            yield file.name, read_sheets(_bytes(file, limits), limits)
        except PaperError as error:
            form.add_error("sheets", f"{file.name}: {sentence(error)}")


def _bytes(file: UploadedFile[bytes], limits: Limits) -> bytes:
    """Give the bytes of a file, unless it is larger than may be read: then none of it is."""
    size = file.size or 0
    if size > limits.max_bytes:
        raise PaperError("paper.too_large", size=size, limit=limits.max_bytes)
    data: bytes = file.read()
    return data


def _preview(  # one page, with or without a reading
    request: HttpRequest,
    row: Round,
    form: SheetForm,
    reading: Reading | None,
    *,
    status: int = 200,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    given: list[Given] = reading.given if reading else []
    context = {
        "round": row,
        "campaign": row.campaign,
        "campaign_name": row.campaign.label(lang()),
        "form": form,
        "reading": reading,
        "unknown": list(dict.fromkeys(reading.unknown)) if reading else [],
        "new": [g for g in given if g.is_new],
        "changed": [g for g in given if not g.is_new],
        "request_id": str(new_id()),
        **(more or {}),
    }
    return render(request, "loop/upload.html", context, status=status)


def _for_whom(seen: Scope, rows: list[Return]) -> UUID | None:
    """The org that the office acts for, where the workbook is one org's."""
    orgs = {r.org_id for r in rows}
    if len(orgs) > 1 or queries.answers_for(seen, rows[0]):
        return None
    return orgs.pop()


@login_required
@require_POST
def take_in(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Take in what the preview showed: all of it or nothing."""
    seen = seen_by(request)
    row = queries.get_round_for(seen, code, pk, may="fill")
    kept: dict[str, dict[str, Any]] = request.session.get(f"sheet:{pk}", {})
    rows = list(_mine(seen, row).filter(pk__in=list(kept)))
    if not rows:
        messages.error(request, _("There is nothing to take in. Give the workbook once more."))
        return redirect("loop:upload", code, pk)
    playbook, names = playbook_in_force(row.campaign), Names()
    filled = []
    for one in rows:
        was = kept[str(one.pk)]
        one.version = was["version"]  # an answer that came since is not overwritten unseen
        answers = Reader(playbook, names, one.item).read(one.asked, was["typed"])
        filled.append(actions.Filled(one, answers))
    try:
        act = act_of(request, on_behalf_of=_for_whom(seen, rows))
        done = actions.fill(act, filled, Return.Via.WORKBOOK)
    except Moved as error:
        said = {"items": "、".join(r.item.code for r in rows if str(r.pk) == error.facts["row"])}
        messages.error(request, _(_OVERTAKEN) % said)
        return redirect("loop:upload", code, pk)
    except ActionError as error:
        messages.error(request, sentence(error))
        return redirect("loop:upload", code, pk)
    request.session.pop(f"sheet:{pk}", None)
    n = len(done.result["returns"])
    messages.success(request, _("%(n)s returns were taken in from the workbook.") % {"n": n})
    if seen.is_office(row.campaign_id):
        return redirect("loop:round", code, pk)
    return redirect("loop:returns")
