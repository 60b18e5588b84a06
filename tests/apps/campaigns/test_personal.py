"""Personal fields: ciphertext everywhere, masked for all, read only by an event, gone when erased."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import get_resolver
from tests.support.cast import act
from tests.support.web import body_of, client

from gongjian.apps.campaigns.actions import (
    add_duty,
    edit_item,
    freeze_roster,
    link_items,
    list_item,
)
from gongjian.apps.campaigns.models import CaseKey, Disclosure, ItemFile, ItemKey
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.ledger.models import Change, Event
from gongjian.apps.ledger.seal import seal

TITLE = "柳林征地旧案"
PHONE, NAME, NUMBER = "13900001234", "李某某", "330602190001010011"
VALUES = (PHONE, NAME, NUMBER)
ROOT = Path(__file__).parents[3]
LACK_THE_CLASS = [
    "viewer", "works", "east", "plan", "leader", "deputy", "colleague", "solo", "stranger", "gone",
]  # fmt: skip


def reveal(seat, item, **sent):
    return seat.post(f"/i/{item.code}/reveal", {"reason": "接访核实", **sent})


# --- kept as ciphertext


def everything() -> str:
    """All that every table holds, as text; bytes as they are."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # names of our own tables
            for row in cursor.fetchall():
                cells = (bytes(c) if isinstance(c, memoryview) else c for c in row)
                parts += [
                    c.decode("utf-8", "replace") if isinstance(c, bytes) else str(c) for c in cells
                ]
    return "\n".join(parts)


def hidden(text: str) -> list[str]:
    """Values that are found in a text, also as JSON writes them."""
    escaped = [v.encode("ascii", "backslashreplace").decode() for v in VALUES]
    return [v for v in (*VALUES, *escaped) if v in text]


def test_no_table_holds_a_value_in_clear(books):
    item = books.case(TITLE)
    edit_item(act(books.people["office"]), item, {"fields": {"phone": PHONE, "plan": "新方案"}})
    reveal(client(books.people["office"]), item)
    seal("test")
    text = everything()
    assert TITLE in text
    assert "新方案" in text or "\\u65b0" in text  # JSON of one database is escaped
    assert hidden(text) == []
    assert hidden(str(list(Change.objects.values_list("before", "after")))) == []


