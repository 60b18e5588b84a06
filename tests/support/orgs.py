"""An organisation around the cast: leading posts, a task force, workbooks as offices fill them in."""

from __future__ import annotations

import datetime as dt

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, OrgGroupMember, Post
from gongjian.apps.campaigns.actions import found_task_force
from gongjian.apps.campaigns.actions.task_forces import Seconded, Setup
from gongjian.apps.campaigns.models import TaskForce
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book
from tests.support.cast import START, Cast, act


def simulated(day: dt.date, reason: str = ""):
    """An act of a day that may be dated back."""
    return act(day=day, origin="simulation", reason=reason)


def book(**sheets: list[list[object]]) -> bytes:
    """A workbook; the first row of each sheet has its heads."""
    pages = [
        SheetPage(name, [SheetColumn(str(h)) for h in rows[0]], rows[1:])
        for name, rows in sheets.items()
    ]
    return write_book(pages)


def leading_posts(cast: Cast, n: int) -> list[Post]:
    posts = [Post(org=cast.orgs["district"], title=f"Leader {i:02d}", order=i) for i in range(n)]
    accounts.add_posts(act(), posts)
    return posts


def task_force(cast: Cast, name: str = "Flood force", **more: object) -> TaskForce:
    member = Seconded(cast.people["east"], cast.orgs["east"], "First team", "Lists")
    wanted = Setup(name, START, members=(member,), **more)
    done = found_task_force(act(day=START), cast.campaign, wanted)
    return TaskForce.objects.select_related("org", "campaign").get(pk=done.result["task_force"])


def wide_office(cast: Cast, name: str = "office") -> None:
    """Let a person run every campaign."""
    accounts.grant(act(), Grant(person=cast.people[name], role="office"))


def organisation(cast: Cast, item) -> dict[str, list[object]]:
    """Arguments of the addresses of the organisation, by their names."""
    (post,) = leading_posts(cast, 1)
    force = task_force(cast)
    held = Grant(
        person=cast.people["stranger"],
        role="contact",
        campaign_id=cast.campaign.pk,
        item_id=item.pk,
        org=cast.orgs["works"],
        since=dt.date(2020, 1, 1),
        until=dt.date(2020, 1, 2),
    )
    accounts.grant(act(), held)
    code = cast.orgs["west"].code
    by_org = ("org_rename", "org_add_post", "org_join_group", "campaigns:org",
              "campaigns:org_move", "campaigns:org_merge", "campaigns:let_in")  # fmt: skip
    return {
        **{name: [code] for name in by_org},
        "org_leave_group": [OrgGroupMember.objects.get(org=cast.orgs["west"]).pk],
        "person_retire": [code, cast.people["works"].pk],
        "post_abolish": [post.pk],
        "post_appoint": [post.pk],
        "campaigns:withdraw": [held.pk],
        "campaigns:org_import": [],
        "campaigns:org_template": [],
        "campaigns:add_member": [force.pk],
        "campaigns:end_task_force": [force.pk],
        "campaigns:release_member": [force.members.get().pk],
        "campaigns:reassign": [cast.campaign.code, cast.orgs["works"].pk],
        "campaigns:lead_over": [cast.campaign.code, post.pk],
    }
