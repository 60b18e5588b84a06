"""Items driven along their chains through pages, by people of the roles that the chain names."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.cast import END, START, act
from tests.support.chains import make_desk
from tests.support.web import body_of, client

from gongjian.apps.campaigns.actions import attach_file
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop import turns
from gongjian.apps.loop.models import Extension, Movement, Revisit, Turn
from gongjian.apps.notices.models import Notice
from gongjian.apps.papers.files import Kept, put
from gongjian.kernel.calendar.days import after

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(cast):
    return make_desk(cast)


def page_of(answer):
    return body_of(answer).decode()


def problem(desk, state="assigned", **fields):
    filled = {
        "source": "audit", "origin_level": "district", "measures": "换支座", "packet": "engineering",
        "discussion": "党组会第3次", **fields,
    }  # fmt: skip
    item = desk.item("problems", state, fields=filled)
    kept = Kept(put(b"proof"), 5, "text/plain")
    attach_file(act(desk.people["office"]), item, kept, "proof.txt", field="evidence")
    return desk.again(item)


def drive(desk, item, *steps):
    for who, step, *reason in steps:
        answer = desk.report(who, item) if step == "report" else desk.step(who, item, step, *reason)
        assert answer.status_code == 200, step


def test_a_rectification_goes_the_long_way_from_draft_to_a_second_look(desk):
    item = problem(desk, "planned")
    drive(
        desk, item,
        ("office", "establish"), ("office", "assign"), ("contact", "acknowledge"),
        ("contact", "report"), ("principal", "submit"), ("office", "return_result", "缺照片"),
        ("contact", "report"), ("principal", "submit"), ("office", "accept_result"),
        ("principal", "request_close"), ("inspector", "check_site", "现场见支座已换"),
        ("office", "review"), ("office", "publicise"),
    )  # fmt: skip
    assert desk.state(item) == "public_notice"
    refused = desk.step("office", item, "close_out")
    assert "牵头单位" in page_of(refused)  # the overseer has not agreed
    client(desk.people["overseer"]).post(f"/i/{item.code}/consent", {"role": "overseer"})
    drive(desk, item, ("office", "close_out"))
    assert desk.state(item) == "closed"
    first, second = Revisit.objects.filter(item=item)
    closed_on = desk.again(item).closed_on
    assert (first.due, second.due) == (closed_on + dt.timedelta(30), closed_on + dt.timedelta(90))
    found = {"found": "slipped", "reason": "现场回看仍渗水"}
    client(desk.people["inspector"]).post(f"/revisits/{first.pk}", found)
    assert desk.state(item) == "rebound"
    assert {r.state for r in Revisit.objects.filter(item=item)} == {"slipped", "dropped"}
    assert turns.differences(desk.cast.campaign) == []
    assert verify().faults == ()


def test_what_a_superior_handed_down_stays_open_until_the_superior_closes_it(desk):
    item = problem(desk, "reviewed", origin_level="provincial")
    client(desk.people["overseer"]).post(f"/i/{item.code}/consent", {"role": "overseer"})
    assert "交办层级" in page_of(desk.step("office", item, "close_out"))
    drive(desk, item, ("office", "accept_here"))
    assert desk.again(item).closed_on is None
    assert "上级销号文号" in page_of(desk.step("office", item, "close_above"))
    assert desk.state(item) == "district_accepted"


def test_whoever_asked_for_the_close_out_never_grants_it(desk):
    item = desk.item("tasks", "in_hand")
    desk.report("office", item)
    assert desk.step("office", item, "close_out").status_code == 200
    assert desk.state(item) == "in_hand"
    desk.step("office2", item, "close_out")
    assert desk.state(item) == "closed"


def test_two_verifiers_at_once_close_once(desk):
    item = desk.item("tasks", "requested")
    desk.step("office", item, "close_out")
    late = desk.step("office2", item, "close_out")
    assert "当前状态" in page_of(late)
    assert Movement.objects.filter(item=item, step="close_out").count() == 1


def test_an_answer_after_the_close_out_is_refused_in_words(desk):
    item = desk.item("tasks", "closed")
    answer = desk.report("contact", item, "还有一件事")
    assert "当前状态" in page_of(answer)
    assert desk.state(item) == "closed"


def test_an_instruction_for_reading_is_never_established(desk):
    item = desk.item("instructions", "planned")
    drive(desk, item, ("office", "for_reading"))
    again = desk.again(item)
    assert (again.state, again.category, again.light) == ("read_only", "ended", "none")
    assert not Turn.objects.filter(pk=item.pk).exists()


FILLED = {"urgency": "urgent", "instructed_by": "区长", "text": "限期查清", "reply": "已查清"}


def test_an_instruction_closes_when_its_leader_adds_nothing(desk):
    item = desk.item("instructions", "assigned", fields=FILLED)
    assert Turn.objects.get(pk=item.pk).due == after(START, 5)
    drive(desk, item, ("contact", "report"), ("principal", "reply"))
    assert Turn.objects.get(pk=item.pk).roles == "leader,secretary"
    drive(desk, item, ("leader", "instruct_again", "再查同类"), ("principal", "reply"))
    drive(desk, item, ("leader", "close_out"))
    assert desk.state(item) == "closed"


FIXED = {"grade": "ordinary", "place": "桥头", "acceptance": "当场整改到位"}


def test_a_hazard_fixed_on_the_spot_is_born_and_closed_in_one_entry(desk):
    item = desk.item("hazards", "planned", fields=FIXED)
    drive(desk, item, ("inspector", "fix_on_spot"))
    assert desk.state(item) == "closed"


def test_more_time_is_asked_before_the_deadline_agreed_by_the_head_and_granted_by_another(desk):
    item = desk.item("tasks", "in_hand")
    new = END + dt.timedelta(20)
    said = {"asked_due": new.isoformat(), "reason": "供货延迟", "progress": "已完成六成"}
    client(desk.people["contact"]).post(f"/i/{item.code}/extension", said)
    assert desk.state(item) == "extending"
    answer = {"answer": "grant", "due": new.isoformat()}
    refused = client(desk.people["office"]).post(
        f"/i/{item.code}/extension/answer", answer, follow=True
    )
    assert "须先经" in page_of(refused)
    client(desk.people["principal"]).post(f"/i/{item.code}/consent", {"role": "principal"})
    client(desk.people["office"]).post(f"/i/{item.code}/extension/answer", answer)
    assert (desk.state(item), desk.again(item).due) == ("in_hand", new)
    row = Extension.objects.get(item=item)
    assert (row.state, row.granted_due, row.due) == ("granted", new, END)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"asked_due": END.isoformat(), "reason": "慢", "progress": "半"}, "晚于"),
        ({"asked_due": "2021-12-01", "reason": "慢", "progress": ""}, "How far|进展"),
        ({"asked_due": "soon", "reason": "慢", "progress": "半"}, "日期|时限"),
    ],
)
def test_a_wrong_plea_is_refused_and_what_was_typed_stays(desk, said, words):
    item = desk.item("tasks", "in_hand")
    answer = client(desk.people["contact"]).post(f"/i/{item.code}/extension", said, follow=True)
    text = page_of(answer)
    assert any(word in text for word in words.split("|"))
    assert f">{said['reason']}</textarea>" in text
    assert desk.state(item) == "in_hand"


def test_more_time_after_the_deadline_is_too_late(desk):
    item = desk.item("tasks", "in_hand", due=START - dt.timedelta(1))
    said = {"asked_due": END.isoformat(), "reason": "慢", "progress": "半"}
    answer = client(desk.people["contact"]).post(f"/i/{item.code}/extension", said, follow=True)
    assert "到期" in page_of(answer)
    assert not Extension.objects.exists()


def test_a_step_back_tells_the_org_and_the_next_step_settles_it(desk):
    item = desk.item("tasks", "in_hand")
    drive(desk, item, ("principal", "request_close"), ("office", "send_back", "缺验收单"))
    told = Notice.objects.get(about=item.pk, code="step.taken")
    assert (told.org_id, told.done_on) == (item.org_id, None)
    drive(desk, item, ("principal", "request_close"))
    told.refresh_from_db()
    assert told.done_on is not None


def test_what_is_carried_over_stays_on_the_books_while_it_is_reported(desk):
    item = desk.item("tasks", "in_hand")
    drive(desk, item, ("office", "carry_over", "诉讼未结"), ("contact", "report"))
    assert desk.state(item) == "carried_over"


def test_a_suspended_item_is_not_late_and_its_clock_stands(desk):
    item = desk.item("tasks", "in_hand", due=START)
    assert desk.again(item).due_state == "soon"
    drive(desk, item, ("leader", "suspend", "台风停工"))
    again = desk.again(item)
    assert (again.category, again.light, again.due_state) == ("held", "none", "none")


def test_turns_follow_the_item_and_name_whoever_is_awaited(desk):
    item = desk.item("tasks", "assigned")
    at = Turn.objects.get(pk=item.pk)
    assert (at.roles, at.limit, at.due) == ("contact,principal", "acknowledge", after(START, 1))
    drive(desk, item, ("contact", "acknowledge"), ("contact", "report"))
    at = Turn.objects.get(pk=item.pk)
    assert (at.limit, at.until) == ("", END)
    drive(desk, item, ("principal", "request_close"))
    assert Turn.objects.get(pk=item.pk).roles == "office"
    assert turns.differences(desk.cast.campaign) == []


def test_a_date_that_cannot_be_read_grants_nothing_and_the_note_stays(desk):
    item = desk.item("tasks", "in_hand")
    said = {"asked_due": "2021-12-01", "reason": "供货延迟", "progress": "已完成六成"}
    client(desk.people["principal"]).post(f"/i/{item.code}/extension", said)
    answer = {"answer": "grant", "due": "下周三", "reason": "同意"}
    seat = client(desk.people["office"])
    page = page_of(seat.post(f"/i/{item.code}/extension/answer", answer, follow=True))
    assert desk.state(item) == "extending"
    assert 'value="同意"' in page


def test_a_note_of_a_refused_close_out_stays(desk):
    item = desk.item("tasks", "in_hand")
    desk.report("office", item)
    said = {"step": "close_out", "reason": "材料齐全，予以销号"}
    page = client(desk.people["office"]).post(f"/i/{item.code}/close-out", said, follow=True)
    assert "材料齐全，予以销号</textarea>" in page_of(page)
