"""The page of one register, its workbook and its rosters, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import AccessClass, Org
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.fields import askable_fields, lookup_fields
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import COUNT_CAP, visible
from gongjian.apps.campaigns.registers import LIGHTS, LISTED_CAP, Ask, Ledger, RegisterPage
from gongjian.apps.campaigns.related import registers_for
from gongjian.apps.cockpit import queries
from gongjian.apps.cockpit.queries import Asked, lang
from gongjian.apps.cockpit.sights import class_word
from gongjian.apps.grid.printing import Printer
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book
from gongjian.kernel.model.fields import FieldType
from gongjian.lib import clock
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from gongjian.apps.campaigns.models import Battle, Roster
    from gongjian.kernel.model.fields import FieldDef, HeaderProfile

_RANGES = {FieldType.NUMBER, FieldType.MONEY, FieldType.COMPUTED, FieldType.DATE}


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the filter: a choice, or a text with its type."""

    name: str
    label: str
    value: str
    kind: str = "text"
    choices: tuple[tuple[str, str, bool], ...] = ()


def register_context(  # one argument for each thing the address says
    asked: Asked, ledger: Ledger, ask: Ask, page: RegisterPage, given: dict[str, str], first: int
) -> dict[str, Any]:
    """Give everything that the page of a register shows."""
    key = ledger.definition.key
    head = chosen_head(ledger, given.get("head", ""))
    printer = Printer(asked, ledger, head, page.rows, first)
    kept = {k: v for k, v in given.items() if v and k not in {"after", "from"}}
    here = reverse("grid:register", args=[asked.campaign.code, key])
    columns = _heads(printer, ask, kept, here)
    further = {**kept, "after": page.after, "from": str(first + len(page.rows))}
    is_office = asked.seen.is_office(asked.campaign.pk)
    battles = campaigns.battles(asked.campaign)
    return {
        "head": queries.head(asked, "cockpit:campaign"),
        "key": key,
        "label": ledger.definition.label.of(lang()),
        "note": ledger.definition.note.of(lang()) if ledger.definition.note else "",
        "tabs": [
            (r.key, asked.playbook.register(r.key).label.of(lang()))
            for r in registers_for(asked.seen, asked.campaign)
            if r.key in {d.key for d in asked.playbook.registers}
        ],
        "heads": [(h.key, h.label.of(lang()), h is head) for h in ledger.definition.heads],
        "controls": list(_controls(asked, ledger, ask, given, battles)),
        "chips": list(_chips(asked, ask, kept, here)),
        "faults": [sentence(f) for f in ask.faults],
        "columns": columns,
        "over": over_heads(columns),
        "rows": printer.printed(),
        "n": min(page.n, COUNT_CAP),
        "is_more": page.n > COUNT_CAP,
        "is_cut": page.is_cut,
        "listed_cap": LISTED_CAP,
        "next": f"{here}?{urlencode(further)}" if page.after else "",
        "is_filtered": ask.is_filtered,
        "kept": kept,
        "query": urlencode(kept),
        "here": here,
        "export": f"{reverse('grid:export', args=[asked.campaign.code, key])}?{urlencode(kept)}",
        "is_office": is_office and not asked.is_past,
        "lookups": _lookups(ledger) if not asked.is_past else [],
    }  # fmt: skip


def chosen_head(ledger: Ledger, key: str) -> HeaderProfile | None:
    """Give the printed form that was asked for; None for the columns of the system."""
    return next((h for h in ledger.definition.heads if h.key == key), None)


def _lookups(ledger: Ledger) -> list[tuple[str, str]]:
    found = lookup_fields(
        ledger.definition,
        ledger.register.campaign_id,
        ledger.register.access_class,
        ledger.seen,
    )
    return [(f.key, f.label.of(lang())) for f in found]


