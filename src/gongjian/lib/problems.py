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
    "duty.exists": noop("%(holder)s has this duty already."),
    "duty.no_such_role": noop("There is no such role. Choose one of the list."),
    "erase.not_confirmed": noop(
        "Type the code %(item)s exactly to confirm. Nothing was destroyed."
    ),
    "erase.nothing": noop("%(item)s has no personal fields that could be destroyed."),
    "item.dates_reversed": noop("The start (%(start)s) is after the deadline (%(end)s)."),
    "field.computed": noop("This field is worked out from others and cannot be typed."),
    "field.no_conversion": noop("Values of this field cannot be carried over to its new type."),
    "field.no_such_choice": noop("“%(given)s” is none of the choices: %(allowed)s."),
    "field.not_a_date": noop("“%(given)s” is no date. Write it like 2026-09-30."),
    "field.not_a_link": noop("“%(given)s” is neither a web address nor a document number."),
    "field.not_a_number": noop("“%(given)s” is no number (unit: %(unit)s)."),
    "field.no_such_org": noop(
        "No org or post is called “%(given)s”. Write the name as it stands in the org tree."
    ),
    "field.no_such_person": noop(
        "Nobody here is called “%(given)s”. Write the name or the user name."
    ),
    "field.several_so_named": noop(
        "More than one is called “%(given)s”. Write the full name or the code."
    ),
    "field.too_long": noop("The text has %(n)s characters; the limit is %(limit)s."),
    "file.empty": noop("The file is empty. Choose another one."),
    "file.missing": noop("Choose a file first."),
    "file.scan_refused": noop(
        "The virus scanner refuses “%(name)s”. It was not kept; check it on your own computer."
    ),
    "file.scan_silent": noop(
        "The virus scanner does not answer, so “%(name)s” was not kept. Try again later, or tell the "
        "administrator."
    ),
    "file.too_large": noop(
        "The file has %(size)s bytes; the limit is %(limit)s. Make it smaller, or keep a link to it."
    ),
    "file.type_refused": noop(
        "“%(name)s” is of a kind that is not kept here, or its name ends otherwise than what it "
        "holds. Kept are: %(allowed)s."
    ),
    "item.field_required": noop("These fields must not be empty in the present state: %(fields)s."),
    "item.key_destroyed": noop(
        "The personal fields of %(item)s were erased; none can be written again."
    ),
    "item.not_editable": noop("These fields cannot be changed here: %(fields)s."),
    "item.too_deep": noop("Items nest no deeper than %(limit)s levels."),
    "item.wrong_parent": noop("An item of this register cannot stand below %(item)s."),
    "link.exists": noop("This link to %(item)s is there already."),
    "link.has_source": noop(
        "%(item)s has a link of this kind (%(link)s) already, and may have only one. Remove that first."
    ),
    "link.has_target": noop(
        "%(item)s has a link of this kind (%(link)s) already, and may have only one. Remove that first."
    ),
    "link.no_such_item": noop("There is no item %(item)s, or not for you. Check the code."),
    "link.no_such_kind": noop("The playbook declares no such link. Choose one of the list."),
    "link.not_yours": noop("The link belongs to %(item)s, which is not yours to change."),
    "link.to_itself": noop("%(item)s cannot be linked with itself."),
    "link.wrong_register": noop("A link “%(link)s” does not go with the register of %(item)s."),
    "listing.at_home": noop("%(item)s is at home in this register; it need not be listed there."),
    "listing.exists": noop("%(item)s is listed in this register already."),
    "listing.number_missing": noop("A listing needs a number."),
    "listing.number_taken": noop("The number %(number)s is taken in this register."),
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
    "reveal.nothing": noop("%(item)s holds no personal fields that you may read."),
    "reveal.reason_missing": noop("Say why you need the personal fields."),
    "roster.empty": noop("No item fits the filter, so there is nothing to freeze."),
    "roster.name_missing": noop("Give the roster a name."),
    "roster.reason_missing": noop("Say why this version of the roster is made."),
    "row.moved": noop(
        "Somebody else changed this in the meantime. Your text is kept below; look at the newer "
        "version and decide."
    ),
    "sheet.too_many_rows": noop(
        "The sheet “%(sheet)s” has %(n)s rows; the limit is %(limit)s. Split it into parts."
    ),
    "target.other_campaign": noop("The target belongs to another campaign."),
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
