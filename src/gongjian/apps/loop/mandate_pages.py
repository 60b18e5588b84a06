"""What the pages of mandates and commitments show, ready to print."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import AccessClass, Person
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.queries import leaders_on, visible
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.mandate_content import differences, substance_of
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.words import lang
from gongjian.apps.targets.models import TargetVersion
from gongjian.apps.targets.pages import number, value_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.loop.mandate_content import Content, Difference, Differences
    from gongjian.apps.loop.models import Commitment
    from gongjian.apps.loop.queries.mandates import Addressee, Material

S = Mandate.State
_STRENGTHS = {
    "ensure": noop("ensure"),
    "strive": noop("strive"),
    "basic": noop("basically"),
    "keep": noop("keep"),
}
_ROLES = {
    "leader": noop("Leading official"),
    "lead": noop("Lead org"),
    "owner": noop("Responsible org"),
    "support": noop("Supporting org"),
    "overseer": noop("Overseeing org"),
    "contact": noop("Contact"),
}
_STATES = {
    S.ISSUED: noop("To be accepted"),
    S.OBJECTED: noop("Objected to"),
    S.ACCEPTED: noop("Accepted and signed"),
    S.WITHDRAWN: noop("Withdrawn"),
    S.SUPERSEDED: noop("Replaced"),
}
_VIA = {
    "screen": noop("on screen"),
    "paper": noop("on paper"),
    "rally": noop("at the rally, entered by the office"),
}
_FIELDS = {
    "subject": noop("Measured"),
    "op": noop("Direction"),
    "floor": noop("Floor"),
    "upper": noop("Upper bound"),
    "stretch": noop("Stretch"),
    "unit": noop("Unit"),
    "due": noop("Due"),
    "strength": noop("Promise"),
    "rule": noop("Counting rule"),
    "own": noop("Own line"),
    "title": noop("Item"),
    "role": noop("Role"),
    "org_id": noop("Responsible org"),
}
SHOWS = ("all", "waiting", "accepted", "objected", "changed", "none")
_SHOWS = {
    "all": noop("All"),
    "waiting": noop("To be accepted"),
    "accepted": noop("Accepted and signed"),
    "objected": noop("Objected to"),
    "changed": noop("Goals have moved"),
    "none": noop("Without a mandate"),
}
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Windows", "Windows"), ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip
_PROGRAMS = (
    ("MicroMessenger", "WeChat"), ("DingTalk", "DingTalk"), ("Lark", "Lark"), ("Edg/", "Edge"),
    ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip


def device_of(agent: str) -> str:
    """Shorten a user agent to what a reader knows: the program and the system."""
    program = next((word for mark, word in _PROGRAMS if mark in agent), "")
    system = next((word for mark, word in _SYSTEMS if mark in agent), "")
    return " · ".join(w for w in (program, system) if w) or agent[:40]


def both(names: Mapping[str, str]) -> str:
    """Give a name that is kept in both languages in the reader's."""
    return names.get("en") or names["zh"] if lang().startswith("en") else names["zh"]


def stamp(at: dt.datetime | None, campaign: Campaign) -> str:
    """Give an instant by the campaign's clock, to the minute."""
    return f"{localtime(at, ZoneInfo(campaign.zone)):%Y-%m-%d %H:%M}" if at else ""


