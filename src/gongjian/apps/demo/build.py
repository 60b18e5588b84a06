"""Build the demonstration: orgs, desks, both papers, both campaigns; every step an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, Org, OrgGroup, Person, Post
from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.demo.acts import act
from gongjian.apps.demo.data import data, paper
from gongjian.apps.demo.launching import launch_campaign
from gongjian.apps.demo.mandates import hold_rally
from gongjian.apps.drafting import actions as drafting
from gongjian.apps.drafting.confirm import Plan
from gongjian.apps.drafting.models import Draft
from gongjian.apps.papers.actions import receive
from gongjian.apps.papers.models import Paper
from gongjian.formats.read import read_paper
from gongjian.playbooks.load import builtin_text, load_builtin

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from gongjian.apps.demo.data import Example

    Say = Callable[[str], None]


def build_orgs(day: dt.date) -> dict[str, Org]:
    """Add the offices, their groups and the leading posts."""
    shown = data()
    root = Org(code="district", name=shown.root.zh, short_name=shown.root.zh, name_en=shown.root.en)
    named = {root.name: root}
    groups: dict[OrgGroup, list[Org]] = {}
    for order, group in enumerate(shown.groups):
        made = [
            Org(
                parent=root,
                code=f"{group.key}-{n:02d}",
                name=name.zh,
                short_name=name.zh,
                name_en=name.en,
                order=len(named) + n,
            )
            for n, name in enumerate(group.orgs, 1)
        ]
        named |= {o.short_name: o for o in made}
        kind = OrgGroup(key=group.key, name=group.name.zh, name_en=group.name.en, order=order)
        groups[kind] = made
    accounts.add_orgs(act("orgs", day), list(named.values()))
    accounts.add_groups(act("groups", day), groups)
    posts = [Post(org=root, title=post.zh, title_en=post.en) for post in shown.leaders]
    accounts.add_posts(act("posts", day), posts)
    return named


def build_desks(day: dt.date, named: dict[str, Org]) -> dict[str, Person]:
    """Add one user for each role; nobody can sign in as one except in the demonstration."""
    people = {}
    for desk in data().desks:
        person = Person(
            username=desk.username, name=desk.name.zh, name_en=desk.name.en, is_demo=desk.is_shown
        )
        post = Post.objects.filter(title=desk.post).first() if desk.post else None
        accounts.add_person(act(f"desk-{desk.username}", day), person, post=post)
        held = Grant(person=person, role=desk.role, org=named.get(desk.org))
        accounts.grant(act(f"grant-{desk.username}", day), held)
        people[desk.username] = person
    _seat(day, named)
    return people


def _seat(day: dt.date, named: dict[str, Org]) -> None:
    """Seat a contact at every org and somebody in every leading post, but for the last of each."""
    seated = {desk.org for desk in data().desks}
    empty = [o for o in named.values() if o.parent_id and o.short_name not in seated]
    for org in empty[:-1]:
        contact = Person(
            username=f"at-{org.code}",
            name=f"{org.short_name}联络员",
            name_en=f"Contact, {org.name_en}" if org.name_en else "",
        )
        accounts.add_person(act(f"seat-{org.code}", day), contact)
        held = Grant(person=contact, role="contact", org=org)
        accounts.grant(act(f"seat-{org.code}-grant", day), held)
    posts = list(Post.objects.filter(holdings=None).order_by("pk"))
    for n, post in enumerate(posts[:-1]):
        holder = Person(username=f"in-post-{n}", name=post.title, name_en=post.title_en)
        accounts.add_person(act(f"post-{n}", day), holder, post=post)


def build_campaign(example: Example, people: dict[str, Person]) -> Campaign:
    """Read a paper, draft it, confirm it, complete it in a round, launch it, hold the rally: what an office does."""
    office = people["office"]
    content = paper(example.file)
    document = read_paper(content, example.file)
    day, slot = example.start, example.code
    got = receive(act(f"{slot}-paper", day, office), content, example.file, document, day)
    row = Paper.objects.get(pk=got.result["paper"])
    drafted = drafting.draft(act(f"{slot}-draft", day, office), row, document, day)
    draft = Draft.objects.select_related("paper").get(pk=drafted.result["draft"])
    playbook = load_builtin(example.playbook)
    tails = ("", "攻坚战")
    plan = Plan(
        code=example.code,
        playbook_text=builtin_text(example.playbook),
        name_en=example.name_en,
        anchor_on=example.anchor_on,
        anchor_name=example.anchor.zh,
        anchor_name_en=example.anchor.en,
        is_example=True,
        leaders={b.name.zh + t: b.leader.zh for b in playbook.battles for t in tails},
        english={b.name.zh + t: b.name.en for b in playbook.battles for t in tails},
    )
    drafting.confirm(act(f"{slot}-confirm", day, office), draft, plan)
    campaign = Campaign.objects.get(code=example.code)
    launch_campaign(campaign, people)
    hold_rally(campaign, example.rally, people)
    return campaign
