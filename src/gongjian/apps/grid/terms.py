"""What a register may be asked for, with the words it is asked by in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.campaigns.fields import askable_fields
from gongjian.apps.campaigns.filter_words import Kind, Term, Value
from gongjian.apps.campaigns.windows import LIGHTS
from gongjian.apps.cockpit.queries import lang
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gongjian.apps.campaigns.models import Battle
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.kernel.model.fields import FieldDef, Label

_LANGUAGES = ("zh-hans", "en")
_CORE = {
    "battle": noop("Battle"),
    "state": noop("State"),
    "light": noop("Light"),
    "org": noop("Responsible"),
    "due": noop("Due"),
    "start_on": noop("Start"),
    "progress": noop("Progress"),
}
# Other words by which people call the same; they are read, never written.
_ALSO = {
    "battle": ("攻坚战", "战线", "battle"),
    "state": ("状态", "state", "status"),
    "light": ("红黄绿灯", "灯", "亮灯", "light"),
    "org": ("牵头", "牵头单位", "责任单位", "单位", "承办", "org", "owner"),
    "due": ("时限", "截止", "期限", "完成时限", "due", "deadline"),
    "start_on": ("开始", "启动", "起始", "start"),
    "progress": ("进度", "progress"),
}
_KINDS = {
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.MONEY: Kind.NUMBER,
    FieldType.COMPUTED: Kind.NUMBER,
    FieldType.DATE: Kind.DATE,
    FieldType.CHOICE: Kind.CHOICE,
}


def terms_of(asked: Asked, ledger: Ledger, battles: Sequence[Battle]) -> list[Term]:
    """Give what this person may ask of a register; fields that are not theirs to ask for are not there."""
    wide = asked.seen.wide_roles(asked.campaign.pk)
    own = [f for f in askable_fields(ledger.definition, wide) if f.filterable]
    return [*_core_terms(asked, ledger, battles), *(_field_term(f) for f in own)]


def _core_terms(asked: Asked, ledger: Ledger, battles: Sequence[Battle]) -> Iterable[Term]:
    states = asked.playbook.workflow_of(ledger.definition.key).states
    values = {
        "battle": [Value(str(b.pk), _ordered(b.name, b.name_en)) for b in battles],
        "state": [Value(s.key, _both(s.label)) for s in states],
        "light": [Value(c, _both(asked.playbook.light(c).word)) for c in LIGHTS],
    }
    kinds = {"due": Kind.DATE, "start_on": Kind.DATE, "progress": Kind.NUMBER, "org": Kind.TEXT}
    for name, word in _CORE.items():
        said = (_(word), *(translated(word, one) for one in _LANGUAGES))
        labels = tuple(dict.fromkeys((*said, *_ALSO[name])))
        yield Term(name, labels, kinds.get(name, Kind.CHOICE), tuple(values.get(name, ())))


def translated(word: str, language: str) -> str:
    """Give a word in a language that need not be the reader's."""
    with translation.override(language):
        return _(word)


def _field_term(field: FieldDef) -> Term:
    values = tuple(Value(c.key, _both(c.label)) for c in field.choices)
    kind = _KINDS.get(field.type, Kind.TEXT)
    return Term(f"f.{field.key}", (*_both(field.label), field.key), kind, values)


def _both(label: Label) -> tuple[str, ...]:
    """Give a label in the reader's language, then in the other one."""
    return _ordered(label.zh, label.en)


def _ordered(zh: str, en: str) -> tuple[str, ...]:
    words = (en, zh) if lang().startswith("en") else (zh, en)
    return tuple(dict.fromkeys(word for word in words if word))
