"""What a return is asked, what was typed into it, and what that means for the item.

Page, workbook and entry on behalf all come through here, so one answer is read one way.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org, OrgGroup
from gongjian.apps.loop.models import Return
from gongjian.apps.loop.words import KINDS, in_each_language, lang, need_word
from gongjian.kernel.errors import KernelError
from gongjian.kernel.model.draft import TargetKind
from gongjian.kernel.model.fields import FieldDef, FieldType, Label
from gongjian.kernel.model.playbook import CORE_NEEDS
from gongjian.kernel.playbook.values import FieldError, is_blank, parse, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gongjian.apps.campaigns.models import Item
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

# Besides needs, a return may hold these; no need can be called so.
PART, NOTE, JOINED = ":part", ":note", ":joined"
LINES = 20
_SEPARATORS = re.compile(r"[、,，;；\n]+")
_LIMITS = {"counting_rule": 300, NOTE: 2000, PART: 4000}
_NUMBERS = frozenset({FieldType.NUMBER, FieldType.MONEY})
_ELSEWHERE = frozenset({FieldType.FILE, FieldType.PERSON, FieldType.COMPUTED})
_NO_VALUE = frozenset({TargetKind.DATE, TargetKind.YESNO})
_GROUP = "group:"


class Names:
    """Orgs and groups by every name they go by: two queries."""

    def __init__(self) -> None:
        self.orgs: dict[UUID, Org] = {o.pk: o for o in Org.objects.all()}
        self.groups: dict[UUID, OrgGroup] = {g.pk: g for g in OrgGroup.objects.all()}
        self._by_name: dict[str, str] = {}
        for group in self.groups.values():
            for name in (group.name, f"各{group.name}", group.name_en):
                self._by_name.setdefault(_bare(name), f"{_GROUP}{group.pk}")
        for org in self.orgs.values():
            for name in (org.name, org.short_name, org.name_en, org.code, *org.aliases):
                self._by_name.setdefault(_bare(name), str(self._now(org).pk))
        self._by_name.pop("", None)

    def _now(self, org: Org) -> Org:
        """An org that was merged is the one it was merged into."""
        seen = {org.pk}
        while org.successor_id is not None and org.successor_id not in seen:
            org = self.orgs[org.successor_id]
            seen.add(org.pk)
        return org

    def find(self, printed: str) -> str | None:
        """Give what a printed name means: an org's id, or a group's behind ``group:``."""
        return self._by_name.get(_bare(printed))

    def org(self, printed: str) -> Org:
        """Give the one org of a printed name; raises FieldError where it is none."""
        ref = self.find(printed)
        if ref is None or group_of(ref):
            raise FieldError("return.unknown_org", given=printed.strip())
        return self.orgs[UUID(ref)]

    def word(self, ref: str) -> str:
        """Give the name behind what `find` gave."""
        if ref.startswith(_GROUP):
            group = self.groups.get(UUID(ref.removeprefix(_GROUP)))
            if group is None:
                return "?"
            return group.name_en if lang().startswith("en") and group.name_en else f"各{group.name}"
        org = self.orgs.get(UUID(ref))
        return org.label(lang()) if org else "?"

    def choices(self) -> list[str]:
        """Give the names to choose from, groups last."""
        today_on = [o for o in self.orgs.values() if o.successor_id is None and o.until is None]
        today_on.sort(key=lambda o: (o.order, o.code))
        groups = [self.word(f"{_GROUP}{pk}") for pk in self.groups]
        return list(dict.fromkeys([*(o.label(lang()) for o in today_on), *groups]))


def _bare(name: str) -> str:
    return "".join(name.split()).casefold()


def group_of(ref: str) -> UUID | None:
    """Give the id of the group that a reference names, if it names one."""
    return UUID(ref.removeprefix(_GROUP)) if ref.startswith(_GROUP) else None


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a return is asked, as forms and sheets show it."""

    name: str
    need: str
    label: str
    over: str = ""
    kind: str = "line"  # line, text, date, number, choice, orgs
    choices: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    help: str = ""


@dataclass
class Answers:
    """What was typed, read: values by need, lines of the org's own plan, and faults by name."""

    content: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, KernelError] = field(default_factory=dict)


def answerable(register: RegisterDef, need: str) -> bool:
    """Tell whether a return can answer a need; files, people and personal fields go to the item's page."""
    if need in CORE_NEEDS:
        return True
    found = next((f for f in register.fields if f.key == need), None)
    return found is not None and not found.personal and found.type not in _ELSEWHERE


