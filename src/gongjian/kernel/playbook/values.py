"""Values of playbook fields: read from what people type, worked out, converted, found missing."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from gongjian.kernel.errors import KernelError
from gongjian.kernel.extract.dates import find_dates
from gongjian.kernel.model.fields import ComputeOp, FieldType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.kernel.model.fields import Compute, FieldDef
    from gongjian.kernel.model.playbook import RegisterDef

    Values = Mapping[str, Any]  # field key → JSON value, as items keep them

_NUMBER = re.compile(r"^[+-]?\d{1,18}(?:\.\d{1,6})?$")
_YUAN = {
    "元": Decimal(1),
    "千元": Decimal(10**3),
    "万元": Decimal(10**4),
    "百万元": Decimal(10**6),
    "千万元": Decimal(10**7),
    "亿元": Decimal(10**8),
}
MONEY_UNITS = frozenset(_YUAN)
# 1.2亿, without its 元, and 1200（万元） are written as often.
_MONEY = re.compile(r"^(?P<n>[+-]?\d[\d.]*)(?P<unit>(?:[千万亿]|百万|千万)元?|元)$")
_BRACKETED = re.compile(r"^(.*\d)[(（]([^()（）]+)[)）]$")
_DAY = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+[\d:.]+)?$")
_SEPARATORS = re.compile(r"[、,，;；\n]+")
_LINK = re.compile(r"^(?:https?://[^\s<>\"']+|[^\s<>\"':]{2,200})$")
TEXT_LIMIT = 8000
_REFS = {FieldType.ORG, FieldType.PERSON, FieldType.FILE}  # ids of rows, not words


class FieldError(KernelError):
    """A value that its field cannot hold: what was given, and what the field wants."""


def is_blank(value: object) -> bool:
    """Tell whether a value says nothing.

    Parameters
    ----------
    value : object
        As an item keeps it.

    Returns
    -------
    bool
        True for None, an empty text and an empty list.
    """
    return value is None or value in ("", [])


def parse(field: FieldDef, given: str, *, year: int | None = None) -> Any:
    """Read a value from what a person typed or a cell holds.

    Parameters
    ----------
    field : FieldDef
        The field.
    given : str
        The text; several values are joined by 、 or commas, those of a text by line breaks.
    year : int or None
        Year of a date that names none.

    Returns
    -------
    object
        The JSON value: text, number as text, ISO date, list of these; None for nothing. Orgs,
        persons and files stay the text that was given, to be looked up by the caller.

    Raises
    ------
    FieldError
        ``field.not_a_number``, ``field.not_a_date``, ``field.no_such_choice``, ``field.not_a_link``,
        ``field.too_long`` or ``field.computed``.
    """
    text = given.strip()
    if field.compute is not None:
        raise FieldError("field.computed", field=field.key)
    if not text:
        return None
    if not field.several:
        return _one(field, text, year)
    parts = text.splitlines() if field.type is FieldType.TEXT else _SEPARATORS.split(text)
    return [_one(field, part.strip(), year) for part in parts if part.strip()]


def _one(field: FieldDef, text: str, year: int | None) -> str:
    if len(text) > TEXT_LIMIT:
        raise FieldError("field.too_long", field=field.key, n=len(text), limit=TEXT_LIMIT)
    if field.type in {FieldType.NUMBER, FieldType.MONEY}:
        return _number(field, text)
    if field.type is FieldType.DATE:
        return _date(field, text, year)
    if field.type is FieldType.CHOICE:
        for choice in field.choices:
            if text in {choice.key, choice.label.zh, choice.label.en}:
                return choice.key
        allowed = [c.label for c in field.choices]
        raise FieldError("field.no_such_choice", field=field.key, given=text, allowed=allowed)
    if field.type is FieldType.LINK and not _LINK.match(text):
        raise FieldError("field.not_a_link", field=field.key, given=text)
    return text


def _number(field: FieldDef, text: str) -> str:
    bare = _BRACKETED.sub(r"\1\2", re.sub(r"[,，\s]", "", text))
    if (m := _MONEY.match(bare)) and field.unit in _YUAN and _NUMBER.match(m["n"]):
        unit = m["unit"].removesuffix("元") + "元"
        bare = _plain(Decimal(m["n"]) * _YUAN[unit] / _YUAN[field.unit])
    elif field.unit and bare.endswith(field.unit):
        bare = bare.removesuffix(field.unit)
    if not _NUMBER.match(bare):
        raise FieldError("field.not_a_number", field=field.key, given=text, unit=field.unit)
    return _plain(Decimal(bare))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date(field: FieldDef, text: str, year: int | None) -> str:
    if m := _DAY.match(text):
        try:
            return dt.date(*map(int, m.groups())).isoformat()
        except ValueError as error:
            raise FieldError("field.not_a_date", field=field.key, given=text) from error
    found = find_dates(text, year)
    if not found:
        raise FieldError("field.not_a_date", field=field.key, given=text)
    return found[-1].day.isoformat()


def missing(register: RegisterDef, values: Values, state: str) -> tuple[str, ...]:
    """Give the fields that a state wants filled and that are not.

    Parameters
    ----------
    register : RegisterDef
        The register.
    values : Mapping
        The fields of an item.
    state : str
        The state it is to come into.

    Returns
    -------
    tuple of str
        Keys of fields.
    """
    return tuple(
        f.key for f in register.fields if state in f.required_at and is_blank(values.get(f.key))
    )


def computed(
    register: RegisterDef, values: Values, below: Sequence[Values] = ()
) -> dict[str, str | None]:
    """Work out the computed fields of an item.

    Parameters
    ----------
    register : RegisterDef
        Its register.
    values : Mapping
        Its fields.
    below : sequence of Mapping
        The fields of the items right below it.

    Returns
    -------
    dict of str to str or None
        Field → number as text; None where something that it takes is not known.
    """
    known: dict[str, Any] = dict(values)
    waiting = [f for f in register.fields if f.compute is not None]
    result: dict[str, str | None] = {}
    while waiting:
        names = {f.key for f in waiting}
        ready = [f for f in waiting if f.compute and not names & {*f.compute.of} - {f.key}]
        for field in ready or waiting:  # a cycle is refused when a playbook is loaded
            found = _computed(field.compute, known, below) if field.compute else None
            known[field.key] = result[field.key] = found
        waiting = [f for f in waiting if f.key not in result]
    return result


def _computed(rule: Compute, values: Values, below: Sequence[Values]) -> str | None:
    rows = below if rule.over == "children" else (values,)
    given = [row.get(name) for row in rows for name in rule.of]
    if rule.op is ComputeOp.COUNT:
        if not rule.of:
            return str(len(rows))
        return str(sum(len(v) if isinstance(v, list) else 1 for v in given if not is_blank(v)))
    if rule.op is ComputeOp.DAYS_BETWEEN:
        days = [_day(v) for v in given]
        first, second = days[0], days[1]
        return str((second - first).days) if first and second else None
    return _reckoned(rule.op, [n for v in given if (n := _decimal(v)) is not None])


def _reckoned(op: ComputeOp, numbers: list[Decimal]) -> str | None:
    if op is ComputeOp.SUM:
        return _plain(sum(numbers, Decimal(0))) if numbers else None
    if len(numbers) < 2:
        return None
    if op is ComputeOp.DIFFERENCE:
        return _plain(numbers[0] - numbers[1])
    return _plain(round(numbers[0] / numbers[1], 4)) if numbers[1] else None


def _decimal(value: Any) -> Decimal | None:
    try:
        return None if is_blank(value) else Decimal(str(value))
    except InvalidOperation:
        return None


def _day(value: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(value)) if value else None
    except ValueError:
        return None


def convert(value: Any, old: FieldDef, new: FieldDef) -> Any:
    """Give a value as a changed field holds it.

    Parameters
    ----------
    value : object
        As an item keeps it under the old field.
    old, new : FieldDef
        The field before and after.

    Returns
    -------
    object
        The JSON value under the new field.

    Raises
    ------
    FieldError
        The value has no meaning under the new field; or one of the two is personal or computed.
    """
    if old.personal or new.personal or old.compute or new.compute:
        raise FieldError("field.no_conversion", field=new.key)
    if old.type is not new.type and {old.type, new.type} & _REFS:
        raise FieldError("field.no_conversion", field=new.key)
    if is_blank(value):
        return None
    texts = [_said(old, v) for v in (value if isinstance(value, list) else [value])]
    if {old.unit, new.unit} <= set(_YUAN) and old.unit != new.unit:
        texts = [f"{text}{old.unit}" for text in texts]  # sums of yuan are reckoned over
    if len(texts) > 1 and not new.several:
        if new.type is not FieldType.TEXT:
            raise FieldError("field.no_conversion", field=new.key)
        return "、".join(texts)
    found = [_one(new, text, None) for text in texts]
    return found if new.several else found[0]


def _said(field: FieldDef, value: Any) -> str:
    choice = field.choice(str(value)) if field.type is FieldType.CHOICE else None
    return choice.label.zh if choice else str(value)


def shown(
    field: FieldDef, value: Any, language: str, names: Mapping[str, str] | None = None
) -> str:
    """Give a value as it is printed.

    Parameters
    ----------
    field : FieldDef
        The field.
    value : object
        As an item keeps it.
    language : str
        The reader's language.
    names : Mapping of str to str or None
        Names of orgs, persons and files by id.

    Returns
    -------
    str
        The text; empty for nothing. Personal values are the caller's to reveal or mask.
    """
    if is_blank(value):
        return ""
    parts = value if isinstance(value, list) else [value]
    said = list(_words(field, parts, language, names or {}))
    joined = ("\n" if field.type is FieldType.TEXT else "、").join(said)
    return f"{joined} {field.unit}" if field.unit and joined else joined


def _words(
    field: FieldDef, parts: Iterable[Any], language: str, names: Mapping[str, str]
) -> Iterable[str]:
    for part in parts:
        if field.type is FieldType.CHOICE:
            choice = field.choice(str(part))
            yield choice.label.of(language) if choice else str(part)
        elif field.type in {FieldType.ORG, FieldType.PERSON, FieldType.FILE}:
            yield names.get(str(part), str(part))
        else:
            yield str(part)
