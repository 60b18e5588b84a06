"""What the pages of one-time questions show, ready to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.models import Answer, Inquiry
from gongjian.apps.loop.things import KINDS, MOST, NOTE, Thing, Total, things_of, totals
from gongjian.apps.loop.words import lang, need_word, via_word
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book
from gongjian.kernel.model.playbook import CORE_NEEDS
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from gongjian.apps.loop.queries.inquiries import Listed
    from gongjian.apps.loop.queries.known import Known
    from gongjian.kernel.errors import KernelError
    from gongjian.kernel.model.playbook import Playbook

SHOWN = 500
_STATES = {
    "open": noop("Not answered"),
    "answered": noop("Answered"),
    "none": noop("No such thing"),
}
_COLUMNS = {
    "start_on": noop("Start"),
    "closed_on": noop("Closed on"),
    "report": noop("Progress"),
    "report.progress": noop("Progress"),
    "report.problems": noop("Problems"),
    "report.next_steps": noop("Next steps"),
    "leader": noop("Leading official"),
    "support": noop("Supporting org"),
    "overseer": noop("Overseeing org"),
    "contact": noop("Contact"),
}
SHOWS = ("all", "missing", "answered", "none", "late")
_SHOWS = {
    "all": noop("All"),
    "missing": noop("Missing"),
    "answered": noop("Answered"),
    "none": noop("No such thing"),
    "late": noop("Late"),
}


def state_of(row: Answer) -> str:
    """Give the word for the state of an answer."""
    return _(_STATES[row.state])


def is_late(row: Answer) -> bool:
    """Tell whether an answer came in after its day, by the campaign's clock."""
    return row.answered_on is not None and row.answered_on > row.inquiry.due


@dataclass(frozen=True, slots=True)
class KnownRow:
    """One thing that the book holds already, and where."""

    label: str
    said: str
    href: str


def known_rows(
    playbook: Playbook, code: str, things: Iterable[Thing], known: Iterable[Known]
) -> list[KnownRow]:
    """Say what the book holds of things asked: at most one query."""
    labels, found = {t.key: t.label for t in things}, list(known)
    earlier = Inquiry.objects.in_bulk([k.inquiry for k in found if k.inquiry])
    titles = {str(pk): row.title for pk, row in earlier.items()}
    return [_known(playbook, code, labels.get(k.thing, ""), k, titles) for k in found]


def _known(
    playbook: Playbook, code: str, label: str, known: Known, titles: Mapping[str, str]
) -> KnownRow:
    facts = {"n": known.n_filled, "all": known.n}
    if known.inquiry:
        facts["title"] = titles.get(known.inquiry, "")  # type: ignore[assignment]  # words of a sentence
        said = _("asked before in “%(title)s”: %(n)s of %(all)s orgs answered") % facts
        return KnownRow(label, said, reverse("loop:inquiry", args=[code, known.inquiry]))
    words = {
        "column": column_word(playbook, known.register, known.source),
        "register": playbook.register(known.register).label.of(lang()),
    }
    said = _("%(column)s in %(register)s, filled for %(n)s of %(all)s items") % {**facts, **words}
    return KnownRow(label, said, reverse("grid:register", args=[code, known.register]))


def column_word(playbook: Playbook, register: str, source: str) -> str:
    """Give the word for a column of a register."""
    if source.startswith("field:"):
        return playbook.register(register).field(source[6:]).label.of(lang())
    if source in CORE_NEEDS:
        return need_word(playbook, register, source)
    return _(_COLUMNS[source]) if source in _COLUMNS else source


@dataclass(frozen=True, slots=True)
class ThingRow:
    """One thing of the form by which a question is made."""

    n: int
    label: str
    kind: str
    unit: str
    choices: str
    kinds: tuple[tuple[str, str, bool], ...]


def thing_rows(typed: Mapping[str, str]) -> list[ThingRow]:
    """Give the rows of a question's form, five of them."""
    made = []
    for n in range(MOST):
        label, kind, unit, choices = (
            typed.get(f"thing-{n}-{part}", "") for part in ("label", "kind", "unit", "choices")
        )
        kinds = tuple((k.value, _(word), k.value == kind) for k, word in KINDS.items())
        made.append(ThingRow(n, label, kind, unit, choices, kinds))
    return made


@dataclass(frozen=True, slots=True)
class ListRow:
    """One question in the list of a campaign."""

    pk: UUID
    title: str
    whom: str
    things: str
    n_in: int
    n: int
    due: dt.date
    days_left: int
    state: str
    is_over: bool


def list_rows(found: Iterable[Listed], today: dt.date) -> list[ListRow]:
    """Give the questions of a campaign for their list."""
    return [
        ListRow(
            one.row.pk,
            one.row.title,
            one.row.whom,
            "、".join(t.label for t in things_of(one.row)),
            one.n_in,
            one.n,
            one.row.due,
            (one.row.due - today).days,
            one.row.state,
            one.is_over(today),
        )
        for one in found
    ]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One org's answer, for a table."""

    pk: UUID
    org: str
    state: str
    state_word: str
    is_late: bool
    cells: tuple[tuple[str, str, str], ...]  # head, text, kind
    note: str
    how: str
    at: dt.datetime | None
    n_chased: int


def answer_rows(row: Inquiry, answers: Sequence[Answer]) -> list[AnswerRow]:
    """Give answers with who gave them: one query."""
    things = things_of(row)
    people = Person.objects.in_bulk({a.answered_by for a in answers if a.answered_by})
    return [_answer(a, things, people) for a in answers]


