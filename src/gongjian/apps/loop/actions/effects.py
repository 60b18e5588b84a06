"""What a step brings about besides the new state: somebody is told, looks again, or has it on the books."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.actions import add_items
from gongjian.apps.campaigns.models import Item, ItemLink, Listing, Register, Responsibility
from gongjian.apps.campaigns.related import in_force
from gongjian.apps.loop.models import Revisit
from gongjian.apps.notices.actions import tell
from gongjian.apps.notices.models import Notice
from gongjian.kernel.calendar.days import after
from gongjian.lib import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from gongjian.apps.ledger.book import Book
    from gongjian.kernel.model.playbook import Playbook
    from gongjian.kernel.model.workflow import Transition


def bring_about(book: Book, playbook: Playbook, item: Item, step: Transition) -> None:
    """Carry out the effects of a step, each in the same transaction."""
    kinds: dict[str, Callable[..., None]] = {
        "notify": _notify,
        "revisit": _revisit,
        "list": _list,
        "create": _create,
    }
    for effect in step.effects:
        kinds[effect.kind](book, playbook, item, step, effect.names)
    if step.key == "reopen":
        waiting = list(Revisit.objects.filter(item=item, state=Revisit.State.DUE))
        book.update_many(waiting, state=Revisit.State.DROPPED) if waiting else None


def _notify(
    book: Book, _playbook: Playbook, item: Item, step: Transition, roles: Sequence[str]
) -> None:
    """Tell orgs by their roles; whoever is accountable counts as the owner."""
    orgs: set[UUID] = {item.org_id} if "owner" in roles and item.org_id else set()
    if others := set(roles) - {"owner"}:
        day = clock.day_of(book.at, item.campaign.zone)
        duties = Responsibility.objects.filter(item=item, role__in=others, org__isnull=False)
        orgs |= {d.org_id for d in duties if d.org_id and in_force(d, day)}
    label = {"zh": step.label.zh, "en": step.label.en}
    tell(
        book,
        [
            Notice(
                org_id=org,
                access_class=item.access_class,
                code="step.taken",
                facts={"item": item.code, "step": label},
                path=f"/i/{item.code}/",
                about=item.pk,
                due=item.due,
            )
            for org in sorted(orgs)
        ],
    )


def _revisit(
    book: Book, playbook: Playbook, item: Item, _step: Transition, names: Sequence[str]
) -> None:
    """Set the days on which somebody looks again, counted from the close-out."""
    limits = {one.key: one for one in playbook.limits}
    day = clock.day_of(book.at, item.campaign.zone)
    book.insert(
        *[
            Revisit(
                campaign_id=item.campaign_id,
                item=item,
                limit=name,
                due=after(day, limits[name].days, working=limits[name].working),
            )
            for name in names
        ]
    )


def _list(book: Book, _playbook: Playbook, item: Item, _step: Transition, names: Any) -> None:
    """Put an item on the books of other registers of its campaign, once."""
    registers = Register.objects.filter(campaign=item.campaign_id, key__in=names)
    there = set(Listing.objects.filter(item=item).values_list("register", flat=True))
    rows = [
        Listing(campaign_id=item.campaign_id, item=item, register=r, number=item.code)
        for r in registers
        if r.pk not in there and r.pk != item.register_id
    ]
    book.insert(*rows)


def _create(book: Book, playbook: Playbook, item: Item, _step: Transition, names: Any) -> None:
    """Make an item of the same title in other registers, linked where the playbook has a link for it."""
    for register in Register.objects.filter(campaign=item.campaign_id, key__in=names):
        made = Item(
            campaign_id=item.campaign_id,
            register=register,
            battle_id=item.battle_id,
            title=item.title,
            org_id=item.org_id,
            due=item.due,
            state=playbook.workflow_of(register.key).initial,
        )
        owner = Responsibility(
            campaign_id=item.campaign_id, item=made, role="owner", org_id=item.org_id
        )
        add_items(book, item.campaign, [made], [owner] if item.org_id else [])
        kind = next(
            (
                link.key
                for link in playbook.links
                if (not link.sources or item.register.key in link.sources)
                and (not link.targets or register.key in link.targets)
            ),
            None,
        )
        if kind is not None:
            book.insert(ItemLink(campaign_id=item.campaign_id, kind=kind, source=item, target=made))
