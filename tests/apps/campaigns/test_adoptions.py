"""A playbook is taken over by a running campaign and given up again; every row is accounted for."""

from __future__ import annotations

import datetime as dt

import pytest
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from tests.support import plays
from tests.support.cast import act

from gongjian.apps.campaigns import jobs
from gongjian.apps.campaigns.actions import adopt, carry, edit_item, undo_adoption
from gongjian.apps.campaigns.actions import playbooks as actions
from gongjian.apps.campaigns.kernel_io import playbook_on
from gongjian.apps.campaigns.models import Adoption, Item, Listing, PlaybookVersion, Register
from gongjian.apps.campaigns.queries import item_as_of
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.jobs import runner
from gongjian.apps.ledger.book import ActionError, action
from gongjian.apps.ledger.models import Change, Event
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop.actions import take_step
from gongjian.lib import clock
from gongjian.playbooks.load import load_text, text_of

OFFICE = frozenset({"office"})


@pytest.fixture
def census(db):
    return plays.census()


def take_over(campaign, said, *, carried=True, agreed=(), chosen=None, base=1) -> Adoption:
    done = adopt(
        act(), campaign, text_of(said), base=base, chosen=chosen or plays.CHOSEN, agreed=agreed
    )
    if carried:
        carry(done.result["adoption"])
    return Adoption.objects.get(pk=done.result["adoption"])


def give_up(adoption) -> Adoption:
    adoption = Adoption.objects.select_related("campaign").get(pk=adoption.pk)
    done = undo_adoption(act(), adoption)
    carry(done.result["adoption"])
    return Adoption.objects.get(pk=done.result["adoption"])


def refused(campaign, said, **more) -> ActionError:
    n = Event.objects.count()
    with pytest.raises(ActionError) as error:
        take_over(campaign, said, **more)
    assert Event.objects.count() == n
    assert PlaybookVersion.objects.filter(campaign=campaign).count() == 1
    return error.value


def is_sound(campaign) -> bool:
    seal()
    return verify().faults == () and recount(campaign) == []


def facts(rows) -> list:
    columns = ("code", "state", "fields")
    return list(Item.objects.filter(pk__in=[r.pk for r in rows]).order_by("code").values(*columns))


def test_rows_are_rewritten_and_every_one_is_accounted_for(census):
    campaign, register = census
    rows = plays.sight(campaign, register, 5)
    plays.sight(campaign, register, 2, state="spotted", heads="", hide="")
    adoption = take_over(campaign, plays.changed(), agreed=plays.AGREED)
    assert {r["state"] for r in facts(rows)} == {"day_count"}
    figures = adoption.plan["figures"]
    assert (figures["rewritten"], figures["untouched"], figures["hidden"]) == (5, 2, 5)
    assert facts(rows)[0]["fields"]["hide"] == "芦苇丛"
    assert is_sound(campaign)


def test_a_number_typed_as_text_becomes_one_and_back_to_the_letter(census):
    campaign, register = census
    rows = plays.sight(campaign, register, 3, heads=" 1,200 ")
    before = facts(rows)
    adoption = take_over(campaign, plays.changed(), agreed=plays.AGREED)
    assert facts(rows)[0]["fields"]["heads"] == "1200"
    undo = give_up(adoption)
    assert facts(rows) == before
    assert undo.plan["figures"]["restored"] == 3
    assert Adoption.objects.get(pk=adoption.pk).state == Adoption.State.UNDONE
    assert is_sound(campaign)


def test_what_somebody_changed_since_keeps_its_newer_value(census):
    campaign, register = census
    rows = plays.sight(campaign, register, 3, heads="1,200")
    adoption = take_over(campaign, plays.changed(), agreed=plays.AGREED)
    first, second = (Item.objects.get(pk=r.pk) for r in rows[:2])
    take_step(act(), first, "to_night", roles=OFFICE)
    edit_item(act(), second, {"fields": {"heads": "7"}})
    undo = give_up(adoption)
    now = facts(rows)
    assert [r["state"] for r in now] == ["counting"] * 3
    assert [r["fields"]["heads"] for r in now] == ["1,200", "7", "1,200"]
    assert undo.plan["figures"]["kept_names"] == [first.code, second.code]
    assert undo.plan["figures"]["restored"] == 1
    assert is_sound(campaign)


