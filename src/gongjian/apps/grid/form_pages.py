"""What the page of a form shows, and the workbook that goes back: the same answers, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.asking import ask_of
from gongjian.apps.campaigns.fields import askable_fields
from gongjian.apps.cockpit.queries import lang
from gongjian.apps.grid.foreign import ITEM_CAP, Why
from gongjian.apps.loop.sheets import letters_of
from gongjian.formats.forms import FilledCell, NotePage, fill_form
from gongjian.kernel.playbook.forms import filled_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.grid.foreign import Answered, Filling, NamedRow, Question
    from gongjian.kernel.playbook.forms import Blank

ASKED_CAP = 300  # questions on one page
SHOWN = 300  # filled cells on one page
LISTED = 200  # items to choose from
NAMED = 20  # codes that no row is left for
FILTERS = ("q", "battle", "state")
_WHY = {
    Why.EMPTY: noop("the book has nothing here yet"),
    Why.UNKNOWN: noop("not in the book"),
    Why.PERSONAL: noop("personal, left blank: fill it in by hand"),
    Why.UNIT: noop("counted in another unit"),
    Why.OWN: noop("about whoever fills it in"),
}


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """One cell that was filled in."""

    cell: str
    label: str
    text: str
    code: str
    href: str
    source: str
    on: dt.date | None


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question, as the page asks it."""

    key: str
    label: str
    about: str
    why: str
    n: int  # cells that it fills
    cells: str
    is_kept: bool
    choices: tuple[tuple[str, str], ...]
    kind: str
    typed: str
    fault: str


@dataclass(frozen=True, slots=True)
class UnclearRow:
    """A row of the sender's whose item is not known."""

    key: str
    cell: str
    said: str
    candidates: tuple[tuple[str, str], ...]


def cell_name(filling: Filling, at: int, row: int, column: int) -> str:
    """Give a cell as the program that shows it names it."""
    sheets = filling.book.sheets
    place = f"{letters_of(column)}{row + 1}"
    name = next((s.text.name for s in sheets if s.at == at), "")
    return f"{name}!{place}" if len(sheets) > 1 else place


def _of_blank(filling: Filling, at: int, blank: Blank) -> str:
    return cell_name(filling, at, blank.row, blank.column)


def source_word(filling: Filling, answer: Answered) -> str:
    """Say where an answer comes from."""
    if answer.is_typed:
        return _("typed for this form")
    if not answer.source:
        return _("about whoever fills it in")
    column = filling.columns[answer.source].head if answer.source in filling.columns else ""
    return f"{register_word(filling)} · {column}"


def register_word(filling: Filling) -> str:
    """Give the name of the register that a form is answered from."""
    return filling.ledger.definition.label.of(lang()) if filling.ledger else ""


def answered_rows(filling: Filling) -> list[AnsweredRow]:
    """Give the cells that were filled in, each with its source."""
    return [
        AnsweredRow(
            _of_blank(filling, a.sheet, a.blank),
            a.blank.label,
            str(a.value),
            a.code,
            reverse("cockpit:item", args=[filling.rows[a.item].item.code]) if a.item else "",
            source_word(filling, a),
            a.on,
        )
        for a in filling.answered[:SHOWN]
    ]


def question_rows(
    filling: Filling, typed: Mapping[str, str], faults: Mapping[str, str]
) -> list[QuestionRow]:
    """Give what is to be asked, once each."""
    asked = [q for q in filling.questions.values() if q.is_asked]
    return [_question(filling, q, typed, faults) for q in asked[:ASKED_CAP]]


