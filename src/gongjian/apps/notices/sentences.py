"""From codes and facts to what a notice says, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import get_language
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
    "step.due_soon": noop("%(item)s is due on %(due)s"),
    "step.late": noop("%(item)s was due on %(due)s"),
    "step.taken": noop("%(item)s: %(step)s"),
}
KINDS: dict[str, str] = {
    "inquiry": noop("One-time question"),
    "launch": noop("Issued"),
    "mandate": noop("Mandate"),
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


class _Facts(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"