def _heads(printer: Printer, ask: Ask, kept: dict[str, str], here: str) -> list[dict[str, Any]]:
    found = []
    for column in printer.columns:
        is_sorted = bool(column.sort) and ask.sort == column.sort
        to = f"-{column.sort}" if is_sorted and not ask.is_down else column.sort
        query = urlencode({**kept, "sort": to})
        found.append({
            "head": column.head,
            "over": column.over,
            "href": f"{here}?{query}" if column.sort else "",
            "sorted": ("descending" if ask.is_down else "ascending") if is_sorted else "",
        })  # fmt: skip
    return found


def over_heads(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the upper row of heads: merged ones, and those that reach down; empty where none is merged."""
    if not any(c["over"] for c in columns):
        return []
    found: list[dict[str, Any]] = []
    for column in columns:
        last = found[-1] if found else None
        if column["over"] and last and last["over"] == column["over"]:
            last["span"] += 1
        else:
            found.append({**column, "span": 1})
    return found


def _controls(
    asked: Asked, ledger: Ledger, ask: Ask, given: dict[str, str], battles: list[Battle]
) -> Iterable[Control]:
    states = asked.playbook.workflow_of(ledger.definition.key).states
    named = {
        "battle": (_("Battle"), [(str(b.pk), b.label(lang())) for b in battles]),
        "state": (_("State"), [(s.key, s.label.of(lang())) for s in states]),
        "light": (_("Light"), [(c, asked.playbook.light(c).word.of(lang())) for c in LIGHTS]),
    }
    yield Control("q", _("Title or code contains"), ask.q, "search")
    for name, (label, choices) in named.items():
        chosen = given.get(name, "")
        picks = tuple((v, word, v == chosen) for v, word in choices)
        yield Control(name, label, chosen, "choice", picks)
    yield Control("org", _("Responsible org, by name"), _org_text(given.get("org", "")))
    wide = asked.seen.wide_roles(asked.campaign.pk)
    for field in askable_fields(ledger.definition, wide):
        if field.filterable:
            yield from _field_controls(field, given)


def _org_text(given: str) -> str:
    """Give the name of an org that an address names by its id; what was typed stays as it is."""
    try:
        org = Org.objects.filter(pk=UUID(given)).first()
    except ValueError:
        return given
    return org.short_name if org else given


def _field_controls(field: FieldDef, given: dict[str, str]) -> Iterable[Control]:
    name, label = f"f.{field.key}", field.label.of(lang())
    if field.type is FieldType.CHOICE:
        chosen = given.get(name, "")
        picks = tuple((c.key, c.label.of(lang()), c.key == chosen) for c in field.choices)
        yield Control(name, label, chosen, "choice", picks)
    elif field.type in _RANGES:
        kind = "date" if field.type is FieldType.DATE else "text"
        for suffix, word in ((".from", _("%(field)s from")), (".to", _("%(field)s to"))):
            one = f"{name}{suffix}"
            yield Control(one, word % {"field": label}, given.get(one, ""), kind)
    else:
        yield Control(name, label, given.get(name, ""))


def _chips(asked: Asked, ask: Ask, kept: dict[str, str], here: str) -> Iterable[dict[str, str]]:
    words = filter_words(asked, ask)
    for name, word in words.items():
        others = urlencode({k: v for k, v in kept.items() if k != name})
        yield {"word": word, "without": f"{here}?{others}" if others else here}


def filter_words(asked: Asked, ask: Ask) -> dict[str, str]:
    """Say what narrows a list, each condition by the name it has in an address."""
    words: dict[str, str] = {}
    if ask.q:
        words["q"] = _("contains “%(text)s”") % {"text": ask.q}
    if ask.battle:
        named = {b.pk: b.label(lang()) for b in campaigns.battles(asked.campaign)}
        words["battle"] = named.get(ask.battle, "?")
    if ask.org:
        org = Org.objects.filter(pk=ask.org).first()
        words["org"] = org.label(lang()) if org else "?"
    if ask.state:
        words["state"] = ask.state
        for workflow in asked.playbook.workflows:
            for state in workflow.states:
                if state.key == ask.state:
                    words["state"] = state.label.of(lang())
    if ask.light in LIGHTS:
        words["light"] = asked.playbook.light(ask.light).word.of(lang())
    signs = {"exact": "=", "gte": "≥", "lte": "≤"}
    for one in ask.fields:
        choice = one.field.choice(one.said)
        said = choice.label.of(lang()) if choice else one.said
        words[one.name] = f"{one.field.label.of(lang())} {signs[one.op]} {said}"
    return words


def workbook(  # what is printed, under which heads, by whom
    asked: Asked, ledger: Ledger, ask: Ask, page: RegisterPage, head_key: str, who: str
) -> bytes:
    """Write a register as a workbook: the heads of the chosen form, the filters named above them."""
    head = chosen_head(ledger, head_key)
    printer = Printer(asked, ledger, head, page.rows)
    label = ledger.definition.label.of(lang())
    columns = [SheetColumn(c.head, c.over, _width(c.source)) for c in printer.columns]
    rows: list[list[str]] = []
    battle = None
    printed = printer.printed()
    if head is not None and head.by_battle:
        printed = sorted(printed, key=lambda r: r.battle)
    for row in printed:
        if head is not None and head.by_battle and row.battle != battle:
            battle = row.battle
            rows.append([battle, *[""] * (len(columns) - 1)])
        rows.append([c["text"] for c in row.cells])
    at = clock.now()
    watermark = ""
    if ledger.register.access_class != AccessClass.OPEN:
        watermark = _("%(class)s · exported by %(who)s at %(at)s") % {
            "class": class_word(ledger.register.access_class),
            "who": who,
            "at": _local(at, asked.campaign.zone),
        }
    sheet = SheetPage(
        name=label,
        columns=columns,
        rows=rows,
        title=(head.title if head else "") or f"{asked.campaign.label(lang())} {label}",
        note=_note(asked, ask, page),
        watermark=watermark,
    )
    return write_book([sheet])


def _local(at: dt.datetime, zone: str) -> str:
    from zoneinfo import ZoneInfo  # noqa: PLC0415  # only exports print a clock

    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _width(source: str) -> int:
    wide = {"title": 40, "report": 48, "report.progress": 36, "report.problems": 28}
    wide |= {"report.next_steps": 28, "number": 6, "light": 8, "progress": 8, "due": 12}
    return wide.get(source, 18)


def _note(asked: Asked, ask: Ask, page: RegisterPage) -> str:
    words = "；".join(filter_words(asked, ask).values()) or _("all items")
    said = _("As of %(day)s · %(filters)s · %(n)s items") % {
        "day": asked.day,
        "filters": words,
        "n": len(page.rows),
    }
    if page.after:
        said += " · " + _("cut: only the first %(n)s are in this file, narrow the list") % {
            "n": len(page.rows)
        }
    if page.is_cut:
        said += " · " + _("cut: of the items listed here only the first %(n)s were read") % {
            "n": LISTED_CAP
        }
    return said


def roster_rows(asked: Asked, rosters: list[Roster]) -> list[dict[str, Any]]:
    """Give the versions of rosters, with the codes that each added and dropped: one query."""
    known = {UUID(pk) for r in rosters for pk in r.members}
    seen = Item.objects.filter(visible(asked.seen, asked.campaign.pk), pk__in=known)
    codes = {str(pk): code for pk, code in seen.values_list("pk", "code")}
    before: dict[str, set[str]] = {}
    rows = []
    for roster in rosters:
        now = set(roster.members)
        was = before.get(roster.name)
        rows.append({
            "roster": roster,
            "n": len(now),
            "added": sorted(codes[pk] for pk in now - was if pk in codes) if was is not None else [],
            "dropped": sorted(codes[pk] for pk in was - now if pk in codes) if was is not None else [],
        })  # fmt: skip
        before[roster.name] = now
    return rows[::-1]