# The letter


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal as the letter has it."""

    subject: str
    value: str
    stretch: str
    due: str
    strength: str
    rule: str
    own: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as the letter has it."""

    code: str
    title: str
    due: str
    org: str
    role: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One edition as it reads."""

    heading: str
    number: str
    edition: str
    to: str  # who accepts: the post, or the org
    battle: str
    opening: str
    note: str
    goals: tuple[GoalLine, ...]
    items: tuple[ItemLine, ...]
    n_further: int
    issuer: str


def letter_of(content: Content, *, shown: frozenset[str] = frozenset()) -> Letter:
    """Give a letter out of what an edition holds; items of codes that are shown are linked."""
    to, campaign = content["to"], content["campaign"]
    is_battle = to["kind"] == "battle"
    heading = content["heading"] or _("Mandate of the %(campaign)s") % {"campaign": both(campaign)}
    said = {"code": campaign["code"], "serial": content["serial"]}
    return Letter(
        heading=heading,
        number=_("%(code)s, mandate no. %(serial)s") % said,
        edition=_("edition %(n)s") % {"n": content["n"]} if content["n"] > 1 else "",
        to=both(to["post"]) if is_battle else both(to),
        battle=both(to) if is_battle else "",
        opening=content["opening"],
        note=content["note"],
        goals=tuple(goal_line(g) for g in content["goals"]),
        items=tuple(_item_line(i, shown) for i in content["items"]),
        n_further=content["n_items"] - len(content["items"]),
        issuer=campaign["issuer"],
    )


def goal_line(goal: Mapping[str, Any]) -> GoalLine:
    """Give a goal as it is printed."""
    unit, own = goal["unit"], goal.get("own")
    return GoalLine(
        subject=goal["subject"],
        value=_value(goal),
        stretch=_amount(goal["stretch"], unit),
        due=goal["due"] or "",
        strength=_word(_STRENGTHS, goal["strength"]),
        rule=goal["rule"],
        own=_amount(own["floor"], unit) if own else "",
    )


def _value(goal: Mapping[str, Any]) -> str:
    floor, upper = (Decimal(v) if v else None for v in (goal["floor"], goal["upper"]))
    row = TargetVersion(op=goal["op"], floor=floor, upper=upper, unit=goal["unit"])
    return value_words(row)


def _word(words: Mapping[str, str], key: str) -> str:
    """Give the word for a key; nothing for one that has none."""
    word = words.get(key, "")
    return _(word) if word else ""


def _amount(given: str | None, unit: str) -> str:
    return f"{number(Decimal(given))} {unit}".strip() if given else ""


def _item_line(item: Mapping[str, Any], shown: frozenset[str]) -> ItemLine:
    return ItemLine(
        code=item["code"],
        title=item["title"],
        due=item["due"] or "",
        org=both(item["org"]),
        role=_word(_ROLES, item["role"]),
        href=reverse("cockpit:item", args=[item["code"]]) if item["code"] in shown else "",
    )


# What has changed


@dataclass(frozen=True, slots=True)
class Moved:
    """One line of a comparison: what it is, and what was and is."""

    kind: str
    kind_word: str
    label: str
    changes: tuple[tuple[str, str, str], ...] = ()  # (field, was, now)


_KINDS = {
    "added": noop("Added"),
    "removed": noop("Removed"),
    "changed": noop("Changed"),
}


def moved_lines(found: Differences) -> list[Moved]:
    """Give what differs between two editions, line by line."""
    lines = []
    if found.leader:
        was, now = found.leader
        change = (_("Leading official"), both(was["post"]), both(now["post"]))
        lines.append(Moved("changed", _("Changed"), both(now), (change,)))
    lines += [_moved(d, d.row["subject"], _goal_word) for d in found.goals]
    return lines + [_moved(d, f"{d.row['code']} {d.row['title']}", _item_word) for d in found.items]


def _moved(one: Difference, label: str, word: Any) -> Moved:
    changes = []
    for name in one.fields if one.was is not None else ():
        was, now = word(one.was, name), word(one.row, name)
        if was != now:
            changes.append((_(_FIELDS[name]), was or "–", now or "–"))
    return Moved(one.kind, _(_KINDS[one.kind]), label, tuple(changes))


def _goal_word(goal: Mapping[str, Any], name: str) -> str:
    if name in {"floor", "op", "upper"}:
        return _value(goal)
    line = goal_line(goal)
    words = {"stretch": line.stretch, "strength": line.strength, "own": line.own, "due": line.due}
    return words.get(name, str(goal.get(name) or ""))


def _item_word(item: Mapping[str, Any], name: str) -> str:
    if name == "org_id":
        return both(item["org"])
    if name == "role":
        return _word(_ROLES, item["role"])
    return str(item.get(name) or "")


# Whether, when and how it was accepted


@dataclass(frozen=True, slots=True)
class Signed:
    """How a mandate was accepted."""

    who: str
    at: str
    how: str
    marks: tuple[str, ...]  # 代, 代录
    device: str
    note: str


def signed_of(row: Mandate) -> Signed | None:
    """Give how a mandate was accepted; None where it was not."""
    if row.accepted_at is None:
        return None
    is_paper = row.via == Mandate.Via.PAPER
    day = row.accepted_on.isoformat() if row.accepted_on else ""
    marks: tuple[str, ...] = ()
    if row.is_acting:
        marks = (_("acting for the leading official"),)
    if row.via == Mandate.Via.RALLY:
        marks = (_("entered on behalf"),)
    return Signed(
        who=row.signed_name,
        at=day if is_paper else stamp(row.accepted_at, row.campaign),
        how=_(_VIA[row.via]),
        marks=marks,
        device=row.device,
        note=row.note,
    )


def receiver(row: Mandate) -> tuple[str, str]:
    """Give who receives a mandate: the battle or the org, and the post that leads it."""
    if row.battle is not None:
        return row.battle.label(lang()), row.post.label(lang()) if row.post else ""
    return row.org.label(lang()) if row.org else "", ""


def state_word(row: Mandate, today: dt.date) -> str:
    """Give the word for the state of a mandate on a day."""
    if row.state == S.ISSUED and row.accept_by < today:
        return _("Overdue")
    return _(_STATES[S(row.state)])


def letter_context(seen: Scope, row: Mandate) -> dict[str, Any]:
    """Give everything that the page of one mandate shows: a fixed number of queries."""
    campaign, today = row.campaign, today_of(row.campaign)
    editions = _editions(row)
    people = _people(editions)
    newest = editions[0]
    how = queries.receives(seen, row)
    told = {
        "mandate": row,
        "letter": letter_of(row.content, shown=_seen_codes(seen, row)),
        "signed": signed_of(row),
        "state_word": state_word(row, today),
        "is_late": row.state == S.ISSUED and row.accept_by < today,
        "is_unaltered": queries.is_unaltered(row),
        "how": how,
        "may_accept": bool(how) and row.state in queries.WAITING,
        "may_object": bool(how) and row.state == S.ISSUED,
        "may_run": seen.is_office(campaign.pk),
        "newer": newest if newest.pk != row.pk and newest.state != S.WITHDRAWN else None,
        "editions": [_edition(r, people, today) for r in editions],
        "moved": moved_lines(differences(row.former.content, row.content)) if row.former else [],
        "closer": closer_count(seen, row),
        "today": today,
    }
    return told | _since(row, today) | _promises(seen, row)


def _editions(row: Mandate) -> list[Mandate]:
    rows = Mandate.objects.filter(campaign=row.campaign_id, serial=row.serial).defer("content")
    found = list(rows.order_by("-n"))
    for one in found:
        one.campaign = row.campaign
    return found


def _people(rows: Iterable[Mandate]) -> dict[UUID, Person]:
    ids = {pk for r in rows for pk in (r.issued_by, r.accepted_by, r.objected_by) if pk}
    found: dict[UUID, Person] = Person.objects.in_bulk(ids)
    return found


def _edition(row: Mandate, people: Mapping[UUID, Person], today: dt.date) -> dict[str, Any]:
    """Give what happened to one edition, the oldest first."""

    def who(pk: UUID | None) -> str:
        found = people.get(pk) if pk else None
        return found.label(lang()) if found else _("the system")

    steps = [(stamp(row.issued_at, row.campaign), _("mandate issued"), who(row.issued_by), "")]
    if row.chased_at:
        said = _("reminded %(n)s times") % {"n": row.n_chased}
        steps.append((stamp(row.chased_at, row.campaign), said, "", ""))
    if row.objected_at:
        told = (_("objection"), who(row.objected_by), row.objection)
        steps.append((stamp(row.objected_at, row.campaign), *told))
    if signed := signed_of(row):
        words = [_("accepted"), signed.how, *signed.marks]
        steps.append(
            (signed.at, " · ".join(words), signed.who or who(row.accepted_by), signed.note)
        )
    if row.ended_at and row.state == S.WITHDRAWN:
        steps.append((stamp(row.ended_at, row.campaign), _("withdrawn"), "", row.ended_reason))
    if row.ended_at and row.state == S.SUPERSEDED:
        steps.append((stamp(row.ended_at, row.campaign), _("replaced by the next edition"), "", ""))
    return {"pk": row.pk, "n": row.n, "state_word": state_word(row, today), "steps": steps}


def _seen_codes(seen: Scope, row: Mandate) -> frozenset[str]:
    """Give the codes of the letter's items that the reader may open: one query."""
    codes = [i["code"] for i in row.content["items"]]
    here = Item.objects.filter(visible(seen, row.campaign_id), campaign=row.campaign_id)
    return frozenset(here.filter(code__in=codes).values_list("code", flat=True))


