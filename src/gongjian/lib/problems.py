"""From codes to sentences, once: problem+json for the API, a message or a 422 for pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import Label

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# Every code an action, a paper or a playbook may be refused with, and what to do about it.
SENTENCES: dict[str, str] = {
    "action.too_many_rows": noop(
        "This would change %(n)s rows at once; the limit is %(limit)s. Split it into parts."
    ),
    "campaign.code_taken": noop("The code %(campaign)s is taken. Choose another one."),
    "campaign.name_taken": noop(
        "A campaign called “%(name)s” already runs in this period. Change the name or the period."
    ),
    "campaign.period_reversed": noop(
        "The period ends (%(end)s) before it starts (%(start)s). Correct one of the dates."
    ),
    "draft.confirmed_already": noop(
        "This draft was confirmed already; its campaign is %(campaign)s. Nothing was done again."
    ),
    "draft.head_missing": noop(
        "The campaign's name and period are needed before it can be created. Fill in: %(fields)s."
    ),
    "draft.no_text": noop("The paper has no text. Check the file and upload it again."),
    "draft.no_campaign": noop(
        "No campaign was found in this paper: no named action, no battle, no task. "
        "You may fill the draft in by hand, or upload another paper."
    ),
    "item.dates_reversed": noop("The start (%(start)s) is after the deadline (%(end)s)."),
    "field.computed": noop("This field is worked out from others and cannot be typed."),
    "field.no_conversion": noop("Values of this field cannot be carried over to its new type."),
    "field.no_such_choice": noop("“%(given)s” is none of the choices: %(allowed)s."),
    "field.not_a_date": noop("“%(given)s” is no date. Write it like 2026-09-30."),
    "field.not_a_link": noop("“%(given)s” is neither a web address nor a document number."),
    "field.not_a_number": noop("“%(given)s” is no number (unit: %(unit)s)."),
    "field.too_long": noop("The text has %(n)s characters; the limit is %(limit)s."),
    "item.field_required": noop("These fields must not be empty in the present state: %(fields)s."),
    "item.key_destroyed": noop(
        "The personal fields of %(item)s were erased; none can be written again."
    ),
    "item.not_editable": noop("These fields cannot be changed here: %(fields)s."),
    "join.empty": noop("Write what the parts say together, or fill in a figure."),
    "join.missing": noop(
        "%(n)s parts are missing: %(orgs)s. Remind them, or tick that you join without them."
    ),
    "launch.agenda_missing": noop("Fill in the day and the main venue of the launch."),
    "launch.counts_differ": noop(
        "The paper announces other numbers than are there (announced / found): %(counts)s. Say what "
        "counts, or waive it by name."
    ),
    "launch.incomplete": noop(
        "Only %(n)s of %(all)s items are complete. Still lacking something: %(items)s. Complete them, "
        "or waive what they lack by name."
    ),
    "launch.no_such_count": noop("“%(what)s” cannot be counted like that. Choose from the list."),
    "launch.nothing_chosen": noop("Tick at least one row; nothing was changed."),
    "launch.nothing_waits": noop("Everything was issued already; nothing waits."),
    "launch.reason_missing": noop("Say why you answer for it."),
    "org.parent_after_child": noop("The org above %(org)s must stand before it."),
    "paper.broken": noop("The file is damaged and cannot be opened. Save it again and retry."),
    "paper.empty": noop("The file is empty. Choose the file that holds the paper."),
    "paper.too_large": noop(
        "The file has %(size)s bytes; the limit is %(limit)s. Split it, or ask the administrator "
        "to raise the limit."
    ),
    "paper.unknown_kind": noop("This kind of file cannot be read. Upload txt, html or docx."),
    "paper.xml_entities": noop(
        "The file declares XML entities, which are refused for safety. Save it again from the "
        "word processor."
    ),
    "paper.zip_bomb": noop(
        "The file unpacks to far more than its size, which is refused for safety."
    ),
    "playbook.invalid": noop("The playbook is not sound: %(problems)s."),
    "reopen.reason_missing": noop("Say why the item is put back in hand."),
    "report.empty": noop("Write what was done, or choose “no change”."),
    "report.share_out_of_range": noop("The share done lies between 0 and 100 percent."),
    "return.accepted": noop(
        "%(item)s was accepted already. Changes are made on the page of the item."
    ),
    "return.due_outside": noop(
        "%(given)s lies outside the campaign, which runs from %(start)s to %(end)s."
    ),
    "return.empty": noop("Nothing is filled in for %(item)s yet."),
    "return.line_late": noop("A step must not be due after the item itself (%(latest)s)."),
    "return.line_without_title": noop("Say what this step is, or empty its other fields."),
    "return.no_longer_fits": noop(
        "What %(item)s says no longer fits: an org or the period has changed. Open it and correct it."
    ),
    "return.not_in": noop("%(item)s is not in, or was reviewed already. Load the page again."),
    "return.note_missing": noop("Say what is to be corrected."),
    "return.one_org": noop("Name one org here, not several: %(given)s."),
    "return.too_deep": noop("%(item)s lies too deep to be decomposed further."),
    "return.too_many_lines": noop("At most %(limit)s steps fit here; add the others later."),
    "return.unknown_org": noop(
        "“%(given)s” is no org here. Choose one of the list, or ask the office to add it."
    ),
    "return.value_missing": noop("A target of this kind needs a number."),
    "round.closed": noop("The round “%(round)s” is closed. Ask the office to open another one."),
    "round.due_past": noop("The day %(due)s has passed (today is %(today)s). Choose a later one."),
    "round.name_missing": noop("Give the round a name."),
    "round.nobody_late": noop("Nobody is missing; nobody was reminded."),
    "round.nobody_to_ask": noop(
        "Nobody was asked: %(n)s items name no org that answers, the others were sent out already. "
        "Name lead orgs first."
    ),
    "row.moved": noop(
        "Somebody else changed this in the meantime. Your text is kept below; look at the newer "
        "version and decide."
    ),
    "sheet.too_many_rows": noop(
        "The sheet “%(sheet)s” has %(n)s rows; the limit is %(limit)s. Split it into parts."
    ),
    "target.not_above_base": noop(
        "An own target must be better than the base line, or earlier: %(base)s."
    ),
    "target.nothing_raised": noop("No own target is in force."),
    "target.reason_missing": noop("Say why the target is changed."),
    "target.since_before_last": noop("The new version must not start before %(since)s."),
    "undo.moved": noop("This cannot be undone: the row has changed since."),
    "undo.removed": noop("This cannot be undone: the row was removed."),
    "workflow.no_such_step": noop("The register of this item knows no such step."),
    "workflow.own_action": noop("This step has a form of its own."),
    "workflow.needs": noop("Still needed for this step: %(needs)s."),
    "workflow.not_from": noop("This step is not possible in the present state."),
    "workflow.requester_never_grants": noop(
        "Who reported an item does not close it out. Ask a colleague of the office."
    ),
    "workflow.role": noop("Your role does not take this step."),
}


def sentence(error: KernelError) -> str:
    """Give the sentence of an error in the reader's language."""
    pattern = SENTENCES.get(error.code)
    if pattern is None:
        return _("This could not be done (%(code)s).") % {"code": error.code}
    return _(pattern) % _Facts({k: _plain(v) for k, v in error.facts.items()})


