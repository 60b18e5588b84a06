"""Workbooks taken into a register: read, settled, corrected, previewed, taken once, undone."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook
from tests.support.cast import END, START, act
from tests.support.ledgers import LEDGERS, PLAYBOOK
from tests.support.ledgers import workbook as ledger_book
from tests.support.returned import HEADS, HERE, opened, plain, saved, upload, workbook
from tests.support.web import body_of, client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant
from gongjian.apps.campaigns.actions import edit_item, found_campaign
from gongjian.apps.campaigns.models import Campaign, Item, Register
from gongjian.apps.campaigns.recount import recount
from gongjian.apps.grid import waiting
from gongjian.apps.grid.models import Intake
from gongjian.apps.ledger.models import Event
from gongjian.apps.papers import files as store


@pytest.fixture
def seat(books):
    return client(books.people["office"])


def hand_in(seat, *data: bytes, here: str = HERE):
    """Give workbooks in and go to the page of their intake."""
    names = ["a.xlsx", *(f"{n}.xlsx" for n in range(len(data)))]
    given = [upload(d, n) for d, n in zip(data, names, strict=False)]
    sent = seat.post(here, {"files": given})
    assert sent.status_code == 302, sent.content.decode()
    return seat.get(sent.url)


def refused(seat, data: bytes, name: str = "a.xlsx") -> str:
    sent = seat.post(HERE, {"files": [upload(data, name)]})
    assert (sent.status_code, Intake.objects.count()) == (422, 0)
    return sent.context["problems"][0]


def take(seat, page):
    report = page.context["report"]
    return seat.post(page.context["here"] + "take", {"digest": report["digest"]}, follow=True)


def check(seat, page, **sent):
    return seat.post(page.context["here"], {"step": "faults", **sent}, follow=True)


def n_written() -> tuple[int, int]:
    return Item.objects.count(), Event.objects.filter(action="grid.write").count()


def counts(page) -> tuple[int, int, int]:
    return tuple(page.context["report"][f"n_{k}"] for k in ("made", "changed", "same"))


def codes(page) -> list[str]:
    return [f["code"] for f in page.context["report"]["faults"]]


def test_a_sure_workbook_goes_straight_to_its_preview_and_is_taken_as_one_event(seat, books):
    page = hand_in(seat, workbook(plain(3)))
    assert (page.context["step"], counts(page)) == ("preview", (3, 0, 0))
    assert n_written() == (0, 0)
    done = take(seat, page)
    assert (done.context["step"], n_written()) == ("done", (3, 1))
    item = Item.objects.get(title="整治河道2号")
    assert (item.fields["cost"], item.org.short_name) == ("2", "Works Bureau")
    event = Event.objects.get(action="grid.write")
    assert (event.origin, event.reason) == ("import", "a.xlsx")
    assert recount(books.campaign) == []
    seat.post(f"/events/{event.pk}/undo")
    assert Item.objects.count() == 0
    assert seat.get(page.context["here"]).context["is_undone"]


def test_what_is_there_is_compared_cell_by_cell(seat, books):
    item = books.item("整治河道1号", fields={"cost": "5", "stage": "early"})
    same = books.item("整治河道2号", fields={"cost": "2", "stage": "early"})
    assert same.pk
    page = hand_in(seat, workbook(plain(3)))
    assert counts(page) == (1, 1, 1)
    [row] = page.context["report"]["changed"]
    assert (row["code"], row["row"]) == (item.code, 2)
    assert [(c["head"], c["before"], c["after"]) for c in row["cells"]] == [("总投资", "5", "1")]
    take(seat, page)
    assert books.again(item).fields["cost"] == "1"


def test_thirty_wrong_cells_among_three_thousand_rows_are_all_named(seat, books):
    rows = plain(3000)
    for k in range(30):
        rows[k * 90] = (*rows[k * 90][:3], f"约{k}万吧", "前期")
    page = hand_in(seat, workbook(rows))
    faults = page.context["report"]["faults"]
    assert (page.context["step"], len(faults)) == ("faults", 30)
    assert [f["cell"] for f in faults[:3]] == ["D2", "D92", "D182"]
    assert {f["head"] for f in faults} == {"总投资"}
    assert (faults[2]["text"], n_written()) == ("约2万吧", (0, 0))
    refused_ = take(seat, page)
    assert (refused_.status_code, n_written()) == (422, (0, 0))
    left = check(seat, page, do="leave")
    assert (left.context["step"], counts(left)) == ("preview", (2970, 0, 0))
    assert left.context["report"]["n_left"] == 30
    assert take(seat, left).context["step"] == "running"  # more than a request does by itself
    waiting.run(Intake.objects.get().pk)
    assert n_written() == (2970, 1)
    done = seat.get(page.context["here"])
    assert done.context["report"]["left"][0]["title"] == "整治河道1号"


def test_cells_are_corrected_on_the_page_and_a_repeated_error_once_for_all(seat, books):
    rows = [(*r[:4], "土建") for r in plain(3)]
    rows.append(("整治河道4号", "Works Bureau", "不知", 4, "前期"))
    page = hand_in(seat, workbook(rows))
    groups = page.context["groups"]
    assert [(g["head"], g["of"]) for g in groups] == [("阶段", 3), ("时限", 1)]
    again = check(seat, page, **{"fix-0": "主体", "fix-1": "8月底前"})
    assert codes(again) == ["field.no_such_choice"] * 3
    sound = check(seat, again, **{"fix-0": "前期"})
    assert (sound.context["step"], counts(sound)) == ("preview", (4, 0, 0))
    take(seat, sound)
    assert Item.objects.get(title="整治河道4号").due.isoformat() == "2021-08-31"


def test_the_workbook_comes_back_with_its_wrong_cells_coloured(seat, books):
    page = hand_in(seat, workbook([("修桥", "Works Bureau", "不知", 4, "前期")]))
    answer = seat.get(page.context["here"] + "faults")
    sheet = opened(body_of(answer)).worksheets[0]
    assert sheet["C2"].fill.start_color.rgb == "FFFFC7CE"
    assert "不知" in sheet["C2"].comment.text
    assert sheet["A2"].comment is None


def test_an_unknown_column_is_asked_about_and_money_is_read_in_its_own_unit(seat, books):
    heads = ("事项", "盘子（亿元）", "阶段", "闲话")
    page = hand_in(seat, workbook([("修桥", 1.5, "前期", "好")], heads))
    assert page.context["step"] == "map"
    assert [c["is_open"] for c in page.context["groups"][0]["columns"]] == [
        False,
        True,
        False,
        True,
    ]
    chosen = {"col-0-1": "field:cost", "col-0-3": "-"}
    ready = seat.post(page.context["here"] + "map", chosen, follow=True)
    assert (ready.context["step"], counts(ready)) == ("preview", (1, 0, 0))
    take(seat, ready)
    assert Item.objects.get().fields["cost"] == "15000"


def test_two_columns_cannot_mean_the_same(seat, books):
    page = hand_in(seat, workbook([("修桥", 1, 2, "前期")], ("事项", "甲栏", "乙栏", "阶段")))
    sent = {"col-0-1": "field:cost", "col-0-2": "field:cost"}
    answer = seat.post(page.context["here"] + "map", sent)
    assert answer.status_code == 422
    assert "B、C" in answer.context["problem"]


def test_a_hidden_sheet_is_named_and_off_until_it_is_asked_for(seat, books):
    data = workbook(plain(1), _旧表=[HEADS, *plain(2, 50)])
    page = hand_in(seat, data)
    assert counts(page) == (1, 0, 0)
    shown = seat.get(page.context["here"] + "map")
    [sheet] = shown.context["untaken"]
    assert (sheet["name"], sheet["is_hidden"], sheet["n_rows"]) == ("旧表", True, 2)
    sent = {f"shown-{sheet['n']}": "1", f"sheet-{sheet['n']}": "1"}
    assert counts(seat.post(page.context["here"] + "map", sent, follow=True)) == (3, 0, 0)


def test_two_head_rows_and_a_sheet_without_a_head(seat, books):
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["重点工程"],
        ["事项", "投资", None],
        [None, "总投资", "阶段"],
        ["修桥", 5, "前期"],
    ):
        sheet.append(row)
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("A2:A3")
    book.create_sheet("说明").append(["请认真填写"])
    page = hand_in(seat, saved(book))
    assert counts(page) == (1, 0, 0)
    [untaken] = seat.get(page.context["here"] + "map").context["untaken"]
    assert (untaken["name"], untaken["has_head"]) == ("说明", False)
    take(seat, page)
    assert Item.objects.get().fields == {"cost": "5", "stage": "early"}


def test_a_formula_that_was_never_worked_out_is_told(seat, books):
    page = hand_in(seat, workbook([("修桥", "Works Bureau", "9月底前", "=1+1", "前期")]))
    [fault] = page.context["report"]["faults"]
    assert (fault["code"], fault["cell"]) == ("cell.no_value", "D2")
    assert counts(check(seat, page, **{"fix-0": "2"})) == (1, 0, 0)


def test_text_that_begins_like_a_formula_stays_text(seat, books):
    book = Workbook()
    book.worksheets[0].append(["事项", "阶段"])
    cell = book.worksheets[0].cell(2, 1)
    cell.value, cell.data_type = "=1+1", "s"
    take(seat, hand_in(seat, saved(book)))
    assert Item.objects.get().title == "=1+1"


def test_an_id_of_another_campaign_and_rows_twice_are_faults(seat, books):
    there = books.item("别处", campaign=books.other)
    here = books.item("修桥")
    rows = [("别处", str(there.pk)), ("修桥", str(here.pk)), ("修桥路", str(here.pk))]
    page = hand_in(seat, workbook(rows, ("事项", "编号标识")))
    assert codes(page) == ["intake.foreign_item", "intake.double"]
    left = check(seat, page, **{"leave-0": "1", "leave-1": "1"})
    assert (left.context["step"], counts(left)) == ("preview", (0, 0, 1))


def test_a_million_empty_rows_cost_nothing_and_a_value_below_them_is_refused(seat, books):
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(HEADS))
    sheet.append(list(plain(1)[0]))
    sheet.row_dimensions[1_048_576].height = 20
    assert counts(hand_in(seat, saved(book))) == (1, 0, 0)
    Intake.objects.all().delete()
    sheet.cell(1_048_576, 1, "x")
    assert "1048576" in refused(seat, saved(book))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"PK\x03\x04broken", "damaged"),
        (b"hello", "no xlsx"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "old .xls"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_what_is_no_workbook_is_refused_with_a_sentence(books, data, word):
    seat = client(books.people["office"])
    seat.cookies["django_language"] = "en"
    assert word in refused(seat, data)


def test_a_workbook_with_macros_or_a_bomb_is_refused(seat, books, settings):
    target = io.BytesIO(workbook(plain(1)))
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/vbaProject.bin", "x")
    seat.cookies["django_language"] = "en"
    assert "macros" in refused(seat, target.getvalue())
    settings.PAPER_MAX_UNPACKED_BYTES = 2000
    assert "unpacks" in refused(seat, workbook(plain(1)))
    settings.PAPER_MAX_BYTES = 1000
    assert "limit" in refused(seat, workbook(plain(1)))


def test_no_file_at_all_says_so(seat, books):
    assert seat.post(HERE, {}).status_code == 422


def test_a_workbook_that_cannot_be_read_among_others_is_named(seat, books):
    page = hand_in(seat, workbook(plain(1)), b"hello")
    assert [r["name"] for r in page.context["refused"]] == ["0.xlsx"]
    assert counts(page) == (1, 0, 0)
    added = seat.post(page.context["here"], {"do": "add", "files": [upload(workbook(plain(2)))]}, follow=True)  # fmt: skip
    assert (counts(added), added.context["refused"]) == ((2, 0, 0), [])


def test_only_who_runs_the_campaign_takes_workbooks_in(books):
    for who, status in (("viewer", 403), ("works", 403), ("stranger", 404), ("gone", 404)):
        assert client(books.people[who]).get(HERE).status_code == status
        given = {"files": [upload(workbook(plain(1)))]}
        assert client(books.people[who]).post(HERE, given).status_code == status
    assert Intake.objects.count() == 0


def test_an_intake_is_its_persons_alone(seat, books):
    accounts.grant(act(), Grant(person=books.people["colleague"], role="office", campaign_id=books.campaign.pk))  # fmt: skip
    page = hand_in(seat, workbook(plain(1)))
    other = client(books.people["colleague"])
    assert other.get(page.context["here"]).status_code == 404
    assert other.post(page.context["here"] + "take").status_code == 404
    assert other.get(HERE).context["intakes"] == []


def test_confirming_twice_writes_once(seat, books):
    page = hand_in(seat, workbook(plain(2)))
    take(seat, page)
    assert take(seat, page).context["step"] == "done"
    assert n_written() == (2, 1)
    intake = Intake.objects.get()
    Intake.objects.update(state="running")  # as a job that died after it had written
    assert waiting.run(intake.pk).state == "done"
    assert n_written() == (2, 1)


def test_what_moved_since_the_preview_is_shown_anew_and_nothing_written(seat, books):
    item = books.item("整治河道1号", fields={"cost": "5"})
    page = hand_in(seat, workbook(plain(1)))
    edit_item(act(books.people["office"]), item, {"fields": {"cost": "7"}})
    again = take(seat, page)
    assert (again.context["step"], n_written()[1]) == ("preview", 0)
    assert again.context["error"]["code"] == "intake.moved"
    [row] = again.context["report"]["changed"]
    assert ("7", "1") in [(c["before"], c["after"]) for c in row["cells"]]
    assert take(seat, again).context["step"] == "done"


def test_who_lost_the_right_in_between_takes_nothing_in(seat, books):
    hand_in(seat, workbook(plain(1)))
    intake = Intake.objects.get()
    assert waiting.take(intake)
    for grant in Grant.objects.filter(person=books.people["office"], campaign_id=books.campaign.pk):
        accounts.withdraw(act(), grant, last_day=START - dt.timedelta(days=1))
    assert waiting.run(intake.pk).state == "failed"
    assert waiting.report_of(Intake.objects.get())["error"]["code"] == "intake.no_right"
    assert n_written() == (0, 0)


def test_an_intake_that_is_dropped_takes_its_file_along(seat, books):
    page = hand_in(seat, workbook(plain(1)))
    digest = Intake.objects.get().files[0]["sha256"]
    assert store.get(digest)
    seat.post(page.context["here"] + "drop")
    assert Intake.objects.count() == 0
    with pytest.raises(OSError, match=r"No such file"):
        store.get(digest)


def test_names_that_nobody_goes_by_are_kept_and_told(seat, books):
    page = hand_in(seat, workbook([("修桥", "某某公司", "9月底前", 1, "前期")]))
    assert page.context["report"]["unknown"] == [["某某公司", 1]]
    take(seat, page)
    assert Item.objects.get().responsibilities.get().printed == "某某公司"


def test_personal_fields_are_not_repeated_in_what_is_kept(books):
    seat = client(books.people["office"])
    here = "/c/BK21/r/cases/intake/"
    page = hand_in(seat, workbook([("旧案", "13900001234")], ("事项", "联系电话")), here=here)
    assert "13900001234" not in str(Intake.objects.get().report)
    assert "13900001234" not in page.content.decode()
    take(seat, page)
    assert "13900001234" not in str(Item.objects.get().fields)


def test_the_report_is_plain_values(seat, books):
    page = hand_in(seat, workbook([("修桥", "Works Bureau", "不知", 4, "前期")]))
    report = waiting.report_of(Intake.objects.get())
    assert page.status_code == 200
    assert report["faults"][0]["cell"] == "C2"
    assert report["faults"][0]["why"]
    assert report["n"]["faults"] == 1


def test_a_workbook_without_any_known_head_says_so(seat, books):
    page = hand_in(seat, workbook([("甲", "乙")], ("姓名", "电话")))
    assert page.context["step"] == "map"
    assert page.context["groups"] == []
    assert take(seat, page).status_code == 422


def test_pages_of_an_intake_ask_the_same_whatever_its_size(seat, books):
    asked = []
    for n in (3, 60):
        page = hand_in(seat, workbook(plain(n)))
        with CaptureQueriesContext(connection) as queries:
            assert seat.get(page.context["here"]).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 14


def test_what_a_personal_cell_was_given_is_not_repeated_by_its_error(books):
    here = "/c/BK21/r/cases/intake/"
    rows = [("旧案", "1" * 5000)]
    page = hand_in(client(books.people["office"]), workbook(rows, ("事项", "联系电话")), here=here)
    assert "1" * 50 not in str(Intake.objects.get().report)
    assert page.status_code == 200


@pytest.mark.parametrize("key", LEDGERS)
def test_the_columns_of_real_ledgers_need_no_question(cast, key):
    paper, campaign = LEDGERS[key](), Campaign(code="RL21", name="台账攻坚", start_on=START, end_on=END, lit_on=START)  # fmt: skip
    found_campaign(act(), campaign, PLAYBOOK.read_text(encoding="utf-8"), [])
    office = cast.people["office"]
    accounts.grant(act(), Grant(person=office, role="office", campaign_id=campaign.pk))
    register = Register.objects.select_related("campaign").get(
        campaign=campaign, key=paper.register
    )
    intake = waiting.begin(office, register, [("t.xlsx", ledger_book(paper))])
    report = intake.report
    assert [h["n_open"] for h in report["heads"]] == [0]
    assert (report["faults"], report["n_made"]) == ([], report["n_rows"])
    assert report["is_sound"] or key == "l3"  # which mixes two ways to count quarters