def _question(
    filling: Filling, question: Question, typed: Mapping[str, str], faults: Mapping[str, str]
) -> QuestionRow:
    column = filling.columns.get(question.source)
    cells = [_of_blank(filling, at, blank) for at, blank in question.places[:5]]
    return QuestionRow(
        question.key,
        f"{question.label}（{column.unit}）" if column and column.unit else question.label,
        f"{question.code} {question.title}".strip(),
        _(_WHY[question.why]),
        len(question.places),
        "、".join(cells) + ("…" if len(question.places) > 5 else ""),
        question.is_kept,
        column.choices if column and question.is_kept else (),
        column.kind if column else "text",
        typed.get(question.key, question.typed),
        faults.get(question.key, ""),
    )


def personal_words(filling: Filling) -> list[str]:
    """Name what is personal and was left blank, once each."""
    found = [q for q in filling.questions.values() if not q.is_asked]
    return list(dict.fromkeys(q.label for q in found))


def unclear_rows(filling: Filling) -> list[UnclearRow]:
    """Give the rows of the sender's whose items are not known."""
    return [_unclear(filling, n) for n in filling.named if n.item is None][:LISTED]


def _unclear(filling: Filling, named: NamedRow) -> UnclearRow:
    cell = cell_name(filling, named.sheet, named.row, 0) if named.row >= 0 else ""
    candidates = tuple((pk, f"{code} {title}") for pk, code, title in named.candidates)
    return UnclearRow(named.key, cell, f"{named.code} {named.title}".strip(), candidates)


def page_context(
    filling: Filling,
    given: Mapping[str, str],
    typed: Mapping[str, str],
    faults: Mapping[str, str],
) -> dict[str, Any]:
    """Give everything that the page of a form shows."""
    asked = question_rows(filling, typed, faults)
    n_asked = sum(q.is_asked for q in filling.questions.values())
    register = filling.register
    return {
        "form": filling.form,
        "register": register.key if register else "",
        "registers": [
            (r.key, filling.asked.playbook.register(r.key).label.of(lang()))
            for r in filling.registers
        ],
        "has_pictures": filling.book.has_pictures,
        "reply": reply(filling),
        "n_columns": len(filling.asked_for),
        "n_known": len(filling.reasked),
        "since": filling.since,
        "answered": answered_rows(filling),
        "n_answered": len(filling.answered),
        "n_named": len(filling.named),
        "n_matched": sum(n.item is not None for n in filling.named),
        "unclear": unclear_rows(filling),
        "questions": asked,
        "n_asked": n_asked,
        "personal": personal_words(filling),
        "not_in": filling.not_in[:NAMED],
        "n_not_in": len(filling.not_in),
        **(_choosing(filling, given) if filling.wants_items and filling.ledger else {}),
    }


def _choosing(filling: Filling, given: Mapping[str, str]) -> dict[str, Any]:
    """Give the items of the register to choose from, filtered as lists are."""
    ledger = filling.ledger
    if ledger is None:
        return {}
    page = ledger.page(_ask(filling, ledger, given), "", LISTED)
    chosen = set(filling.chosen)
    states = filling.asked.playbook.workflow_of(ledger.definition.key).states
    shown = {str(r.item.pk) for r in page.rows}
    kept = [pk for pk in filling.chosen if pk not in shown]
    return {
        "choosing": [
            (str(r.item.pk), r.number, r.item.title, str(r.item.pk) in chosen) for r in page.rows
        ],
        "kept": [(pk, *filling.found.by_id[pk][1:]) for pk in kept],
        "n_items": page.n,
        "is_more": page.is_more,
        "n_free": filling.n_free,
        "n_chosen": len(filling.chosen),
        "n_takeable": min(page.n, ITEM_CAP),
        **{name: given.get(name, "") for name in FILTERS},
        "battles": [
            (str(b.pk), b.label(lang()), str(b.pk) == given.get("battle", ""))
            for b in campaigns.battles(filling.asked.campaign)
        ],
        "states": [(s.key, s.label.of(lang()), s.key == given.get("state", "")) for s in states],
    }


def _ask(filling: Filling, ledger: Ledger, given: Mapping[str, str]) -> Ask:
    wide = filling.asked.seen.wide_roles(filling.asked.campaign.pk)
    return ask_of(dict(given), askable_fields(ledger.definition, wide))


