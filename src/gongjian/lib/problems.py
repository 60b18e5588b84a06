"""From codes to sentences, once: problem+json for the API, a message or a 422 for pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeGuard

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.fields import Label
from gongjian.kernel.playbook.check import Problem
from gongjian.playbooks.problems import line

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

# Every code an action, a paper or a playbook may be refused with, and what to do about it.
SENTENCES: dict[str, str] = {
    "action.too_many_rows": noop(
        "This would change %(n)s rows at once; the limit is %(limit)s. Split it into parts."
    ),
    "campaign.code_malformed": noop(
        "“%(campaign)s” cannot be a code: two to twelve capital letters and digits, a letter first."
    ),
    "campaign.code_taken": noop("The code %(campaign)s is taken. Choose another one."),
    "campaign.copy_too_large": noop(
        "The copy would have %(n)s rows; the limit is %(limit)s. Copy without responsibilities, or "
        "without items, and import these in parts."
    ),
    "campaign.name_taken": noop(
        "A campaign called “%(name)s” already runs in this period. Change the name or the period."
    ),
    "campaign.name_too_long": noop("The name has %(n)s characters; the limit is %(limit)s."),
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
    "playbook.access_class_holds": noop(
        "“%(where)s” holds rows, so how closely it is kept cannot change. Make a new register for it."
    ),
    "playbook.adoption_running": noop(
        "Another change of this playbook is still rewriting rows. Wait until it is done."
    ),
    "playbook.hidden_unfit": noop(
        "%(n)s rows still hold an older, hidden value under the key of “%(where)s” that the new field "
        "cannot hold, for instance %(examples)s. Give the field another key."
    ),
    "playbook.invalid": noop("The playbook is not sound: %(problems)s."),
    "playbook.link_in_use": noop(
        "%(n)s links are of the kind “%(where)s”. Remove them first, or keep the kind."
    ),
    "playbook.map_refused": noop(
        "The state “%(where)s” cannot become the one chosen: a change of the playbook neither issues "
        "items nor closes them. Choose another one."
    ),
    "playbook.moved": noop(
        "Somebody else has changed the playbook in the meantime; it is version %(n)s now. Open it "
        "again and make your change there."
    ),
    "playbook.no_state_for": noop(
        "%(n)s items are in the state “%(where)s”, and the new workflow has no state that could take "
        "its place. Keep the state, or add one like it."
    ),
    "playbook.not_agreed": noop(
        "Rows hold what this change hides. Tick what you agree to: %(names)s."
    ),
    "playbook.not_latest": noop(
        "Only the latest change can be undone, and only once it is done. Version %(n)s is in force."
    ),
    "playbook.personal_holds": noop(
        "%(n)s rows hold values of “%(where)s”, so it cannot be switched between open and personal. "
        "Add a new field for it."
    ),
    "playbook.prefix_holds": noop(
        "“%(where)s” has given out codes, which stay for ever: its code letters cannot change."
    ),
    "playbook.register_holds": noop(
        "“%(where)s” holds %(n)s items or has given out codes, so it cannot be removed. Keep it."
    ),
    "playbook.same": noop("This playbook says the same as the one in force. Nothing was changed."),
    "playbook.state_crosses": noop(
        "%(n)s items are in the state “%(where)s”, which would now count as issued or closed. A change "
        "of the playbook neither issues items nor closes them."
    ),
    "playbook.state_unmapped": noop(
        "%(n)s items are in the state “%(where)s”, which disappears. Choose what takes its place."
    ),
    "playbook.type_unfit": noop(
        "%(n)s values of “%(where)s” do not fit its new type, for instance in %(examples)s. Correct "
        "these first; nothing was changed."
    ),
    "playbook.unknown": noop("There is no playbook “%(key)s”. Known are: %(known)s."),
    "reopen.reason_missing": noop("Say why the item is put back in hand."),
    "report.empty": noop("Write what was done, or choose “no change”."),
    "report.share_out_of_range": noop("The share done lies between 0 and 100 percent."),
    "row.moved": noop(
        "Somebody else changed this in the meantime. Your text is kept below; look at the newer "
        "version and decide."
    ),
    "sheet.too_many_rows": noop(
        "The sheet “%(sheet)s” has %(n)s rows; the limit is %(limit)s. Split it into parts."
    ),
    "target.reason_missing": noop("Say why the target is changed."),
    "target.since_before_last": noop("The new version must not start before %(since)s."),
    "undo.in_use": noop(
        "This cannot be undone: other rows rest on what it made. Undo those first."
    ),
    "undo.moved": noop("This cannot be undone: a row of it has changed since."),
    "undo.nothing": noop("There is nothing to undo."),
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
    facts = {k: _plain(v) for k, v in error.facts.items()}
    if lines := problem_lines(error):
        facts["problems"] = "; ".join(lines)
    return _(pattern) % _Facts(facts)


def problem_lines(error: KernelError) -> list[str]:
    """Give everything that is wrong with a playbook, a line each with its place."""
    faults = error.facts.get("faults", ())
    return [line(f, _) for f in faults if isinstance(f, Problem)] if _is_rows(faults) else []


def _is_rows(value: object) -> TypeGuard[Iterable[object]]:
    return isinstance(value, (list, tuple))


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
