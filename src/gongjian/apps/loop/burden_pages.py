"""What the page of the burden on orgs shows, ready to print."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import Org, Person, PostHolding
from gongjian.apps.accounts.queries import on_day
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.loop import inquiry_pages
from gongjian.apps.loop.queries.burden import Kind, repeats
from gongjian.apps.loop.queries.known import Known
from gongjian.apps.loop.things import things_of
from gongjian.apps.loop.words import lang

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.queries.burden import Asked, Load, Meter, Over
    from gongjian.apps.loop.things import Thing
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 200
STEPS = 10  # widths of a bar
_KINDS = {
    Kind.QUESTION: noop("One-time question"),
    Kind.ROUND: noop("Round"),
    Kind.REPORT: noop("Reports on items"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What an org was asked in one week."""

    head: str
    fields: int
    forms: int
    level: int  # of STEPS; full at the cap
    is_over: bool


@dataclass(frozen=True, slots=True)
class OrgRow:
    """One org, with its weeks."""

    org: Org
    name: str
    cells: tuple[Cell, ...]
    fields: int
    forms: int
    everywhere: int  # fields of this week, in all campaigns that the reader sees


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One question or round, or all reports on items of the weeks shown."""

    kind: str
    title: str
    href: str
    on: dt.date | None
    by: str
    n_orgs: int
    forms: int
    fields: int
    reason: str


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """Something that was known, or had been asked before."""

    label: str
    title: str
    href: str
    said: str
    where: str  # address of what was there


def week_name(day: dt.date) -> str:
    """Give the name of an ISO week."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"


def org_rows(found: Meter, campaign: Campaign) -> list[OrgRow]:
    """Give the orgs that were asked anything in the campaign, the heaviest first: one query."""
    here = [one for one in found.loads if one.campaign == campaign.pk]
    orgs = Org.objects.in_bulk({one.org for one in here})
    fields: Counter[tuple[UUID, dt.date]] = Counter()
    forms: Counter[tuple[UUID, dt.date]] = Counter()
    for one in here:
        fields[one.org, one.week] += one.fields
        forms[one.org, one.week] += one.forms
    everywhere: Counter[UUID] = Counter()
    for one in found.loads:
        everywhere[one.org] += one.fields if one.week == found.weeks[-1] else 0
    made = []
    for pk, org in orgs.items():
        cells = tuple(_cell(found, w, fields[pk, w], forms[pk, w]) for w in found.weeks)
        sums = sum(c.fields for c in cells), sum(c.forms for c in cells)
        made.append(OrgRow(org, org.label(lang()), cells, *sums, everywhere[pk]))
    return sorted(made, key=lambda r: (-r.fields, -r.forms, r.org.order, r.org.code))


