"""Tallies, targets and orgs put together into pages; no item is read for a cockpit."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org, OrgGroup, OrgGroupMember
from gongjian.apps.accounts.queries import on_day, orgs_as_of
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns import tally
from gongjian.apps.campaigns.kernel_io import playbook_in_force, playbook_on
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.cockpit.pages import (
    BattleCard,
    CockpitPage,
    Head,
    LightCount,
    Meter,
    OrgBlock,
    OrgRow,
    TargetRow,
)
from gongjian.apps.targets.pages import value_words
from gongjian.apps.targets.queries import Aim, aims, seen_aims
from gongjian.kernel.indicators.lights import planned
from gongjian.lib import clock

if TYPE_CHECKING:
    from decimal import Decimal
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Battle, Campaign, Register
    from gongjian.kernel.model.playbook import Playbook

_DAY = dt.timedelta(days=1)
ORGS_SHOWN = 8
NO_LIGHT = ("green", "yellow", "red", "done", "none")


@dataclass(frozen=True)
class Asked:
    """One campaign as one person asks for it, for one day."""

    seen: Scope
    campaign: Campaign
    playbook: Playbook
    day: dt.date
    newest: dt.date

    @property
    def is_past(self) -> bool:
        """Tell whether a day before the newest is asked for."""
        return self.day < self.newest

    @property
    def until(self) -> dt.datetime:
        """Give the instant at which the day asked for ends."""
        return clock.start_of(self.day + _DAY, self.campaign.zone)

    def items(self, **wanted: object) -> str:
        """Give the address of the rows behind a number."""
        named = {k: str(v) for k, v in wanted.items() if v is not None}
        if self.is_past:
            named["day"] = self.day.isoformat()
        return f"{self._list}?{urlencode(named)}" if named else self._list

    @cached_property
    def _list(self) -> str:
        return reverse("cockpit:items", args=[self.campaign.code])

    def dated(self, address: str) -> str:
        """Give an address for the day that is asked for."""
        return f"{address}?day={self.day.isoformat()}" if self.is_past else address

    def figure(self, **wanted: object) -> str:
        """Give the address of exactly the rows that a figure counts."""
        return self.items(**wanted, own=None if self._is_wide else 1)

    @cached_property
    def _is_wide(self) -> bool:
        return self.seen.is_wide(self.campaign.pk)

    def light(self, code: str, n: int = 0, **where: object) -> LightCount:
        """Give a light with its word in the reader's language, and its rows."""
        found, language = self.playbook.light(code), lang()
        return LightCount(
            code,
            found.word.of(language),
            found.meaning.of(language),
            found.shape,
            n,
            self.figure(light=code, **where),
        )

    @cached_property
    def _plain(self) -> dict[str, LightCount]:
        return {}

    def plain_light(self, code: str) -> LightCount:
        """Give a light with its word, made once a page: a list prints it a hundred times."""
        if code not in self._plain:
            self._plain[code] = self.light(code)
        return self._plain[code]


def lang() -> str:
    """Give the reader's language."""
    return get_language() or "zh-hans"


def ask(seen: Scope, campaign: Campaign, day: dt.date | None) -> Asked:
    """Settle which day is asked for, inside the campaign and never after today, and its playbook."""
    newest = today_of(campaign)
    wanted = min(max(day or newest, campaign.start_on), newest)
    is_past = wanted < newest
    playbook = playbook_on(campaign, wanted) if is_past else playbook_in_force(campaign)
    return Asked(seen, campaign, playbook, wanted, newest)


def head(asked: Asked, to: str) -> Head:
    """Give the head of a campaign's page; `to` names the page that the day links lead to."""
    campaign, day = asked.campaign, asked.day
    n_days = (campaign.end_on - campaign.start_on).days + 1
    n_day = min((day - campaign.start_on).days + 1, n_days)
    anchor_on = campaign.anchor_on or campaign.end_on
    page = reverse(to, args=[campaign.code])
    return Head(
        code=campaign.code,
        name=campaign.label(lang()),
        goal=campaign.goal,
        day=day,
        n_day=n_day,
        n_days=n_days,
        elapsed_pct=planned(campaign.start_on, campaign.end_on, day) // 100,
        left=max((anchor_on - day).days, 0),
        anchor=_anchor(campaign) or _("the end of the campaign"),
        is_example=campaign.is_example,
        is_past=asked.is_past,
        stamp=day.isoformat(),
        previous=f"{page}?day={day - _DAY}" if day > campaign.start_on else "",
        next=f"{page}?day={day + _DAY}" if day < asked.newest else "",
        first=campaign.start_on,
        last=asked.newest,
    )


