"""Workbooks on their way into a register: handed in, settled, corrected, previewed, taken."""

from __future__ import annotations

import io
import zipfile
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gongjian.apps.accounts.models import Org, Person
from gongjian.apps.campaigns.asking import as_uuid
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid import intake_pages, pages, waiting
from gongjian.apps.grid.blanks import Blank
from gongjian.apps.grid.comparing import CELL
from gongjian.apps.grid.intake import SKIP
from gongjian.apps.grid.intake_report import grouped
from gongjian.apps.grid.models import Intake
from gongjian.apps.grid.views.registers import XLSX, attached, ledger_of
from gongjian.apps.jobs import runner
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers import files
from gongjian.formats.marking import marked
from gongjian.kernel.errors import KernelError, PaperError
from gongjian.lib import clock
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked

ZIP = "application/zip"
AT_ONCE = 500  # rows that are taken in within a request where no worker is alive
TEXT_LIMIT = 4_000
State = Intake.State


def _desk(request: HttpRequest, code: str, key: str) -> tuple[Asked, Ledger, Person]:
    """Settle which register is asked for; only who runs the campaign takes workbooks in."""
    asked, ledger, _ask = ledger_of(request, code, key)
    if not asked.seen.is_office(asked.campaign.pk) or asked.is_past:
        raise PermissionDenied
    if not isinstance(request.user, Person):
        raise Http404
    return asked, ledger, request.user