def _cell(found: Meter, week: dt.date, fields: int, forms: int) -> Cell:
    level = min(-(-fields * STEPS // found.cap), STEPS)
    return Cell(week_name(week), fields, forms, level, fields > found.cap)


def asked_rows(found: Meter, campaign: Campaign, *, may_run: bool) -> list[AskedRow]:
    """Give what was asked in the campaign and by whom, the newest first: two queries at most."""
    by_source: dict[UUID | None, list[Load]] = {}
    for one in found.loads:
        if one.campaign == campaign.pk:
            by_source.setdefault(one.source, []).append(one)
    reports = by_source.pop(None, [])
    here = [found.asked[pk] for pk in by_source if pk is not None]
    names = _names({a.by for a in here if a.by}, found.weeks[-1])
    made = [
        _asked_row(campaign, a, by_source[a.pk], names.get(a.by, ""), may_run=may_run)
        for a in sorted(here, key=lambda a: (a.at, str(a.pk)), reverse=True)
    ]
    if reports:
        sums = _sums(reports)
        made.append(AskedRow(_(_KINDS[Kind.REPORT]), "", "", None, _("By the playbook"), *sums, ""))
    return made


def _asked_row(
    campaign: Campaign, asked: Asked, loads: Sequence[Load], by: str, *, may_run: bool
) -> AskedRow:
    href = _href(campaign, asked) if may_run else ""
    sums, kind = _sums(loads), _(_KINDS[asked.kind])
    return AskedRow(kind, asked.title, href, asked.on, by or "–", *sums, asked.reason)


def _sums(loads: Sequence[Load]) -> tuple[int, int, int]:
    n_orgs = len({one.org for one in loads})
    return n_orgs, sum(one.forms for one in loads), sum(one.fields for one in loads)


def _href(campaign: Campaign, asked: Asked) -> str:
    page = "loop:inquiry" if asked.kind == Kind.QUESTION else "loop:round"
    return reverse(page, args=[campaign.code, asked.pk])


def _names(people: set[UUID], day: dt.date) -> dict[UUID | None, str]:
    """Give who asked, with the org of a post that they hold: two queries."""
    held = PostHolding.objects.filter(on_day(day), person__in=people).select_related("post__org")
    units = {h.person_id: h.post.org.label(lang()) for h in held}
    return {
        pk: " · ".join(filter(None, [who.label(lang()), units.get(pk, "")]))
        for pk, who in Person.objects.in_bulk(people).items()
    }


def repeat_rows(found: Meter, campaign: Campaign, *, may_run: bool) -> list[RepeatRow]:
    """Give what was asked although it was known or asked before: one query at most."""
    known = list(_known(found, campaign, may_run=may_run))
    told = {(r.title, r.label) for r in known}
    twice = [r for r in _twice(found, campaign, may_run=may_run) if (r.title, r.label) not in told]
    return [*known, *twice, *_again(found, campaign, may_run=may_run)]


def _known(found: Meter, campaign: Campaign, *, may_run: bool) -> Iterator[RepeatRow]:
    """Give what the search of the book found when questions were sent; its counts are of all orgs."""
    playbook = playbook_in_force(campaign)
    things: list[Thing] = []
    kept: list[tuple[Asked, Known]] = []
    for asked in found.asked.values():
        if asked.row is None or asked.campaign != campaign.pk:
            continue
        things += [replace(t, key=f"{asked.pk}{t.key}") for t in things_of(asked.row)]
        known = [Known(**facts) for facts in asked.row.known]
        kept += [
            (asked, replace(k, thing=f"{asked.pk}{k.thing}"))
            for k in known
            if _is_there(playbook, k)
        ]
    rows = inquiry_pages.known_rows(playbook, campaign.code, things, [k for _asked, k in kept])
    for (asked, _one), row in zip(kept, rows, strict=True):
        href = _href(campaign, asked) if may_run else ""
        said = row.said if found.is_wide else _("the book held it when it was asked")
        yield RepeatRow(row.label, asked.title, href, said, row.href if may_run else "")


def _is_there(playbook: Playbook, known: Known) -> bool:
    """Tell whether the column still is in the playbook; an earlier question stays."""
    registers = {r.key: {f.key for f in r.fields} for r in playbook.registers}
    kind, _colon, key = known.source.partition(":")
    fields = registers.get(known.register, set())
    return known.register in {"", *registers} and (kind != "field" or key in fields)


def _twice(found: Meter, campaign: Campaign, *, may_run: bool) -> Iterator[RepeatRow]:
    for one in repeats(found):
        *_older, before, last = one.asked
        if campaign.pk not in {a.campaign for a in one.asked}:
            continue
        href = _href(campaign, last) if may_run and last.campaign == campaign.pk else ""
        facts = {"n": one.n_orgs, "times": len(one.asked), "title": before.title, "day": before.on}
        said = _(
            "asked in %(times)s questions, of %(n)s orgs more than once; before in “%(title)s” on %(day)s"
        )
        yield RepeatRow(one.label, last.title, href, said % facts, "")


def _again(found: Meter, campaign: Campaign, *, may_run: bool) -> Iterator[RepeatRow]:
    n: Counter[UUID] = Counter()
    for one in found.loads:
        if one.again and one.source is not None and one.campaign == campaign.pk:
            n[one.source] += one.again
    for pk, forms in n.items():
        asked = found.asked[pk]
        said = _("%(n)s of its forms had been sent out in an earlier round") % {"n": forms}
        href = _href(campaign, asked) if may_run else ""
        yield RepeatRow(_("Blanks of items"), asked.title, href, said, "")


@dataclass(frozen=True, slots=True)
class OverRow:
    """An org that would be asked too much, with what makes it so."""

    name: str
    so_far: int
    more: int
    by: int
    cap: int


def over_rows(found: Iterable[Over]) -> list[OverRow]:
    """Give the orgs that would be asked more than the cap, the worst first: at most one query."""
    rows = list(found)
    orgs: Mapping[UUID, Org] = Org.objects.in_bulk([o.org for o in rows]) if rows else {}
    return [OverRow(orgs[o.org].label(lang()), o.so_far, o.more, o.by, o.cap) for o in rows]


def context(found: Meter, campaign: Campaign, *, may_run: bool) -> dict[str, Any]:
    """Give everything that the page shows."""
    rows = org_rows(found, campaign)
    asked = asked_rows(found, campaign, may_run=may_run)
    repeated = repeat_rows(found, campaign, may_run=may_run)
    this_week = [r.cells[-1] for r in rows]
    return {
        "weeks": [(week_name(w), w) for w in found.weeks],
        "cap": found.cap,
        "rows": rows[:SHOWN],
        "n_rows": len(rows),
        "n_over": sum(c.is_over for c in this_week),
        "n_asked": sum(c.forms > 0 for c in this_week),
        "fields_now": sum(c.fields for c in this_week),
        "forms_now": sum(c.forms for c in this_week),
        "asked": asked[:SHOWN],
        "n_asked_all": len(asked),
        "repeated": repeated[:SHOWN],
        "n_repeated": len(repeated),
        "is_wide": found.is_wide,
        "has_others": found.n_campaigns > 1,
    }