def _anchor(campaign: Campaign) -> str:
    if lang().startswith("en") and campaign.anchor_name_en:
        return campaign.anchor_name_en
    return campaign.anchor_name


def cockpit_page(asked: Asked) -> CockpitPage:
    """Put the cockpit together: a fixed number of queries, whatever the number of items."""
    cells = campaigns.cells(asked.seen, asked.campaign, asked.day if asked.is_past else None)
    battles = campaigns.battles(asked.campaign)
    code = asked.campaign.code
    return CockpitPage(
        head=head(asked, "cockpit:cockpit"),
        meter=meter(asked, cells.total()),
        battles=tuple(battle_cards(asked, cells, battles)),
        targets=tuple(target_row(a) for a in shown_aims(asked)),
        groups=tuple(_groups(asked, cells)),
        trend=_trend(asked),
        urls={
            "campaign": reverse("cockpit:campaign", args=[code]),
            "items": asked.items(),
            "home": reverse("home"),
        },
    )


def meter(asked: Asked, sums: Counter[str], **where: object) -> Meter:
    """Give how many, how far and how lit the items of a place are."""
    n, closed = sums["n"], sums["category:closed"]
    # What is closed is done, whatever share was last reported.
    return Meter(
        n=n,
        closed=closed,
        closed_pct=round(100 * closed / n) if n else 0,
        progress_pct=round(sums["progress"] / n / 100) if n else 0,
        late=sums["due:late"],
        soon=sums["due:soon"],
        lights=tuple(asked.light(c, sums[f"light:{c}"], **where) for c in NO_LIGHT),
        href=asked.figure(**where),
        late_href=asked.figure(due="late", **where),
        soon_href=asked.figure(due="soon", **where),
        closed_href=asked.figure(light="done", **where),
    )


def battle_cards(asked: Asked, cells: campaigns.Cells, battles: list[Battle]) -> list[BattleCard]:
    """Give the top battles; items of nested ones count in the one they nest in."""
    by_battle = cells.by("battle")
    leaders = campaigns.leaders_on(asked.campaign, asked.day)
    cards = []
    for battle in battles:
        if battle.parent_id is not None:
            continue
        nested = [b for b in battles if b.parent_id == battle.pk]
        sums: Counter[str] = Counter()
        for one in (battle, *nested):
            sums.update(by_battle.get(one.pk, Counter()))
        leader = campaigns.leader_of(battle, leaders, lang())
        names = tuple(b.label(lang()) for b in nested)
        place = meter(asked, sums, battle=battle.pk)
        page = asked.dated(reverse("cockpit:battle", args=[asked.campaign.code, battle.pk]))
        cards.append(BattleCard(battle.label(lang()), leader, place, names, page))
    return cards


def register_cards(
    asked: Asked, cells: campaigns.Cells, registers: list[Register]
) -> list[tuple[str, str, Meter]]:
    """Give label, page and meter of each register."""
    by_register = cells.by("register")
    known = {r.key for r in asked.playbook.registers}
    cards = []
    for row in registers:
        if row.key not in known:
            continue  # the playbook of that day has it not yet, or no longer
        shown = meter(asked, by_register.get(row.pk, Counter()), register=row.key)
        page = reverse("grid:register", args=[asked.campaign.code, row.key])
        cards.append((asked.playbook.register(row.key).label.of(lang()), page, shown))
    return cards


def shown_aims(asked: Asked) -> list[Aim]:
    """Give the targets of the campaign that the reader may see."""
    return seen_aims(asked.seen, asked.campaign.pk, aims(asked.campaign, asked.day))


def target_row(aim: Aim) -> TargetRow:
    """Give a target as it is printed."""
    v = aim.version
    strengths = {
        "ensure": _("ensure"),
        "strive": _("strive"),
        "basic": _("basically"),
        "keep": _("keep"),
        "plain": "",
    }
    sign = {"<=": "≤", ">=": "≥", "==": "", "range": ""}[v.op]
    floor = _("done") if v.floor is None else f"{sign} {_number(v.floor)}".strip()
    if v.upper is not None:
        floor = f"{floor}–{_number(v.upper)}"
    return TargetRow(
        subject=aim.target.subject,
        battle=aim.target.battle.label(lang()) if aim.target.battle else "",
        floor=f"{floor} {v.unit}".strip() if v.floor is not None else floor,
        stretch=f"{_number(v.stretch)} {v.unit}" if v.stretch is not None else "",
        due=v.due,
        strength=strengths[v.strength],
        text=v.text,
        raised=_raised(aim),
        href=reverse("targets:target", args=[aim.target.pk]),
    )


