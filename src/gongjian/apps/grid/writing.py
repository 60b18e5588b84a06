"""From typed rows to one event: what would change, what cannot, who was faster; then all of it or nothing.

How rows are planned
--------------------
1. The items that rows name are fetched as the person may see them, and printed under the columns that
   were typed: a cell whose text is the printed one is unchanged, whatever it holds.
2. Rights are looked at row by row, then texts are read; names are looked up for all rows together.
3. A cell that somebody else has changed since the version the person saw is a conflict, unless both
   want the same.
4. `write` changes what the plan says in one event; a row that moves in between is refused by the book.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.asking import as_uuid
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.fields import editable_fields
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.campaigns.queries import rights_of, roles_by_item
from gongjian.apps.campaigns.registers import Row
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid import reading
from gongjian.apps.grid.columns import REPORTED, ROLES, Columns
from gongjian.apps.grid.printing import Printer
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.ledger.models import Change
from gongjian.kernel.playbook.cells import three_parts
from gongjian.kernel.playbook.values import FieldError, is_blank, missing

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.reading import Holder
    from gongjian.kernel.errors import KernelError
    from gongjian.kernel.model.fields import FieldDef

ROW_CAP = 20_000
CHUNK = 500
# Printed, but never typed: they follow from steps, rules and the register itself.
PRINTED = frozenset({
    "number", "blank", "state", "light", "closed_on", "target", "target.value", "target.rule",
})  # fmt: skip
_COLUMNS = {"title": "title", "battle": "battle_id", "org": "org_id"}  # where wire names differ


@dataclass(frozen=True, slots=True)
class Typed:
    """One row as it was typed, pasted or read from a sheet."""

    texts: Mapping[str, str]  # source of a column → text; an empty one empties
    item: str = ""  # its id or code; empty for a new one
    version: int | None = None  # what the person saw; None: as it is now
    line: int = 0  # where it stands in what was given
    parent: int | None = None  # the line of the row that a new one belongs below


@dataclass(frozen=True, slots=True)
class CellFault:
    """A cell that cannot be taken, and why; an empty source means the whole row."""

    line: int
    source: str
    error: KernelError
    text: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A cell that somebody else has changed since; the later person chooses."""

    line: int
    item: UUID
    source: str
    mine: str
    theirs: str
    by: str
    at: dt.datetime
    version: int


