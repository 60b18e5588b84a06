"""Real ledgers: taken in from a workbook made to the printed head, given out under it, taken in again."""

from __future__ import annotations

import pytest
from django.utils import translation
from tests.support.cast import END, START, act
from tests.support.ledgers import LEDGERS, PLAYBOOK, workbook

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.models import Grant
from gongjian.apps.campaigns.actions import add_duty, found_campaign
from gongjian.apps.campaigns.asking import Ask
from gongjian.apps.campaigns.models import Battle, Campaign, Item, Register
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.campaigns.registers import Ledger
from gongjian.apps.cockpit import queries
from gongjian.apps.grid import actions
from gongjian.apps.grid.columns import Columns
from gongjian.apps.grid.exporting import Export
from gongjian.apps.grid.intake import rows_of, sheets_of
from gongjian.apps.grid.writing import plan_writes
from gongjian.apps.ledger.actions import undo
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets
from gongjian.lib import clock

LIMITS = Limits(max_bytes=10**7, max_unpacked_bytes=10**8)


@pytest.fixture
def ledger_of(cast):
    """A campaign of the playbook with every real head, as its office reads one register."""
    campaign = Campaign(
        code="RL21", name="台账攻坚", start_on=START, end_on=END, is_example=True, lit_on=START
    )
    battle = Battle(campaign=campaign, order=0, name="整改争效")
    found_campaign(act(), campaign, PLAYBOOK.read_text(encoding="utf-8"), [battle])
    office = cast.people["office"]
    accounts.grant(act(), Grant(person=office, role="office", campaign_id=campaign.pk))

    def made(key: str):
        seen = scope(office, clock.today())
        asked = queries.ask(seen, campaign, None)
        register = Register.objects.select_related("campaign").get(campaign=campaign, key=key)
        return asked, Ledger(seen, register, asked.playbook.register(key), asked.playbook)

    return made


def take_in(asked, ledger, data: bytes):
    sheets = sheets_of(asked, ledger, [("t.xlsx", read_sheets(data, LIMITS))])
    rows = rows_of(asked, ledger, sheets)
    assert [(f.line, f.error.code) for f in rows.faults] == []
    return sheets, plan_writes(asked, ledger, rows.typed, is_paper=True)


@pytest.mark.parametrize("key", LEDGERS)
def test_a_real_ledger_goes_in_and_out_and_in_again(cast, ledger_of, key):
    paper = LEDGERS[key]()
    asked, ledger = ledger_of(paper.register)
    sheets, plan = take_in(asked, ledger, workbook(paper))
    assert [c.head for c in sheets[0].head.unknown] == []
    assert [(f.line, f.source, f.error.code, f.text) for f in plan.faults] == []
    assert (len(plan.made), len(plan.changed)) == (len(sheets[0].lines), 0)
    done = actions.write(act(cast.people["office"]), ledger.register, plan)
    asked, ledger = ledger_of(paper.register)
    head = next(h for h in ledger.definition.heads if h.key == key)
    data = Export(asked, ledger, Ask(), head).workbook("office")
    printed = [c.head for c in head.columns]
    heads = [t for row in read_sheets(data, LIMITS)[0].rows[:5] for t in row]
    assert set(printed) <= set(heads)
    sheets, again = take_in(asked, ledger, data)
    assert [(f.line, f.source, f.error.code, f.text) for f in again.faults] == []
    told = [(w.line, w.before, w.after) for w in (*again.made, *again.changed)]
    assert told == []
    assert again.n_same == len(plan.made)
    _sheets, original = take_in(asked, ledger, workbook(paper))
    assert len(original.made) == 0
    assert recount(asked.campaign) == []
    undo(act(cast.people["office"]), done.event_id)
    assert Item.objects.filter(campaign=asked.campaign).count() == 0


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_our_own_columns_go_out_and_in_unchanged(books, language):
    """The accountable org is the lead; those who own it besides are not replaced by it."""
    item = books.item(fields={"cost": "5", "stage": "early", "measures": ["one", "two"]})
    for role, org in (("lead", "plan"), ("owner", "east"), ("support", "west")):
        add_duty(act(), item, role, books.cast.orgs[org])
    seen = scope(books.people["office"], clock.today())
    asked = queries.ask(seen, books.campaign, None)
    ledger = Ledger(seen, books.register("works"), asked.playbook.register("works"), asked.playbook)
    with translation.override(language):
        every = [c.source for c in Columns(asked, ledger).every()]
        for chosen in ((), every):
            data = Export(asked, ledger, Ask(), None, chosen).workbook("office")
            _sheets, plan = take_in(asked, ledger, data)
            assert [(w.before, w.after) for w in (*plan.made, *plan.changed)] == []
            assert (plan.faults, plan.n_same) == ([], 1)
