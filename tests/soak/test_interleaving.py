"""Any order of actions by several people, with rows that were fetched long before: the book stays whole."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied

from gongjian.apps.accounts.access import scope
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.ledger.book import ActionError, Moved
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop import actions, turns
from gongjian.apps.loop.actions import OWN, Plea, Words
from gongjian.apps.loop.models import Revisit
from gongjian.apps.loop.queries import step_roles
from gongjian.lib import clock
from tests.support.cast import END, act
from tests.support.chains import ROLES, make_desk

REGISTERS = ("tasks", "hazards", "problems", "instructions", "decisions", "risks")
FIELDS = {
    "grade": "ordinary", "acceptance": "fixed", "origin_level": "district", "packet": "other",
    "discussion": "agreed", "measures": "dig", "instructed_by": "head", "text": "do it", "reply": "done",
    "urgency": "urgent", "source": "audit",
}  # fmt: skip
STEPS = 150


def attempt(desk, rng: random.Random, stale: dict[str, Item]) -> str:
    """One person does one thing to one item, as it was when they opened its page."""
    who = rng.choice([*ROLES, "overseer", "office2"])
    item = stale[rng.choice(sorted(stale))]
    if rng.random() < 0.6:  # the page was opened just now; else some time ago
        item = stale[item.code] = desk.again(item)
    once = act(desk.people[who], reason=rng.choice(["", "because"]))
    held = step_roles(scope(desk.people[who], clock.today()), item)
    workflow = playbook_in_force(item.campaign).workflow_of(item.register.key)
    open_to = [t for t in workflow.transitions if item.state in t.sources and held & {*t.roles}]
    likely = open_to if open_to and rng.random() < 0.75 else workflow.transitions
    step = rng.choice(likely).key
    if step == "report":
        actions.report(once, item, Words("Done", share=rng.randrange(10_001)), roles=held)
    elif step == "close_out":
        actions.close_out(once, item, roles=held)
    elif step == "reopen":
        actions.reopen(once, item, roles=held)
    elif step == "ask_extension":
        plea = Plea((item.due or END) + dt.timedelta(rng.randrange(-3, 30)), "half")
        actions.ask_extension(once, item, plea, roles=held)
    elif step in OWN:
        grant = actions.grant_extension if rng.random() < 0.5 else actions.refuse_extension
        grant(once, item, roles=held)
    elif rng.random() < 0.15:
        actions.consent(once, item, rng.choice(["overseer", "principal"]), roles=held)
    elif (row := Revisit.objects.filter(item=item).first()) and rng.random() < 0.3:
        row.item = item
        actions.record_revisit(once, row, held=rng.random() < 0.5, roles=held)
    else:
        actions.take_step(once, item, step, roles=held)
    return "done"


@pytest.mark.django_db
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_actions_leaves_events_rows_and_tallies_in_agreement(cast, seed):
    desk, rng = make_desk(cast), random.Random(seed)
    stale: dict[str, Item] = {}
    for register in REGISTERS:
        workflow = playbook_in_force(cast.campaign).workflow_of(register)
        item = desk.item(register, workflow.issued or workflow.initial, fields=dict(FIELDS))
        stale[item.code] = item
    told: Counter[str] = Counter()
    for _ in range(STEPS):
        try:
            told[attempt(desk, rng, stale)] += 1
        except (ActionError, Moved, PermissionDenied) as refused:
            told[getattr(refused, "code", "denied")] += 1
    assert verify().faults == ()
    assert recount(cast.campaign) == []
    assert turns.differences(cast.campaign) == []
    assert told["done"] > 10, told
    assert len(told) > 4, told