def questions(playbook: Playbook, register: str, asked: Iterable[str]) -> list[Question]:
    """Give what a return is asked, in the order of columns."""
    definition = playbook.register(register)
    made: list[Question] = []
    for need in asked:
        if need == PART:
            made.append(
                Question(PART, PART, _("Measures and contribution of our org"), kind="text")
            )
        elif answerable(definition, need):
            made += _of_need(playbook, definition, need)
    made.append(Question(NOTE, NOTE, _("Note"), kind="text"))
    return made


def _of_need(playbook: Playbook, register: RegisterDef, need: str) -> list[Question]:
    word = need_word(playbook, register.key, need)
    if need in {"lead", "owner"}:
        return [Question(need, need, word, _("Responsibility"), "orgs")]
    if need == "due":
        return [Question(need, need, word, kind="date")]
    if need == "counting_rule":
        return [Question(need, need, word, _("Target"))]
    if need == "target":
        over, kinds = _("Target"), tuple((k, _(w)) for k, w in KINDS.items())
        return [
            Question("target.subject", need, _("What is measured"), over),
            Question("target.value", need, _("Target value"), over, "number"),
            Question("target.unit", need, _("Unit"), over),
            Question("target.kind", need, _("Kind of target"), over, "choice", kinds),
        ]
    return [_of_field(register.field(need), word)]


def _of_field(found: FieldDef, word: str) -> Question:
    kinds = {FieldType.DATE: "date", FieldType.CHOICE: "choice", FieldType.ORG: "orgs"}
    kinds |= dict.fromkeys(_NUMBERS, "number") | {FieldType.TEXT: "text"}
    kind = "line" if found.several and found.type is FieldType.CHOICE else kinds.get(found.type)
    choices = tuple((c.key, c.label.of(lang())) for c in found.choices)
    said = found.help.of(lang()) if found.help else ""
    return Question(found.key, found.key, word, "", kind or "line", choices, found.unit, said)


def short(row: Return, definition: RegisterDef) -> tuple[str, ...]:
    """Give what a return was asked and does not answer yet."""
    wanted = [n for n in row.asked if n == PART or answerable(definition, n)]
    return tuple(n for n in wanted if is_blank(row.content.get(n)))


class Reader:
    """Reads what was typed for one item; each fault stays with its field."""

    def __init__(self, playbook: Playbook, names: Names, item: Item) -> None:
        self.playbook, self.names, self.item = playbook, names, item
        self.campaign = item.campaign
        self.register = playbook.register(item.register.key)

    def read(self, asked: Iterable[str], typed: Mapping[str, str]) -> Answers:
        """Read the answers to what was asked, and the lines."""
        answers = Answers()
        for need in [*asked, NOTE]:
            if need in _LIMITS or answerable(self.register, need):
                self._into(answers, need, typed)
        self._lines(answers, typed)
        return answers

    def _into(self, answers: Answers, need: str, typed: Mapping[str, str]) -> None:
        try:
            value = self._value(need, typed)
        except KernelError as error:
            name = str(error.facts.get("name") or need)
            answers.faults[name] = error
            return
        if not is_blank(value):
            answers.content[need] = value

    def _value(self, need: str, typed: Mapping[str, str]) -> Any:
        text = typed.get(need, "").strip()
        if need in {"lead", "owner"}:
            return self._refs(text, one=need == "lead")
        if need == "due":
            return self._due(text)
        if need == "target":
            return self._target(typed)
        if need in _LIMITS:
            return _held(text, need, _LIMITS[need])
        found = self.register.field(need)
        value = parse(found, text, year=self.campaign.start_on.year)
        if found.type is FieldType.ORG and value:
            refs = self._refs(text, one=not found.several, groups=False)
            return refs if found.several else refs[0]
        return value

    def _refs(self, text: str, *, one: bool, groups: bool = True) -> list[str]:
        refs = []
        for name in _SEPARATORS.split(text):
            if not name.strip():
                continue
            ref = self.names.find(name)
            if ref is None or (group_of(ref) and (one or not groups)):
                raise FieldError("return.unknown_org", given=name.strip())
            refs.append(ref)
        if one and len(refs) > 1:
            raise FieldError("return.one_org", given=text)
        return list(dict.fromkeys(refs))

    def _due(self, text: str) -> str | None:
        date = FieldDef("due", Label("due", "due"), FieldType.DATE)
        found: str | None = parse(date, text, year=self.campaign.start_on.year)
        if found is None:
            return None
        day, item = dt.date.fromisoformat(found), self.item
        start, end = self.campaign.start_on, self.campaign.end_on
        if not start <= day <= end:
            raise FieldError("return.due_outside", given=found, start=start, end=end)
        if item.start_on and day < item.start_on:
            raise FieldError("item.dates_reversed", start=item.start_on, end=found)
        return found

    def _target(self, typed: Mapping[str, str]) -> dict[str, Any] | None:
        parts = {
            p: typed.get(f"target.{p}", "").strip() for p in ("subject", "value", "unit", "kind")
        }
        if not any(parts[p] for p in ("subject", "value", "unit")):
            return None
        kind = _kind(parts["kind"] or TargetKind.COUNT)
        subject = _held(parts["subject"] or self.item.title[:160], "target.subject", 160)
        unit = _held(parts["unit"], "target.unit", 24) or ""
        number = FieldDef("value", Label("value", "value"), FieldType.NUMBER, unit=unit)
        try:
            value = parse(number, parts["value"])
        except FieldError as error:
            raise FieldError(error.code, **error.facts, name="target.value") from error
        if value is None and kind not in _NO_VALUE:
            raise FieldError("return.value_missing", name="target.value")
        kept = None if value is None else f"{round(Decimal(value), 4).normalize():f}"
        return {"subject": subject, "value": kept, "unit": unit, "kind": kind}

    def _lines(self, answers: Answers, typed: Mapping[str, str]) -> None:
        latest = answers.content.get("due") or (self.item.due and self.item.due.isoformat())
        for n in range(LINES):
            parts = {p: typed.get(f"line-{n}-{p}", "").strip() for p in ("title", "org", "due")}
            if not any(parts.values()):
                continue
            if not parts["title"]:
                answers.faults[f"line-{n}-title"] = FieldError("return.line_without_title")
                continue
            line = {"title": parts["title"][:300], "org": None, "due": None}
            self._line_part(answers, line, n, "org", parts["org"])
            self._line_part(answers, line, n, "due", parts["due"])
            if line["due"] and latest and str(line["due"]) > latest:
                answers.faults[f"line-{n}-due"] = FieldError("return.line_late", latest=latest)
            answers.lines.append(line)

    def _line_part(
        self, answers: Answers, line: dict[str, Any], n: int, part: str, text: str
    ) -> None:
        try:
            if part == "org":
                found = self._refs(text, one=True)
                line[part] = found[0] if found else None
            else:
                line[part] = self._due(text)
        except KernelError as error:
            answers.faults[f"line-{n}-{part}"] = error


