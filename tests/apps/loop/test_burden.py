"""What is asked of each org, week by week; and the warning to whoever asks too much."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.api import program
from tests.support.books import let_in, make_books
from tests.support.cast import END, act
from tests.support.inquiries import THINGS, ask
from tests.support.rounds import make_stage
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, OrgGroup
from gongjian.apps.campaigns.actions import adopt, import_items
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Campaign, Item, PlaybookVersion
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.ledger.models import Event
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Inquiry, Round
from gongjian.apps.loop.things import Thing
from gongjian.playbooks.load import content_of, text_of

PAGE = "/c/LK21/burden"
START = dt.date(2021, 7, 1)  # of the campaign, a Thursday


def page(cast, person="office"):
    return client(cast.people[person]).get(PAGE)


def lines(cast, person="office") -> dict[str, list[tuple[int, int]]]:
    """Read fields and forms of each org off its page, week by week."""
    rows = page(cast, person).context["rows"]
    return {r.org.code: [(c.fields, c.forms) for c in r.cells] for r in rows}


def capped(cast, n):
    """Let the playbook allow so many fields a week."""
    version = PlaybookVersion.objects.get(campaign=cast.campaign, in_force=True)
    text = text_of({**content_of(version.text), "burden_cap": n})
    adopt(act(), cast.campaign, text, base=1, chosen={}, agreed=())


def report(cast, item, day, **more):
    words = actions.Words("Dug.", **more)
    who = act(cast.people["works"], day)
    actions.report(who, item, words, roles=frozenset({"contact"}))


def send(cast, **more):
    towns = OrgGroup.objects.get(key="towns")
    form = {"title": "工地", "due": "2021-07-20", "whom": "group", "group": str(towns.pk)}
    form |= {"thing-0-label": "在建工地数", "thing-1-label": "停工数", "note": "按实填报"}
    return client(cast.people["office"]).post("/c/LK21/inquiries/new", {**form, **more})


def test_a_question_is_a_form_with_a_field_for_each_thing_in_the_week_it_was_asked(cast):
    ask(cast, orgs=("works", "east"))
    ask(cast, orgs=("works",), things=THINGS[:1], title="Another")
    assert lines(cast) == {
        "works": [(0, 0)] * 7 + [(4, 2)],
        "east": [(0, 0)] * 7 + [(3, 1)],
    }
    assert list(lines(cast)) == ["works", "east"]


def test_what_was_withdrawn_is_no_burden(cast):
    row = ask(cast, orgs=("works",))
    actions.withdraw_inquiry(act(cast.people["office"], reason="Twice."), row)
    assert lines(cast) == {}
    assert "empty-state" in page(cast).content.decode()


def test_a_return_is_a_form_with_a_field_for_each_blank(db):
    stage = make_stage(2)
    stage.open_round()
    answer = client(stage.person("office")).get("/c/QD21/burden")
    (row,) = answer.context["rows"]
    n = sum(len(r.asked) for r in stage.returns(Round.objects.get()))
    assert (row.org.code, row.fields, row.forms) == ("works", n, 2)
    assert [(a.title, a.by, a.forms) for a in answer.context["asked"]] == [
        ("First round", "office desk", 2)
    ]


def test_an_item_that_is_reported_on_or_reminded_of_is_a_form_of_three_fields_once_a_week(cast):
    cast.tick(dt.date(2021, 7, 12))
    item = cast.item(state="in_hand")
    cast.item("Late", state="in_hand", due=dt.date(2021, 7, 9))
    for day in (START, dt.date(2021, 7, 8), dt.date(2021, 7, 9)):
        report(cast, item, day)
    campaign = Campaign.objects.get(pk=cast.campaign.pk)
    told = actions.remind(act(day=dt.date(2021, 7, 12)), campaign, dt.date(2021, 7, 12))
    assert told.result["n"] == 1
    assert lines(cast)["works"][-3:] == [(3, 1), (3, 1), (3, 1)]


def test_a_receipt_is_neither_form_nor_field(cast):
    item = cast.item()
    roles = frozenset({"contact"})
    actions.take_step(act(cast.people["works"], START), item, "acknowledge", roles=roles)
    assert lines(cast) == {}


def test_weeks_are_iso_weeks_of_the_campaign_and_eight_are_shown(cast):
    ask(cast, orgs=("works",))
    cast.tick(dt.date(2021, 8, 16))
    assert page(cast).context["weeks"][0][0] == "2021-W26"
    assert lines(cast)["works"][0] == (3, 1)
    cast.tick(dt.date(2021, 8, 23))
    assert lines(cast) == {}


def test_people_of_an_org_see_their_own_line_and_no_count_of_others(cast):
    row = ask(cast)
    assert set(lines(cast, "viewer")) == {"works", "plan", "east", "west"}
    assert set(lines(cast, "east")) == {"east"}
    told = page(cast, "east").content.decode()
    assert row.title in told
    assert f"/inquiries/{row.pk}" not in told
    assert not {"Works Bureau", "West Town"} & set(told.split('"'))
    assert page(cast, "east").context["asked"][0].forms == 1


def test_what_is_kept_closely_counts_for_those_alone_who_may_see_it(cast):
    register = cast.campaign.registers.filter(access_class="petition").first()
    facts = {"title": "A case", "org": cast.orgs["works"], "access_class": "petition"}
    item = Item(campaign=cast.campaign, register=register, state="assigned", **facts)
    import_items(act(day=START), cast.campaign, [item], [])
    ask(cast, orgs=("east",), item=item, title="来访人数")
    assert set(lines(cast)) == {"east"}
    assert lines(cast, "viewer") == lines(cast, "east") == {}
    assert "来访人数" not in page(cast, "viewer").content.decode()


def test_who_was_let_in_to_one_item_sees_no_burden(cast):
    guest = cast.people["stranger"]
    held = Grant(person=guest, role="contact", campaign_id=cast.campaign.pk, org=cast.orgs["works"])
    held.item_id = cast.item().pk
    accounts.grant(act(), held)
    assert page(cast, "stranger").status_code == 403


def test_the_same_words_asked_twice_of_the_same_orgs_are_found(cast):
    ask(cast, orgs=("works", "east"))
    ask(cast, orgs=("east", "west"), things=[Thing("t0", "在建 工地数")], title="又问一次")
    (found,) = page(cast).context["repeated"]
    assert (found.label, found.title) == ("在建 工地数", "又问一次")
    assert "各单位在建工地情况" in found.said
    assert f"/inquiries/{Inquiry.objects.get(title='又问一次').pk}/" in found.href


def test_what_the_book_knew_is_named_with_its_place_for_the_office_alone(cast):
    label = known_label(cast)
    ask(cast, things=[Thing("t0", label)], reason="以此为准")
    (found,) = page(cast).context["repeated"]
    assert (found.label, found.where) == (label, "/c/LK21/r/tasks/")
    (own,) = page(cast, "east").context["repeated"]
    assert own.where == ""
    assert not any(c.isdigit() for c in own.said)  # how many have it is none of their business


def known_label(cast) -> str:
    """Fill a column of the tasks; gives its word."""
    cast.item("Filled", fields={"theme": "Dig"})
    return playbook_in_force(cast.campaign).register("tasks").field("theme").label.zh


def test_above_the_cap_a_question_needs_a_reason_and_what_was_typed_stays(cast):
    capped(cast, 4)
    ask(cast, orgs=("east",))
    refused = send(cast)
    assert refused.status_code == 422
    (over,) = refused.context["over"]
    assert (over.name, over.so_far, over.more, over.by) == ("East Town", 3, 2, 1)
    assert "按实填报" in refused.content.decode()
    assert not Inquiry.objects.filter(title="工地").exists()
    assert send(cast, reason="防汛急需").status_code == 302
    assert Inquiry.objects.get(title="工地").reason == "防汛急需"


def test_the_preview_warns_and_at_the_cap_nothing_is_said(cast):
    capped(cast, 5)
    ask(cast, orgs=("east",))
    assert send(cast, check="1").context["over"] == []
    warned = send(cast, check="1", **{"thing-2-label": "复工数"})
    assert [o.by for o in warned.context["over"]] == [1]
    assert 'name="reason"' in warned.content.decode()


def test_a_reason_that_nothing_called_for_is_not_kept(cast):
    assert send(cast, reason="顺便").status_code == 302
    assert Inquiry.objects.get(title="工地").reason == ""


def test_last_week_does_not_count_towards_the_cap_of_this_week(cast):
    capped(cast, 4)
    ask(cast, orgs=("east",))
    cast.tick(dt.date(2021, 7, 5))
    assert send(cast).status_code == 302


def test_a_round_above_the_cap_names_the_orgs_keeps_what_was_typed_and_goes_with_a_reason(db):
    stage = make_stage(14)
    (n,) = actions.blanks(stage.campaign, actions.RoundPlan("Big", END)).values()
    seat = client(stage.person("office"))
    form = {"name": "Big", "due": "2021-07-20", "note": "按实填报"}
    refused = seat.post("/c/QD21/rounds", form)
    assert (refused.status_code, Round.objects.count()) == (422, 0)
    assert [(o.name, o.so_far, o.by) for o in refused.context["over"]] == [
        ("Works Bureau", 0, n - 60)
    ]
    assert "按实填报" in refused.content.decode()
    assert seat.post("/c/QD21/rounds", {**form, "reason": "部署在即"}).status_code == 302
    assert Event.objects.get(action="loop.open_round").reason == "部署在即"
    (told,) = seat.get("/c/QD21/burden").context["asked"]
    assert told.reason == "部署在即"


def test_a_program_is_refused_above_the_cap_with_the_orgs_named(cast):
    capped(cast, 1)
    sent = {"title": "Pumps", "due": END.isoformat(), "orgs": ["east"]}
    sent["things"] = [{"label": w, "kind": "number"} for w in ("Pumps", "Boats")]
    asked = program(cast.people["office"])
    refused = asked.post("campaigns/LK21/inquiries", sent)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:gongjian:burden.over_cap")
    assert "East Town +1" in refused.json()["detail"]
    done = asked.post("campaigns/LK21/inquiries", {**sent, "reason": "Flood."})
    assert (done.status_code, done.json()["result"]["over"]) == (200, 1)


def test_a_program_reads_the_same_lines_as_the_page(cast):
    ask(cast)
    told = program(cast.people["east"]).get("campaigns/LK21/burden").json()
    (east,) = told["orgs"]
    assert (told["cap"], east["org"], east["fields"], east["forms"]) == (60, "east", 3, 1)
    assert east["weeks"][-1] == {
        "week": "2021-W26", "monday": "2021-06-28", "fields": 3, "forms": 1, "is_over": False,
    }  # fmt: skip
    assert program(cast.people["stranger"]).get("campaigns/LK21/burden").status_code == 404


def n_queries(cast) -> int:
    seat = client(cast.people["office"])
    seat.get(PAGE)
    with CaptureQueriesContext(connection) as caught:
        assert seat.get(PAGE).status_code == 200
    return len(caught)


def test_the_page_asks_the_same_however_much_was_asked(cast):
    label = known_label(cast)
    ask(cast, things=[Thing("t0", label)], reason="x")
    report(cast, cast.item(), START)
    few = n_queries(cast)
    for n in range(10):
        ask(cast, things=[Thing("t0", label), Thing("t1", f"第{n}项")], title=f"{n}", reason="x")
        report(cast, cast.item(f"Item {n}"), START)
    assert n_queries(cast) == few


def test_what_other_campaigns_ask_is_counted_beside_for_those_who_see_them(cast):
    n = asked_beside(cast)
    ask(cast, orgs=("works",))
    (row,) = [r for r in page(cast).context["rows"] if r.org.code == "works"]
    assert row.cells[-1].fields == 3
    assert row.everywhere == 3 + n


def asked_beside(cast) -> int:
    """Another campaign of the office asks the works for two things; gives how many."""
    books = make_books(cast)
    let_in(cast.people["office"], "office", books.campaign)
    plan = actions.InquiryPlan("Beside", THINGS[:2], END, [cast.orgs["works"]])
    actions.ask(act(cast.people["office"], START), books.campaign, plan)
    return 2


def test_an_action_refuses_with_the_facts(cast):
    capped(cast, 2)
    with pytest.raises(ActionError) as refused:
        ask(cast, orgs=("works", "east"))
    assert refused.value.facts == {
        "n": 2, "cap": 2, "orgs": ["Works Bureau +1", "East Town +1"],
    }  # fmt: skip
