"""Changes to campaigns and their items."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.codes import reserve
from gongjian.apps.campaigns.kernel_io import playbook_in_force, playbook_of
from gongjian.apps.campaigns.models import (
    Battle,
    Campaign,
    CaseKey,
    Item,
    PlaybookVersion,
    Register,
    Responsibility,
)
from gongjian.apps.campaigns.personal import (
    is_sealed,
    keep_keys,
    keys_of_cases,
    personal_keys,
    sealed_fields,
)
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.kernel.playbook.values import is_blank, missing
from gongjian.lib import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from gongjian.kernel.model.playbook import Playbook, RegisterDef

MAX_DEPTH = 5


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
    """Give items their codes and add them with who answers for them: a fixed number of statements.

    Personal fields come in clear and are kept as ciphertext.
    """
    wanted = Counter(item.register_id for item in items)
    registers = {r.pk: r for r in Register.objects.filter(pk__in=wanted)}
    playbook = playbook_in_force(campaign)
    counters = {pk: reserve(pk, n) for pk, n in wanted.items()}
    case_keys = []
    for item in items:
        register = registers[item.register_id]
        item.code = f"{campaign.code}-{register.code_prefix}-{counters[item.register_id]:03d}"
        item.access_class = register.access_class
        if item.parent is not None:
            item.root_id = item.parent.root_id or item.parent.pk
            item.depth = item.parent.depth + 1
        counters[item.register_id] += 1
        item.fields, key = sealed_fields(playbook.register(register.key), item.pk, item.fields)
        case_keys += [key] if key else []
    book.insert(*items)
    book.insert(*responsibilities)
    keep_keys(case_keys)


@action("campaigns.add_item")
def add_item(
    book: Book, item: Item, responsibilities: Sequence[Responsibility] = ()
) -> dict[str, Any]:
    """Add one item, under another one where it has a parent; it is planned until it is issued."""
    playbook = playbook_in_force(item.campaign)
    register = playbook.register(item.register.key)
    _refuse_reversed(item.start_on, item.due)
    _refuse_misplaced(register, item)
    item.state = playbook.workflow_of(register.key).initial
    if lacking := missing(register, item.fields, item.state):
        names = [register.field(k).label for k in lacking]
        raise ActionError("item.field_required", fields=names)
    book.campaign_id = item.campaign_id
    add_items(book, item.campaign, [item], responsibilities)
    return {"item": item.code}


def _refuse_misplaced(register: RegisterDef, item: Item) -> None:
    parent = item.parent
    if parent is None:
        return
    if parent.campaign_id != item.campaign_id or parent.register.key not in {
        register.key,
        *register.parents,
    }:
        raise ActionError("item.wrong_parent", item=parent.code)
    if parent.depth >= MAX_DEPTH:
        raise ActionError("item.too_deep", limit=MAX_DEPTH)


def set_standing(book: Book, item: Item, **facts: Any) -> Item:
    """Set state, due or reported progress of an item; called by the apps that decide these."""
    book.campaign_id = item.campaign_id
    allowed = {"state", "due", "progress", "reported_by", "closed_on", "issued_on"}
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
    """Change the title, dates, owner, battle or playbook fields of an item.

    `fields` names only the playbook fields that change, with None for an emptied one; personal ones
    come in clear.
    """
    allowed = {"title", "start_on", "due", "org", "battle", "fields"}
    if unknown := set(changes) - allowed:
        raise ActionError("item.not_editable", fields=sorted(unknown))
    start, due = changes.get("start_on", item.start_on), changes.get("due", item.due)
    _refuse_reversed(start, due)
    book.campaign_id = item.campaign_id
    changed = dict(changes)
    if "fields" in changed:
        register = playbook_in_force(item.campaign).register(item.register.key)
        key = keys_of_cases([item.pk]).get(item.pk)
        changed["fields"], made = laid_in(register, item, changed["fields"], key)
        keep_keys([made] if made else [])
    book.update(item, **changed)
    return {"item": item.code}


def laid_in(
    register: RegisterDef, item: Item, given: Mapping[str, Any], key: bytes | None
) -> tuple[dict[str, Any], CaseKey | None]:
    """Give the fields of an item with some changed; none that its state requires may be emptied.

    `key` is that of the item's personal fields, where it has any; one that is made is given back.
    """
    known = {f.key: f for f in register.fields if f.compute is None}
    if unknown := set(given) - set(known):
        raise ActionError("item.not_editable", fields=sorted(unknown))
    emptied = [k for k, v in given.items() if is_blank(v) and item.state in known[k].required_at]
    if emptied:
        raise ActionError("item.field_required", fields=[known[k].label for k in emptied])
    is_erased = key is None and any(map(is_sealed, item.fields.values()))
    if is_erased and set(given) & personal_keys(register):
        raise ActionError("item.key_destroyed", item=item.code)
    sealed, made = sealed_fields(register, item.pk, given, key)
    kept = {k: v for k, v in item.fields.items() if k not in given}
    return kept | {k: v for k, v in sealed.items() if not is_blank(v)}, made


@action("campaigns.issue")
def issue_items(book: Book, campaign: Campaign, items: Sequence[Item]) -> dict[str, Any]:
    """Put items in force (交办): their clocks run from this day, however early they start."""
    issue(book, campaign, items)
    return {"items": len(items)}


def issue(book: Book, campaign: Campaign, items: Sequence[Item]) -> None:
    """Issue items that were planned; part of the launch."""
    playbook = playbook_in_force(campaign)
    keys = dict(Register.objects.filter(campaign=campaign).values_list("pk", "key"))
    day = clock.day_of(book.at, campaign.zone)
    book.campaign_id = campaign.pk
    states = {pk: playbook.workflow_of(key).issued for pk, key in keys.items()}
    book.update_each(
        {i: {"state": states[i.register_id] or i.state, "issued_on": day} for i in items}
    )


def _refuse_reversed(start: dt.date | None, due: dt.date | None) -> None:
    if start and due and start > due:
        raise ActionError("item.dates_reversed", start=start, end=due)
