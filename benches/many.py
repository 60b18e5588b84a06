"""Many items at once, copied by SQL past the book: a database of such rows lives for a measurement only."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.db import connection, transaction
from tests.support.books import Books, let_in, person
from tests.support.cast import act

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.models import Item

N_ORGS = 100
EXPORTED = 10_000  # rows of the state "shelved", however many there are
WORD = "桥梁"  # stands in one title of 500


def orgs_of(books: Books) -> list[Org]:
    """A hundred towns, fifty of them below one office; each answers for one row of a hundred."""
    root = books.cast.orgs["district"]
    half = Org(code="half", name="Half", short_name="Half", parent=root)
    accounts.add_orgs(act(), [half])
    towns = [
        Org(code=f"t{n}", name=f"Town {n}", short_name=f"T{n}", parent=half if n % 2 else root)
        for n in range(N_ORGS)
    ]
    accounts.add_orgs(act(), towns)
    for who, org in (("one", towns[0]), ("fifty", half)):
        books.people[who] = person(who)
        let_in(books.people[who], "contact", books.campaign, org)
    return towns


@dataclass(frozen=True)
class _Dialect:
    """How the two databases write what varies by the number i of a row."""

    is_sqlite: bool

    def series(self, first: int, last: int) -> str:
        if self.is_sqlite:
            return (
                f"(WITH RECURSIVE s(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM s "
                f"WHERE i < {last}) SELECT i FROM s) AS series"
            )
        return f"(SELECT generate_series({first}, {last}) AS i) AS series"

    def id(self, number: str) -> str:
        if self.is_sqlite:
            return f"printf('%032x', {number})"
        return f"lpad(to_hex({number}), 32, '0')::uuid"

    @property
    def code(self) -> str:
        padded = "substr('0000000' || i, -7)" if self.is_sqlite else "lpad(i::text, 7, '0')"
        return f"'B' || {padded}"

    @property
    def day(self) -> str:
        if self.is_sqlite:
            return "date('2021-07-01', '+' || (i % 90) || ' days')"
        return "date '2021-07-01' + i % 90"

    @property
    def fields(self) -> str:
        text = '\'{"cost": "\' || (i % 9973) || \'", "stage": "early"}\''
        return text if self.is_sqlite else f"({text})::jsonb"

    def literal(self, pk: object) -> str:
        text = str(pk)
        return f"'{text.replace('-', '')}'" if self.is_sqlite else f"'{text}'::uuid"


TITLE = f"CASE WHEN i % 500 = 7 THEN '修建{WORD} ' ELSE '整治河道 ' END || i"


def fill(first: int, last: int, pattern: Item, towns: list[Org]) -> None:
    """Copy an item with its keys and its searched text; orgs, dates, states and costs vary."""
    by = _Dialect(connection.vendor == "sqlite")
    places = " ".join(f"WHEN {n} THEN {by.literal(t.pk)}" for n, t in enumerate(towns))
    org = f"CASE i % {N_ORGS} {places} END"
    series, campaign = by.series(first, last), by.literal(pattern.campaign_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_items(by, series, pattern, org))
        cursor.execute(
            "INSERT INTO campaigns_responsibility (id, version, campaign_id, item_id, role, "
            f'"order", org_id, printed, is_part) SELECT {by.id("i + 10000000")}, 1, {campaign}, '
            f"{by.id('i')}, 'owner', 0, {org}, '', {'0' if by.is_sqlite else 'false'} "
            f"FROM {series} ORDER BY i"
        )
        cursor.execute(
            "INSERT INTO campaigns_itemkey (campaign_id, register_id, field, item_id, num) SELECT "
            f"{campaign}, {by.literal(pattern.register_id)}, 'cost', {by.id('i')}, (i % 9973) * 10000 "
            f"FROM {series} ORDER BY i"
        )
        cursor.execute(_texts(by, series, pattern))


def _items(by: _Dialect, series: str, pattern: Item, org: str) -> str:
    own = {
        "id": by.id("i"),
        "code": by.code,
        "title": TITLE,
        "org_id": org,
        "due": f"CASE WHEN i % 10 = 3 THEN NULL ELSE {by.day} END",
        "state": f"CASE WHEN i < {5 * EXPORTED} AND i % 5 = 4 THEN 'shelved' "
        "WHEN i % 4 = 0 THEN 'planned' ELSE 'assigned' END",
        "fields": by.fields,
    }
    columns = [f.column for f in Item._meta.concrete_fields]
    chosen = ", ".join(own.get(c, f"item.{c}") for c in columns)
    return (
        f"INSERT INTO campaigns_item ({', '.join(columns)}) SELECT {chosen} "
        f"FROM {series}, campaigns_item AS item WHERE item.id = {by.literal(pattern.pk)} ORDER BY i"
    )


def _texts(by: _Dialect, series: str, pattern: Item) -> str:
    line = "char(10)" if by.is_sqlite else "chr(10)"
    grams = " ".join(sorted(set(_grams("整治河道"))))
    found = " ".join(_grams(f"修建{WORD}"))
    return (
        "INSERT INTO campaigns_itemtext (campaign_id, item_id, code, text, grams) SELECT "
        f"{by.literal(pattern.campaign_id)}, {by.id('i')}, {by.code}, "
        f"lower({by.code}) || {line} || {TITLE}, 'r{pattern.register_id.hex} ' || "
        f"CASE WHEN i % 500 = 7 THEN '{found}' ELSE '{grams}' END || ' ' || i "
        f"FROM {series} ORDER BY i"
    )


def _grams(word: str) -> list[str]:
    return [*word, *(a + b for a, b in pairwise(word))]