def closer_count(seen: Scope, row: Mandate) -> int:
    """Count what the letter leaves out, for whoever holds the class of it; 0 for the others."""
    held = set(seen.access_classes(row.campaign_id))
    if row.org_id is not None:
        held |= seen.classes_for(row.campaign_id, row.org_id, frozenset({"principal", "contact"}))
    return sum(n for name, n in row.closer.items() if name in held - {AccessClass.OPEN})


def _since(row: Mandate, today: dt.date) -> dict[str, Any]:
    """Give what the letter would say otherwise today."""
    if row.state not in queries.LIVE:
        return {"since": []}
    to = queries.addressee_of(row, leaders_on(row.campaign, today))
    if to.battle is not None and to.post is None:
        return {"since": [], "is_leaderless": True}
    now = queries.material(row.campaign, [to], today).content(to, queries.NO_WORDS)
    return {"since": moved_lines(differences(row.content, now))}


def _promises(seen: Scope, row: Mandate) -> dict[str, Any]:
    if row.org is None:
        return {"commitments": []}
    return {"commitments": commitment_rows(seen, queries.commitments(row.campaign, row.org))}


# The list


@dataclass(frozen=True, slots=True)
class MandateRow:
    """One receiver of a campaign, with the newest edition or without one."""

    name: str
    post: str
    is_battle: bool
    pk: UUID | None = None
    number: str = ""
    issued_on: dt.date | None = None
    accept_by: dt.date | None = None
    state: str = "none"
    state_word: str = ""
    is_late: bool = False
    signed: Signed | None = None
    is_changed: bool = False
    has_scan: bool = False
    lacks_scan: bool = False
    n_chased: int = 0
    objection: str = ""

    def is_in(self, show: str) -> bool:
        """Tell whether a filter shows it."""
        if show == "changed":
            return self.is_changed
        if show == "waiting":
            return self.state == S.ISSUED
        return show in {"all", self.state}


