from __future__ import annotations

import pytest
from tests.support.cast import END, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item, import_items
from gongjian.apps.campaigns.models import Item
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.ledger import actions as ledger
from gongjian.apps.ledger.book import Act, ActionError, Moved, action
from gongjian.apps.ledger.gate import WriteOutsideAction
from gongjian.apps.ledger.models import Change, Event
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop.actions import Words, report

OFFICE = frozenset({"office"})


def test_a_row_cannot_be_written_past_the_book(cast):
    item = cast.item()
    item.title = "Quietly changed"
    with pytest.raises(WriteOutsideAction):
        item.save()
    with pytest.raises(WriteOutsideAction):
        Item.objects.filter(pk=item.pk).update(title="Quietly changed")
    with pytest.raises(WriteOutsideAction):
        Item.objects.all().delete()
    with pytest.raises(WriteOutsideAction):
        Item.objects.bulk_create([Item(title="x")])


def test_a_repeated_request_returns_the_first_outcome(cast):
    item = cast.item()
    twice = Act(request_id="form-7", by=cast.people["office"].pk)
    first = report(twice, item, Words(progress="Dug", share=500), roles=OFFICE)
    second = report(twice, item, Words(progress="Dug", share=500), roles=OFFICE)
    assert second.repeated
    assert second.result == first.result
    assert Event.objects.filter(action="loop.report").count() == 1


def test_an_event_carries_only_the_fields_that_changed(cast):
    item = cast.item()
    edit_item(act(), item, {"title": "Build the bridge"})
    change = Change.objects.get(row=item.pk, version=2)
    assert change.before == {"title": "Build the road"}
    assert change.after == {"title": "Build the bridge"}


def test_two_changes_that_do_not_touch_each_other_both_stand(cast):
    mine, theirs = cast.item(), None
    theirs = Item.objects.get(pk=mine.pk)
    edit_item(act(), theirs, {"due": None})
    edit_item(act(), mine, {"title": "Build the bridge"})
    now = Item.objects.get(pk=mine.pk)
    assert (now.due, now.title, now.version) == (None, "Build the bridge", 3)


def test_the_later_of_two_who_change_one_field_is_told_whose_change_it_is(cast):
    mine = cast.item()
    theirs = Item.objects.get(pk=mine.pk)
    edit_item(act(cast.people["office"]), theirs, {"title": "Theirs"})
    with pytest.raises(Moved) as refused:
        edit_item(act(), mine, {"title": "Mine"})
    assert refused.value.facts["by"] == str(cast.people["office"].pk)
    assert Item.objects.get(pk=mine.pk).title == "Theirs"


def test_undo_takes_an_event_back_and_keeps_both_in_the_book(cast):
    item = cast.item()
    done = edit_item(act(), item, {"title": "Wrong"})
    ledger.undo(act(), done.event_id)
    now = Item.objects.get(pk=item.pk)
    assert (now.title, now.version) == ("Build the road", 3)


def test_undo_is_refused_where_the_row_has_moved_since(cast):
    item = cast.item()
    done = edit_item(act(), item, {"title": "Wrong"})
    edit_item(act(), item, {"title": "Better"})
    with pytest.raises(ActionError, match=r"undo\.moved"):
        ledger.undo(act(), done.event_id)
    assert Item.objects.get(pk=item.pk).title == "Better"


def test_undo_takes_back_rows_that_one_event_changed_twice(cast):
    item = cast.item()

    @action("tests.twice")
    def twice(book):
        book.update(item, title="First")
        book.update(item, title="Second", due=None)
        return {}

    done = twice(act())
    ledger.undo(act(), done.event_id)
    now = Item.objects.get(pk=item.pk)
    assert (now.title, now.due) == ("Build the road", END)
    assert verify().faults == ()


def test_undo_of_an_undo_brings_a_removed_row_back_under_its_id(cast):
    made = Item(
        campaign=cast.campaign, register=cast.register, battle=cast.battles[0],
        title="Dig", state="assigned",
    )  # fmt: skip
    done = import_items(act(), cast.campaign, [made])
    gone = ledger.undo(act(), done.event_id)
    assert not Item.objects.filter(pk=made.pk).exists()
    ledger.undo(act(), gone.event_id)
    assert Item.objects.get(pk=made.pk).title == "Dig"
    seal()
    assert verify().faults == ()
    assert recount(cast.campaign) == []


def test_one_press_undoes_the_own_step_and_nobody_elses(cast):
    item = cast.item()
    done = edit_item(act(cast.people["office"]), item, {"title": "Wrong"})
    path = f"/events/{done.event_id}/undo"
    assert client(cast.people["works"]).post(path).status_code == 403
    assert client(cast.people["stranger"]).post(path).status_code == 404
    assert client(cast.people["office"]).post(path, {"next": "/"}).status_code == 302
    assert Item.objects.get(pk=item.pk).title == "Build the road"


@action("tests.many")
def many(book, changes):
    book.update_each(changes)
    return {}


def test_many_rows_change_in_a_fixed_number_of_statements(cast, django_assert_max_num_queries):
    items = [cast.item(f"Item {n}") for n in range(12)]
    with django_assert_max_num_queries(40):
        many(act(), {i: {"title": f"New {n}"} for n, i in enumerate(items)})
    assert set(Item.objects.values_list("title", "version")) == {(f"New {n}", 2) for n in range(12)}
    assert verify().faults == ()
    assert recount(cast.campaign) == []


def test_among_many_rows_one_that_moved_is_looked_at_for_itself(cast):
    first, second = cast.item("One"), cast.item("Two")
    edit_item(
        act(), Item.objects.select_related("campaign", "register").get(pk=second.pk), {"due": None}
    )
    many(act(), {first: {"title": "Same"}, second: {"title": "Same"}})
    assert Item.objects.get(pk=second.pk).title == "Same"
    assert Item.objects.get(pk=second.pk).due is None
    edit_item(
        act(), Item.objects.select_related("campaign", "register").get(pk=first.pk), {"title": "X"}
    )
    with pytest.raises(Moved):
        many(act(), {first: {"title": "Late"}, second: {"title": "Late"}})
    assert Item.objects.get(pk=second.pk).title == "Same"


def test_a_refused_action_leaves_nothing_behind(cast):
    item = cast.item()
    n = Event.objects.count()
    with pytest.raises(ActionError, match=r"report\.empty"):
        report(act(), item, Words(), roles=OFFICE)
    assert Event.objects.count() == n
