"""Views that people keep of a register: mine, ours, opened by others, and after the register changed."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.books import PLAYBOOK, move_to
from tests.support.cast import act
from tests.support.web import client

from gongjian.apps.campaigns.actions import adopt, edit_item, issue_items
from gongjian.apps.grid.models import SavedView
from gongjian.apps.ledger.models import Event

BASE = "/c/BK21/r/works/"
LONG = "推进鉴湖街道迪荡街道城南街道等十二个镇街老旧小区综合改造提升及地下管网雨污分流攻坚项目前期方案论证与资金落实工作按月督办专用视图（二〇二一年第三季度）"


def keep(seat, name="本周要盯", query="state=assigned&sort=-due&columns=title,due", **more):
    return seat.post(f"{BASE}views", {"name": name, "query": query, "face": "board", **more})


def kept(seat, **more) -> SavedView:
    assert keep(seat, **more).status_code == 302
    return SavedView.objects.latest("pk")


def link(view) -> str:
    return f"/c/BK21/v/{view.pk}/"


def said(answer) -> list[str]:
    return [str(m) for m in answer.context["messages"]]


def test_a_view_keeps_face_query_and_columns_and_its_link_opens_them(books):
    seat = client(books.people["office"])
    view = kept(seat)
    assert (view.face, view.columns) == ("board", [{"source": "title"}, {"source": "due"}])
    opened = seat.get(link(view))
    assert opened.url == (
        f"{BASE}board?columns=title%2Cdue&sort=-due&state=assigned&view={view.pk}"
    )
    bar = seat.get(opened.url).context["bar"]
    assert (bar["active"].name, bar["is_changed"]) == ("本周要盯", False)


def test_a_private_view_is_there_for_its_owner_alone(books):
    view = kept(client(books.people["viewer"]))
    assert client(books.people["viewer"]).get(link(view)).status_code == 302
    for who in ("office", "works", "stranger"):
        assert client(books.people[who]).get(link(view)).status_code == 404


def test_a_shared_view_opens_for_every_colleague_with_their_own_rows(books):
    for org in ("works", "east", "plan"):
        books.item(f"Of {org}", org=org)
    view = kept(client(books.people["office"]), query="state=planned", face="list", is_shared="1")
    assert view.is_shared
    wide = client(books.people["viewer"]).get(link(view), follow=True)
    own = client(books.people["works"]).get(link(view), follow=True)
    assert (wide.context["n"], own.context["n"]) == (3, 1)
    assert client(books.people["stranger"]).get(link(view)).status_code == 404


def test_a_view_of_a_closer_register_is_not_there_for_who_does_not_see_it(books):
    seat = client(books.people["office"])
    seat.post(
        "/c/BK21/r/cases/views", {"name": "积案", "query": "", "face": "list", "is_shared": "1"}
    )
    view = SavedView.objects.get()
    assert client(books.people["keeper"]).get(link(view)).status_code == 302
    assert client(books.people["viewer"]).get(link(view)).status_code == 404


def test_a_condition_on_a_hidden_field_is_left_out_without_its_name(books):
    seat = client(books.people["office"])
    view = kept(seat, query="columns=title,field:secret_note&q=x", is_shared="1")
    opened = client(books.people["viewer"]).get(link(view), follow=True)
    [sentence] = said(opened)
    assert "无权" in sentence
    assert "内部意见" not in opened.content.decode()
    assert opened.context["kept"]["columns"] == "title"


def test_who_only_looks_on_keeps_views_but_shares_none(books):
    seat = client(books.people["viewer"])
    view = kept(seat, is_shared="1")
    assert not view.is_shared
    assert seat.post(f"{link(view)}share", {"on": "1"}).status_code == 403


@pytest.mark.parametrize("path", ["change", "share", "drop"])
def test_somebody_elses_view_is_not_changed(books, path):
    private = kept(client(books.people["works"]))
    shared = kept(client(books.people["works"]), name="共享", is_shared="1")
    for who, codes in (("east", (404, 403)), ("stranger", (404, 404))):
        seat = client(books.people[who])
        sent = [seat.post(f"{link(v)}{path}", {"name": "x"}).status_code for v in (private, shared)]
        assert tuple(sent) == codes


def test_the_office_puts_away_what_others_shared_but_changes_nothing_in_it(books):
    view = kept(client(books.people["works"]), is_shared="1")
    office = client(books.people["office"])
    assert office.post(f"{link(view)}change", {"name": "x"}).status_code == 403
    assert office.post(f"{link(view)}share", {"on": ""}).status_code == 302
    assert office.get(link(view)).status_code == 404


def test_dropping_is_undone_by_who_did_it_and_by_nobody_else(books):
    seat = client(books.people["works"])
    view = kept(seat)
    assert seat.post(f"{link(view)}drop", {"query": f"view={view.pk}"}).url == f"{BASE}?"
    assert seat.get(link(view)).status_code == 404
    undo = f"/events/{Event.objects.latest('recorded_at').pk}/undo"
    assert client(books.people["office"]).post(undo).status_code == 403
    assert seat.post(undo).status_code == 302
    assert seat.get(link(view)).status_code == 302


def test_a_drop_is_not_undone_over_a_new_view_of_that_name(books):
    seat = client(books.people["works"])
    view = kept(seat)
    seat.post(f"{link(view)}drop")
    undo = f"/events/{Event.objects.latest('recorded_at').pk}/undo"
    kept(seat)
    assert "占用" in said(seat.post(undo, {"next": BASE}, follow=True))[-1]


@pytest.mark.parametrize("name", ["", "   ", "长" * 81, "本周要盯"])
def test_a_name_that_will_not_do_is_told_and_kept_in_the_form(books, name):
    seat = client(books.people["office"])
    kept(seat)
    answer = seat.get(keep(seat, name=name).url)
    assert len(said(answer)) == 2  # of the first view, and why the second is refused
    assert f'value="{name}"' in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_a_name_is_unique_for_its_owner_only_and_may_be_long(books):
    kept(client(books.people["office"]), name=LONG, is_shared="1")
    view = kept(client(books.people["works"]), name=LONG)
    assert LONG in client(books.people["works"]).get(link(view), follow=True).content.decode()


def test_renaming_and_saving_over_change_one_thing_each(books):
    seat = client(books.people["office"])
    view = kept(seat)
    seat.post(f"{link(view)}change", {"name": "新名"})
    seat.post(f"{link(view)}change", {"query": "light=red&after=x&day=2021-07-01", "face": "tree"})
    view.refresh_from_db()
    assert (view.name, view.face, view.query) == ("新名", "tree", {"light": "red"})


def test_a_page_that_asks_for_something_else_offers_to_save_it(books):
    seat = client(books.people["office"])
    view = kept(seat)
    answer = seat.get(f"{BASE}board?state=closed&view={view.pk}")
    assert answer.context["bar"]["is_changed"]
    assert "保存视图" in answer.content.decode()


def test_a_view_of_a_field_that_an_adoption_removed_opens_and_names_it(books):
    view = kept(client(books.people["office"]), query="f.stage=early&sort=f.cost&state=assigned")
    without = [line for line in PLAYBOOK.splitlines() if "key: stage" not in line]
    text = "\n".join(without).replace("version: 1", "version: 2")
    adopt(act(), books.campaign, text, base=1, chosen={}, agreed=())
    opened = client(books.people["office"]).get(link(view), follow=True)
    assert "阶段" in said(opened)[-1]
    assert opened.context["kept"].keys() == {"sort", "state", "view"}


def test_a_view_opens_with_what_is_still_there_of_its_choices(books):
    view = kept(
        client(books.people["office"]), query="state=assigned,gone&head=none&f.stage=nothing"
    )
    opened = client(books.people["office"]).get(link(view), follow=True)
    assert opened.context["kept"] == {"state": "assigned", "view": str(view.pk)}
    assert all(word in said(opened)[-1] for word in ("状态", "阶段", "打印表式"))


def test_fixed_views_ask_for_what_they_say(books):
    late = books.item("Late", due=books.campaign.start_on)
    nobody = books.item("Nobody's")
    issue_items(act(), books.campaign, [late, nobody])
    edit_item(act(), books.again(nobody), {"org": None})
    move_to(books, books.campaign.start_on + dt.timedelta(days=9))
    seat = client(books.people["office"])
    fixed = {v["name"]: v["href"] for v in seat.get(BASE).context["bar"]["fixed"]}
    found = {n: [r.texts[1] for r in seat.get(h).context["rows"]] for n, h in fixed.items()}
    assert found == {
        "已逾期": ["Late"],
        "七日内到期": [],
        "无责任单位": ["Nobody's"],
        "未定时限": [],
    }