def list_context(seen: Scope, campaign: Campaign, show: str) -> dict[str, Any]:
    """Give who has a mandate and how far it is: a fixed number of queries."""
    today = today_of(campaign)
    mine = queries.mandates(seen, campaign).filter(state__in=queries.LIVE)
    found = mine.select_related("battle", "org", "post").defer("content").order_by("serial")
    live = list(found)
    moved = queries.moved_since(campaign, live, today)
    rows = [_row(m, campaign, today, moved or set()) for m in live]
    if queries.may_look(seen, campaign.pk):
        rows += _without(campaign, live, today)
    rows.sort(key=lambda r: not r.is_battle)
    counts = Counter(key for key in SHOWS for r in rows if r.is_in(key))
    return {
        "rows": [r for r in rows if r.is_in(show)],
        "n": sum(r.pk is not None for r in rows),
        "n_accepted": counts["accepted"],
        "n_waiting": counts["waiting"],
        "n_objected": counts["objected"],
        "n_changed": counts["changed"],
        "n_late": sum(r.is_late for r in rows),
        "is_compared": moved is not None,
        "shows": [(k, _(_SHOWS[k]), counts[k], k == show) for k in SHOWS],
        "show": show,
        "today": today,
    }


def _row(row: Mandate, campaign: Campaign, today: dt.date, moved: set[UUID]) -> MandateRow:
    row.campaign = campaign
    name, post = receiver(row)
    number_word = f"{row.serial}" if row.n == 1 else f"{row.serial}-{row.n}"
    return MandateRow(
        name=name,
        post=post,
        is_battle=row.battle_id is not None,
        pk=row.pk,
        number=number_word,
        issued_on=row.issued_on,
        accept_by=row.accept_by,
        state=row.state,
        state_word=state_word(row, today),
        is_late=row.state == S.ISSUED and row.accept_by < today,
        signed=signed_of(row),
        is_changed=row.pk in moved,
        has_scan=row.file_id is not None,
        lacks_scan=row.via == Mandate.Via.RALLY and row.file_id is None,
        n_chased=row.n_chased,
        objection=row.objection if row.state == S.OBJECTED else "",
    )


def _without(campaign: Campaign, live: Iterable[Mandate], today: dt.date) -> list[MandateRow]:
    held = {m.battle_id for m in live}
    return [
        MandateRow(
            name=to.battle.label(lang()),
            post=to.post.label(lang()) if to.post else to.battle.leader_title,
            is_battle=True,
            state_word=_("Without a mandate") if to.post else _("Nobody leads it"),
        )
        for to in queries.led_battles(campaign, today)
        if to.battle is not None and to.battle.pk not in held and to.battle.parent_id is None
    ]