MAKE = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
from tests.support.cast import make_cast, act
from tests.support.books import make_books
from gongjian.apps.campaigns.actions import edit_item, erase
from gongjian.apps.ledger.seal import seal
books = make_books(make_cast())
item = books.case("Planted title")
edit_item(act(books.people["office"]), item, {"fields": {"phone": "13900001234"}})
other = books.case("Erased")
erase(act(books.people["office"]), other, other.code)
seal("test")
connection.cursor().execute("PRAGMA wal_checkpoint(FULL)")
print(connection.settings_dict["NAME"], flush=True)
import os; os._exit(0)  # as if the power went: the write-ahead file stays
"""


@pytest.mark.timeout(120)
def test_no_byte_of_the_database_file_holds_a_value_in_clear(tmp_path):
    kept = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    paths = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
    here = {"GONGJIAN_DATA": str(tmp_path), "PYTHONPATH": paths}
    here["DJANGO_SETTINGS_MODULE"] = "gongjian.site.settings"
    done = subprocess.run(
        [sys.executable, "-c", MAKE],
        env={**kept, **here},
        capture_output=True,
        text=True,
        check=True,
    )
    name = Path(done.stdout.strip())
    data = b"".join(p.read_bytes() for p in tmp_path.glob(f"{name.name}*"))
    assert b"Planted title" in data
    for value in VALUES:
        assert value.encode() not in data
        assert value.encode("ascii", "backslashreplace") not in data


# --- masked on every page, for whoever sees the case


def test_the_page_shows_a_mask_that_does_not_tell_the_length(books):
    item = books.case(TITLE, phone="1")
    for who in ("office", "keeper", "clerk", "auditor"):
        page = client(books.people[who]).get(f"/i/{item.code}/")
        masks = {f.key: f.text for f in page.context["fields"] if f.is_personal}
        assert set(masks.values()) == {"●●●●"}
        assert ("id_number" in masks) == (who in {"office", "auditor"})


def test_the_api_leaves_them_out(books):
    item = books.case(TITLE)
    answer = client(books.people["office"]).get(f"/api/v1/items/{item.code}").json()
    assert answer["fields"] == {"plan": "逐户走访定方案"}


def test_a_field_kept_to_some_roles_is_not_in_the_api_of_others(books):
    item = books.item(fields={"secret_note": "仅供领导", "cost": "5"})
    for who, fields in (
        ("leader", {"secret_note": "仅供领导", "cost": "5"}),
        ("viewer", {"cost": "5"}),
    ):
        answer = client(books.people[who]).get(f"/api/v1/items/{item.code}").json()
        assert {k: v for k, v in answer["fields"].items() if v is not None} == fields
        assert ("secret_note" in answer["fields"]) == (who == "leader")
    page = client(books.people["viewer"]).get(f"/i/{item.code}/").content.decode()
    assert "仅供领导" not in page
    assert "内部意见" not in page


def test_a_hidden_field_is_not_in_the_history_either(books):
    item = books.item()
    edit_item(act(books.people["office"]), item, {"fields": {"secret_note": "仅供领导"}})
    for who, n in (("leader", 2), ("viewer", 1)):
        for path in ("", "history", "history?field=f.secret_note"):
            page = client(books.people[who]).get(f"/i/{item.code}/{path}")
            assert ("仅供领导" in page.content.decode()) == (who == "leader"), (who, path)
        rows = client(books.people[who]).get(f"/i/{item.code}/history").context["rows"]
        assert len(rows) == n


# --- read in clear


@pytest.mark.parametrize(
    ("who", "status", "shown"),
    [
        ("office", 200, {PHONE, NAME, NUMBER}),
        ("clerk", 200, {PHONE, NAME}),
        ("auditor", 200, {NUMBER}),
        ("keeper", 403, set()),
        ("viewer", 404, set()),
        ("works", 404, set()),
        ("stranger", 404, set()),
    ],
)
def test_who_reads_what_in_clear(books, who, status, shown):
    item = books.case(TITLE)
    answer = reveal(client(books.people[who]), item)
    assert answer.status_code == status
    page = answer.content.decode()
    assert {v for v in VALUES if v in page} == shown
    assert Disclosure.objects.count() == (1 if shown else 0)
    if shown:
        assert "no-store" in answer["Cache-Control"]


def test_a_reading_is_an_event_with_who_when_what_and_why(books):
    item = books.case(TITLE)
    reveal(client(books.people["clerk"]), item)
    row = Disclosure.objects.get()
    assert (row.by, row.reason) == (books.people["clerk"].pk, "接访核实")
    assert row.fields == ["phone", "petitioner"]
    event = Event.objects.get(action="campaigns.reveal")
    assert event.reason == "接访核实"
    assert hidden(str(event.outcome)) == []
    for who, n in (("office", 1), ("auditor", 1), ("keeper", 0)):
        page = client(books.people[who]).get(f"/i/{item.code}/")
        assert len(page.context["readings"]) == n


def test_without_a_reason_nothing_is_shown(books):
    item = books.case(TITLE)
    answer = reveal(client(books.people["office"]), item, reason=" ")
    assert answer.status_code == 302
    assert Disclosure.objects.count() == 0


def test_the_same_request_shows_them_once(books):
    item, seat = books.case(TITLE), client(books.people["office"])
    assert PHONE in reveal(seat, item, request_id="once").content.decode()
    again = reveal(seat, item, request_id="once")
    assert again.status_code == 302
    assert Disclosure.objects.count() == 1


# --- looked up


def find(seat, text, field="phone"):
    return seat.post("/c/BK21/r/cases/find", {f"f.{field}": text})


def test_a_value_is_looked_up_by_equality_and_that_is_told(books):
    item = books.case(TITLE)
    books.case("Another", phone="13800000000")
    answer = find(client(books.people["office"]), "139 0000 1234")
    assert [i.code for i in answer.context["rows"]] == [item.code]
    row = Disclosure.objects.get()
    assert (row.item, row.reason, row.fields) == (item, "lookup", ["phone"])
    assert hidden(everything()) == []


def test_a_look_up_that_finds_nothing_is_told_as_well(books):
    books.case(TITLE)
    answer = find(client(books.people["office"]), "13900")
    assert answer.context["rows"] == []
    event = Event.objects.get(action="campaigns.look_up")
    assert event.outcome == {"register": "cases", "field": "phone", "n": 0}


@pytest.mark.parametrize(
    ("who", "field", "status"),
    [
        ("clerk", "phone", 200),
        ("keeper", "phone", 403),
        ("auditor", "phone", 403),
        ("office", "petitioner", 403),
        ("office", "plan", 403),
        ("viewer", "phone", 404),
        ("works", "phone", 404),
        ("stranger", "phone", 404),
    ],
)
def test_who_may_look_up(books, who, field, status):
    books.case(TITLE)
    assert find(client(books.people[who]), PHONE, field).status_code == status


def test_through_an_org_only_its_own_cases_are_found(books):
    books.item("Theirs", register="cases", org="east", fields={"phone": PHONE})
    answer = find(client(books.people["clerk"]), PHONE)
    assert answer.context["rows"] == []


def test_an_address_neither_filters_nor_sorts_by_them(books):
    books.case(TITLE)
    books.case("Another", phone="13800000000")
    seat = client(books.people["office"])
    for query in (f"f.phone={PHONE}", "sort=f.phone", "sort=-f.petitioner", f"q={PHONE}"):
        page = seat.get(f"/c/BK21/r/cases/?{query}")
        expected = 0 if query.startswith("q=") else 2
        assert len(page.context["rows"]) == expected, query
    assert Disclosure.objects.count() == 0


# --- destroyed


def erased(books):
    item, seat = books.case(TITLE), client(books.people["office"])
    seat.post(f"/i/{item.code}/erase", {"confirm": item.code, "reason": "当事人申请"})
    return item, seat


def test_destroying_asks_once_and_names_what_cannot_come_back(books):
    item, seat = books.case(TITLE), client(books.people["office"])
    page = seat.get(f"/i/{item.code}/erase").content.decode()
    assert item.code in page
    assert "无法恢复" in page
    answer = seat.post(f"/i/{item.code}/erase", {"confirm": "yes"})
    assert answer.status_code == 422
    assert CaseKey.objects.count() == 1


def test_what_was_destroyed_is_nowhere_any_more(books):
    item, seat = erased(books)
    assert CaseKey.objects.count() == 0
    assert Disclosure.objects.get().kind == "erased"
    page = seat.get(f"/i/{item.code}/").content.decode()
    assert "已销毁" in page
    assert "●●●●" not in page
    assert "已销毁" in seat.get("/c/BK21/r/cases/").content.decode()
    assert reveal(seat, item).status_code == 302
    assert find(seat, PHONE).context["rows"] == []
    assert not ItemKey.objects.filter(field="phone").exists()
    assert recount(books.campaign) == []


def test_what_was_destroyed_cannot_be_written_again(books):
    item, seat = erased(books)
    form = {"version": books.again(item).version, "f.phone": "13700000000"}
    answer = seat.post(f"/i/{item.code}/edit", form)
    assert answer.status_code == 422
    assert "13700000000" not in everything()


def test_the_rest_of_a_destroyed_case_lives_on(books):
    item, seat = erased(books)
    form = {"version": books.again(item).version, "f.plan": "结案"}
    assert seat.post(f"/i/{item.code}/edit", form).status_code == 302
    assert books.again(item).fields["plan"] == "结案"


@pytest.mark.parametrize(
    ("who", "status"), [("keeper", 403), ("clerk", 403), ("auditor", 403), ("viewer", 404)]
)
def test_only_the_office_destroys(books, who, status):
    item = books.case(TITLE)
    seat = client(books.people[who])
    assert seat.get(f"/i/{item.code}/erase").status_code == status
    assert seat.post(f"/i/{item.code}/erase", {"confirm": item.code}).status_code == status
    assert CaseKey.objects.count() == 1


# --- nobody without the class finds a trace: every address there is


def routes(resolver, before="") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        here = before + str(entry.pattern)
        found += routes(entry, here) if hasattr(entry, "url_patterns") else [here]
    return found


def planted(books):
    """A case with all that may hang on one: a link, a listing, a file, a duty, a roster, a reading."""
    office = books.people["office"]
    item = books.case(TITLE)
    demand = books.item("Demand", register="demands")
    open_item = books.item("Open work")
    link_items(act(office), item, demand, "answers")
    list_item(act(office), item, books.register("works"), number="旧案-7")
    add_duty(act(office), item, "support", books.cast.orgs["east"])
    seat = client(office)
    upload = SimpleUploadedFile("case.txt", b"minutes")
    seat.post(f"/i/{item.code}/file", {"file": upload})
    reveal(seat, item)
    freeze_roster(act(office, reason="x"), books.register("cases"), "旧案名册", [item.pk])
    edit_item(act(office), books.again(item), {"fields": {"plan": "另案处理"}})
    return item, demand, open_item


def addresses(books, item, demand, open_item) -> list[str]:
    """Every address with everything that fits its holes."""
    battle = books.battles["BK21"][0].pk
    pks = {
        "/link/": item.links.get().pk,
        "/listing/": item.listings.get().pk,
        "file": ItemFile.objects.get().pk,
        "/duty/": item.responsibilities.first().pk,
    }
    found = []
    for route in routes(get_resolver()):
        fits = {
            "key": ["cases", "works", "demands"],
            "pk": [next((pk for part, pk in pks.items() if part in route), battle)],
            "code": ["BK21", "BK22"],
        }
        if route.startswith("i/") or "items/" in route:
            fits["code"] = [i.code for i in (item, demand, open_item)]
        ways = [route]
        for hole, name in re.findall(r"(<(?:\w+:)?(\w+)>)", route):
            ways = [w.replace(hole, str(v), 1) for w in ways for v in fits.get(name, ["viewer"])]
        found += ["/" + w for w in ways]
    return found


QUERIES = [
    {"day": "2021-07-01"},
    {"q": "旧案", "sort": "-f.cost", "head": "l2", "field": "fields"},
    {"f.phone": PHONE, "sort": "f.phone", "state": "planned", "register": "cases"},
]


def told(seat, path, seeks) -> list[str]:
    """What of the sought comes back, leaving out what the person typed: the address itself.

    An address that is not there is asked once; a page is asked in every way it may be asked.
    """
    found, first = traces(seat.get(path), {}, seeks)
    if not path.startswith(("/logout", "/i18n")):
        found += traces(seat.post(path, {"reason": "x", "name": "x", "filter": ""}), {}, seeks)[0]
    for query in QUERIES if first == 200 else ():
        found += traces(seat.get(path, query), query, seeks)[0]
    return found


def traces(answer, query, seeks) -> tuple[list[str], int]:
    body = body_of(answer)
    text = body.decode("utf-8", "replace") + str(answer.headers)
    text = text.replace(answer.request["PATH_INFO"], "")
    if answer.get("Content-Type", "").endswith("spreadsheetml.sheet"):
        text += unpacked(body)
    typed = set(query.values())
    here = f"{answer.request['PATH_INFO']} {query}"
    return [f"{here}: {s}" for s in seeks if s in text and s not in typed], answer.status_code


def unpacked(workbook: bytes) -> str:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return "".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", LACK_THE_CLASS)
def test_no_address_tells_a_case_to_whoever_lacks_the_class(books, who):
    item, demand, open_item = planted(books)
    seat = client(books.people[who])
    seeks = (
        item.code,
        TITLE,
        "旧案-7",
        "逐户走访定方案",
        "另案处理",
        "case.txt",
        "旧案名册",
        *VALUES,
    )
    paths = addresses(books, item, demand, open_item)
    assert len(paths) > 100
    assert [f for path in paths for f in told(seat, path, seeks)] == []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", ["keeper", "office", "auditor", "clerk"])
def test_no_address_tells_a_value_but_the_one_that_reveals(books, who):
    item, demand, open_item = planted(books)
    seat = client(books.people[who])
    paths = addresses(books, item, demand, open_item)
    own = [p for p in paths if not p.endswith("/reveal")]
    assert [f for path in own for f in told(seat, path, VALUES)] == []


def test_the_walk_would_notice_a_leak(books):
    """With the class, the same walk does find the case: the walk can fail."""
    item, demand, open_item = planted(books)
    seat = client(books.people["keeper"])
    paths = [
        p for p in addresses(books, item, demand, open_item) if "/r/" in p or p.startswith("/i/")
    ]
    assert [f for path in paths for f in told(seat, path, (TITLE,))]


def test_a_link_to_a_case_reads_as_a_link_to_nothing(books):
    """Who lacks the class cannot find out whether a code exists."""
    case = books.case(TITLE)
    seat = client(books.people["viewer"])
    answers = [seat.get(f"/i/{code}/").status_code for code in (case.code, "BK21-XF-999")]
    assert answers == [404, 404]
