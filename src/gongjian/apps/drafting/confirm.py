"""From a corrected draft to the rows of a campaign, without writing any."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.models import Battle, Campaign, Item, Responsibility
from gongjian.apps.drafting.matching import Orgs
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.targets.models import Target, TargetVersion
from gongjian.lib.ids import new_id
from gongjian.playbooks.load import load_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gongjian.apps.accounts.models import Org
    from gongjian.apps.drafting.models import Draft, DraftPart

# The roles of a draft's owners, in the words of the campaign.
ROLES = {"leader": "leader", "lead": "lead", "responsible": "owner", "cooperating": "support"}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person decides when confirming, beyond the draft itself."""

    code: str
    playbook_text: str
    register: str = "tasks"
    name_en: str = ""
    anchor_on: dt.date | None = None
    anchor_name: str = ""
    anchor_name_en: str = ""
    is_example: bool = False
    leaders: dict[str, str] = field(default_factory=dict)  # battle name → printed leading post
    english: dict[str, str] = field(default_factory=dict)  # battle name → English name


@dataclass
class Made:
    """The rows of a campaign, ready for the book."""

    campaign: Campaign
    initial_state: str
    battles: list[Battle] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    responsibilities: list[Responsibility] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    versions: list[TargetVersion] = field(default_factory=list)
    new_orgs: list[Org] = field(default_factory=list)


def build(draft: Draft, plan: Plan, at: dt.datetime) -> Made:
    """Build the rows; raises where the draft still lacks what a campaign cannot be without."""
    parts: dict[str, list[DraftPart]] = {k: [] for k in ("campaign", "battle", "target", "task")}
    for part in draft.parts.filter(is_dropped=False).order_by("order"):
        parts[part.kind].append(part)
    head = parts["campaign"][0].content
    campaign = _campaign(draft, head, plan)
    playbook = load_text(plan.playbook_text)
    register = playbook.register(plan.register)
    made = Made(campaign, playbook.workflow(register.workflow).initial)
    orgs = Orgs()
    made.battles = _battles(campaign, [p.content for p in parts["battle"]], plan, orgs)
    named = {b.name: b for b in made.battles}
    for part in parts["task"]:
        _add_item(made, part.content, named, orgs, draft)
    for n, part in enumerate(parts["target"]):
        _add_target(made, part.content, named, n, at)
    made.new_orgs = orgs.proposed
    return made


def _campaign(draft: Draft, head: dict[str, Any], plan: Plan) -> Campaign:
    missing = [n for n in ("name", "period_start", "period_end") if not head.get(n)]
    if missing:
        raise ActionError("draft.head_missing", fields=missing)
    start, end = (dt.date.fromisoformat(head[n]) for n in ("period_start", "period_end"))
    return Campaign(
        id=new_id(),
        code=plan.code,
        name=head["name"][:160],
        name_en=plan.name_en,
        goal=(head.get("slogan_or_goal") or "")[:300],
        issuer=(head.get("issuer") or "")[:160],
        place=(head.get("place") or "")[:80],
        start_on=start,
        end_on=end,
        anchor_on=plan.anchor_on,
        anchor_name=plan.anchor_name,
        anchor_name_en=plan.anchor_name_en,
        paper=draft.paper,
        clause=head.get("spans", {}),
        announced=[
            {"what": a["what"], "n": a["n"], "span": a["span"]}
            for a in draft.summary.get("announced", [])
        ],
        is_example=plan.is_example,
        lit_on=start if plan.is_example else None,
    )


def _battles(
    campaign: Campaign, contents: Sequence[dict[str, Any]], plan: Plan, orgs: Orgs
) -> list[Battle]:
    made: dict[str, Battle] = {}
    for n, content in enumerate(contents):
        name = content["name"][:120]
        title = plan.leaders.get(name) or content.get("leader") or ""
        made[name] = Battle(
            campaign=campaign,
            order=n,
            name=name,
            name_en=plan.english.get(name, ""),
            leader=orgs.post(title),
            leader_title=title,
            clause=content.get("spans", {}),
        )
    for content in contents:
        battle = made[content["name"][:120]]
        battle.parent = made.get(content.get("parent") or "")
    # Parents first: the foreign key of a child must find its row.
    return sorted(made.values(), key=lambda b: (b.parent is not None, b.order))


def _add_item(
    made: Made, content: dict[str, Any], battles: dict[str, Battle], orgs: Orgs, draft: Draft
) -> None:
    item = Item(
        campaign=made.campaign,
        battle=battles.get(content.get("battle") or ""),
        title=content["text"][:300],
        start_on=made.campaign.start_on,
        due=dt.date.fromisoformat(content["due"]) if content.get("due") else None,
        paper=draft.paper,
        clause=content.get("spans", {}),
    )
    if item.due and item.start_on and item.due < item.start_on:
        item.start_on = None
    rows = []
    for printed_as, role in ROLES.items():
        for n, printed in enumerate(content.get(printed_as) or []):
            rows.append(_responsibility(item, role, n, printed, orgs))
    item.org = _accountable(rows)
    made.items.append(item)
    made.responsibilities.extend(rows)


def _responsibility(item: Item, role: str, order: int, printed: str, orgs: Orgs) -> Responsibility:
    row = Responsibility(
        campaign=item.campaign, item=item, role=role, order=order, printed=printed[:120]
    )
    if role == "leader":
        row.post = orgs.post(printed)
        return row
    row.group_id = orgs.group(printed)
    if row.group_id is None:
        row.org = orgs.org(printed)
    return row


def _accountable(rows: Sequence[Responsibility]) -> Org | None:
    """The lead if one is named, else the first owner: only it is counted and lit."""
    for role in ("lead", "owner"):
        for row in rows:
            if row.role == role and row.org is not None:
                return row.org
    return None


def _baseline(said: dict[str, Any] | None) -> dict[str, Any]:
    if not said:
        return {}
    return {
        "baseline": said["value"],
        "baseline_rule": said["rule"][:300],
        "baseline_on": dt.date.fromisoformat(said["on"]) if said["on"] else None,
    }


def _add_target(
    made: Made, content: dict[str, Any], battles: dict[str, Battle], n: int, at: dt.datetime
) -> None:
    value = content.get("value")
    floor, upper = value if isinstance(value, list) else (value, None)
    target = Target(
        campaign=made.campaign,
        battle=battles.get(content.get("battle") or ""),
        order=n,
        subject=content["subject"][:160],
        clause=content.get("spans", {}),
    )
    version = TargetVersion(
        target=target,
        n=1,
        kind=content["kind"],
        op=content["op"],
        floor=floor,
        upper=upper,
        stretch=content.get("stretch"),
        unit=content.get("unit") or "",
        due=dt.date.fromisoformat(content["due"]) if content.get("due") else None,
        strength=content.get("strength") or "plain",
        text=content["text"][:300],
        counting_rule=(content.get("rule") or "")[:300],
        since=at.date(),
        **_baseline(content.get("baseline")),
    )
    made.targets.append(target)
    made.versions.append(version)
