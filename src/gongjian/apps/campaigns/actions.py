"""Changes to campaigns and their items."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.codes import reserve
from gongjian.apps.campaigns.kernel_io import playbook_of
from gongjian.apps.campaigns.models import (
    Battle,
    Campaign,
    Item,
    PlaybookVersion,
    Register,
    Responsibility,
)
from gongjian.apps.ledger.book import ActionError, Book, action

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from gongjian.kernel.model.playbook import Playbook


def found(
    book: Book, campaign: Campaign, playbook_text: str, battles: Sequence[Battle]
) -> tuple[Playbook, dict[str, Register]]:
    """Set a campaign up: its playbook, registers and battles; part of the action that confirms."""
    if campaign.start_on > campaign.end_on:
        raise ActionError("campaign.period_reversed", start=campaign.start_on, end=campaign.end_on)
    if Campaign.objects.filter(name=campaign.name, end_on__gte=campaign.start_on).exists():
        raise ActionError("campaign.name_taken", name=campaign.name)
    if Campaign.objects.filter(code=campaign.code).exists():
        raise ActionError("campaign.code_taken", campaign=campaign.code)
    version = PlaybookVersion(campaign=campaign, text=playbook_text)
    playbook = playbook_of(version) if version.digest else _fresh(version)
    registers = {
        r.key: Register(
            campaign=campaign,
            key=r.key,
            order=n,
            code_prefix=r.code_prefix,
            access_class=r.access_class,
        )
        for n, r in enumerate(playbook.registers)
    }
    book.campaign_id = campaign.pk
    book.insert(campaign, version, *registers.values())
    book.insert(*battles)
    return playbook, registers


@action("campaigns.found")
def found_campaign(
    book: Book, campaign: Campaign, playbook_text: str, battles: Sequence[Battle]
) -> dict[str, Any]:
    """Set up a campaign that has no paper."""
    found(book, campaign, playbook_text, battles)
    return {"campaign": campaign.code}


def _fresh(version: PlaybookVersion) -> Playbook:
    from gongjian.playbooks.load import load_text  # noqa: PLC0415  # only when a campaign is founded

    playbook = load_text(version.text)
    version.key, version.digest = playbook.key, playbook.digest
    return playbook


def add_items(
    book: Book,
    campaign: Campaign,
    items: Sequence[Item],
    responsibilities: Sequence[Responsibility],
) -> None:
    """Give items their codes and add them with who answers for them: a fixed number of statements."""
    wanted = Counter(item.register_id for item in items)
    registers = {r.pk: r for r in Register.objects.filter(pk__in=wanted)}
    counters = {pk: reserve(pk, n) for pk, n in wanted.items()}
    for item in items:
        register = registers[item.register_id]
        item.code = f"{campaign.code}-{register.code_prefix}-{counters[item.register_id]:03d}"
        item.access_class = register.access_class
        item.root_id = item.root_id or (item.parent.root_id if item.parent else None)
        counters[item.register_id] += 1
    book.insert(*items)
    book.insert(*responsibilities)


def set_standing(book: Book, item: Item, **facts: Any) -> Item:
    """Set state, due or reported progress of an item; called by the apps that decide these."""
    book.campaign_id = item.campaign_id
    allowed = {"state", "due", "progress", "reported_by", "closed_on"}
    if unknown := set(facts) - allowed:
        raise ValueError(f"no standing: {sorted(unknown)}")
    return book.update(item, **facts)


@action("campaigns.add_items")
def import_items(
    book: Book,
    campaign: Campaign,
    items: Sequence[Item],
    responsibilities: Sequence[Responsibility] = (),
) -> dict[str, Any]:
    """Add many items at once, as one event."""
    book.campaign_id = campaign.pk
    add_items(book, campaign, items, responsibilities)
    return {"items": [item.code for item in items]}


@action("campaigns.edit_item")
def edit_item(book: Book, item: Item, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change the title, dates, owner or playbook fields of an item."""
    allowed = {"title", "start_on", "due", "org", "battle", "fields"}
    if unknown := set(changes) - allowed:
        raise ActionError("item.not_editable", fields=sorted(unknown))
    start, due = changes.get("start_on", item.start_on), changes.get("due", item.due)
    _refuse_reversed(start, due)
    book.campaign_id = item.campaign_id
    book.update(item, **changes)
    return {"item": item.code}


def _refuse_reversed(start: dt.date | None, due: dt.date | None) -> None:
    if start and due and start > due:
        raise ActionError("item.dates_reversed", start=start, end=due)