def test_what_was_added_since_is_mapped_as_well(census):
    campaign, register = census
    adoption = take_over(campaign, plays.changed())
    rows = plays.sight(campaign, register, 2, state="night_count", heads="9")
    give_up(adoption)
    assert {r["state"] for r in facts(rows)} == {"counting"}
    assert is_sound(campaign)


def test_an_undoing_can_be_undone(census):
    campaign, register = census
    rows = plays.sight(campaign, register, 2)
    adoption = take_over(campaign, plays.changed(), agreed=plays.AGREED)
    after = facts(rows)
    again = give_up(give_up(adoption))
    assert facts(rows) == after
    assert again.plan["figures"]["restored"] == 2
    assert PlaybookVersion.objects.get(campaign=campaign, in_force=True).n == 4
    assert is_sound(campaign)


def test_a_rename_changes_labels_only_and_is_done_at_once(census):
    campaign, register = census
    rows = plays.sight(campaign, register, 2)
    before, said = facts(rows), plays.content()
    plays.field_of(said, "heads")["label"] = {"zh": "数量", "en": "Number"}
    adoption = take_over(campaign, said, carried=False)
    assert adoption.state == Adoption.State.DONE
    assert [line["kind"] for line in adoption.plan["lines"]] == ["field.renamed"]
    assert facts(rows) == before


def test_readers_are_right_before_the_rows_are_rewritten(census):
    campaign, register = census
    [row] = plays.sight(campaign, register, 1)
    adoption = take_over(campaign, plays.changed(), agreed=plays.AGREED, carried=False)
    take_step(act(), Item.objects.get(pk=row.pk), "to_night", roles=OFFICE)
    edit_item(act(), Item.objects.get(pk=row.pk), {"fields": {"heads": "3"}})
    carry(adoption.pk)
    [now] = facts([row])
    assert (now["state"], now["fields"]["heads"]) == ("night_count", "3")
    assert is_sound(campaign)


def test_a_job_broken_off_goes_on_where_it_stopped(census, monkeypatch):
    campaign, register = census
    rows = plays.sight(campaign, register, 7)
    monkeypatch.setattr(actions, "CHUNK", 2)
    adoption = take_over(campaign, plays.changed(), agreed=plays.AGREED, carried=False)
    real, seen = actions.rewrite_rows, []

    def stops(do, row, place):
        if len(seen) == 2:
            raise RuntimeError("the power went out")
        seen.append(place)
        return real(do, row, place)

    monkeypatch.setattr(actions, "rewrite_rows", stops)
    with pytest.raises(RuntimeError):
        carry(adoption.pk)
    monkeypatch.setattr(actions, "rewrite_rows", real)
    assert carry(adoption.pk)
    assert not carry(adoption.pk)
    touched = Change.objects.filter(event__action="campaigns.rewrite_rows", table="campaigns.item")
    assert sorted(touched.values_list("row", flat=True)) == sorted(r.pk for r in rows)
    assert Adoption.objects.get(pk=adoption.pk).plan["figures"]["rewritten"] == 7
    assert is_sound(campaign)


def test_a_register_comes_and_goes_with_the_playbook(census):
    campaign, _register = census
    said = plays.content()
    said["registers"][1] = {**said["registers"][1], "key": "rings", "code_prefix": "HZ"}
    adoption = take_over(campaign, said)
    keys = Register.objects.filter(campaign=campaign).order_by("order")
    assert list(keys.values_list("key", flat=True)) == ["sightings", "rings"]
    give_up(adoption)
    assert list(keys.values_list("key", flat=True)) == ["sightings", "nests"]
    assert is_sound(campaign)


def test_a_live_state_must_be_mapped_to_one_of_its_sphere(census):
    campaign, register = census
    plays.sight(campaign, register, 2)
    agreed = {"agreed": plays.AGREED}
    assert refused(campaign, plays.changed(), chosen={"x": {}}, **agreed).code == (
        "playbook.state_unmapped"
    )
    wrong = {"sightings": {"counting": "filed"}}
    assert refused(campaign, plays.changed(), chosen=wrong, **agreed).code == "playbook.map_refused"


def test_a_field_that_holds_data_is_hidden_only_by_agreement(census):
    campaign, register = census
    plays.sight(campaign, register, 2)
    error = refused(campaign, plays.changed())
    assert (error.code, error.facts["names"]) == ("playbook.not_agreed", ["sightings.hide"])


