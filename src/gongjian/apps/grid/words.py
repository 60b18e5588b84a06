"""What narrows a list, in words: above a table, in the head of a workbook, on the chips of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.windows import LIGHTS
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.columns import core_words

if TYPE_CHECKING:
    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.cockpit.queries import Asked


def filter_words(asked: Asked, ask: Ask) -> dict[str, str]:
    """Say what narrows a list, each condition by the name it has in an address."""
    words: dict[str, str] = {}
    if ask.q:
        words["q"] = _("contains “%(text)s”") % {"text": ask.q}
    if ask.battle:
        named = {b.pk: b.label(lang()) for b in campaigns.battles(asked.campaign)}
        words["battle"] = _any([named.get(b, "?") if b else _("no battle") for b in ask.battle])
    if ask.org:
        orgs = {o.pk: o.label(lang()) for o in Org.objects.filter(pk__in=[o for o in ask.org if o])}
        words["org"] = _any([orgs.get(o, "?") if o else _("no responsible org") for o in ask.org])
    if ask.state:
        states = {s.key: s.label.of(lang()) for w in asked.playbook.workflows for s in w.states}
        words["state"] = _any([states.get(s, s) for s in ask.state])
    if known := [code for code in ask.light if code in LIGHTS]:
        words["light"] = _any([asked.playbook.light(code).word.of(lang()) for code in known])
    signs = {"exact": "=", "gte": "≥", "lte": "≤"}
    heads = core_words()
    for core in ask.core:
        said = _("not set") if core.value is None else core.said
        words[core.name] = f"{heads[core.column]} {signs[core.op]} {said}"
    for one in ask.fields:
        choice = one.field.choice(one.said)
        said = choice.label.of(lang()) if choice else one.said
        words[one.name] = f"{one.field.label.of(lang())} {signs[one.op]} {said}"
    return words


def _any(words: list[str]) -> str:
    return "、".join(words)
