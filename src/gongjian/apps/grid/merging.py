"""Many workbooks come back: rows of one item in several of them become one, or a conflict to decide.

How rows are merged
-------------------
1. Rows of one item in one file stay double, and are a fault.
2. Where several files say the same, one of them speaks for all.
3. Where they differ, what only repeats the book gives way to what somebody has changed.
4. Where two have changed a cell differently, a person decides, cell by cell or for the later file.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongjian.apps.accounts.models import OrgGroupMember, OrgReach
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.models import Item, Responsibility
from gongjian.apps.campaigns.naming import by_name
from gongjian.apps.grid.writing import plan_writes
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.apps.grid.intake import Rows, Sheet
    from gongjian.apps.grid.writing import Typed, Wish

BOOK = "-"  # what a person answers for a cell that is to stay as the book has it
BATCH = 5_000
_FILLED_BY = re.compile(r"(?:填报|报送|上报|汇总|责任|filled in by|org)[单位部门]*\s*[:：]\s*([^\s\u3000:：]+)", re.IGNORECASE)  # fmt: skip
_PARTS = re.compile(r"[-_—()（）\s]+")  # both widths stand in the names of files


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell of one item for which files say different things."""

    item: str
    source: str
    said: tuple[tuple[int, str], ...]  # line and text, in the order of the files
    book: str

    @property
    def key(self) -> str:
        """Give the name under which the answer is kept."""
        return f"{self.item}|{self.source}"


@dataclass
class Merged:
    """The rows that are left when those of one item are one."""

    typed: list[Typed] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    from_line: dict[tuple[int, str], int] = field(default_factory=dict)  # where a cell came from
    joined: dict[int, int] = field(default_factory=dict)  # line → the line that speaks for it

    @property
    def n_joined(self) -> int:
        """Give how many rows said what another one says."""
        return len(self.joined)


def merged(
    asked: Asked, ledger: Ledger, rows: Rows, left: set[int], answers: Mapping[str, Any]
) -> Merged:
    """Join the rows of one item that stand in several files: no more queries than a plan of these."""
    done = Merged()
    groups = [g for lines in rows.doubles.values() if len(g := _one_a_file(rows, lines, left)) > 1]
    for group in groups:
        done.joined |= dict.fromkeys(group[1:], group[0])
    apart = {tuple(g): sources for g in groups if (sources := _differing(rows, g))}
    settled = _settled(asked, ledger, rows, apart, answers, done) if apart else {}
    open_ = {g[0]: sources for g, sources in apart.items()}
    for group in groups:
        n = group[0]
        said = {s: t for s, t in _united(rows, group).items() if s not in open_.get(n, ())}
        rows.typed[n] = replace(rows.typed[n], texts=said | settled.get(n, {}))
    for n, typed in enumerate(rows.typed):
        if n not in left and n not in done.joined:
            is_moved = typed.parent is not None and typed.parent in done.joined
            done.typed.append(_below(typed, done.joined) if is_moved else typed)
    return done


def _below(typed: Typed, joined: Mapping[int, int]) -> Typed:
    """Put a new row below the one that speaks for the one it stood under."""
    return typed if typed.parent is None else replace(typed, parent=joined[typed.parent])


def _one_a_file(rows: Rows, lines: Iterable[int], left: set[int]) -> list[int]:
    found: dict[str, int] = {}
    for n in lines:
        if n not in left:
            found.setdefault(rows.places[n].file, n)
    return list(found.values())