def _answer(row: Answer, things: Iterable[Thing], people: Mapping[UUID, Person]) -> AnswerRow:
    who = people.get(row.answered_by) if row.answered_by else None
    return AnswerRow(
        pk=row.pk,
        org=row.org.label(lang()),
        state=row.state,
        state_word=state_of(row),
        is_late=is_late(row),
        cells=tuple((t.head, t.said(row.content.get(t.key)), t.kind) for t in things),
        note=row.note,
        how=" · ".join(filter(None, [who.label(lang()) if who else "", via_word(row.via)])),
        at=row.answered_at,
        n_chased=row.n_chased,
    )


def _fits(row: Answer, show: str) -> bool:
    tests = {
        "all": True,
        "missing": row.state == Answer.State.OPEN,
        "answered": row.state == Answer.State.ANSWERED,
        "none": row.state == Answer.State.NONE,
        "late": is_late(row),
    }
    return tests[show]


def inquiry_context(row: Inquiry, answers: Sequence[Answer], show: str) -> dict[str, Any]:
    """Give everything that the office's page of a question shows."""
    missing = [a for a in answers if a.state == Answer.State.OPEN]
    fitting = [a for a in answers if _fits(a, show)]
    counts = [(s, _(_SHOWS[s]), sum(_fits(a, s) for a in answers), s == show) for s in SHOWS]
    return {
        "n": len(answers),
        "n_in": len(answers) - len(missing),
        "n_none": sum(a.state == Answer.State.NONE for a in answers),
        "n_late": sum(is_late(a) for a in answers),
        "missing": [(a.pk, a.org.label(lang()), a.n_chased) for a in missing[:SHOWN]],
        "things": things_of(row),
        "totals": totals_of(row, answers),
        "rows": answer_rows(row, fitting[:SHOWN]),
        "n_fitting": len(fitting),
        "shows": counts,
        "show": show,
        "days_left": (row.due - today_of(row.campaign)).days,
    }


def totals_of(row: Inquiry, answers: Iterable[Answer]) -> list[Total]:
    """Give what the answers to a question say together."""
    return totals(things_of(row), [a.content for a in answers if a.state != Answer.State.OPEN])


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One thing of an answer's form, with what was typed and what is wrong with it."""

    thing: Thing
    value: str
    fault: str


def field_rows(
    row: Inquiry, typed: Mapping[str, str], faults: Mapping[str, KernelError]
) -> list[FieldRow]:
    """Give the things of a question as the form of an answer shows them."""
    return [
        FieldRow(t, typed.get(t.key, ""), sentence(faults[t.key]) if t.key in faults else "")
        for t in things_of(row)
    ]


def typed_of(row: Answer) -> dict[str, str]:
    """Give an answer as a person would have typed it."""
    return {**{k: str(v) for k, v in row.content.items()}, NOTE: row.note}


@dataclass(frozen=True, slots=True)
class BurdenRow:
    """One question in the list of an org."""

    pk: UUID
    title: str
    things: str
    org: str
    campaign: str
    due: dt.date
    days_left: int
    n_chased: int
    state_word: str


def burden_rows(answers: Iterable[Answer]) -> list[BurdenRow]:
    """Give what is asked of somebody's orgs, for their list."""
    return [
        BurdenRow(
            a.pk,
            a.inquiry.title,
            "、".join(t.label for t in things_of(a.inquiry)),
            a.org.label(lang()),
            a.campaign.label(lang()),
            a.inquiry.due,
            (a.inquiry.due - today_of(a.campaign)).days,
            a.n_chased,
            state_of(a),
        )
        for a in answers
    ]


def export(row: Inquiry, answers: Sequence[Answer]) -> bytes:
    """Write the answers as a workbook, what they say together in its last row."""
    things, zone = things_of(row), ZoneInfo(row.campaign.zone)
    heads = [(_("Org"), 18), (_("State"), 10)]
    heads += [(t.head, 16) for t in things]
    heads += [(_("Note"), 30), (_("Late"), 8), (_("Entered by"), 20), (_("At"), 18)]
    columns = [SheetColumn(head, width=width) for head, width in heads]
    rows: list[list[object]] = [
        [
            r.org, r.state_word, *_values(a, things), r.note,
            _("late") if r.is_late else "", r.how,
            localtime(r.at, zone).strftime("%Y-%m-%d %H:%M") if r.at else "",
        ]
        for a, r in zip(answers, answer_rows(row, answers), strict=True)
    ]  # fmt: skip
    rows.append([_("Together"), "", *map(total_text, totals_of(row, answers)), "", "", "", ""])
    n_in = sum(a.state != Answer.State.OPEN for a in answers)
    facts = {"n": n_in, "all": len(answers), "due": row.due, "day": today_of(row.campaign)}
    note = _("%(n)s of %(all)s orgs answered · due %(due)s · as of %(day)s") % facts
    return write_book([SheetPage(row.title[:31], columns, rows, row.title, note)])


def _values(row: Answer, things: Iterable[Thing]) -> list[object]:
    return [
        float(row.content[t.key])
        if t.kind == "number" and row.content.get(t.key)
        else t.said(row.content.get(t.key))
        for t in things
    ]


def total_text(total: Total) -> str:
    """Give what all answers to one thing say together, in one line."""
    if total.counts:
        return "、".join(f"{word} {n}" for word, n in total.counts)
    return total.text
