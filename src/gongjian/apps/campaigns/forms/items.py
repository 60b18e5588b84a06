"""The form of an item: the columns every register has, and the fields of its playbook."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongjian.apps.campaigns.fields import ids_in
from gongjian.apps.campaigns.naming import names_of, read
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import is_blank
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from django.http import QueryDict

    from gongjian.apps.campaigns.models import Battle, Item
    from gongjian.kernel.model.fields import FieldDef

CORE = ("title", "start_on", "due", "battle")
_LONG = 60  # a text longer than this is edited in several lines


@dataclass(slots=True)
class Entry:
    """One control of the form with what stands in it, its fault, and what somebody else wrote."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    choices: list[tuple[str, str, bool]] = field(default_factory=list)
    several: bool = False
    help: str = ""
    unit: str = ""
    fault: str = ""
    newer: str | None = None  # what it was changed to in the meantime
    newer_by: str = ""
    is_required: bool = False
    is_kept: bool = False  # something stands in it that is not shown


@dataclass
class ItemForm:
    """Texts of an item's columns and fields, and what was typed instead of them.

    `base` is the row as the person saw it; only what differs from it counts as typed.
    """

    fields: Sequence[FieldDef]
    battles: Sequence[Battle]
    base: Item
    has_core: bool = True
    given: dict[str, str] | None = None
    faults: dict[str, str] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)

    def take(self, posted: QueryDict) -> bool:
        """Read what was posted; tells whether all of it can be taken."""
        self.given = {name: "、".join(filter(None, posted.getlist(name))) for name in posted}
        wanted = set(posted.getlist("theirs"))
        texts = self.texts(self.base)
        typed = {
            n: self.given[n].strip()
            for n in texts
            if n in self.given and n not in wanted and _differs(self.given[n], texts[n])
        }
        self._read_core(typed)
        self._read_fields(typed)
        return not self.faults

    def texts(self, item: Item) -> dict[str, str]:
        """Give the text of each control for a row: as it is typed, not as it is printed."""
        names = names_of(ids_in(self.fields, item.fields), get_language() or "zh")
        texts = {f"f.{f.key}": _text(f, item.fields.get(f.key), names) for f in self.fields}
        if not self.has_core:
            return texts
        return {
            "title": item.title,
            "start_on": item.start_on.isoformat() if item.start_on else "",
            "due": item.due.isoformat() if item.due else "",
            "battle": str(item.battle_id or ""),
            **texts,
        }

    def _read_core(self, typed: Mapping[str, str]) -> None:
        if "title" in typed:
            if not typed["title"]:
                self.faults["title"] = _("The title must not be empty.")
            self.changes["title"] = " ".join(typed["title"].split())[:300]
        for name in ("start_on", "due"):
            if name in typed:
                self._read_date(name, typed[name])
        if "battle" in typed:
            found = [b for b in self.battles if str(b.pk) == typed["battle"]]
            if typed["battle"] and not found:
                self.faults["battle"] = _("There is no such battle.")
            self.changes["battle"] = found[0] if found else None

    def _read_date(self, name: str, text: str) -> None:
        try:
            self.changes[name] = dt.date.fromisoformat(text) if text else None
        except ValueError:
            self.faults[name] = _("“%(given)s” is no date. Write it like 2026-09-30.") % {
                "given": text
            }

    def _read_fields(self, typed: Mapping[str, str]) -> None:
        given = {n[2:]: text for n, text in typed.items() if n.startswith("f.")}
        year = self.base.due.year if self.base.due else None
        found = read(self.fields, given, year)
        self.faults |= {f"f.{key}": sentence(error) for key, error in found.faults.items()}
        values = dict(found.values)
        for one in self.fields:
            if one.personal and self.given and self.given.get(f"clear.{one.key}"):
                values[one.key] = None
        if values:
            self.changes["fields"] = values

    def typed_names(self) -> set[str]:
        """Give the names of the controls in which something was changed."""
        core = {n for n in self.changes if n != "fields"}
        return core | {f"f.{k}" for k in self.changes.get("fields", {})}

    def entries(self) -> list[Entry]:
        """Give the controls, with what was typed in them if anything was."""
        texts = self.texts(self.base)
        return [self._fill(e, texts) for e in [*self._core_entries(), *self._field_entries()]]

    def _fill(self, entry: Entry, texts: Mapping[str, str]) -> Entry:
        entry.value = (self.given or {}).get(entry.name, texts.get(entry.name, ""))
        entry.fault = self.faults.get(entry.name, "")
        chosen = set(entry.value.split("、")) if entry.several else {entry.value}
        entry.choices = [(v, word, v in chosen) for v, word, _c in entry.choices]
        return entry

    def _core_entries(self) -> Iterable[Entry]:
        if not self.has_core:
            return
        language = get_language() or "zh"
        battles = [("", "–", False)] + [(str(b.pk), b.label(language), False) for b in self.battles]
        yield Entry("title", _("Title"), is_required=True)
        yield Entry("start_on", _("Start"), "date")
        yield Entry("due", _("Deadline"), "date")
        yield Entry("battle", _("Battle"), "choice", choices=battles)

    def _field_entries(self) -> Iterable[Entry]:
        language = get_language() or "zh"
        for one in self.fields:
            choices = [(c.key, c.label.of(language), False) for c in one.choices]
            if one.type is FieldType.CHOICE and not one.several:
                choices.insert(0, ("", "–", False))
            yield Entry(
                name=f"f.{one.key}",
                label=one.label.of(language),
                kind=self._kind(one),
                choices=choices,
                several=one.several and one.type is FieldType.CHOICE,
                help=one.help.of(language) if one.help else _help(one),
                unit=one.unit,
                is_required=bool(self.base.state and self.base.state in one.required_at),
                is_kept=one.personal and not is_blank(self.base.fields.get(one.key)),
            )

    def _kind(self, one: FieldDef) -> str:
        if one.personal:
            return "personal"
        if one.type is FieldType.DATE and not one.several:
            return "date"
        if one.type is FieldType.CHOICE:
            return "choice"
        long = len(str(self.base.fields.get(one.key) or "")) > _LONG
        return "long" if one.type is FieldType.TEXT and (one.several or long) else "text"


def _help(one: FieldDef) -> str:
    if one.type in {FieldType.ORG, FieldType.PERSON}:
        return _("By name; several are parted by 、") if one.several else _("By name")
    return ""


def _text(one: FieldDef, value: Any, names: Mapping[str, str]) -> str:
    if is_blank(value) or one.personal:
        return ""
    parts = [str(p) for p in (value if isinstance(value, list) else [value])]
    if one.type in {FieldType.ORG, FieldType.PERSON}:
        parts = [names.get(p, p) for p in parts]
    return ("\n" if one.type is FieldType.TEXT else "、").join(parts)


def _differs(typed: str, shown: str) -> bool:
    """A browser sends line breaks its own way; that alone is no change."""
    return typed.replace("\r\n", "\n").strip() != shown.replace("\r\n", "\n").strip()
