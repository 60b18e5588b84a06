"""The rows of a register by what they have in common: columns of a board, headings of a list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Count, F, FilteredRelation, IntegerField, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext as _

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.asking import NONE, key_column
from gongjian.apps.campaigns.facts import Facts
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.registers import Row
from gongjian.apps.campaigns.windows import LIGHTS, Windows
from gongjian.apps.cockpit.queries import lang
from gongjian.kernel.model.fields import FieldType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.campaigns.models import Battle
    from gongjian.apps.campaigns.registers import Ledger
    from gongjian.apps.cockpit.queries import Asked
    from gongjian.kernel.model.fields import FieldDef

SIZE = 20  # rows of a group at first, and as many again with each "more"
MOST = 200  # rows of one group; then the list goes on
_COLUMNS = {"state": "state", "battle": "battle_id", "org": "org_id", "light": "light"}
GROUPS_CAP = 40  # groups side by side; the fullest ones where there are more


@dataclass(slots=True)
class Group:
    """Rows that have one thing in common, the first ones of them; `params` ask for exactly them."""

    key: str
    label: str
    n: int = 0
    params: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Grouped:
    """All groups with their first rows; some are left out where there are more than fit."""

    groups: list[Group]
    n: int
    n_hidden: int = 0  # groups that are left out


def grouped(
    asked: Asked,
    ledger: Ledger,
    ask: Ask,
    by: str,
    battles: Sequence[Battle],
    more: tuple[str, int] = ("", SIZE),
) -> Grouped:
    """Group what is asked for: three queries, however many rows there are."""
    rows = _keyed(ledger, ask, by)
    counts: dict[str, int] = defaultdict(int)
    counted = rows.order_by().values_list("grouped_by").annotate(n=Count("pk"))
    for value, n in counted:
        counts[_key(ledger, by, value)] += n
    listed = _listed(ledger, ask, by)
    for key, found in listed.items():
        counts[key] += len(found)
    known = _known(asked, ledger, by, battles, counts)
    groups = [Group(k, word, counts.pop(k, 0)) for k, word in known.items()]
    groups += [Group(k, k or _nothing(by), n) for k, n in counts.items()]
    groups = [g for g in groups if g.n or by in {"state", "light"}]
    shown = groups
    if len(groups) > GROUPS_CAP:
        fullest = {id(g) for g in sorted(groups, key=lambda g: -g.n)[:GROUPS_CAP]}
        shown = [g for g in groups if id(g) in fullest]
    for group in shown:
        group.params = _params(by, group.key)
    _lay_in(ledger, shown, _first_rows(rows, ask, by, more), by)
    for group in shown:
        group.rows += listed[group.key][: max(SIZE - len(group.rows), 0)]
    return Grouped(shown, sum(g.n for g in groups), len(groups) - len(shown))


def _keyed(ledger: Ledger, ask: Ask, by: str) -> QuerySet[Any]:
    rows = Windows(ledger.seen, ledger.register, ledger.playbook).ids(ask)
    if not by.startswith("f."):
        return rows.annotate(grouped_by=F(_COLUMNS[by]))
    same = FilteredRelation("keys", condition=Q(keys__field=by[2:]))
    return rows.alias(group_key=same).annotate(grouped_by=F("group_key__txt"))


def _key(ledger: Ledger, by: str, value: Any) -> str:
    if by == "state" and value is not None:
        return ledger.playbook.state_of(ledger.definition.key, value).key
    return "" if value is None else str(value)


def _listed(ledger: Ledger, ask: Ask, by: str) -> dict[str, list[Row]]:
    """Give the rows that are listed here and asked for, by their groups."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in ledger.listed_for(ask):
        found[_listed_key(ledger, by, row)].append(row)
    return found


def _listed_key(ledger: Ledger, by: str, row: Row) -> str:
    if by == "state":
        return ledger.home_of(row.item).state_of(row.register.key, row.item.state).key
    if by == "battle" and row.listing is not None:
        return str(row.listing.battle_id or "")
    if (one := choice_field(ledger, by)) is not None:
        return str(row.value(one) or "")
    return str(getattr(row.item, _COLUMNS[by]) or "")