# What is about to be issued


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One letter that would go out, or why it cannot."""

    key: str
    name: str
    post: str
    n_goals: int
    n_items: int
    n_undated: int
    lacks: tuple[str, ...]
    is_sound: bool


def preview_rows(
    known: Material, tos: Sequence[Addressee], contents: Sequence[Content], seats: set[str]
) -> list[PreviewRow]:
    """Give what each receiver would get, and what it lacks."""
    return [_preview(known, to, content, seats) for to, content in zip(tos, contents, strict=True)]


def _preview(known: Material, to: Addressee, content: Content, seats: set[str]) -> PreviewRow:
    n_goals, n_items = len(content["goals"]), content["n_items"]
    n_undated = sum(i["due"] is None for i in content["items"])
    lacks = []
    if to.battle is not None and to.post is None:
        lacks.append(_("nobody leads it"))
    if not n_goals:
        lacks.append(_("no goal"))
    if not n_items:
        lacks.append(_("no item"))
    if n_undated:
        lacks.append(_("%(n)s items without a date") % {"n": n_undated})
    if to.post is not None and to.key not in seats:
        lacks.append(_("nobody holds the post: accept on paper"))
    if to.org is not None and to.key not in seats:
        lacks.append(_("no principal signs in: accept on paper"))
    if closer := sum(known.n_closer(to).values()):
        lacks.append(_("%(n)s closer items stay out") % {"n": closer})
    has_leader = to.battle is None or to.post is not None
    return PreviewRow(
        key=to.key,
        name=(to.battle.label(lang()) if to.battle else to.org.label(lang()) if to.org else ""),
        post=to.post.label(lang()) if to.post else "",
        n_goals=n_goals,
        n_items=n_items,
        n_undated=n_undated,
        lacks=tuple(lacks),
        is_sound=has_leader and bool(n_goals or n_items),
    )


@dataclass(frozen=True, slots=True)
class AgainRow:
    """One mandate that may be issued again, with what has changed."""

    row: Mandate
    name: str
    post: str
    moved: list[Moved]
    objection: str
    is_led: bool
    substance: str  # of what it would say today


def again_rows(campaign: Campaign, rows: Sequence[Mandate]) -> list[AgainRow]:
    """Compare mandates with what they would say today: a fixed number of queries."""
    today = today_of(campaign)
    leaders = leaders_on(campaign, today)
    tos = {r.pk: queries.addressee_of(r, leaders) for r in rows}
    known = queries.material(campaign, tos.values(), today)
    made = []
    for row in rows:
        to = tos[row.pk]
        is_led = to.battle is None or to.post is not None
        now = known.content(to, queries.NO_WORDS)
        moved = moved_lines(differences(row.content, now)) if is_led else []
        name, post = receiver(row)
        made.append(AgainRow(row, name, post, moved, row.objection, is_led, substance_of(now)))
    return made


# Commitments


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """What one org undertook."""

    pk: UUID
    org: str
    speaker: str
    text: str
    occasion: str
    said_on: dt.date
    items: tuple[tuple[str, str, str], ...]  # code, title, address
    target: str
    target_href: str


def commitment_rows(seen: Scope, rows: Sequence[Commitment]) -> list[CommitmentRow]:
    """Give commitments with the items they bear on, as far as the reader sees those: one query."""
    ids = {pk for r in rows for pk in r.items}
    found: dict[str, Item] = {}
    if ids:
        here = Item.objects.filter(visible(seen, rows[0].campaign_id) & Q(pk__in=ids))
        found = {str(i.pk): i for i in here.only("pk", "code", "title")}
    return [
        CommitmentRow(
            pk=r.pk,
            org=r.org.label(lang()),
            speaker=r.speaker,
            text=r.text,
            occasion=r.occasion,
            said_on=r.said_on,
            items=tuple(
                (i.code, i.title, reverse("cockpit:item", args=[i.code]))
                for i in (found[pk] for pk in r.items if pk in found)
            ),
            target=r.target.subject if r.target else "",
            target_href=reverse("targets:target", args=[r.target.pk]) if r.target else "",
        )
        for r in rows
    ]
