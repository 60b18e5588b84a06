"""A workbook is compared, shown, imported in one action, and taken back in one."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import act
from tests.support.orgs import book, wide_office
from tests.support.web import client

from gongjian.apps.accounts import actions
from gongjian.apps.accounts.intake import plan_import
from gongjian.apps.accounts.models import Grant, Org, OrgGroupMember, OrgReach, Person, Post
from gongjian.apps.accounts.sheets import read_organisation
from gongjian.apps.ledger.models import Event
from gongjian.apps.ledger.verify import verify
from gongjian.formats.read import Limits
from gongjian.formats.xlsx import read_sheets
from gongjian.lib import clock

ORGS = [
    ["单位名称", "简称", "上级单位", "别名", "编码", "序列"],
    ["Works Bureau", "Works", "Lakeside", "Builders", "works", "部门"],
    ["Water Office", "Water", "Canal Office", "", "water", "部门、平台"],
    ["Canal Office", "Canal", "Works Bureau", "", "", ""],
]
POSTS = [
    ["单位", "职务", "分管领域", "是否一把手"],
    ["Water", "Head", "Everything", "是"],
    ["Canal", "Deputy", "", "否"],
]
PEOPLE = [
    ["姓名", "登录名", "单位", "职务", "角色", "电话"],
    ["Water desk", "water1", "Water", "Head", "一把手", "0571"],
    ["Canal desk", "canal1", "Canal Office", "", "联络员", ""],
]


def workbook(**sheets) -> bytes:
    return book(**({"单位": ORGS, "职务": POSTS, "人员": PEOPLE} | sheets))


def plan(data: bytes, campaigns=(None,)):
    sheets = read_organisation(read_sheets(data, Limits()))
    return plan_import(sheets, clock.today(), campaigns)


def upload(seat, data: bytes, name: str = "orgs.xlsx"):
    return seat.post("/orgs/import", {"file": SimpleUploadedFile(name, data)})


def agree(seat, shown, request_id: str = "import-1"):
    (kept,) = re.findall(r'name="kept" value="([^"]+)"', shown.content.decode())
    return seat.post("/orgs/import", {"kept": kept, "request_id": request_id}, follow=True)


def test_nothing_is_written_before_it_is_agreed_to_and_then_all_in_one_event(cast):
    seat, n = client(cast.people["office"]), Org.objects.count()
    shown = upload(seat, workbook())
    assert shown.status_code == 200
    assert Org.objects.count() == n
    assert agree(seat, shown).status_code == 200
    water = Org.objects.get(code="water")
    assert water.parent.name == "Canal Office"
    assert OrgReach.objects.filter(ancestor=cast.orgs["works"], descendant=water).exists()
    assert Event.objects.filter(action="accounts.import_organisation").count() == 1


def test_a_form_sent_twice_imports_once(cast):
    seat = client(cast.people["office"])
    shown = upload(seat, workbook())
    for _ in range(2):
        assert agree(seat, shown).status_code == 200
    assert Event.objects.filter(action="accounts.import_organisation").count() == 1


def test_the_second_import_of_a_workbook_changes_nothing(cast):
    actions.import_organisation(act(), plan(workbook()))
    again = plan(workbook())
    assert again.faults == []
    assert again.is_empty
    assert {line.status for line in again.lines} == {"unchanged"}


def test_what_was_imported_is_what_the_sheets_say(cast):
    actions.import_organisation(act(), plan(workbook()))
    person = Person.objects.get(username="water1")
    held = person.holdings.select_related("post__org").get()
    assert (held.post.title, held.post.org.code, held.post.is_principal) == ("Head", "water", True)
    grant = Grant.objects.get(person=person)
    assert (grant.role, grant.org.code, grant.campaign_id) == ("principal", "water", None)
    assert not person.has_usable_password()
    groups = OrgGroupMember.objects.filter(org__code="water").values_list("group__name", flat=True)
    assert set(groups) == {"部门", "平台"}
    works = Org.objects.get(code="works")
    assert works.short_name == "Works"
    assert set(works.aliases) >= {"Builders"}


def test_an_import_is_taken_back_whole(cast):
    seat = client(cast.people["office"])
    agree(seat, upload(seat, workbook()))
    before = (cast.orgs["works"].name, Org.objects.count() - 2, Person.objects.count() - 2)
    (event,) = re.findall(r'name="event" value="([^"]+)"', seat.get("/orgs/").content.decode())
    seat.post("/orgs/undo", {"event": event})
    works = Org.objects.get(code="works")
    assert (works.name, Org.objects.count(), Person.objects.count()) == before
    assert works.aliases == []
    assert not Post.objects.exists()
    assert verify().faults == ()


def test_what_is_in_use_by_now_is_not_taken_back(cast):
    wide_office(cast)
    done = actions.import_organisation(act(cast.people["office"]), plan(workbook()))
    cast.orgs["water"] = Org.objects.get(code="water")
    cast.item(org="water")
    seat = client(cast.people["office"])
    answer = seat.post("/orgs/undo", {"event": str(done.event_id)}, follow=True)
    assert "无法撤销" in answer.content.decode()
    assert Org.objects.filter(code="water").exists()


def faults(data: bytes) -> list[tuple[str, int, str, str]]:
    return [(f.sheet, f.row, f.column, f.code) for f in plan(data).faults]


HEAD = ["单位名称", "上级单位", "编码"]


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        ({"单位": [HEAD, ["A", "B", "a"], ["B", "C", "b"], ["C", "A", "c"]]},
         [("单位", n, "B", "org.loop") for n in (2, 3, 4)]),
        ({"单位": [HEAD, ["A", "A", "a"]]}, [("单位", 2, "B", "org.loop")]),
        ({"单位": [HEAD, ["A", "Nowhere", "a"]]}, [("单位", 2, "B", "org.parent_unknown")]),
        ({"单位": [HEAD, ["A", "", "a"], ["B", "", "a"]]}, [("单位", 3, "C", "org.duplicate")]),
        ({"单位": [HEAD, ["A", "", "a"], ["A", "", "b"]]}, [("单位", 3, "A", "org.duplicate")]),
        ({"单位": [HEAD, ["Works Bureau", "", "other"]]}, [("单位", 2, "A", "org.name_taken")]),
        ({"职务": [POSTS[0], ["works", "Head", "", ""], ["Works Bureau", "Head", "", ""]]},
         [("职务", 3, "B", "post.duplicate")]),
        ({"人员": [PEOPLE[0], ["X", "x", "Nowhere", "", "联络员", ""]]},
         [("人员", 2, "C", "person.org_unknown")]),
        ({"人员": [PEOPLE[0], ["X", "x", "works", "", "联络员", ""], ["Y", "x", "plan", "", "联络员", ""]]},
         [("人员", 3, "B", "person.login_twice")]),
        ({"人员": [PEOPLE[0], ["Somebody else", "works", "works", "", "联络员", ""]]},
         [("人员", 2, "B", "person.login_taken")]),
        ({"职务": [POSTS[0], ["works", "Head", "", ""]], "人员": [PEOPLE[0], ["X", "x", "plan", "Head", "", ""]]},
         [("人员", 2, "D", "person.post_elsewhere")]),
        ({"职务": [POSTS[0], ["works", "Head", "", ""]], "人员": [PEOPLE[0], ["X", "x", "plan", "Clerk", "", ""]]},
         [("人员", 2, "D", "person.post_unknown")]),
    ],
)  # fmt: skip
def test_each_bad_sheet_is_named_by_row_and_cell_and_nothing_is_written(cast, sheets, expected):
    assert faults(book(**sheets)) == expected
    seat, n = client(cast.people["office"]), Org.objects.count()
    answer = upload(seat, book(**sheets))
    assert answer.status_code == 422
    assert 'name="kept"' not in answer.content.decode()
    assert Org.objects.count() == n


def test_a_plan_with_faults_is_refused_by_the_action_as_well(cast):
    bad = plan(book(单位=[HEAD, ["A", "A", "a"]]))
    with pytest.raises(actions.ActionError, match=r"organisation\.faults"):
        actions.import_organisation(act(), bad)


@pytest.mark.parametrize("data", [b"", b"a;b;c", b"PK\x03\x04 nothing", b"<svg onload=x>"])
def test_what_is_no_workbook_gets_a_sentence(cast, data):
    answer = upload(client(cast.people["office"]), data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_a_workbook_over_the_limit_is_refused_before_it_is_read(cast, settings):
    settings.PAPER_MAX_BYTES = 100
    answer = upload(client(cast.people["office"]), workbook())
    assert answer.status_code == 422
    assert "100" in answer.content.decode()


def test_a_kept_upload_that_was_tampered_with_is_not_opened(cast):
    seat = client(cast.people["office"])
    answer = seat.post("/orgs/import", {"kept": "../../etc/passwd:x:y"})
    assert answer.status_code == 422
    assert "重新选择" in answer.content.decode()


def test_what_changed_since_the_preview_is_shown_again_first(cast):
    seat = client(cast.people["office"])
    shown = upload(seat, workbook())
    actions.add_orgs(act(), [Org(code="canal", name="Canal Office", short_name="Canal")])
    answer = agree(seat, shown)
    assert answer.status_code == 422
    assert not Org.objects.filter(code="water").exists()
    assert agree(seat, answer, "import-2").status_code == 200
    assert Org.objects.filter(code="water").exists()


def test_nobody_gives_a_role_that_reaches_further_than_their_own(cast):
    seat = client(cast.people["office"])  # the office of one campaign
    agree(seat, upload(seat, workbook()))
    assert set(Grant.objects.filter(person__username="canal1").values_list("campaign_id", flat=True)) == {cast.campaign.pk}  # fmt: skip
    wide_office(cast, "colleague")
    more = [PEOPLE[0], ["Far desk", "far1", "Water", "", "攻坚办", ""]]
    wide = client(cast.people["colleague"])
    agree(wide, upload(wide, workbook(人员=more)), "import-2")
    assert Grant.objects.get(person__username="far1").campaign_id is None


def test_a_merged_org_is_not_brought_back_by_an_old_sheet(cast):
    from gongjian.apps.campaigns.actions import merge_orgs
    from gongjian.apps.campaigns.actions.orgs import Merger

    merge_orgs(act(), Merger(cast.orgs["works"], cast.orgs["plan"]))
    assert faults(book(单位=[HEAD, ["Works Bureau", "", ""]])) == [("单位", 2, "A", "org.ended")]


def test_the_preview_asks_the_same_of_the_database_however_many_rows(cast):
    def asked(n: int) -> int:
        rows = [[f"Org {i}", "Works Bureau", f"x{i}"] for i in range(n)]
        people = [[f"P {i}", f"p{i}", f"x{i}", "Head", "联络员", ""] for i in range(n)]
        data = book(单位=[HEAD, *rows], 人员=[PEOPLE[0], *people])
        with CaptureQueriesContext(connection) as caught:
            assert plan(data).faults == []
        return len(caught)

    assert asked(3) == asked(120) <= 9


def test_a_workbook_can_be_imported_in_english_too(cast):
    people = [["Name", "Login", "Org", "Role"], ["Town desk", "t1", "East Town", "contact"]]
    assert plan(book(People=people)).n["person", "new"] == 1