def _united(rows: Rows, group: Sequence[int]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for n in reversed(group):
        texts |= rows.typed[n].texts
    return texts


def _differing(rows: Rows, group: Sequence[int]) -> set[str]:
    said: dict[str, set[str]] = defaultdict(set)
    for n in group:
        for source, text in rows.typed[n].texts.items():
            said[source].add(text.strip())
    return {source for source, texts in said.items() if len(texts) > 1}


def _settled(
    asked: Asked,
    ledger: Ledger,
    rows: Rows,
    apart: Mapping[tuple[int, ...], set[str]],
    answers: Mapping[str, Any],
    done: Merged,
) -> dict[int, dict[str, str]]:
    """Decide cells that differ: what only repeats the book gives way, the rest is asked."""
    lines = [n for group in apart for n in group]
    plan = plan_writes(asked, ledger, [rows.typed[n] for n in lines], is_paper=True)
    wishes = {w.line: w for w in (*plan.made, *plan.changed)}
    moved = {(w.line, s) for w in wishes.values() for s in w.after if w.moves(s)}
    moved |= {(f.line, f.source) for f in plan.faults}
    settled: dict[int, dict[str, str]] = defaultdict(dict)
    for group, sources in apart.items():
        for source in sorted(sources):
            clash = _clash(rows, group, source, moved, wishes)
            chosen = _chosen(rows, clash, answers)
            if chosen is None:
                done.clashes.append(clash)
            elif chosen != BOOK:
                line = int(chosen)
                settled[group[0]][source] = rows.typed[line].texts[source]
                done.from_line[group[0], source] = line
    return settled


def _clash(
    rows: Rows,
    group: Sequence[int],
    source: str,
    moved: set[tuple[int, str]],
    wishes: Mapping[int, Wish],
) -> Clash:
    """Give what files make of a cell; those that only repeat the book where nobody does else."""
    said = {n: t for n in group if (t := rows.typed[n].texts.get(source)) is not None}
    changed = {n: t for n, t in said.items() if (n, source) in moved}
    held = [w.before[source] for n in changed if (w := wishes.get(n)) and source in w.before]
    first = dict(list(said.items())[:1])
    return Clash(
        rows.typed[group[0]].item,
        source,
        tuple((changed or first).items()),
        held[0] if held else "",
    )


def _chosen(rows: Rows, clash: Clash, answers: Mapping[str, Any]) -> str | None:
    """Give the line that is taken, or that the book stays; None where it must be asked."""
    if len({text.strip() for _line, text in clash.said}) == 1:
        return str(clash.said[0][0])
    answer = answers.get("choices", {}).get(clash.key)
    if answer == BOOK:
        return BOOK
    for line, _text in clash.said:
        if answer is not None and rows.places[line].file == answer:
            return str(line)
    return str(clash.said[-1][0]) if answers.get("later_wins") else None


# ---- whose rows a file brings --------------------------------------------------------------------


def strangers(asked: Asked, rows: Rows, sheets: Sequence[Sheet]) -> dict[int, str]:
    """Give the lines whose item the org that sends their file does not answer for, each with that org.

    The org is the one that the sheet names above its head, else the one in the name of the file.
    """
    senders = _senders(sheets)
    reach: dict[UUID, set[UUID]] = defaultdict(set)
    pairs = OrgReach.objects.filter(ancestor__in={pk for pk, _name in senders.values()})
    for ancestor, descendant in pairs.values_list("ancestor_id", "descendant_id"):
        reach[ancestor].add(descendant)
    lines = [n for n, t in enumerate(rows.typed) if t.item and rows.places[n].file in senders]
    parts = _parts_in(asked, sorted({rows.typed[n].item for n in lines}))
    found = {}
    for n in lines:
        pk, name = senders[rows.places[n].file]
        if not parts[rows.typed[n].item] & reach[pk]:
            found[n] = name
    return found


def _senders(sheets: Sequence[Sheet]) -> dict[str, tuple[UUID, str]]:
    said: dict[str, list[str]] = defaultdict(list)
    for sheet in sheets:
        if sheet.is_taken:
            said[sheet.file] += [m[1] for t in sheet.head.above for m in _FILLED_BY.finditer(t)]
    for file in said:
        said[file] += _PARTS.split(file.rpartition(".")[0])[::-1]
    known = by_name(FieldType.ORG, {n for names in said.values() for n in names if n})
    found = {}
    for file, names in said.items():
        for name in names:
            if len(orgs := known.get(name, [])) == 1:
                found[file] = (orgs[0].pk, name)
                break
    return found


def _parts_in(asked: Asked, items: Sequence[str]) -> dict[str, set[UUID]]:
    """Give the orgs that have a part in items: accountable, by a duty, or in a group that has one."""
    parts: dict[str, set[UUID]] = defaultdict(set)
    groups: dict[str, set[UUID]] = defaultdict(set)
    for at in range(0, len(items), BATCH):
        some = [UUID(pk) for pk in items[at : at + BATCH]]
        for pk, org in Item.objects.filter(pk__in=some).values_list("pk", "org_id"):
            parts[str(pk)].add(org)
        duties = Responsibility.objects.filter(item__in=some)
        for item, org, group in duties.values_list("item_id", "org_id", "group_id"):
            if org is not None:
                parts[str(item)].add(org)
            if group is not None:
                groups[str(item)].add(group)
    wanted = {g for found in groups.values() for g in found}
    members = OrgGroupMember.objects.filter(on_day(asked.day), group__in=wanted)
    within: dict[UUID, set[UUID]] = defaultdict(set)
    for group, org in members.values_list("group_id", "org_id"):
        within[group].add(org)
    for item, found in groups.items():
        parts[item] |= {org for g in found for org in within[g]}
    return parts
