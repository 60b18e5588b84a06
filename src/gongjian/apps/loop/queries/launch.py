"""The launch check of a campaign: its facts in a fixed number of queries, whatever it holds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q

from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Campaign, Item, Register, Responsibility
from gongjian.apps.campaigns.standing import today_of
from gongjian.apps.loop.models import Waiver
from gongjian.apps.targets.queries import Aim, aims
from gongjian.kernel.playbook.values import is_blank
from gongjian.kernel.workflow import launch

if TYPE_CHECKING:
    from uuid import UUID

    from gongjian.apps.campaigns.models import Battle
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

# What an announced count may be compared with besides one register: all items, or the battles.
ALL_ITEMS, BATTLES = "*items", "*battles"
_ANSWERS = (Responsibility.Role.LEAD, Responsibility.Role.OWNER)


@dataclass(frozen=True)
class Waiting:
    """A campaign as it stands before its launch: what waits, who answers, what is lacking."""

    campaign: Campaign
    playbook: Playbook
    registers: dict[UUID, Register]
    battles: list[Battle]
    items: list[Item]
    answering: dict[UUID, list[Responsibility]]
    aims: list[Aim]
    waivers: list[Waiver]
    n_by_register: dict[str, int]

    @cached_property
    def check(self) -> launch.Check:
        """The outcome of the check."""
        waived: dict[UUID | None, set[str]] = defaultdict(set)
        for w in self.waivers:
            waived[w.item_id].add(w.need)
        aims_of: dict[UUID | None, list[Aim]] = defaultdict(list)
        for aim in self.aims:
            aims_of[aim.target.item_id].append(aim)
        facts = [
            launch.ItemFacts(
                str(item.pk),
                self.registers[item.register_id].key,
                self._has(item, aims_of.get(item.pk, [])),
                frozenset(waived.get(item.pk, ())),
                self._part_of(item),
            )
            for item in self.items
        ]
        needs = {r.key: r.needs for r in self.playbook.registers}
        return launch.check(facts, needs, self.counts(waived.get(None, set())))

    def definition(self, item: Item) -> RegisterDef:
        """Give what the playbook says of an item's register."""
        return self.playbook.register(self.registers[item.register_id].key)

    def _has(self, item: Item, aimed: list[Aim]) -> frozenset[str]:
        has = {r.role for r in self.answering.get(item.pk, ()) if r.role in _ANSWERS}
        has |= {k for k, v in item.fields.items() if not is_blank(v)}
        if item.due:
            has.add("due")
        if aimed:
            has.add("target")
        if any(a.version.counting_rule for a in aimed):
            has.add("counting_rule")
        return frozenset(has)

    def _part_of(self, item: Item) -> str | None:
        """A part is answered for by the item above it, where both wait in one register."""
        above = self._waiting.get(item.parent_id) if item.parent_id else None
        if above is None or above.register_id != item.register_id:
            return None
        return self._part_of(above) or str(above.pk)

    @cached_property
    def _waiting(self) -> dict[UUID, Item]:
        return {i.pk: i for i in self.items}

    def counts(self, waived: set[str]) -> list[launch.Count]:
        """Give the announced counts beside what is there."""
        return [
            launch.Count(a["what"], a["n"], self.found(a), a["what"] in waived)
            for a in self.campaign.announced
        ]

    def found(self, announced: dict[str, object]) -> int:
        """Give how many there are of what the paper counts."""
        basis = self.basis(announced)
        if basis == BATTLES:
            return sum(b.parent_id is None for b in self.battles)
        if basis == ALL_ITEMS:
            return sum(self.n_by_register.values())
        return self.n_by_register.get(basis, 0)

    def basis(self, announced: dict[str, object]) -> str:
        """Give what counts for an announced thing: as the office said, else by its word."""
        if said := announced.get("counts"):
            return str(said)
        what = str(announced["what"])
        for register in self.playbook.registers:
            named = register.label.zh in what or what in register.label.zh
            if named and self.n_by_register.get(register.key):
                return register.key
        return BATTLES if what.endswith(("战", "行动", "战役")) else ALL_ITEMS

    @property
    def empty_battles(self) -> list[Battle]:
        """Battles without an item or a target."""
        parents = {str(b.pk): str(b.parent_id) if b.parent_id else None for b in self.battles}
        filled = {str(i.battle_id) for i in self.items} | {str(b) for b in self._battles_of_old}
        filled |= {str(a.target.battle_id) for a in self.aims}
        empty = set(launch.empty_battles(parents, filled & set(parents)))
        return [b for b in self.battles if str(b.pk) in empty]

    @cached_property
    def _battles_of_old(self) -> set[UUID | None]:
        issued = Item.objects.filter(campaign=self.campaign, issued_on__isnull=False)
        return set(issued.order_by().values_list("battle", flat=True).distinct())

    @property
    def conflicts(self) -> list[Aim]:
        """Targets whose baseline was counted under another rule."""
        return [
            a
            for a in self.aims
            if launch.rules_differ(a.version.baseline_rule, a.version.counting_rule)
        ]

    @property
    def tops(self) -> list[Item]:
        """Items that wait, without the parts they were decomposed into."""
        parts = {i.key for i in self.check.items if i.part_of is not None}
        return [i for i in self.items if str(i.pk) not in parts]

    @property
    def n_with_owner(self) -> int:
        """How many items name a lead or a responsible org."""
        return sum(any(r.role in _ANSWERS for r in self.answering.get(i.pk, ())) for i in self.tops)

    @property
    def n_with_due(self) -> int:
        """How many items have a deadline."""
        return sum(i.due is not None for i in self.tops)


def waiting(campaign: Campaign) -> Waiting:
    """Give what waits for the launch: a fixed number of queries."""
    playbook = playbook_in_force(campaign)
    known = {r.key for r in playbook.registers}
    registers = {r.pk: r for r in campaign.registers.order_by("order") if r.key in known}
    rows = Item.objects.filter(_waits(campaign, playbook, registers), campaign=campaign)
    answering: dict[UUID, list[Responsibility]] = defaultdict(list)
    today = today_of(campaign)
    held = Responsibility.objects.filter(campaign=campaign, item__issued_on=None, role__in=_ANSWERS)
    held = held.filter(Q(until=None) | Q(until__gte=today))
    for row in held.order_by("role", "order"):
        answering[row.item_id].append(row)
    return Waiting(
        campaign,
        playbook,
        registers,
        list(campaign.battles.order_by("order")),
        list(rows.select_related("org").order_by("code")),
        answering,
        aims(campaign, today),
        list(Waiver.objects.filter(campaign=campaign)),
        _n_by_register(campaign),
    )


def _waits(campaign: Campaign, playbook: Playbook, registers: dict[UUID, Register]) -> Q:
    """Filter the items that no launch has issued yet.

    Items of a register without a state to issue into are in force when made, once the campaign runs.
    """
    waits = Q(pk__in=[])
    for pk, register in registers.items():
        workflow = playbook.workflow_of(register.key)
        if workflow.issued:
            waits |= Q(register=pk, state=workflow.initial)
        elif campaign.published_on is None:
            waits |= Q(register=pk)
    return waits & Q(issued_on=None, closed_on=None)


def _n_by_register(campaign: Campaign) -> dict[str, int]:
    """Count items by register, without the parts of items of the same one."""
    whole = Q(parent=None) | ~Q(parent__register=F("register"))
    rows = Item.objects.filter(whole, campaign=campaign).order_by()
    return dict(rows.values_list("register__key").annotate(n=Count("pk")))
