"""Workbooks into a register and files out of it through the API: jobs, all or nothing."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.support.api import ROOT, program
from tests.support.web import body_of
from tests.support.world import rows

from gongjian.apps.campaigns.models import Item
from gongjian.apps.grid import outgoing, waiting
from gongjian.apps.ledger.models import Event
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book

HERE = "campaigns/BK21/registers/works"


@pytest.fixture
def asked(books):
    return program(books.people["office"])


def begin(asked, data: bytes):
    sent = {"file": SimpleUploadedFile("a.xlsx", data)}
    key = {"Authorization": f"Bearer {asked.secret}"}
    return asked.seat.post(f"{ROOT}{HERE}/intakes", sent, headers=key)


def test_a_workbook_is_looked_at_taken_and_told_of(books, asked):
    begun = begin(asked, rows()).json()
    assert (begun["state"], begun["n"]["made"], Item.objects.count()) == ("ready", 1, 0)
    at = f"{HERE}/intakes/{begun['id']}"
    assert asked.post(f"{at}/take", {"digest": "other"}).status_code == 422
    assert asked.post(f"{at}/take", {"digest": begun["digest"]}).json()["state"] == "waiting"
    waiting.run(begun["id"])
    told = asked.get(at).json()
    assert (told["state"], Item.objects.get().title) == ("done", "Taken in")
    assert Event.objects.get(pk=told["event"]).action == "grid.write"
    assert asked.post(f"{at}/take", {"digest": begun["digest"]}).json()["state"] == "done"


def test_one_wrong_cell_keeps_the_whole_workbook_out(books, asked):
    columns = [SheetColumn("重点工作"), SheetColumn("承办单位"), SheetColumn("总投资")]
    lines = [["One", "Works Bureau", "5"], ["Two", "Works Bureau", "viel"]]
    begun = begin(asked, write_book([SheetPage("s", columns, lines)])).json()
    assert begun["n"]["faults"] == 1
    assert "viel" in begun["faults"][0]["why"]
    at = f"{HERE}/intakes/{begun['id']}"
    assert asked.post(f"{at}/take", {"digest": begun["digest"]}).status_code == 422
    assert Item.objects.count() == 0


def test_a_list_is_written_into_a_file_by_a_job(books, asked):
    books.item("One")
    row = asked.post(f"{HERE}/exports", {"kind": "csv", "query": {"q": "one"}}).json()
    at = f"{HERE}/exports/{row['id']}"
    assert asked.get(f"{at}/file").status_code == 404
    outgoing.run(row["id"])
    assert asked.get(at).json()["state"] == "done"
    assert "One" in body_of(asked.get(f"{at}/file")).decode()
