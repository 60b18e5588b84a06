"""What the pages of rounds and the launch show, ready to print."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.answers import JOINED, LINES, NOTE, PART, questions, said_of, short
from gongjian.apps.loop.models import Return
from gongjian.apps.loop.queries.launch import ALL_ITEMS, BATTLES
from gongjian.apps.loop.words import lang, need_word, state_word, via_word
from gongjian.apps.targets.pages import number, value_words
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.loop.answers import Names, Question
    from gongjian.apps.loop.models import Waiver
    from gongjian.apps.loop.queries.launch import Waiting
    from gongjian.apps.loop.queries.returns import Duty, Progress
    from gongjian.apps.targets.queries import Aim
    from gongjian.kernel.errors import KernelError
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 500


@dataclass(frozen=True, slots=True)
class GapRow:
    """An item with what it lacks."""

    pk: UUID
    code: str
    title: str
    href: str
    org: str
    lacks: tuple[str, ...]
    waived: tuple[str, ...]
    is_part: bool
    needs_lead: bool


@dataclass(frozen=True, slots=True)
class CountRow:
    """An announced count beside what is there."""

    what: str
    n: int
    found: int
    differs: bool
    is_waived: bool
    choices: tuple[tuple[str, str, bool], ...]  # what may count: value, word, is chosen


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """A target whose baseline was counted under another rule."""

    subject: str
    href: str
    baseline: str
    baseline_rule: str
    value: str
    rule: str


def gap_rows(here: Waiting, *, only_lacking: bool) -> list[tuple[str, list[GapRow]]]:
    """Give the items by battle, each with what it lacks; at most so many."""
    checked = {c.key: c for c in here.check.items}
    names = {b.pk: b.label(lang()) for b in here.battles}
    order = {b.pk: n for n, b in enumerate(here.battles)}
    rows = [i for i in here.items if not only_lacking or checked[str(i.pk)].lacks]
    rows.sort(key=lambda i: (order.get(i.battle_id, len(order)), i.code))  # type: ignore[arg-type]
    groups: dict[str, list[GapRow]] = defaultdict(list)
    for item in rows[:SHOWN]:
        found = checked[str(item.pk)]
        register = here.registers[item.register_id].key
        lead = here.answering.get(item.pk)
        word = names.get(item.battle_id, _("Without a battle"))  # type: ignore[arg-type]
        groups[word].append(
            GapRow(
                item.pk,
                item.code,
                item.title,
                reverse("cockpit:item", args=[item.code]),
                item.org.label(lang()) if item.org else "",
                tuple(need_word(here.playbook, register, n) for n in found.lacks),
                tuple(need_word(here.playbook, register, n) for n in found.waived),
                found.part_of is not None,
                not lead,
            )
        )
    return list(groups.items())


def count_rows(here: Waiting) -> list[CountRow]:
    """Give the announced counts with what may count for each."""
    bases = [(ALL_ITEMS, _("All items")), (BATTLES, _("Battles"))]
    bases += [(r.key, r.label.of(lang())) for r in here.playbook.registers]
    rows = []
    for told, found in zip(here.campaign.announced, here.check.counts, strict=True):
        basis = here.basis(told)
        choices = tuple((value, word, value == basis) for value, word in bases)
        rows.append(
            CountRow(found.what, found.n, found.found, found.differs, found.is_waived, choices)
        )
    return rows


def conflict_row(aim: Aim) -> ConflictRow:
    """Give a target whose baseline was counted under another rule."""
    v = aim.version
    start = f"{number(v.baseline)} {v.unit}".strip() if v.baseline is not None else "–"
    href = reverse("targets:target", args=[aim.target.pk])
    return ConflictRow(
        aim.target.subject, href, start, v.baseline_rule, value_words(v), v.counting_rule
    )


def gap_context(here: Waiting) -> dict[str, Any]:
    """Give the figures and rows of the gap list."""
    check = here.check
    groups = gap_rows(here, only_lacking=False)
    return {
        "campaign": here.campaign,
        "campaign_name": here.campaign.label(lang()),
        "n": check.n,
        "n_complete": check.n_complete,
        "n_with_owner": here.n_with_owner,
        "n_with_due": here.n_with_due,
        "counts": count_rows(here),
        "empty_battles": [b.label(lang()) for b in here.empty_battles],
        "conflicts": [conflict_row(a) for a in here.conflicts],
        "groups": groups,
        "n_shown": sum(len(rows) for _name, rows in groups),
        "n_all": len(here.items),
    }


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """What may be lacking, and who answers for it."""

    pk: UUID
    code: str
    title: str
    need: str
    reason: str
    who: str
    at: dt.datetime


def waiver_rows(here: Waiting) -> list[WaiverRow]:
    """Give the waivers with their items and the names of who gave them: two queries."""
    people = Person.objects.in_bulk([w.by for w in here.waivers if w.by])
    # Waivers of items that were issued since stand as well: their rows are fetched for the words.
    items = Item.objects.in_bulk([w.item_id for w in here.waivers if w.item_id])
    found = []
    for row in here.waivers:
        item = items.get(row.item_id) if row.item_id else None
        found.append(_waiver(here, row, item, people.get(row.by) if row.by else None))
    return found


def _waiver(here: Waiting, row: Waiver, item: Item | None, who: Person | None) -> WaiverRow:
    need = row.need
    if item is not None:
        need = need_word(here.playbook, here.registers[item.register_id].key, row.need)
    return WaiverRow(
        row.pk,
        item.code if item else "",
        item.title if item else "",
        need,
        row.reason,
        who.label(lang()) if who else _("System"),
        row.at,
    )


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One return, for a list."""

    pk: UUID
    version: int
    code: str
    title: str
    org: str
    state: str
    state_word: str
    how: str  # who entered it, by which way
    at: dt.datetime | None
    said: tuple[tuple[str, str], ...]
    n_lines: int
    short: tuple[str, ...]
    days_left: int
    due: dt.date
    is_member: bool
    n_chased: int
    review_note: str
    is_open: bool

    @property
    def may_be_accepted(self) -> bool:
        """Tell whether it waits for the office; parts of a group wait for their lead."""
        return self.state == Return.State.RETURNED and not self.is_member

    @property
    def mark(self) -> str:
        """Give what a form sends of it: which one, as it was shown."""
        return f"{self.pk}:{self.version}"


