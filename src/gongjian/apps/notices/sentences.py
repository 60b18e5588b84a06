"""From codes and facts to what a notice says, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import Role

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gongjian.apps.notices.models import Notice

# Code → what it says. The part before the dot is its kind.
SENTENCES: dict[str, str] = {
    "decision.asked": noop("%(item)s waits for a decision"),
    "decision.moved": noop("The deadline of %(item)s was decided anew: %(due)s"),
    "decision.taken": noop("%(item)s is decided"),
    "inquiry.asked": noop("A question to be answered: %(title)s"),
    "inquiry.chased": noop("Reminder: a question is still to be answered: %(title)s"),
    "launch.issued": noop("%(n)s items were issued to you: %(campaign)s"),
    "mandate.asked": noop("A mandate to accept: %(to)s · %(title)s"),
    "mandate.chased": noop("Reminder: a mandate is still to be accepted: %(to)s · %(title)s"),
    "mandate.objected": noop("An objection to the mandate of %(to)s is to be answered"),
    "obstacle.raised": noop("%(obstacle)s holds up %(item)s"),
    "obstacle.support": noop("Your support is asked for with %(obstacle)s"),
    "return.sent_back": noop("Sent back to be corrected: %(item)s %(title)s"),
    "round.asked": noop("%(n)s items to complete: %(round)s"),
    "round.chased": noop("Reminder: %(n)s items are still to be completed: %(round)s"),
    "round.duty_chased": noop("Reminder: your part of %(item)s %(title)s is missing"),
    "step.due_soon": noop("%(item)s is due on %(due)s"),
    "step.late": noop("%(item)s was due on %(due)s"),
    "step.taken": noop("%(item)s: %(step)s"),
}
# Code → what is expected; a code without one informs and asks for nothing.
EXPECTED: dict[str, str] = {
    "decision.asked": noop("Decide, or say what is missing"),
    "decision.moved": noop("Plan to the new deadline"),
    "decision.taken": noop("Carry the decision out"),
    "inquiry.asked": noop("Answer the question"),
    "inquiry.chased": noop("Answer the question"),
    "launch.issued": noop("Acknowledge what is yours"),
    "mandate.asked": noop("Accept it, or say what stands against it"),
    "mandate.chased": noop("Accept it, or say what stands against it"),
    "mandate.objected": noop("Answer by issuing it again"),
    "obstacle.raised": noop("Clear it, and say how far it is"),
    "obstacle.support": noop("See what is asked of you"),
    "return.sent_back": noop("Correct it and return it"),
    "round.asked": noop("Fill in what is missing and return it"),
    "round.chased": noop("Fill in what is missing and return it"),
    "round.duty_chased": noop("Hand in your part"),
    "step.due_soon": noop("Report on it, or ask for more time"),
    "step.late": noop("Report on it, or ask for more time"),
    "step.taken": noop("See what is to be done next"),
}
# Why somebody is told; %(org)s is the org that answers.
WHY: dict[str, str] = {
    "": noop("%(org)s answers for it"),
    "acting": noop("You act for who is to decide"),
    "check": noop("You are to check it"),
    "lead": noop("You lead it"),
    "member": noop("%(org)s is one of those that answer together"),
    "named": noop("You are named"),
    "owner": noop("%(org)s is responsible for it"),
    "sent": noop("You asked for it"),
    "watch": noop("You watch it"),
}
STATES: dict[str, str] = {
    "queued": noop("Waiting to be sent"),
    "failed": noop("Failed, will be tried again"),
    "sent": noop("Sent"),
    "given_up": noop("Given up"),
    "dropped": noop("Not sent any more"),
}
# Why a message did not arrive, and what helps.
ERRORS: dict[str, str] = {
    "address_private": noop("The name leads to a private address; the operator may allow it"),
    "answered": noop("It was answered before it was sent"),
    "broken": noop("The program broke on this message; tell the administrator"),
    "channel_off": noop("The address was removed or switched off"),
    "mail_unreachable": noop("The mail server did not take it"),
    "nothing_waits": noop("Nothing was waiting any more"),
    "past": noop("Its day was over"),
    "refused": noop("The receiver refused this message (%(status)s)"),
    "refused_address": noop("The mail server refused the address"),
    "secret_unreadable": noop("The secret cannot be read; register the address anew"),
    "timeout": noop("No answer in time"),
    "unavailable": noop("The receiver is out of order (%(status)s)"),
    "unreachable": noop("No connection could be made"),
    "withdrawn": noop("The right to know was withdrawn"),
}
KINDS: dict[str, str] = {
    "decision": noop("To decide"),
    "inquiry": noop("One-time question"),
    "launch": noop("Issued"),
    "mandate": noop("Mandate"),
    "obstacle": noop("Obstacle"),
    "return": noop("Sent back"),
    "round": noop("To complete"),
    "step": noop("In hand"),
}


def sentence(notice: Notice) -> str:
    """Give what a notice says; one of a code that is not known here says that it is there."""
    pattern = SENTENCES.get(notice.code)
    if not pattern:
        return _("A notice (%s)") % notice.code
    return _(pattern) % _Facts({k: _said(v) for k, v in notice.facts.items()})


def _said(value: object) -> object:
    """A word of a playbook stands in both languages."""
    if isinstance(value, dict) and {"zh", "en"} <= set(value):
        return value["zh" if (get_language() or "zh").startswith("zh") else "en"]
    return value


def error_sentence(code: str) -> str:
    """Give why a message did not arrive."""
    if not code:
        return ""
    if pattern := ERRORS.get(code):
        return _(pattern)
    head, _low, status = code.rpartition("_")
    pattern = ERRORS.get(head)
    return _(pattern) % {"status": status} if pattern else code


def why(notice: Notice, language: str, roles: Iterable[str] = ()) -> str:
    """Give why somebody is told: what their org, or they themselves, have to do with it."""
    if notice.org is None:
        own = WHY.get(notice.why or "named", WHY["named"])
        is_of_an_org = "%(org)s" in own
        said = WHY["named"] if is_of_an_org else own
        return _(said)
    pattern = WHY.get(notice.why) or WHY[""]
    words = [str(Role(r).label) for r in roles]
    as_whom = _("you are its %(role)s") % {"role": words[0]} if words else ""
    told = _(pattern) % {"org": notice.org.label(language)}
    return _("%(why)s; %(role)s") % {"why": told, "role": as_whom} if as_whom else told


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
