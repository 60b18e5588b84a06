"""Mandates and commitments of the demonstration: most are accepted, one is objected to; all of it simulated."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from gongjian.apps.accounts.models import Org, PostHolding
from gongjian.apps.demo.acts import act, at
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries.material import Addressee, led_battles

if TYPE_CHECKING:
    from gongjian.apps.accounts.models import Person
    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.demo.data import Rally
    from gongjian.apps.ledger.book import Act

DAYS = 7
OPENING = (
    "现将本行动的目标、事项和时限交给你。请对照清单倒排工期，逐项落实责任，确保按期完成。（模拟）"
)
OBJECTION = "两项改革试点需省级部门批复，建议时限按批复时间核定。（模拟）"
DEVICE = "Chrome · Windows"
NOTE = "誓师大会主会场领取（模拟）"
SPEAKER = "主要负责人"
OCCASION = "誓师大会（模拟）"


def hold_rally(campaign: Campaign, rally: Rally, people: dict[str, Person]) -> None:
    """Issue the mandates of a campaign on its first day, let them be answered, record commitments."""
    day = campaign.start_on
    to = [t for t in led_battles(campaign, day) if t.battle and not t.battle.parent_id]
    to += [Addressee(org=o) for o in _orgs(rally.orgs)]
    plan = actions.MandatePlan(to, day + dt.timedelta(days=DAYS), opening=OPENING)
    actions.issue_mandates(_act(campaign, "mandates", people["office"], 0), campaign, plan)
    letters = Mandate.objects.filter(campaign=campaign).select_related("post__org", "battle", "org")
    for n, row in enumerate(letters.exclude(battle=None).order_by("serial")):
        row.campaign = campaign
        _answer(row, rally.answers[n], people, n)
    for n, (org, text) in enumerate(rally.said):
        said = actions.Said(_orgs((org,))[0], SPEAKER, text, day, OCCASION)
        recorded = _act(campaign, f"said-{n}", people["office"], 40 + n)
        actions.record_commitment(recorded, campaign, said)


def _orgs(names: tuple[str, ...]) -> list[Org]:
    return list(Org.objects.filter(short_name__in=names).order_by("order"))


def _act(campaign: Campaign, slot: str, by: Person, minute: int) -> Act:
    made = act(f"{campaign.code}-{slot}", campaign.start_on, by)
    return replace(made, at=at(campaign.start_on, 10, minute))


def _answer(row: Mandate, how: str, people: dict[str, Person], n: int) -> None:
    holding = PostHolding.objects.select_related("person").filter(post=row.post).first()
    by = people["secretary"] if how == "acting" or holding is None else holding.person
    done = _act(row.campaign, f"mandate-{row.serial}", by, 10 + 2 * n)
    if how == "rally":
        entered = replace(done, by=people["office"].pk, on_behalf_of=row.post_id, reason=NOTE)
        actions.accept_mandates_at_rally(entered, [row], NOTE)
    elif how == "object":
        actions.object_to_mandate(done, row, OBJECTION)
    elif how == "acting":
        signed = actions.Signature(by.name, row.digest, DEVICE, is_acting=True)
        actions.accept_mandate(replace(done, on_behalf_of=row.post_id), row, signed)
    elif how == "screen":
        actions.accept_mandate(done, row, actions.Signature(by.name, row.digest, DEVICE))
