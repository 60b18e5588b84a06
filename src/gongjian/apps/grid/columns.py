"""The columns of a register as a person may see them: of a printed form, of the system, or chosen ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from gongjian.apps.campaigns.asking import CORE_SORTS
from gongjian.apps.campaigns.fields import editable_fields, visible_fields
from gongjian.apps.campaigns.models import Responsibility
from gongjian.apps.cockpit.queries import lang
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.kernel.model.fields import FieldDef, HeaderProfile

ROLES = frozenset(Responsibility.Role.values)
REPORTED = frozenset({"progress", "report.progress", "report.problems", "report.next_steps"})
CORE = ("code", "title", "battle", "org", "due", "state", "progress", "light")
MORE = ("start_on", "leader", "lead", "owner", "support", "overseer", "contact", "report.progress",
        "report.problems", "report.next_steps", "target", "closed_on")  # fmt: skip
# What the office types besides fields; everything else follows from steps, reports and rules.
TYPED = frozenset({"title", "battle", "org", "start_on", "due"}) | ROLES | REPORTED | {"report"}
_REPORTERS = frozenset({"office", "principal", "contact"})
_KINDS = {
    FieldType.NUMBER: "num", FieldType.MONEY: "num", FieldType.COMPUTED: "num",
    FieldType.DATE: "date", FieldType.CHOICE: "choice", FieldType.ORG: "org",
}  # fmt: skip
_CORE_KINDS = {
    "code": "code", "title": "title", "number": "num", "progress": "num", "due": "date",
    "start_on": "date", "closed_on": "date", "light": "light", "battle": "battle", "org": "org",
    "report": "long", "report.progress": "long", "report.problems": "long",
    "report.next_steps": "long",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a register: its head, the merged head above it, by what it sorts."""

    head: str
    over: str
    source: str
    kind: str = "text"
    sort: str = ""
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    is_editable: bool = False
    help: str = ""
    below: str = ""  # a second source in the same cell, under the first

    @property
    def field(self) -> str:
        """Give the key of the playbook field it shows; empty for a column every register has."""
        return self.source[6:] if self.source.startswith("field:") else ""


@dataclass(frozen=True)
class Columns:
    """What columns a register has for one person."""

    asked: Asked
    ledger: Ledger

    def of(self, head: HeaderProfile | None, chosen: Sequence[str] = ()) -> list[Column]:
        """Give the columns of a printed form, or chosen ones by their sources, else the usual ones."""
        if head is not None:
            known = {f.key for f in self._seen}
            return [
                replace(self._column(c.source, c.head, c.over), below=c.below)
                for c in head.columns
                if not c.source.startswith("field:") or c.source[6:] in known
            ]
        every = {c.source: c for c in self.every()}
        usual = [*CORE, *(f"field:{f.key}" for f in self._seen)]
        wanted = [s for s in chosen if s in every] or usual
        return [every[source] for source in wanted]

    def every(self, also: Sequence[str] = ()) -> list[Column]:
        """Give every column that this person may see, and others by their sources."""
        words = core_words()
        playbook, key = self.asked.playbook, self.ledger.definition.key
        for role in ROLES:
            if word := playbook.role_word(key, role):
                words[role] = word.of(lang())
        core = [self._column(s, words[s]) for s in (*CORE, *MORE)]
        fields = [self._column(f"field:{f.key}", f.label.of(lang())) for f in self._seen]
        there = {*CORE, *MORE}
        others = [s for s in also if s not in there and not s.startswith("field:")]
        return [*core, *fields, *(self._column(s, s) for s in others)]

    @property
    def _seen(self) -> tuple[FieldDef, ...]:
        roles = self.asked.seen.roles(self.asked.campaign.pk)
        return visible_fields(self.ledger.definition, roles)

    def _column(self, source: str, head: str, over: str = "") -> Column:
        if not source.startswith("field:"):
            sort = source if source in CORE_SORTS else ""
            kind = "orgs" if source in ROLES else _CORE_KINDS.get(source, "text")
            return Column(head, over, source, kind, sort, is_editable=self._types(source))
        field = self.ledger.definition.field(source[6:])
        kind = "long" if field.type is FieldType.TEXT else _KINDS.get(field.type, "text")
        return Column(
            head,
            over,
            source,
            "personal" if field.personal else kind,
            self._sort(field),
            field.unit,
            tuple((c.key, c.label.of(lang())) for c in field.choices),
            not field.personal and field.key in self._editable,
            field.help.of(lang()) if field.help else "",
        )

    def _types(self, source: str) -> bool:
        if source in REPORTED or source == "report":
            return bool(_REPORTERS & self._roles) and not self.asked.is_past
        return source in TYPED and self._is_office

    @cached_property
    def _roles(self) -> frozenset[str]:
        return self.asked.seen.roles(self.asked.campaign.pk)

    @property
    def _is_office(self) -> bool:
        return self.asked.seen.is_office(self.asked.campaign.pk) and not self.asked.is_past

    @property
    def _editable(self) -> frozenset[str]:
        roles = self.asked.seen.roles(self.asked.campaign.pk)
        found: Iterable[FieldDef] = editable_fields(self.ledger.definition, roles)
        return frozenset() if self.asked.is_past else frozenset(f.key for f in found)

    def _sort(self, field: FieldDef) -> str:
        wide = self.asked.seen.wide_roles(self.asked.campaign.pk)
        seen_by_all = {f.key for f in visible_fields(self.ledger.definition, wide)}
        is_sortable = field.sortable and not field.personal and field.key in seen_by_all
        return f"f.{field.key}" if is_sortable else ""


def core_words() -> dict[str, str]:
    """Give the heads of the columns that every register has, in the reader's language."""
    return {
        "code": _("Code"),
        "title": _("Item"),
        "battle": _("Battle"),
        # Not the word of owners: a sheet that comes back tells the two apart.
        "org": _("Answering org"),
        "start_on": _("Start"),
        "due": _("Due"),
        "state": _("State"),
        "progress": _("Progress"),
        "light": _("Light"),
        "leader": _("Leading official"),
        "lead": _("Lead org"),
        "owner": _("Responsible org"),
        "support": _("Supporting org"),
        "overseer": _("Overseeing org"),
        "contact": _("Contact"),
        "report.progress": _("Progress made"),
        "report.problems": _("Problems"),
        "report.next_steps": _("Next steps"),
        "target": _("Target"),
        "closed_on": _("Closed on"),
    }
