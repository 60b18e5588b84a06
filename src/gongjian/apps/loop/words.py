"""Words of the loop in the reader's language: needs, states of returns, kinds of targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.kernel.model.playbook import CORE_NEEDS

if TYPE_CHECKING:
    from gongjian.kernel.model.playbook import Playbook

_NEEDS = {
    "lead": noop("Lead org"),
    "owner": noop("Responsible org"),
    "due": noop("Deadline"),
    "target": noop("Target"),
    "counting_rule": noop("Counting rule"),
}
_STATES = {
    "asked": noop("Not in yet"),
    "returned": noop("In, to be reviewed"),
    "sent_back": noop("Sent back"),
    "accepted": noop("Accepted"),
}
_VIA = {
    "page": noop("by page"),
    "workbook": noop("by workbook"),
    "on_behalf": noop("entered on behalf"),
}
KINDS = {
    "count": noop("Count"),
    "amount": noop("Amount"),
    "rate": noop("Rate"),
    "growth": noop("Growth"),
    "rank": noop("Rank"),
    "date": noop("Day"),
    "yesno": noop("Yes or no"),
}


def in_each_language(msgid: str) -> frozenset[str]:
    """Give a word in every language, for reading what was written in another one."""
    said = set()
    for code, _name in settings.LANGUAGES:
        with override(code):
            said.add(_(msgid))
    return frozenset(said)


def lang() -> str:
    """Give the reader's language."""
    return get_language() or "zh-hans"


def need_word(playbook: Playbook, register: str, need: str) -> str:
    """Give the word for something an item must have."""
    if need in CORE_NEEDS:
        printed = playbook.role_word(register, need)
        return printed.of(lang()) if printed else _(_NEEDS[need])
    try:
        return playbook.register(register).field(need).label.of(lang())
    except KeyError:  # the field was removed by a later playbook
        return need


def state_word(state: str, kind: str = "blanks") -> str:
    """Give the word for the state of a return; a member's part waits for the org that joins it."""
    if kind == "member" and state == "returned":
        return _("In, to be joined")
    if kind == "member" and state == "accepted":
        return _("Joined")
    return _(_STATES[state])


def via_word(via: str) -> str:
    """Give the word for how a return came in."""
    return _(_VIA[via]) if via else ""
