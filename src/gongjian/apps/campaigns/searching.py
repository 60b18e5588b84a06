"""Full-text search over Chinese: overlapping pairs of characters, found again as they stand.

The database gives candidates that have every pair of the words asked for (a full-text index on SQLite, an
inverted one on PostgreSQL); what stands in their text decides, so both give one answer.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.db.models import Lookup

from gongjian.apps.campaigns.models import ItemText
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from uuid import UUID

    from django.db.models import QuerySet

    from gongjian.apps.campaigns.models import Item, Register
    from gongjian.kernel.model.playbook import RegisterDef

LIMIT = 2000  # characters of an item that are searched
WORDS = 8  # words of one question
_WORD = re.compile(r"\w+")
_SAID = frozenset({FieldType.TEXT, FieldType.LINK, FieldType.NUMBER, FieldType.CHOICE})


def text_of(register: RegisterDef, code: str, title: str, fields: Mapping[str, Any]) -> str:
    """Give what of an item is searched: what everybody who sees the item may read."""
    parts = [code, title]
    for field in register.fields:
        if field.see or field.personal or field.type not in _SAID:
            continue
        value = fields.get(field.key)
        for one in value if isinstance(value, list) else [value]:
            if one:
                choice = field.choice(str(one)) if field.type is FieldType.CHOICE else None
                parts.append(f"{choice.label.zh} {choice.label.en}" if choice else str(one))
    return "\n".join(parts)[:LIMIT].casefold()


def grams(text: str) -> Iterator[str]:
    """Give the single characters and the overlapping pairs of each word of a text."""
    for word in _WORD.findall(text.casefold()):
        yield from word
        yield from map("".join, pairwise(word))


def marker(register_id: UUID) -> str:
    """Give the word under which all texts of a register are found; no gram is as long."""
    return f"r{register_id.hex}"


def indexed(register_id: UUID, text: str) -> str:
    """Give what the index holds of a text."""
    return " ".join((marker(register_id), *sorted(set(grams(text)))))


def row_of(item: Item, register: RegisterDef) -> ItemText:
    """Give the row of the index for an item."""
    text = text_of(register, item.code, item.title, item.fields)
    return ItemText(
        campaign_id=item.campaign_id,
        item=item,
        code=item.code,
        text=text,
        grams=indexed(item.register_id, text),
    )


def found_in(register: Register, question: str) -> QuerySet[ItemText]:
    """Find the texts of the items at home in a register in which all words of a question stand.

    A word of two characters is found by its pair alone; a longer one is looked for again as it stands.
    """
    words = question.casefold().split()[:WORDS]
    wanted = {marker(register.pk)}
    rows = ItemText.objects.all()
    for word in words:
        pairs = [g for g in grams(word) if len(g) > 1]
        wanted |= set(pairs or grams(word))
        if word not in wanted:
            rows = rows.filter(text__contains=word)
    return rows.filter(grams__hold=wanted)


class Hold(Lookup[Any]):
    """Asks the index of the database for texts that hold all of some grams.

    Each gram is quoted in the index's own language; it consists of letters and digits only.
    """

    lookup_name = "hold"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        table = compiler.quote_name_unless_alias(self.lhs.alias)
        grams = sorted(self.rhs)
        if connection.vendor == "sqlite":
            asked = " AND ".join(f'"{gram}"' for gram in grams)
            hits = "SELECT rowid FROM campaigns_itemgrams WHERE campaigns_itemgrams MATCH %s"
            return f"{table}.id IN ({hits})", (asked,)
        return f"{table}.lexemes @@ %s::tsquery", (" & ".join(f"'{gram}'" for gram in grams),)


ItemText._meta.get_field("grams").register_lookup(Hold)