def _plain(value: object) -> str:
    if isinstance(value, (list, tuple, set, frozenset)):
        return "、".join(_plain(v) for v in value)
    if isinstance(value, Label):
        return value.of(get_language() or "zh")
    return str(value)


class _Facts(dict[str, Any]):
    """A sentence whose fact is missing still comes out."""

    def __missing__(self, key: str) -> str:
        return "?"


class ProblemMiddleware:
    """A database that cannot be written, or is newer than the code, is told in one sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer faults of the database; everything else goes on as it was."""
        from django.db import InternalError, OperationalError  # noqa: PLC0415  # apps are loaded by now
        from django.shortcuts import render  # noqa: PLC0415

        if not isinstance(error, (OperationalError, InternalError)):
            return None
        return render(request, "unavailable.html", {"why": database_sentence(error)}, status=503)


def database_sentence(error: Exception) -> str:
    """Say what is wrong with the database and what to do."""
    text = str(error).lower()
    if "readonly" in text or "read-only" in text:
        return _(
            "The database is read-only: nothing was saved. Ask the administrator to check the "
            "rights of the data folder, then send the page again."
        )
    if "full" in text or "no space" in text:
        return _("The disk is full: nothing was saved. Ask the administrator to make room.")
    if "locked" in text:
        return _("The database is busy: nothing was saved. Wait a moment and send the page again.")
    if "no such table" in text or "no such column" in text or "does not exist" in text:
        return _("The database and the program do not fit together. Run “gongjian doctor”.")
    return _("The database does not answer: nothing was saved. Run “gongjian doctor”.")