def test_a_type_that_some_values_do_not_fit_is_refused_with_examples(census):
    campaign, register = census
    plays.sight(campaign, register, 2)
    plays.sight(campaign, register, 1, heads="一大群")
    error = refused(campaign, plays.changed(), agreed=plays.AGREED)
    assert error.code == "playbook.type_unfit"
    assert (error.facts["n"], error.facts["examples"]) == (1, ["BC21-GC-003"])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"access_class": "petition"}, "playbook.access_class_holds"),
        ({"code_prefix": "GD"}, "playbook.prefix_holds"),
        ({"key": "other"}, "playbook.register_holds"),
    ],
)
def test_what_a_register_with_items_cannot_give_up_is_refused(census, change, code):
    campaign, register = census
    plays.sight(campaign, register, 1)
    said = plays.content()
    said["registers"][0] |= change
    assert refused(campaign, said).code == code


def test_values_in_clear_do_not_become_personal(census):
    campaign, register = census
    plays.sight(campaign, register, 1)
    said = plays.content()
    plays.field_of(said, "hide")["personal"] = True
    assert refused(campaign, said).code == "playbook.personal_holds"


def test_an_older_page_does_not_overwrite_a_newer_playbook(census):
    campaign, _register = census
    assert refused(campaign, plays.changed(), base=7).code == "playbook.moved"


def test_one_adoption_waits_for_the_other(census):
    campaign, register = census
    plays.sight(campaign, register, 1)
    take_over(campaign, plays.changed(), agreed=plays.AGREED, carried=False)
    with pytest.raises(ActionError, match="adoption_running"):
        take_over(campaign, plays.content(), base=2)


def test_the_columns_of_a_listing_are_carried_over_and_given_back(census):
    campaign, register = census
    other = Register.objects.get(campaign=campaign, key="nests")
    [row] = plays.sight(campaign, other, 1, state="spotted")
    listing = Listing(campaign=campaign, register=register, item=row, fields={"heads": "1,200"})
    ledger_insert(listing)
    adoption = take_over(campaign, plays.changed())
    assert Listing.objects.get().fields == {"heads": "1200"}
    give_up(adoption)
    assert Listing.objects.get().fields == {"heads": "1,200"}
    assert is_sound(campaign)


@action("test.insert")
def inserted(book, row):
    book.insert(row)
    return {}


def ledger_insert(row):
    return inserted(act(), row)


def test_a_past_day_keeps_the_playbook_and_the_rows_of_that_day(census):
    campaign, register = census
    [row] = plays.sight(campaign, register, 1)
    take_over(campaign, plays.changed(), agreed=plays.AGREED)
    item = Item.objects.select_related("campaign", "register").get(pk=row.pk)
    was = item_as_of(item, plays.START)
    assert (item.state, was.state) == ("day_count", "counting")
    assert playbook_on(campaign, plays.START).digest == load_text(plays.CENSUS).digest


@pytest.mark.django_db(transaction=True)
def test_the_queue_carries_an_adoption():
    campaign, register = plays.census()
    plays.sight(campaign, register, 3)
    adoption = take_over(campaign, plays.changed(), agreed=plays.AGREED, carried=False)
    runner.worker("w1", once=True).run()
    assert Adoption.objects.get(pk=adoption.pk).plan["figures"]["rewritten"] == 3
    assert jobs.take_up_adoptions(clock.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_an_adoption_whose_job_failed_is_queued_again_after_a_minute():
    campaign, register = plays.census()
    plays.sight(campaign, register, 3)
    take_over(campaign, plays.changed(), agreed=plays.AGREED, carried=False)
    now = clock.now()
    DBTaskResult.objects.update(status=TaskResultStatus.FAILED, finished_at=now)
    assert jobs.take_up_adoptions(now) == 0
    assert jobs.take_up_adoptions(now + dt.timedelta(minutes=2)) == 1
    assert jobs.take_up_adoptions(now + dt.timedelta(minutes=2)) == 0


def test_what_takes_a_playbook_over_is_told_to_everybody_by_name(census, cast):
    campaign, register = census
    rows = plays.sight(campaign, register, 1)
    done = adopt(
        act(cast.people["office"]), campaign, text_of(plays.changed()),
        base=1, chosen=plays.CHOSEN, agreed=plays.AGREED,
    )  # fmt: skip
    carry(done.result["adoption"])
    change = Change.objects.select_related("event").get(row=rows[0].pk, version=2)
    assert change.event.actor_id == cast.people["office"].pk
