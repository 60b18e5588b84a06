"""A campaign takes over another playbook, and gives it up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.accounts.actions import MAY_BACK_DATE
from gongjian.apps.campaigns.holdings import facts_of
from gongjian.apps.campaigns.kernel_io import playbook_of
from gongjian.apps.campaigns.models import Adoption, Campaign, Item, PlaybookVersion, Register
from gongjian.apps.campaigns.rewriting import (
    CHUNK,
    NAMED,
    Rewriting,
    events_of,
    request_of,
    restored_values,
)
from gongjian.apps.campaigns.standing import restand
from gongjian.apps.ledger.book import Act, ActionError, Book, action
from gongjian.apps.ledger.models import Change, Event
from gongjian.kernel.model.fields import Label
from gongjian.kernel.playbook.plan import Line, Plan, inverse_map, line_to_json, plan
from gongjian.playbooks.load import load_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from uuid import UUID

    from gongjian.kernel.model.playbook import Playbook, RegisterDef
    from gongjian.kernel.playbook.plan import Facts, StateMap

AT_ONCE = 2000  # so many rows are rewritten and judged anew while somebody waits


@action("campaigns.adopt")
def adopt(
    book: Book,
    campaign: Campaign,
    text: str,
    *,
    base: int,
    chosen: StateMap,
    agreed: Collection[str],
) -> dict[str, Any]:
    """Take another playbook over: it is in force at once, rows follow in chunks.

    `base` is the number of the version that whoever decides has seen; `chosen` says what takes the
    place of states that disappear; `agreed` names what is hidden although rows hold it.
    """
    former = _former(book, campaign)
    if former.n != base:
        raise ActionError("playbook.moved", n=former.n)
    old, new = playbook_of(former), load_text(text)
    if new.digest == old.digest:
        raise ActionError("playbook.same")
    found = plan(old, new, facts_of(campaign, old, new), chosen=chosen)
    _refuse(found, old)
    if unagreed := sorted(set(found.agreements) - set(agreed)):
        raise ActionError("playbook.not_agreed", names=unagreed)
    version = PlaybookVersion(key=new.key, digest=new.digest, text=text, state_map=found.state_map)
    told = {"agreed": sorted(found.agreements)}
    return _put_in_force(book, Adoption(campaign=campaign, former=former), version, found, told)


@action("campaigns.undo_adoption")
def undo_adoption(book: Book, adoption: Adoption) -> dict[str, Any]:
    """Give a playbook up again: the former one is in force, rows get back what they were."""
    campaign = adoption.campaign
    former = _former(book, campaign)
    if former.pk != adoption.adopted_id or adoption.state != Adoption.State.DONE:
        raise ActionError("playbook.not_latest", n=former.n)
    old, new = playbook_of(former), playbook_of(adoption.former)
    back = inverse_map(new, old, former.state_map)
    facts = facts_of(campaign, old, new, lambda rows: restored_values(adoption, rows))
    found = plan(old, new, facts, chosen=back)
    _refuse(found, old)
    source = adoption.former
    version = PlaybookVersion(
        key=source.key, digest=source.digest, text=source.text, state_map=back
    )
    n_rewritten = adoption.n_rows
    undo = Adoption(campaign=campaign, former=former, undoes=adoption)
    book.update(adoption, state=Adoption.State.UNDONE)
    told = {"n": max(found.n_rows, n_rewritten)}
    return _put_in_force(
        book, undo, version, found, told, is_quiet=found.is_quiet and not n_rewritten
    )


def _former(book: Book, campaign: Campaign) -> PlaybookVersion:
    """Give the version in force, kept from others; refused while another adoption is under way."""
    book.campaign_id = campaign.pk
    in_force = PlaybookVersion.objects.filter(campaign=campaign, in_force=True)
    former: PlaybookVersion = book.locked(in_force)[0]
    if Adoption.objects.filter(campaign=campaign, state=Adoption.State.RUNNING).exists():
        raise ActionError("playbook.adoption_running")
    return former


def refusal_of(line: Line, playbook: Playbook) -> ActionError:
    """Give what stands against a line of a plan, in words of the playbook."""
    registers = [r for r in playbook.registers if r.key == line.register]
    labels = [r.label for r in registers]
    labels += [f.label for r in registers for f in r.fields if f.key == line.subject]
    said = line.before or line.after
    if isinstance(said, Label) and said not in labels:
        labels.append(said)
    examples = list(line.examples) or ["–"]
    where: list[Label | str] = [*labels] or [line.subject]
    return ActionError(line.refusal, where=where, n=line.n, examples=examples)


def _refuse(found: Plan, old: Playbook) -> None:
    """Refuse a plan that something stands against: the first reason is told."""
    if found.refusals:
        raise refusal_of(found.refusals[0], old)


def _put_in_force(  # what one adoption consists of
    book: Book,
    adoption: Adoption,
    version: PlaybookVersion,
    found: Plan,
    told: Mapping[str, Any],
    is_quiet: bool | None = None,
) -> dict[str, Any]:
    former, campaign = adoption.former, adoption.campaign
    version.campaign, version.n = campaign, former.n + 1
    book.update(former, in_force=False)
    book.insert(version)
    _set_registers(book, campaign, playbook_of(version))
    quiet = found.is_quiet if is_quiet is None else is_quiet
    adoption.adopted = version
    adoption.state = Adoption.State.DONE if quiet else Adoption.State.RUNNING
    adoption.plan = {
        "n": found.n_rows,
        "lines": [line_to_json(line) for line in found.lines],
        "rejudged": sorted(found.rejudged),
        **told,
    }
    book.insert(adoption)
    weight = adoption.plan["n"] + found.n_rejudged
    return {"adoption": str(adoption.pk), "n": version.n, "weight": 0 if quiet else weight}


def _set_registers(book: Book, campaign: Campaign, playbook: Playbook) -> None:
    """Bring the rows of the registers to what the playbook says of them."""
    there = {r.key: r for r in Register.objects.filter(campaign=campaign)}
    for key in set(there) - {r.key for r in playbook.registers}:
        book.delete(there[key])
    for order, register in enumerate(playbook.registers):
        _set_register(book, campaign, there.get(register.key), register, order)


def _set_register(
    book: Book, campaign: Campaign, row: Register | None, said: RegisterDef, order: int
) -> None:
    columns: dict[str, Any] = {
        "order": order,
        "code_prefix": said.code_prefix,
        "access_class": said.access_class,
    }
    if row is None:
        book.insert(Register(campaign=campaign, key=said.key, **columns))
    elif changed := {k: v for k, v in columns.items() if getattr(row, k) != v}:
        book.update(row, **changed)


@action("campaigns.rewrite_rows")
def rewrite_rows(book: Book, adoption: Adoption, place: Mapping[str, Any]) -> dict[str, Any]:
    """Rewrite one chunk of rows; says where the next one begins."""
    book.campaign_id = adoption.campaign_id
    [adoption] = book.locked(Adoption.objects.filter(pk=adoption.pk))
    work = Rewriting(adoption)
    stage, after = int(place["stage"]), place["after"]
    waiting = work.rows(stage)
    rows = book.locked((waiting.filter(pk__gt=after) if after else waiting)[:CHUNK])
    done = work.decide(rows)
    book.update_each(done.changes)
    if done.changes:
        book.update(adoption, n_rows=adoption.n_rows + len(done.changes))
    is_through = len(rows) < CHUNK
    return {
        **done.told(),
        "stage": stage + 1 if is_through else stage,
        "after": None if is_through else str(rows[-1].pk),
        "is_last": is_through and (stage == 1 or not work.watches),
    }


@action("campaigns.finish_adoption")
def finish_adoption(book: Book, adoption: Adoption) -> dict[str, Any]:
    """Say that every row is accounted for, with the figures."""
    book.campaign_id = adoption.campaign_id
    [adoption] = book.locked(Adoption.objects.filter(pk=adoption.pk))
    figures = figures_of(adoption)
    book.update(adoption, state=Adoption.State.DONE, plan={**adoption.plan, "figures": figures})
    return figures


def figures_of(adoption: Adoption) -> dict[str, Any]:
    """Sum up what became of the rows of a campaign."""
    outcomes = list(events_of(adoption).values_list("outcome", flat=True))
    hidden = [x for x in adoption.plan["lines"] if x["kind"] == "field.removed"]
    items = Item.objects.filter(campaign=adoption.campaign_id).count()
    touched = Change.objects.filter(event__in=events_of(adoption), table=Item._meta.label_lower)
    told = {
        "rewritten": sum(o["n"] for o in outcomes),
        "untouched": items - touched.count(),
        "hidden": sum(line.get("n", 0) for line in hidden),
        "restored": sum(o["restored"] for o in outcomes),
        "kept": sum(o["kept"] for o in outcomes),
        "kept_names": [name for o in outcomes for name in o["kept_names"]][:NAMED],
        "left": [name for o in outcomes for name in o["left"]][:NAMED],
    }
    if adoption.undoes is not None:  # rows that were taken out of the book in between
        told["gone"] = adoption.undoes.n_rows - told["restored"] - told["kept"]
    return told


def carry(adoption_id: UUID | str) -> bool:
    """Rewrite what an adoption still has to, judge items anew, and finish it; False if it was done.

    May be called by anybody at any time, also twice at once: a chunk that was done is not done again.
    """
    rows = Adoption.objects.select_related("campaign", "former", "adopted", "undoes")
    adoption = rows.get(pk=adoption_id)
    if adoption.state != Adoption.State.RUNNING:
        return False
    origin = _origin(adoption)
    place: Mapping[str, Any] = {"stage": 0, "after": None, "is_last": False}
    slot = 0
    while not place["is_last"]:
        place = rewrite_rows(_act(adoption, origin, slot), adoption, place).result
        slot += 1
    chosen = Register.objects.filter(
        campaign=adoption.campaign_id, key__in=adoption.plan["rejudged"]
    )
    if ids := list(chosen.values_list("pk", flat=True)):
        restand(adoption.campaign, ids)
    finish_adoption(_act(adoption, origin, "done"), adoption)
    return True


def _origin(adoption: Adoption) -> Event:
    """Give the event that took the playbook over: whoever decided it has rewritten the rows."""
    table = adoption._meta.label_lower
    change = Change.objects.select_related("event")
    return change.get(table=table, row=adoption.pk, version=1).event


def _act(adoption: Adoption, origin: Event, slot: int | str) -> Act:
    return Act(
        request_id=request_of(adoption, slot),
        by=origin.actor_id,
        on_behalf_of=origin.on_behalf_of_id,
        at=origin.at if origin.origin in MAY_BACK_DATE else None,
        origin=origin.origin,
    )


def preview(campaign: Campaign, playbook: Playbook, chosen: StateMap | None = None) -> Plan:
    """Give the plan of taking a playbook over as the campaign stands now."""
    old = playbook_of(PlaybookVersion.objects.get(campaign=campaign, in_force=True))
    facts: Facts = facts_of(campaign, old, playbook)
    return plan(old, playbook, facts, chosen=chosen)