@dataclass(slots=True)
class Wish:
    """What becomes of one item: a new one, or the one that is there."""

    line: int
    item: Item
    is_new: bool
    roles: frozenset[str] = frozenset()
    changes: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, Any] = field(default_factory=dict)
    duties: dict[str, list[Holder]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)  # parts of a report
    share: int | None = None
    before: dict[str, str] = field(default_factory=dict)  # source → what was printed
    after: dict[str, str] = field(default_factory=dict)  # source → what was typed

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing would change."""
        said = self.changes or self.fields or self.duties or self.words
        return not self.is_new and not said and self.share is None

    def moves(self, source: str) -> bool:
        """Tell whether a cell that was typed would change what the item holds."""
        if source.startswith("field:"):
            return source[6:] in self.fields
        if source == "org":
            return bool(self.duties)
        if source in ROLES:
            return source in self.duties
        if source == "progress":
            return self.share is not None
        if source.startswith("report"):
            return any(self.words.values())
        return _COLUMNS.get(source, source) in self.changes


@dataclass
class WritePlan:
    """What a write would do."""

    made: list[Wish] = field(default_factory=list)
    changed: list[Wish] = field(default_factory=list)
    n_same: int = 0
    faults: list[CellFault] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)  # sources that are printed, never typed
    unknown: Counter[str] = field(default_factory=Counter)  # names kept as they are printed

    @property
    def is_sound(self) -> bool:
        """Tell whether it can be written as it stands."""
        return not self.faults and not self.conflicts

    @property
    def n(self) -> int:
        """Give how many items would be made or changed."""
        return len(self.made) + len(self.changed)


def plan_writes(
    asked: Asked, ledger: Ledger, rows: Sequence[Typed], *, is_paper: bool = False
) -> WritePlan:
    """Compare typed rows with what is there: a fixed number of queries for each 500 rows.

    On paper, names that nobody here goes by are kept as they are printed, and columns that follow from
    steps and rules are passed over; a person at the grid is told.
    """
    if len(rows) > ROW_CAP:
        raise ActionError("action.too_many_rows", n=len(rows), limit=ROW_CAP)
    work = _Work(asked, ledger, is_paper=is_paper)
    for at in range(0, len(rows), CHUNK):
        work.fetch(rows[at : at + CHUNK])
    for row in rows:
        work.read(row)
    work.settle()
    return work.plan


class _Work:
    """The state of one comparison."""

    def __init__(self, asked: Asked, ledger: Ledger, *, is_paper: bool) -> None:
        self.asked, self.ledger, self.is_paper = asked, ledger, is_paper
        self.plan = WritePlan()
        self.register = ledger.definition
        self.known = {f.key: f for f in self.register.fields}
        self.names = reading.Names(asked.campaign)
        self.items: dict[str, Item] = {}  # by id and by code
        self.held: dict[UUID, frozenset[str]] = {}
        self.printed: dict[UUID, dict[str, str]] = {}
        self.duties: dict[tuple[UUID, str], list[Responsibility]] = defaultdict(list)
        self.since: dict[UUID, list[Change]] = defaultdict(list)
        self.wishes: list[Wish] = []
        self.by_line: dict[int, Item] = {}
        self.editable: dict[frozenset[str], frozenset[str]] = {}
        self.later: list[Callable[[], None]] = []  # what waits for names

    def fetch(self, rows: Sequence[Typed]) -> None:
        """Fetch the items that rows name, with what is printed of them: six queries at most."""
        named = [r for r in rows if r.item]
        if not named:
            return
        found = self.ledger.named({r.item for r in named})
        for item in found:
            self.items[str(item.pk)] = self.items[item.code] = item
        facts = [Facts.of(i) for i in found]
        self.held |= roles_by_item(self.asked.seen, facts)
        sources = dict.fromkeys(s for r in named for s in r.texts)
        self._print(facts, list(sources))
        if ROLES & {*sources} or "org" in sources:
            duties = Responsibility.objects.filter(item__in=[i.pk for i in found])
            for duty in duties.order_by("order"):
                if in_force(duty, self.asked.day):
                    self.duties[duty.item_id, duty.role].append(duty)
        self._find_moved(named)

    def _print(self, facts: list[Facts], sources: list[str]) -> None:
        every = {c.source: c for c in Columns(self.asked, self.ledger).every(sources)}
        columns = [every[s] for s in sources if s in every]
        printer = Printer(self.asked, self.ledger, columns, is_plain=True)
        names = [c.source for c in columns]
        lines = [Row(f, f.code, self.register) for f in facts]
        for row, texts in printer.pairs(lines):
            self.printed[row.item.pk] = dict(zip(names, texts, strict=True))

    def _find_moved(self, rows: Sequence[Typed]) -> None:
        moved = {}
        for row in rows:
            item = self.items.get(row.item)
            if item is not None and row.version is not None and row.version < item.version:
                moved[item.pk] = row.version
        if not moved:
            return
        changes = Change.objects.filter(table=Item._meta.label_lower, row__in=moved)
        for change in changes.select_related("event").order_by("version"):
            if change.version > moved[change.row]:
                self.since[change.row].append(change)
        events = {c.event_id for found in self.since.values() for c in found}
        duties = Change.objects.filter(table=Responsibility._meta.label_lower, event__in=events)
        for change in duties.select_related("event"):
            facts = change.after or change.before or {}
            pk = as_uuid(str(facts.get("item_id", "")))
            if pk in moved:
                self.since[pk].append(change)

    def fault(self, line: int, source: str, error: KernelError, text: str = "") -> None:
        self.plan.faults.append(CellFault(line, source, error, text))

    def read(self, row: Typed) -> None:
        """Read one row into a wish."""
        wish = self._begun(row)
        if wish is None:
            return
        self.wishes.append(wish)
        self.by_line[row.line] = wish.item
        printed = self.printed.get(wish.item.pk, {})
        for source, text in row.texts.items():
            if _same(printed.get(source, ""), text, self._unit(source)):
                continue
            if source in PRINTED or source == "code" or self._is_computed(source):
                self._pass_over(wish, source, text)
                continue
            try:
                self._check_right(wish, source)
                self._read_cell(wish, source, text.strip())
            except (FieldError, ActionError) as error:
                self.fault(row.line, source, error, text)
                continue
            wish.before[source], wish.after[source] = printed.get(source, ""), text

    def _begun(self, row: Typed) -> Wish | None:
        if row.item:
            item = self.items.get(row.item)
            if item is None:
                self.fault(row.line, "", ActionError("write.no_such_item", item=row.item))
                return None
            return Wish(row.line, item, is_new=False, roles=self.held[item.pk])
        campaign = self.asked.campaign
        if not self.asked.seen.is_office(campaign.pk):
            self.fault(row.line, "", ActionError("write.may_not_add"))
            return None
        workflow = self.asked.playbook.workflow_of(self.register.key)
        item = Item(campaign=campaign, register=self.ledger.register, state=workflow.initial)
        if row.parent is not None:
            item.parent = self.by_line.get(row.parent)
        roles = self.asked.seen.roles(campaign.pk)
        return Wish(row.line, item, is_new=True, roles=roles)

    def _unit(self, source: str) -> str:
        known = self.known.get(source[6:]) if source.startswith("field:") else None
        return known.unit if known else ""

    def _is_computed(self, source: str) -> bool:
        known = self.known.get(source[6:]) if source.startswith("field:") else None
        return known is not None and known.compute is not None

    def _pass_over(self, wish: Wish, source: str, text: str) -> None:
        if self.is_paper:
            if text.strip() and source not in {"number", "blank"}:
                self.plan.ignored[source] += 1
            return
        self.fault(wish.line, source, ActionError("write.not_typed"), text)

    def _check_right(self, wish: Wish, source: str) -> None:
        if source.startswith("field:"):
            if source[6:] in self._editable(wish.roles):
                return
        elif source in REPORTED or source == "report":
            if wish.is_new or "report" in rights_of(wish.roles):
                return
        elif wish.is_new or "edit" in rights_of(wish.roles):
            return
        raise ActionError("write.may_not_edit")

    def _editable(self, roles: frozenset[str]) -> frozenset[str]:
        if roles not in self.editable:
            found = editable_fields(self.register, roles)
            self.editable[roles] = frozenset(f.key for f in found)
        return self.editable[roles]

    def _read_cell(self, wish: Wish, source: str, text: str) -> None:
        if source.startswith("field:"):
            self._read_field(wish, self.known[source[6:]], text)
        elif source in ROLES:
            self._read_duties(wish, source, text)
        elif source == "org":
            self._read_org(wish, text)
        elif source == "battle":
            self._read_battle(wish, text)
        elif source == "title":
            self._set(wish, "title", reading.title_of(text))
        elif source in {"start_on", "due"}:
            day = reading.day_of(text, self.asked.campaign, source, self.asked.day)
            self._set(wish, source, day)
        else:
            self._read_report(wish, source, text)

    def _set(self, wish: Wish, column: str, value: Any) -> None:
        if wish.is_new or getattr(wish.item, column) != value:
            wish.changes[column] = value

    def _read_battle(self, wish: Wish, text: str) -> None:
        found = self.names.battles.get(text)
        if text and found is None:
            if not self.is_paper:
                raise FieldError("cell.no_such_battle", given=text)
            self.plan.unknown[text] += 1  # a chapter of the paper that is no battle of the campaign
            return
        self._set(wish, "battle_id", found.pk if found else None)

    def _read_org(self, wish: Wish, text: str) -> None:
        """The accountable org is the first lead, else the first owner: naming another one replaces it."""
        role = "lead" if self.duties.get((wish.item.pk, "lead")) else "owner"
        if not text:
            self._want_duties(wish, role, [])
            return
        self.names.want("holder", [text])

        def settle() -> None:
            found = self.names.holder(text)
            if found.org is None:
                raise FieldError("field.no_such_org", given=text)
            rest = [reading.held(d) for d in self.duties.get((wish.item.pk, role), ())][1:]
            self._want_duties(wish, role, [found, *(h for h in rest if h.key != found.key)])

        self._later(wish, "org", text, settle)

    def _read_duties(self, wish: Wish, role: str, text: str) -> None:
        names = reading.names_in(text)
        self.names.want("holder", names)
        starred = reading.leads_in(text) if role == "owner" else []

        def settle() -> None:
            for lead in starred:
                self.names.holder(lead)
            found = [self._holder(name) for name in names if name not in starred]
            if starred:
                self._want_duties(wish, "lead", [self._holder(name) for name in starred])
            self._want_duties(wish, role, found)

        self._later(wish, role, text, settle)

    def _holder(self, name: str) -> Holder:
        found = self.names.holder(name)
        if not found.is_known:
            if not self.is_paper:
                raise FieldError("field.no_such_org", given=name)
            self.plan.unknown[name] += 1
        return found

    def _want_duties(self, wish: Wish, role: str, wanted: list[Holder]) -> None:
        has = [reading.held(d).key for d in self.duties.get((wish.item.pk, role), ())]
        if has != [h.key for h in wanted]:
            wish.duties[role] = wanted

    def _read_field(self, wish: Wish, one: FieldDef, text: str) -> None:
        value = reading.field_value(one, text, self.asked.campaign.end_on.year)
        reading.want_field(one, value, self.names)

        def settle() -> None:
            found = reading.settled(one, value, self.names)
            has = wish.item.fields.get(one.key)
            if found != has and not (is_blank(found) and is_blank(has)):
                wish.fields[one.key] = found

        self._later(wish, f"field:{one.key}", text, settle)

    def _read_report(self, wish: Wish, source: str, text: str) -> None:
        if source == "progress":
            share = reading.share_of(text) if text else 0
            if share // 100 != wish.item.progress // 100:
                wish.share = share
            return
        if source == "report":
            parts = three_parts(text)
            words = {n: getattr(parts, n) for n in ("progress", "problems", "next_steps")}
        else:
            words = {source.removeprefix("report."): text}
        for name, said in words.items():
            wish.words[name] = reading.words_of(said, source)

    def _later(self, wish: Wish, source: str, text: str, settle: Callable[[], None]) -> None:
        def run() -> None:
            try:
                settle()
            except (FieldError, ActionError) as error:
                self.fault(wish.line, source, error, text)

        self.later.append(run)

    def settle(self) -> None:
        """Look the names up, then sort the rows into new, changed and unchanged."""
        for run in self.later:
            run()
        actors: dict[UUID, str] = {}
        if self.since:
            ids = {c.event.actor_id for found in self.since.values() for c in found}
            people = Person.objects.in_bulk(ids)
            actors = {pk: person.label(lang()) for pk, person in people.items()}
        for wish in self.wishes:
            self._check(wish)
            self._find_conflicts(wish, actors)
            if wish.is_empty:
                self.plan.n_same += 1
            else:
                (self.plan.made if wish.is_new else self.plan.changed).append(wish)
        self.plan.faults.sort(key=lambda f: f.line)

    def _check(self, wish: Wish) -> None:
        start = wish.changes.get("start_on", wish.item.start_on)
        due = wish.changes.get("due", wish.item.due)
        if start and due and start > due and {"start_on", "due"} & {*wish.changes}:
            error = ActionError("item.dates_reversed", start=start, end=due)
            self.fault(wish.line, "due" if "due" in wish.changes else "start_on", error)
        if wish.is_new and not wish.changes.get("title"):
            self.fault(wish.line, "title", FieldError("cell.title_missing"))
        values = {**wish.item.fields, **wish.fields}
        for key in missing(self.register, values, wish.item.state):
            if wish.is_new or key in wish.fields:
                label = self.known[key].label
                error = ActionError("item.field_required", fields=[label])
                self.fault(wish.line, f"field:{key}", error)

    def _find_conflicts(self, wish: Wish, actors: Mapping[UUID, str]) -> None:
        for change in self.since.get(wish.item.pk, ()):
            for source in wish.after:
                if not _touches(change, source) or not wish.moves(source):
                    continue
                self.plan.conflicts.append(
                    Conflict(
                        wish.line,
                        wish.item.pk,
                        source,
                        wish.after[source],
                        wish.before[source],
                        actors.get(change.event.actor_id, ""),
                        change.event.at,
                        wish.item.version,
                    )
                )


def _touches(change: Change, source: str) -> bool:
    before, after = change.before or {}, change.after or {}
    if change.table == Responsibility._meta.label_lower:
        return (after or before).get("role") == source
    if source.startswith("field:"):
        old, new = before.get("fields") or {}, after.get("fields") or {}
        return bool(old.get(source[6:]) != new.get(source[6:]))
    return _COLUMNS.get(source, source) in after


def _same(printed: str, text: str, unit: str) -> bool:
    """Tell whether a text says what is printed: blanks and the unit of the column do not count."""
    one, other = printed.strip(), text.strip().replace("\r\n", "\n")
    if unit:
        one, other = one.removesuffix(unit).rstrip(), other.removesuffix(unit).rstrip()
    return one == other