def _known(
    asked: Asked, ledger: Ledger, by: str, battles: Sequence[Battle], counts: Mapping[str, int]
) -> dict[str, str]:
    """Give the words of the groups, in their order."""
    if by == "state":
        states = asked.playbook.workflow_of(ledger.definition.key).states
        return {s.key: s.label.of(lang()) for s in states}
    if by == "battle":
        return {str(b.pk): b.label(lang()) for b in battles}
    if by == "light":
        return {c: asked.playbook.light(c).word.of(lang()) for c in LIGHTS}
    if by == "org":
        orgs = Org.objects.filter(pk__in=[k for k in counts if k])
        return {str(o.pk): o.label(lang()) for o in orgs}
    chosen = choice_field(ledger, by)
    return {c.key: c.label.of(lang()) for c in chosen.choices} if chosen else {}


def choice_field(ledger: Ledger, by: str) -> FieldDef | None:
    """Give the field of choices that is grouped by."""
    fields = (f for f in ledger.definition.fields if f.type is FieldType.CHOICE)
    return next((f for f in fields if f"f.{f.key}" == by), None)


def _nothing(by: str) -> str:
    words = {"battle": _("No battle"), "org": _("No responsible org")}
    return words.get(by, _("Not filled in"))


def _params(by: str, key: str) -> dict[str, str]:
    """Give what asks for one group; a choice that is not filled in cannot be asked for."""
    if by.startswith("f."):
        return {by: key} if key else {}
    return {by: key or NONE}


def _first_rows(
    rows: QuerySet[Any], ask: Ask, by: str, more: tuple[str, int]
) -> list[tuple[Any, Facts]]:
    """Give the first rows of each group, in one query: a window over each group."""
    name, rows = _ordered_by(rows, ask)
    way = F(name).desc if ask.is_down else F(name).asc
    order = [way(nulls_last=True), F("code").asc()]
    place = Window(RowNumber(), partition_by=[F("grouped_by")], order_by=order)
    opened, size = more
    wanted = Q(place__lte=SIZE)
    if opened:
        wanted |= Q(grouped_by=opened, place__lte=min(size, MOST))
    # The window sorts every row that is asked for: it carries ids alone, the few rows are fetched by them.
    ids = list(
        rows.annotate(place=place).filter(wanted).order_by("place").values_list("pk", flat=True)
    )
    named = Item.objects.filter(pk__in=ids).values_list(*Facts._fields)
    facts = {one.pk: one for one in map(Facts._make, named)}
    return [(_value(by, facts[pk]), facts[pk]) for pk in ids if pk in facts]


def _value(by: str, facts: Facts) -> Any:
    if column := _COLUMNS.get(by):
        return getattr(facts, column)
    value = facts.fields.get(by[2:])
    return value[0] if isinstance(value, list) and value else value or None


def _ordered_by(rows: QuerySet[Any], ask: Ask) -> tuple[str, QuerySet[Any]]:
    if ask.sort_field is not None:
        same = FilteredRelation("keys", condition=Q(keys__field=ask.sort_field.key))
        return f"sort_key__{key_column(ask.sort_field)}", rows.alias(sort_key=same)
    if ask.sort == "light":
        whens = [When(light=code, then=Value(n)) for n, code in enumerate(LIGHTS)]
        return "severity", rows.alias(severity=Case(*whens, default=9, output_field=IntegerField()))
    return ask.sort, rows


def _lay_in(
    ledger: Ledger, groups: Sequence[Group], found: Sequence[tuple[Any, Facts]], by: str
) -> None:
    by_key = {g.key: g for g in groups}
    for value, facts in found:
        group = by_key.get(_key(ledger, by, value))
        if group is not None:
            group.rows.append(Row(facts, facts.code, ledger.definition))
