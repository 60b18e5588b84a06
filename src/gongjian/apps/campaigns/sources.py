"""What a new campaign is made of: a shipped playbook, a text, or a former campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongjian.apps.accounts.models import Post
from gongjian.apps.campaigns import queries
from gongjian.apps.campaigns.models import Battle, PlaybookVersion
from gongjian.playbooks.load import builtin_text, load_builtin, load_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.kernel.model.playbook import Playbook


@dataclass(frozen=True, slots=True)
class Front:
    """A battle as a person names it."""

    name: str
    leader: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What a new campaign is made of."""

    text: str
    playbook: Playbook
    key: str = ""  # of a shipped playbook
    former: Campaign | None = None

    def fronts(self) -> list[Front]:
        """Give the battles that are offered: the former campaign's, else the usual ones."""
        if self.former is not None:
            return [Front(b.name, _leader(b)) for b in queries.battles(self.former)]
        return [Front(b.name.zh, b.leader.zh) for b in self.playbook.battles]


def _leader(battle: Battle) -> str:
    return battle.leader.title if battle.leader else battle.leader_title


def from_campaign(former: Campaign) -> Source:
    """Take the playbook that a former campaign runs by."""
    text = PlaybookVersion.objects.get(campaign=former, in_force=True).text
    return Source(text, load_text(text), former=former)


def from_builtin(key: str) -> Source:
    """Take a playbook that ships with the program."""
    return Source(builtin_text(key), load_builtin(key), key=key)


def from_text(text: str) -> Source:
    """Take a playbook as somebody wrote it."""
    return Source(text, load_text(text))


def battles_of(
    campaign: Campaign, source: Source, fronts: Sequence[Front]
) -> dict[UUID | None, Battle]:
    """Make the battles, each under the id of the former one it follows, parents first."""
    titles = [f.leader for f in fronts if f.leader]
    posts = {p.title: p for p in Post.objects.filter(title__in=titles)}
    former = {b.name: b for b in queries.battles(source.former)} if source.former else {}
    english = {b.name.zh: b.name.en for b in source.playbook.battles}
    made: dict[UUID | None, Battle] = {}
    by_name: dict[str, Battle] = {}
    for order, front in enumerate(fronts):
        was = former.get(front.name)
        battle = Battle(campaign=campaign, order=order, name=front.name)
        if was is not None:
            battle.name_en, battle.lead_org = was.name_en, was.lead_org
            battle.leader, battle.leader_title = was.leader, was.leader_title
        else:
            battle.name_en = english.get(front.name, "")
            battle.leader, battle.leader_title = posts.get(front.leader), front.leader
        by_name[front.name] = made[was.pk if was else battle.pk] = battle
    parents = {b.pk: b.name for b in former.values()}
    for battle in made.values():
        above = former[battle.name].parent_id if battle.name in former else None
        battle.parent = by_name.get(parents[above]) if above else None
    return dict(sorted(made.items(), key=lambda pair: pair[1].parent is not None))