def _raised(aim: Aim) -> str:
    """Say what an org set itself above the base line."""
    own = aim.raised
    org = own.raised_by if own else None
    if own is None or org is None:
        return ""
    said = value_words(own)
    if own.due and own.due != aim.version.due:
        said = f"{said} · {own.due}"
    return f"{said} · {org.label(lang())}"


def _number(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _groups(asked: Asked, cells: campaigns.Cells) -> list[OrgBlock]:
    """Give orgs inside their comparison group: the reddest first, then the least advanced."""
    by_org = cells.by("org")
    orgs = {o.pk: o for o in Org.objects.filter(pk__in=[pk for pk in by_org if pk])}
    if asked.is_past:
        orgs |= orgs_as_of(orgs.values(), asked.until)
    members: dict[UUID, list[UUID]] = {}
    rows = OrgGroupMember.objects.filter(on_day(asked.day))
    for group, org in rows.values_list("group", "org"):
        members.setdefault(group, []).append(org)
    blocks = []
    grouped = {org for found in members.values() for org in found}
    for group in OrgGroup.objects.all():
        name = group.name_en if lang().startswith("en") and group.name_en else group.name
        blocks.append(_block(asked, name, members.get(group.pk, []), by_org, orgs))
    rest = [pk for pk in orgs if pk not in grouped]
    blocks.append(_block(asked, _("Others"), rest, by_org, orgs))
    return [b for b in blocks if b.rows]


def _block(
    asked: Asked,
    name: str,
    members: list[UUID],
    by_org: dict[UUID | None, Counter[str]],
    orgs: dict[UUID, Org],
) -> OrgBlock:
    rows = [_org_row(asked, orgs[pk], by_org[pk]) for pk in members if pk in orgs]
    rows.sort(key=lambda r: (-r.red.n, r.closed_pct, r.name))
    return OrgBlock(name, tuple(rows[:ORGS_SHOWN]), max(len(rows) - ORGS_SHOWN, 0))


def _org_row(asked: Asked, org: Org, sums: Counter[str]) -> OrgRow:
    n, closed = sums["n"], sums["category:closed"]
    name = org.label(lang())
    if org.until is not None and org.until < asked.day:
        name = _("%(name)s (until %(day)s)") % {"name": name, "day": org.until}
    return OrgRow(
        name=name,
        n=n,
        closed=closed,
        closed_pct=round(100 * closed / n) if n else 0,
        red=asked.light("red", sums["light:red"], org=org.pk),
        href=asked.figure(org=org.pk),
    )


def _trend(asked: Asked) -> dict[str, Any]:
    campaign = asked.campaign
    measures = ("n", "category:closed", "progress")
    found = tally.trend(campaign.pk, measures, asked.seen.rows(campaign.pk))
    days = [(day, m) for day, m in found if day <= asked.day]
    return {
        "names": {
            "plan": _("Time passed"),
            "progress": _("Progress reported"),
            "closed": _("Closed out"),
        },
        "days": [f"{day.month}-{day.day}" for day, _m in days],
        "plan": [planned(campaign.start_on, campaign.end_on, day) / 100 for day, _m in days],
        "progress": [round(m["progress"] / m["n"] / 100, 1) if m["n"] else 0 for _d, m in days],
        "closed": [
            round(100 * m["category:closed"] / m["n"], 1) if m["n"] else 0 for _d, m in days
        ],
    }


CHOSEN = ("battle", "light", "due")
Choice = tuple[str, str, bool]


def choices(asked: Asked, kept: dict[str, str]) -> list[tuple[str, str, list[Choice]]]:
    """Give what a list may be narrowed to: name, label, and its choices."""
    words = {
        "battle": [(str(b.pk), b.label(lang())) for b in campaigns.battles(asked.campaign)],
        "light": [(c, asked.playbook.light(c).word.of(lang())) for c in NO_LIGHT],
        "due": [(c, due_word(c)) for c in ("late", "soon", "later", "none", "closed")],
    }
    labels = {"battle": _("Battle"), "light": _("Light"), "due": _("Deadline")}
    return [
        (name, labels[name], [(v, word, kept.get(name) == v) for v, word in words[name]])
        for name in CHOSEN
    ]


def due_word(value: str) -> str:
    """Give the word of a due state."""
    words = {
        "late": _("Overdue"),
        "soon": _("Due within seven days"),
        "later": _("Due later"),
        "none": _("No deadline"),
        "closed": _("Closed"),
    }
    return words.get(value, value)


def org_word(pk: str, until: dt.datetime | None) -> str:
    """Give the name of an org in a filter, as it was at an instant of the past if one is given."""
    try:
        org = Org.objects.filter(pk=pk).first()
    except ValidationError:
        return pk
    if org is not None and until is not None:
        org = orgs_as_of([org], until).get(org.pk, org)
    return org.label(lang()) if org else pk
