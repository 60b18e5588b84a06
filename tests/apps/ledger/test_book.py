from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import START, act

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.campaigns.models import Item
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


def test_a_refused_action_leaves_nothing_behind(cast):
    item = cast.item()
    n = Event.objects.count()
    with pytest.raises(ActionError, match=r"report\.empty"):
        report(act(), item, Words(), roles=OFFICE)
    assert Event.objects.count() == n


@action("tests.postpone")
def postpone(book, rows, due):
    book.update_many(rows, due=due)
    return {}


def test_many_rows_are_changed_in_the_statements_of_a_few(cast):
    def asked(rows) -> int:
        with CaptureQueriesContext(connection) as caught:
            postpone(act(), rows, START)
        return len(caught)

    few = asked([cast.item(f"Item {n}") for n in range(2)])
    many = [cast.item(f"Item {n}") for n in range(40)]
    assert asked(many) == few
    assert {i.due for i in Item.objects.all()} == {START}
    assert Change.objects.filter(row=many[0].pk, version=2).get().after == {"due": str(START)}
    seal()
    assert verify().faults == ()


def test_of_many_rows_those_that_moved_are_looked_at_one_by_one(cast):
    still, moved, taken = (cast.item(f"Item {n}") for n in range(3))
    edit_item(act(), Item.objects.get(pk=moved.pk), {"title": "Renamed"})
    postpone(act(), [still, moved], START)
    now = Item.objects.get(pk=moved.pk)
    assert (now.title, now.due, now.version) == ("Renamed", START, 3)
    edit_item(act(), Item.objects.get(pk=taken.pk), {"due": None})
    with pytest.raises(Moved):
        postpone(act(), [taken], START)