def _found(request: HttpRequest, code: str, key: str, pk: UUID) -> tuple[Asked, Ledger, Intake]:
    asked, ledger, _person = _desk(request, code, key)
    return asked, ledger, waiting.get_intake_for(asked.seen, ledger.register, pk)


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def intakes(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """List one's own intakes, and take workbooks up for a new one."""
    asked, ledger, person = _desk(request, code, key)
    if request.method == "POST":
        try:
            made = waiting.begin(person, ledger.register, _given(request))
        except waiting.NothingRead as error:
            return _list(
                request, asked, ledger, [f"{r.name}: {sentence(r.error)}" for r in error.refused]
            )
        except ActionError as error:
            return _list(request, asked, ledger, [sentence(error)])
        return redirect("grid:intake", code, key, made.pk)
    return _list(request, asked, ledger, [])


def _list(request: HttpRequest, asked: Asked, ledger: Ledger, problems: list[str]) -> HttpResponse:
    found = waiting.mine(asked.seen, ledger.register)
    context = intake_pages.list_page(asked, ledger, found) | {"problems": problems}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    return render(request, "grid/intakes.html", context, status=status)


def _given(request: HttpRequest) -> Iterator[tuple[str, bytes]]:
    for file in request.FILES.getlist("files"):
        if (file.size or 0) > settings.PAPER_MAX_BYTES:
            limit = settings.PAPER_MAX_BYTES
            raise ActionError("file.too_large", size=file.size, limit=limit)
        yield file.name or "", file.read()


# ---- one intake ----------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def intake(request: HttpRequest, code: str, key: str, pk: UUID) -> HttpResponse:
    """Show an intake at the step where it stands; take corrections, choices and further files."""
    asked, ledger, row = _found(request, code, key, pk)
    if request.method == "POST":
        return _answered(request, asked, ledger, row)
    step = intake_pages.step_of(row, request.GET.get("step", ""))
    return _page(request, asked, ledger, row, step)


def _page(  # one argument for each thing a page is made of
    request: HttpRequest, asked: Asked, ledger: Ledger, row: Intake, step: str, problem: str = ""
) -> HttpResponse:
    context = intake_pages.intake_page(asked, ledger, row, step, {"problem": problem})
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    answer = render(request, "grid/intake.html", context, status=status)
    if step == "running":
        answer["Refresh"] = "2"  # the page asks again by itself, without a script
    return answer


def _answered(request: HttpRequest, asked: Asked, ledger: Ledger, row: Intake) -> HttpResponse:
    here = (asked.campaign.code, ledger.definition.key, row.pk)
    try:
        if request.POST.get("do") == "add":
            waiting.add(row, _given(request))
        elif request.POST.get("do") == "again":
            waiting.answer(row, {})
        else:
            waiting.answer(row, _corrections(request, row))
    except waiting.NothingRead as error:
        said = [f"{r.name}: {sentence(r.error)}" for r in error.refused]
        return _page(request, asked, ledger, row, "files", "\n".join(said))
    except KernelError as error:
        step = intake_pages.step_of(row, request.POST.get("step", ""))
        return _page(request, asked, ledger, row, step, sentence(error))
    return redirect("grid:intake", *here)


def _corrections(request: HttpRequest, row: Intake) -> dict[str, Any]:
    """Read the page of errors: texts for cells, rows left out, choices between files."""
    post, report, mapping = request.POST, row.report, row.mapping
    groups = grouped(report.get("faults", ()))
    sheets = {k: dict(v) for k, v in mapping.get("sheets", {}).items()}
    left = [list(one) for one in mapping.get("left", ())]
    for n, group in enumerate(groups):
        places = group["places"]
        text = post.get(f"fix-{n}", "").strip()[:TEXT_LIMIT]
        if text or f"empty-{n}" in post:
            _fix(sheets, places, text)
        if f"leave-{n}" in post or post.get("do") == "leave":
            left += [[f"{p['file']}|{p['sheet']}", p["row"]] for p in places]
    if post.get("do") == "leave_strangers":
        left += [[f"{p['file']}|{p['sheet']}", p["row"]] for p in report.get("strangers", ())]
    if post.get("do") == "take_back":
        left = []
    choices = dict(mapping.get("choices", {}))
    for n, clash in enumerate(report.get("clashes", ())):
        if chosen := post.get(f"clash-{n}", ""):
            choices[clash["key"]] = chosen
    unique = [list(t) for t in dict.fromkeys(map(tuple, left))]
    later = bool(mapping.get("later_wins")) or post.get("do") == "later_wins"
    return {"sheets": sheets, "left": unique, "choices": choices, "later_wins": later}


def _fix(sheets: dict[str, Any], places: list[Mapping[str, Any]], text: str) -> None:
    for place in places:
        if place["may_correct"] and CELL.match(place["cell"]):
            sheet = sheets.setdefault(f"{place['file']}|{place['sheet']}", {})
            sheet["cells"] = {**sheet.get("cells", {}), place["cell"]: text}


@login_required
@require_http_methods(["GET", "POST"])
@never_cache
def intake_map(request: HttpRequest, code: str, key: str, pk: UUID) -> HttpResponse:
    """Show what each column means, and take what a person decides about it."""
    asked, ledger, row = _found(request, code, key, pk)
    if request.method == "GET":
        step = intake_pages.step_of(row, "map")
        return _page(request, asked, ledger, row, step)
    try:
        waiting.answer(row, _meanings(request, asked, ledger, row))
    except KernelError as error:
        return _page(request, asked, ledger, row, intake_pages.step_of(row, "map"), sentence(error))
    if not row.report.get("is_settled"):
        messages.warning(request, _("Some columns still need a meaning."))
    return redirect("grid:intake", code, key, pk)


def _meanings(request: HttpRequest, asked: Asked, ledger: Ledger, row: Intake) -> dict[str, Any]:
    """Read the page of columns: sheets that are taken, meanings, how quarters count."""
    post, report = request.POST, row.report
    known = dict(intake_pages.meanings_for(asked, ledger))
    sheets = {k: dict(v) for k, v in row.mapping.get("sheets", {}).items()}
    for n, sheet in enumerate(report.get("sheets", ())):
        if f"sheet-{n}" in post or f"shown-{n}" in post:
            sheets.setdefault(sheet["key"], {})["taken"] = f"sheet-{n}" in post
    for n, head in enumerate(report.get("heads", ())):
        chosen = _chosen(post, n, head, known)
        _refuse_twice(head, chosen, known)
        for name in head["sheets"] if chosen else ():
            sheet = sheets.setdefault(name, {})
            sheet["columns"] = {**sheet.get("columns", {}), **chosen}
    quarters = dict(row.mapping.get("quarters", {}))
    for n, question in enumerate(report.get("quarters", ())):
        if said := post.get(f"quarter-{n}", ""):
            quarters[question["key"]] = said
    return {"sheets": sheets, "quarters": quarters}


def _chosen(
    post: Mapping[str, str], n: int, head: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, str]:
    """Give the meanings that were chosen and are not the recognised ones."""
    chosen = {}
    for column in head["columns"]:
        said = post.get(f"col-{n}-{column['at']}", "")
        if said in known or said == SKIP:
            is_same = said == column["source"] and not column["is_clash"]
            if not is_same and not (
                said == SKIP and not column["source"] and column["is_answered"]
            ):
                chosen[str(column["at"])] = said
    return chosen


def _refuse_twice(
    head: Mapping[str, Any], chosen: Mapping[str, str], known: Mapping[str, str]
) -> None:
    held: dict[str, str] = {}
    for column in head["columns"]:
        source = chosen.get(str(column["at"]), column["source"])
        if source in known and source in held:
            letters = f"{held[source]}、{column['letter']}"
            raise ActionError("intake.one_meaning", head=known[source], columns=letters)
        held[source] = column["letter"]


@login_required
@require_POST
def take(request: HttpRequest, code: str, key: str, pk: UUID) -> HttpResponse:
    """Confirm an intake as it was shown; a job takes it in, or this request where none would come."""
    asked, ledger, row = _found(request, code, key, pk)
    if row.state in {*waiting.UNDER_WAY, State.DONE}:
        return redirect("grid:intake", code, key, pk)
    try:
        is_first = waiting.confirm(row, request.POST.get("digest", ""))
    except ActionError as error:
        step = intake_pages.step_of(row)
        return _page(request, asked, ledger, row, step, sentence(error))
    if not is_first and row.state == State.READY:
        waiting.look(row)
        messages.warning(request, sentence(ActionError("intake.moved")))
    elif is_first and row.report["n_rows"] <= AT_ONCE and not runner.is_anyone_there(clock.now()):
        waiting.run(row.pk)
    return redirect("grid:intake", code, key, pk)


@login_required
@require_POST
def drop(request: HttpRequest, code: str, key: str, pk: UUID) -> HttpResponse:
    """Remove an intake; what it wrote stays."""
    _asked, _ledger, row = _found(request, code, key, pk)
    if waiting.drop(row):
        messages.success(request, _("Removed. What was taken in stays in the register."))
    else:
        messages.error(request, _("It is being taken in and cannot be removed now."))
    return redirect("grid:intakes", code, key)


@login_required
@require_GET
@never_cache
def faults(request: HttpRequest, code: str, key: str, pk: UUID) -> HttpResponseBase:
    """Give the workbooks back with their wrong cells coloured, each with a comment."""
    _asked, _ledger, row = _found(request, code, key, pk)
    wrong: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for one in row.report.get("faults", ()):
        said = waiting.spoken(one)["why"]
        address = one["cell"] or f"A{one['row']}"
        wrong.setdefault(one["file"], {}).setdefault(one["sheet"], []).append((address, said))
    kept = {f["name"]: f["sha256"] for f in row.files}
    try:
        made = {n: marked(files.get(kept[n]), cells, _("Gongjian")) for n, cells in wrong.items()}
    except OSError:
        raise Http404 from None
    except PaperError as error:
        messages.error(request, sentence(error))
        return redirect("grid:intake", code, key, pk)
    if not made:
        messages.info(request, _("No cell is wrong."))
        return redirect("grid:intake", code, key, pk)
    if len(made) == 1:
        [(name, data)] = made.items()
        return attached(HttpResponse(data, content_type=XLSX), name)
    return attached(HttpResponse(_zipped(made), content_type=ZIP), f"{code}-{key}.zip")


def _zipped(made: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    return target.getvalue()


# ---- blank ones ----------------------------------------------------------------------------------


@login_required
@require_GET
def template(request: HttpRequest, code: str, key: str) -> HttpResponseBase:
    """Give a workbook to be filled in elsewhere, with rows where they are asked for; or one for each org."""
    asked, ledger, person = _desk(request, code, key)
    head = pages.chosen_head(ledger, request.GET.get("head", ""))
    blank = Blank(asked, ledger, head, person.label(lang()))
    name = f"{asked.campaign.code}-{ledger.definition.label.zh}"
    rows = request.GET.get("rows", "")
    if rows == "each":
        return attached(HttpResponse(blank.archive(), content_type=ZIP), f"{name}.zip")
    if rows == "org":
        wanted = as_uuid(request.GET.get("org", ""))
        org = Org.objects.filter(pk=wanted).first() if wanted else None
        if org is None:
            messages.error(request, _("Choose the org whose rows are wanted."))
            return redirect("grid:intakes", code, key)
        data = blank.book(blank.rows(org.pk), org.short_name)
        return attached(HttpResponse(data, content_type=XLSX), f"{name}-{org.short_name}.xlsx")
    data = blank.book(blank.rows() if rows == "all" else ())
    return attached(HttpResponse(data, content_type=XLSX), f"{name}.xlsx")
