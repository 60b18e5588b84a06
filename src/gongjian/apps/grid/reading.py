"""What was typed into cells, read: names looked up for all rows at once, values as rows keep them.

A cell of a page, a pasted block, a workbook and a patch come through here, so one text is read one way.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gongjian.apps.accounts.models import Org, OrgGroup, Post
from gongjian.apps.campaigns import queries as campaigns
from gongjian.apps.campaigns.naming import by_name
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.cells import Until, due_of, holders
from gongjian.kernel.playbook.values import FieldError, is_blank, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Battle, Campaign, Responsibility
    from gongjian.kernel.model.fields import FieldDef

TITLE_LIMIT = 300
WORDS_LIMIT = 4000
_SHARE = re.compile(r"^(\d{1,3})(?:\.(\d{1,2}))?\s*[%\uff05]?$")
_WITHIN = re.compile(r"^(\d{1,3})[日天]之?内$")
_STARS = "*\uff0a\u2605\u203b"
_LOOKED_UP = frozenset({FieldType.ORG, FieldType.PERSON})


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a duty, as a cell names it: an org, a post, a group; or only the printed word."""

    printed: str
    org: UUID | None = None
    post: UUID | None = None
    group: UUID | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether the name is somebody's."""
        return bool(self.org or self.post or self.group)

    @property
    def key(self) -> tuple[object, ...]:
        """Give by what two duties are the same."""
        return (self.org, self.post, self.group) if self.is_known else (self.printed,)


def held(duty: Responsibility) -> Holder:
    """Give who holds a duty that is there."""
    return Holder(duty.printed, duty.org_id, duty.post_id, duty.group_id)


class Names:
    """The names in the cells of many rows: said first, then looked up together."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._wanted: dict[str, set[str]] = defaultdict(set)

    def want(self, kind: str, names: Iterable[str]) -> None:
        """Note names to be looked up: of an ``org``, a ``person`` or a ``holder``."""
        self._wanted[kind].update(names)

    def org(self, name: str) -> UUID:
        """Give the one org of a name."""
        return self._one("org", self._orgs, name)

    def person(self, name: str) -> UUID:
        """Give the one person of a name."""
        return self._one("person", self._people, name)

    def _one(self, kind: str, found: dict[str, list[Any]], name: str) -> UUID:
        rows = found.get(name, [])
        if len(rows) != 1:
            code = "field.several_so_named" if rows else f"field.no_such_{kind}"
            raise FieldError(code, given=name)
        pk: UUID = rows[0].pk
        return pk

    def holder(self, name: str) -> Holder:
        """Give who a duty's word names; an unknown word is kept as it is printed."""
        orgs = self._orgs.get(name, [])
        if len(orgs) == 1:
            return Holder(name, org=orgs[0].pk)
        if (group := self._groups.get(name)) is not None:
            return Holder(name, group=group)
        posts = self._posts.get(name, [])
        if len(posts) == 1 and not orgs:
            return Holder(name, post=posts[0].pk)
        if len(orgs) + len(posts) > 1:
            raise FieldError("field.several_so_named", given=name)
        return Holder(name)

    @cached_property
    def _orgs(self) -> dict[str, list[Org]]:
        names = self._wanted["org"] | self._wanted["holder"]
        found = by_name(FieldType.ORG, names) if names else {}
        return {name: _living(rows) for name, rows in found.items()}

    @cached_property
    def _people(self) -> dict[str, list[Any]]:
        return by_name(FieldType.PERSON, self._wanted["person"]) if self._wanted["person"] else {}

    @cached_property
    def _groups(self) -> dict[str, UUID]:
        found: dict[str, UUID] = {}
        for group in OrgGroup.objects.all():
            for name in (group.name, f"各{group.name}", group.name_en):
                if name:
                    found.setdefault(name, group.pk)
        return found

    @cached_property
    def _posts(self) -> dict[str, list[Post]]:
        found: dict[str, list[Post]] = defaultdict(list)
        names = self._wanted["holder"]
        for column in ("title", "title_en"):
            for post in Post.objects.filter(**{f"{column}__in": names}, until=None):
                if post not in found[getattr(post, column)]:
                    found[getattr(post, column)].append(post)
        return found

    @cached_property
    def battles(self) -> dict[str, Battle]:
        """Give the battles of the campaign by each of their names."""
        rows = campaigns.battles(self.campaign)
        return {name: b for b in rows[::-1] for name in (b.name_en, b.name) if name}


def _living(rows: list[Org]) -> list[Org]:
    """An org that has ended is meant only where none that lives has the name."""
    living = [o for o in rows if o.until is None]
    return living or rows


def title_of(text: str) -> str:
    """Read a title."""
    title = " ".join(text.split())
    if not title:
        raise FieldError("cell.title_missing")
    if len(title) > TITLE_LIMIT:
        raise FieldError("field.too_long", field="title", n=len(title), limit=TITLE_LIMIT)
    return title


def day_of(text: str, campaign: Campaign, column: str, today: dt.date) -> dt.date | None:
    """Read a date as ledgers have it; 长期 and the like are no date on purpose, 7日内 counts from today."""
    if within := _WITHIN.match("".join(text.split())):
        return today + dt.timedelta(days=int(within[1]))
    found = due_of(text, campaign.end_on.year, campaign.end_on)
    if found.until is Until.UNCLEAR:
        raise FieldError("field.not_a_date", field=column, given=text)
    return found.day


def share_of(text: str) -> int:
    """Read a progress in per cent; gives basis points."""
    found = _SHARE.match(text.strip())
    share = round(float(f"{found[1]}.{found[2] or 0}") * 100) if found else -1
    if not 0 <= share <= 10_000:
        raise FieldError("field.not_a_share", field="progress", given=text)
    return share


def words_of(text: str, column: str) -> str:
    """Read a text of a report."""
    if len(text) > WORDS_LIMIT:
        raise FieldError("field.too_long", field=column, n=len(text), limit=WORDS_LIMIT)
    return text.strip()


def names_in(text: str) -> list[str]:
    """Give the names of a cell in their order, those that lead first."""
    found = holders(text)
    return [h.name for h in found if h.is_lead] + [h.name for h in found if not h.is_lead]


def leads_in(text: str) -> list[str]:
    """Give the names that a star marks as leads; none where there is no star."""
    return [h.name for h in holders(text) if h.is_lead] if any(s in text for s in _STARS) else []


def want_field(field: FieldDef, value: Any, names: Names) -> None:
    """Note the names that a field's value holds."""
    if field.type in _LOOKED_UP and not is_blank(value):
        names.want(field.type.value, _parts(value))


def field_value(field: FieldDef, text: str, year: int) -> Any:
    """Read a field's text; names of orgs and persons stay names until `settled`."""
    if field.type is FieldType.DATE and not field.several:
        found = due_of(text, year)
        if found.until is Until.UNCLEAR:
            raise FieldError("field.not_a_date", field=field.key, given=text)
        return found.day.isoformat() if found.day else None
    return parse(replace(field, required_at=()), text, year=year)


def settled(field: FieldDef, value: Any, names: Names) -> Any:
    """Give a field's value with ids in the place of names."""
    if field.type not in _LOOKED_UP or is_blank(value):
        return value
    find = names.org if field.type is FieldType.ORG else names.person
    ids = [str(find(name)) for name in _parts(value)]
    return ids if field.several else ids[0]


def _parts(value: Any) -> Sequence[str]:
    return value if isinstance(value, list) else [value]