def all_that_fit(filling: Filling, given: Mapping[str, str]) -> list[str]:
    """Give the ids of all items that a filter leaves, as many as a form may hold."""
    if filling.ledger is None:
        return []
    page = filling.ledger.page(_ask(filling, filling.ledger, given), "", ITEM_CAP)
    return [str(r.item.pk) for r in page.rows]


def reply(filling: Filling) -> str:
    """Say to the sender what need not be asked any more; empty where the book holds none of it."""
    known = filling.reasked
    if not known:
        return ""
    others = [label for label in filling.asked_for if label not in known]
    facts = {
        "name": filling.form.name.removesuffix(".xlsx"),
        "n": len(filling.asked_for),
        "known": len(known),
        "columns": "、".join(known),
        "register": register_word(filling),
        "since": filling.since or filling.asked.day,
        "left": len(others),
        "others": "、".join(others),
    }
    said = _(
        "Of the %(n)s columns of “%(name)s”, %(known)s are in the book already and have stood there "
        "as they are since %(since)s: %(columns)s (register %(register)s). Please take them from there."
    )
    more = _("Only %(left)s are to be asked: %(others)s.") if others else ""
    return f"{said % facts} {more % facts}".strip()


def workbook(filling: Filling) -> bytes:
    """Give the same workbook, filled in."""
    return fill_form(filling.data, list(_cells(filling)), _note(filling))


def _cells(filling: Filling) -> Iterable[FilledCell]:
    gaps: dict[tuple[int, int, int], list[Answered]] = {}
    for one in filling.answered:
        blank = one.blank
        if blank.span is not None:
            gaps.setdefault((one.sheet, blank.row, blank.column), []).append(one)
        else:
            said = comment(filling, one)
            yield FilledCell(one.sheet, blank.row, blank.column, one.value, said)
    texts = {s.at: s.text.rows for s in filling.book.sheets}
    for (at, row, column), found in gaps.items():
        pairs = [(a.blank, str(a.value)) for a in found]
        text = filled_text(texts[at][row][column], pairs)
        said = "\n".join(comment(filling, a) for a in found)
        yield FilledCell(at, row, column, text, said)


def comment(filling: Filling, answer: Answered) -> str:
    """Say beside a cell where its value comes from, and of which day it is."""
    parts = [source_word(filling, answer), answer.code]
    parts.append(f"{answer.on or filling.asked.day}")
    return " · ".join(p for p in parts if p)


def _note(filling: Filling) -> NotePage:
    heads = (
        _("Cell"), _("Asked for"), _("Filled in"), _("Taken from"), _("Item"), _("Last changed"),
    )  # fmt: skip
    rows = [
        [
            _of_blank(filling, a.sheet, a.blank), a.blank.label, str(a.value),
            source_word(filling, a), a.code, str(a.on or ""),
        ]
        for a in filling.answered
    ]  # fmt: skip
    rows += [[], [_("Still open")]]
    for question in filling.questions.values():
        if question.typed and question.is_asked:
            continue
        about = f"{question.code} {question.title}".strip()
        why = _(_WHY[question.why])
        rows += [
            [_of_blank(filling, at, blank), question.label, "", why, about, ""]
            for at, blank in question.places
        ]
    rows += [["", n.code or n.title, "", _("the item is not known"), "", ""]
             for n in filling.named if n.item is None]  # fmt: skip
    rows += [
        ["", code, "", _("no row of the form was left for it"), code, ""] for code in filling.not_in
    ]
    facts = {
        "name": filling.form.name,
        "day": filling.asked.day,
        "who": filling.person.label(lang()),
    }
    title = _("%(name)s · filled in from the book as of %(day)s · %(who)s") % facts
    return NotePage(_("Notes on the filling"), title, heads, rows, (16, 24, 36, 30, 30, 14))