def return_rows(
    rows: Sequence[Return], playbooks: Mapping[UUID, Playbook], names: Names
) -> list[ReturnRow]:
    """Give returns with what they say and who entered it: one query."""
    people = Person.objects.in_bulk({r.returned_by for r in rows if r.returned_by})
    return [_return(r, playbooks[r.campaign_id], names, people) for r in rows]


def _return(row: Return, playbook: Playbook, names: Names, people: dict[UUID, Person]) -> ReturnRow:
    register = row.item.register.key
    who = people.get(row.returned_by) if row.returned_by else None
    lacks = [n for n in short(row, playbook.register(register)) if n != PART]
    return ReturnRow(
        pk=row.pk,
        version=row.version,
        code=row.item.code,
        title=row.item.title,
        org=row.org.label(lang()),
        state=row.state,
        state_word=state_word(row.state, row.kind),
        how=" · ".join(filter(None, [who.label(lang()) if who else "", via_word(row.via)])),
        at=row.returned_at,
        said=tuple(said_of(playbook, row, names)),
        n_lines=len(row.lines),
        short=tuple(need_word(playbook, register, n) for n in lacks),
        days_left=(row.round.due - today_of(row.campaign)).days,
        due=row.round.due,
        is_member=row.kind == Return.Kind.MEMBER,
        n_chased=row.n_chased,
        review_note=row.review_note,
        is_open=row.state in {Return.State.ASKED, Return.State.SENT_BACK},
    )


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One thing asked, with what was typed and what is wrong with it."""

    question: Question
    value: str
    fault: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an org's own plan."""

    n: int
    title: str
    org: str
    due: str
    fault: str


def field_rows(
    playbook: Playbook, row: Return, typed: Mapping[str, str], faults: Mapping[str, KernelError]
) -> list[FieldRow]:
    """Give what a return is asked, as its form shows it."""
    return [
        FieldRow(q, typed.get(q.name, ""), sentence(faults[q.name]) if q.name in faults else "")
        for q in questions(playbook, row.item.register.key, row.asked)
    ]


def line_rows(typed: Mapping[str, str], faults: Mapping[str, KernelError]) -> list[LineRow]:
    """Give the lines that are there and three more to write in."""
    used = [n for n in range(LINES) if any(typed.get(f"line-{n}-{p}") for p in _PARTS)]
    n_shown = min((max(used) if used else -1) + 4, LINES)
    return [_line(n, typed, faults) for n in range(n_shown)]


_PARTS = ("title", "org", "due")


def _line(n: int, typed: Mapping[str, str], faults: Mapping[str, KernelError]) -> LineRow:
    wrong = [sentence(faults[k]) for p in _PARTS if (k := f"line-{n}-{p}") in faults]
    title, org, due = (typed.get(f"line-{n}-{p}", "") for p in _PARTS)
    return LineRow(n, title, org, due, " ".join(wrong))


def known_facts(
    playbook: Playbook, item: Item, responsible: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Give what is known of an item: grey beside what is asked."""
    register = item.register.key
    facts = [(_("Battle"), item.battle.label(lang()) if item.battle else "")]
    facts += [(need_word(playbook, register, role), name) for role, name in responsible]
    facts.append((_("Deadline"), item.due.isoformat() if item.due else ""))
    return [(label, text) for label, text in facts if text]


def round_context(progress: Progress) -> dict[str, Any]:
    """Give how far a round is."""
    return {
        "progress": progress,
        "orgs": [
            {
                "name": o.org.label(lang()),
                "pk": o.org.pk,
                "n": o.n,
                "n_in": o.n_in,
                "n_missing": o.n_missing,
                "n_chased": o.n_chased,
            }
            for o in progress.orgs
        ],
        "duties": progress.duties,
        "missing": [o.org.label(lang()) for o in progress.orgs if o.n_missing],
    }


def joined_text(duty: Duty) -> str:
    """Propose what the parts that are in say together: a paragraph for each org.

    Below what was joined before stands what came in since.
    """
    before = joined_before(duty).get("text", "")
    parts = duty.fresh if before else duty.inside
    said = [(p.org.label(lang()), p.content.get(PART) or p.content.get(NOTE)) for p in parts]
    return "\n".join(filter(None, [before, *(f"{name}: {text}" for name, text in said if text)]))


def total(values: Iterable[str]) -> str:
    """Give the sum of figures as a person would type it."""
    text = f"{sum((Decimal(v) for v in values), Decimal(0)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def joined_before(duty: Duty) -> dict[str, Any]:
    """Give what was joined before, if anything was."""
    kept: dict[str, Any] = duty.lead.content.get(JOINED, {}) if duty.lead else {}
    return kept
