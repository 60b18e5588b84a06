"""Each kind of tampering is done past the program, as somebody with the database would do it."""

from __future__ import annotations

import pytest
from django.db import connection
from tests.support.cast import act

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.ledger.models import Event, Leaf
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def key(pk: object) -> object:
    return connection.ops.adapt_unknown_value(pk) if connection.vendor == "postgresql" else pk.hex


@pytest.fixture
def sealed(cast):
    item = cast.item()
    done = edit_item(act(), item, {"title": "Build the bridge"})
    seal()
    return item, Event.objects.get(pk=done.event_id)


def codes() -> set[str]:
    return {f.code for f in verify().faults}


def test_an_honest_book_is_clean(sealed):
    verdict = verify()
    assert verdict.faults == ()
    assert verdict.events == verdict.size > 0
    assert verdict.rows > 10


def test_an_edited_row_is_named_with_field_and_event(sealed):
    item, event = sealed
    sql("UPDATE campaigns_item SET title = %s WHERE id = %s", "Nothing", key(item.pk))
    (fault,) = verify().faults
    assert (fault.code, fault.row, fault.field) == ("row.edited", str(item.pk), "title")
    assert fault.event == str(event.pk)


def test_an_inserted_row_is_named(sealed):
    item, _ = sealed
    columns = [f.column for f in item._meta.concrete_fields]
    chosen = ", ".join({"id": "%s", "code": "'FAKE-1'"}.get(c, c) for c in columns)
    fake = "0" * 31 + "7"
    value = fake if connection.vendor == "sqlite" else "00000000-0000-0000-0000-000000000007"
    sql(
        f"INSERT INTO campaigns_item ({', '.join(columns)}) SELECT {chosen} FROM campaigns_item "  # noqa: S608
        "WHERE id = %s",
        value,
        key(item.pk),
    )
    (fault,) = verify().faults
    assert (fault.code, fault.row[-1]) == ("row.inserted", "7")


def test_a_deleted_row_is_named(sealed):
    item, _ = sealed
    sql("DELETE FROM campaigns_responsibility WHERE item_id = %s", key(item.pk))
    (fault,) = verify().faults
    assert (fault.code, fault.table) == ("row.deleted", "campaigns.responsibility")


def test_an_edited_event_is_named(sealed):
    _, event = sealed
    sql("UPDATE ledger_event SET reason = 'kind words' WHERE id = %s", key(event.pk))
    (fault,) = verify().faults
    assert (fault.code, fault.event) == ("event.edited", str(event.pk))


def test_a_deleted_event_is_named(sealed):
    _, event = sealed
    sql("DELETE FROM ledger_change WHERE event_id = %s", key(event.pk))
    sql("DELETE FROM ledger_event WHERE id = %s", key(event.pk))
    faults = verify().faults
    assert {f.event for f in faults if f.code == "event.deleted"} == {str(event.pk)}
    assert {f.field for f in faults if f.code == "row.edited"} == {"title", "version"}


def test_an_inserted_event_is_named(sealed):
    _, event = sealed
    fresh = Event.objects.get(pk=event.pk)
    fresh.pk, fresh.request_id = Event().pk, "forged"
    fresh.save(force_insert=True)
    (fault,) = verify().faults
    assert (fault.code, fault.event) == ("event.inserted", str(fresh.pk))


def test_events_cut_off_at_the_end_are_found_against_a_saved_root(sealed):
    item, event = sealed
    saved = verify()
    sql("DELETE FROM ledger_change WHERE event_id = %s", key(event.pk))
    sql("DELETE FROM ledger_event WHERE id = %s", key(event.pk))
    sql("DELETE FROM ledger_leaf WHERE event_id = %s", key(event.pk))
    sql("DELETE FROM ledger_seal")
    sql(
        "UPDATE campaigns_item SET title = 'Build the road', version = 1 WHERE id = %s",
        key(item.pk),
    )
    assert verify().faults == ()  # whoever cuts carefully is found only by what was kept elsewhere
    assert {f.code for f in verify(saved.size, saved.root).faults} == {"log.cut_off"}


def test_a_leaf_rewritten_with_its_event_is_found_by_the_seal(sealed):
    leaf = Leaf.objects.order_by("n").first()
    sql("UPDATE ledger_leaf SET hash = %s WHERE n = %s", b"\0" * 32, leaf.n)
    assert {"event.edited", "root.differs"} == codes()
