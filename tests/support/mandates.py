"""Battles that are led by a post, the people who act for it, and mandates issued through the action."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, Person, Post
from gongjian.apps.campaigns.actions import import_items
from gongjian.apps.campaigns.actions.orgs import Move, Reshuffle, move_duties
from gongjian.apps.campaigns.models import Item, Register
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries.material import Addressee, led_battles
from gongjian.apps.papers.files import Kept, put
from tests.support.cast import END, START, Cast, act
from tests.support.rounds import own_target

BY = dt.date(2021, 7, 10)


@dataclass
class Stage:
    """The cast with two battles that are led, an item and a goal in each."""

    cast: Cast
    posts: list[Post]
    items: list[Item]

    def issue(self, n: int = 2, orgs: tuple[str, ...] = (), **more) -> list[Mandate]:
        """Issue mandates for the first battles and some orgs, as the office."""
        plan = self.plan(n, orgs, **more)
        done = actions.issue_mandates(self.act("office"), self.cast.campaign, plan)
        return [again(pk) for pk in done.result["mandates"]]

    def plan(self, n: int, orgs: tuple[str, ...] = (), **more) -> actions.MandatePlan:
        to = led_battles(self.cast.campaign, START)[:n]
        to += [Addressee(org=self.cast.orgs[o]) for o in orgs]
        return actions.MandatePlan(to, more.pop("accept_by", BY), **more)

    def act(self, who: str, **more):
        return act(self.cast.people[who], START, **more)


def again(pk) -> Mandate:
    rows = Mandate.objects.select_related("campaign", "battle", "org", "post", "file", "former")
    return rows.get(pk=pk)


def make_stage(cast: Cast) -> Stage:
    """Let two posts lead the battles of the cast; the first is held by `leader`, with a secretary."""
    posts = [
        Post(org=cast.orgs["district"], title=t, title_en=e, order=n)
        for n, (t, e) in enumerate(
            [("分管副区长", "Deputy head"), ("区委副书记", "Deputy secretary")]
        )
    ]
    accounts.add_posts(act(), posts)
    lead(cast, dict(zip(cast.battles, posts, strict=True)))
    cast.people |= {
        "leader": seat(cast, "leader", "leader", post=posts[0]),
        "other": seat(cast, "other", "leader", post=posts[1]),
        "secretary": seat(cast, "secretary", "secretary"),
        "head": seat(cast, "head", "principal", org="works"),
        "public": seat(cast, "public", "public"),
    }
    items = [cast.item("修通东路", battle=0), cast.item("整改问题", battle=1, org="plan")]
    for n, item in enumerate(items):
        own_target(cast, item, order=90 + n, counting_rule="完工口径", due=END)
    return Stage(cast, posts, items)


def lead(cast: Cast, by_battle, since: dt.date = START, reason: str = "分工") -> None:
    """Name who leads battles from a day on."""
    moves = tuple(Move(post, battle) for battle, post in by_battle.items())
    made = act(cast.people["office"], since, reason=reason)
    move_duties(made, cast.campaign, Reshuffle(since, moves))


def seat(cast: Cast, name: str, role: str, *, post: Post | None = None, org: str = "") -> Person:
    person = Person(username=f"m-{name}", name=f"{name} desk")
    accounts.add_person(act(), person, post=post)
    where = cast.orgs[org] if org else None
    accounts.grant(act(), Grant(person=person, role=role, campaign_id=cast.campaign.pk, org=where))
    return person


def close_item(cast: Cast, title: str, register: str) -> Item:
    """Add an item of a register whose items are kept more closely."""
    of = Register.objects.get(campaign=cast.campaign, key=register)
    facts = {"battle": cast.battles[0], "org": cast.orgs["works"], "due": END, "state": "assigned"}
    item = Item(campaign=cast.campaign, register=of, title=title, **facts)
    import_items(act(day=START), cast.campaign, [item], [])
    return Item.objects.select_related("campaign").get(pk=item.pk)


def signature(row: Mandate, **more) -> actions.Signature:
    return actions.Signature(**{"name": "leader desk", "digest": row.digest, **more})


def accept(stage: Stage, row: Mandate, who: str = "leader") -> Mandate:
    actions.accept_mandate(stage.act(who), row, signature(row))
    return again(row.pk)


def paper(day: dt.date = START, **more) -> actions.SignedPaper:
    kept = Kept(put(b"%PDF-1.4 signed"), 15, "application/pdf")
    facts = {"name": "leader desk", "day": day, "kept": kept, "file_name": "signed.pdf"}
    return actions.SignedPaper(**{**facts, **more})
