"""From codes and facts to what a notice says, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

if TYPE_CHECKING:
    from gongjian.apps.notices.models import Notice

# Code → what it says. The part before the dot is its kind.
SENTENCES: dict[str, str] = {
    "inquiry.asked": noop("A question to be answered: %(title)s"),
    "inquiry.chased": noop("Reminder: a question is still to be answered: %(title)s"),
    "launch.issued": noop("%(n)s items were issued to you: %(campaign)s"),
    "mandate.asked": noop("A mandate to accept: %(to)s · %(title)s"),
    "mandate.chased": noop("Reminder: a mandate is still to be accepted: %(to)s · %(title)s"),
    "mandate.objected": noop("An objection to the mandate of %(to)s is to be answered"),
    "return.sent_back": noop("Sent back to be corrected: %(item)s %(title)s"),
    "round.asked": noop("%(n)s items to complete: %(round)s"),
    "round.chased": noop("Reminder: %(n)s items are still to be completed: %(round)s"),
    "round.duty_chased": noop("Reminder: your part of %(item)s %(title)s is missing"),
}
KINDS: dict[str, str] = {
    "inquiry": noop("One-time question"),
    "launch": noop("Issued"),
    "mandate": noop("Mandate"),
    "return": noop("Sent back"),
    "round": noop("To complete"),
}


def sentence(notice: Notice) -> str:
    """Give what a notice says; one of a code that is not known here says that it is there."""
    pattern = SENTENCES.get(notice.code)
    return _(pattern) % _Facts(notice.facts) if pattern else _("A notice (%s)") % notice.code


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