def _held(text: str, name: str, limit: int) -> str | None:
    if len(text) > limit:
        raise FieldError("field.too_long", n=len(text), limit=limit, name=name)
    return text or None


def _kind(text: str) -> str:
    """Read a kind of target by its key or its word."""
    for key, word in KINDS.items():
        if text == key or text in in_each_language(word):
            return key
    allowed = [_(w) for w in KINDS.values()]
    raise FieldError("field.no_such_choice", given=text, allowed=allowed, name="target.kind")


def typed_of(row: Return, definition: RegisterDef, names: Names) -> dict[str, str]:
    """Give a return's content as a person would have typed it."""
    typed: dict[str, str] = {}
    for need, value in row.content.items():
        if need in {"lead", "owner"}:
            typed[need] = "、".join(names.word(ref) for ref in value)
        elif need == "target":
            typed |= {f"target.{part}": said or "" for part, said in value.items()}
        elif need in {NOTE, PART, "due", "counting_rule"}:
            typed[need] = value
        elif answerable(definition, need):
            typed[need] = _field_text(definition.field(need), value, names)
    for n, line in enumerate(row.lines):
        typed[f"line-{n}-title"] = line["title"]
        typed[f"line-{n}-org"] = names.word(line["org"]) if line["org"] else ""
        typed[f"line-{n}-due"] = line["due"] or ""
    return typed


def _field_text(found: FieldDef, value: Any, names: Names) -> str:
    if found.type is FieldType.CHOICE and not found.several:
        return str(value)
    refs = value if isinstance(value, list) else [value]
    words = {r: names.word(r) for r in refs} if found.type is FieldType.ORG else None
    said = shown(found, value, lang(), words)
    return said.removesuffix(f" {found.unit}") if found.unit else said


def said_of(playbook: Playbook, row: Return, names: Names) -> list[tuple[str, str]]:
    """Give what a return says, as label and words, for a page that only reads."""
    register = row.item.register.key
    typed = typed_of(row, playbook.register(register), names)
    said = []
    if aim := row.content.get("target"):
        parts = (aim["subject"], aim["value"], aim["unit"], f"({_(KINDS[aim['kind']])})")
        said.append((need_word(playbook, register, "target"), " ".join(filter(None, parts))))
    for q in questions(playbook, register, row.asked):
        text = "" if q.need == "target" else typed.get(q.name, "")
        if q.kind == "choice":
            text = dict(q.choices).get(text, text)
        if text:
            said.append((q.label, f"{text} {q.unit}".strip()))
    return said
