"""A one-time question: asked of many orgs, answered on a page, chased, closed; never asked in vain."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import act
from tests.support.inquiries import DUE, THINGS, TYPED, answer_of, ask
from tests.support.web import client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant, OrgGroup
from gongjian.apps.campaigns.actions import import_items
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.ledger.models import Event
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop import actions
from gongjian.apps.loop.models import Answer, Inquiry
from gongjian.apps.loop.things import Kind, Thing
from gongjian.apps.notices.models import Notice

NEW = "/c/LK21/inquiries/new"


@pytest.fixture
def row(cast):
    return ask(cast)


def form(cast, **more):
    towns = OrgGroup.objects.get(key="towns")
    sent = {"title": "工地", "due": "2021-07-20", "whom": "group", "group": str(towns.pk)}
    return {**sent, "thing-0-label": "在建工地数", "thing-0-unit": "个", **more}


def send(cast, **more):
    return client(cast.people["office"]).post(NEW, form(cast, **more))


def page_of(cast, row, person="office"):
    return client(cast.people[person]).get(f"/c/LK21/inquiries/{row.pk}/")


def give(cast, row, org, **typed):
    """Answer for an org as its contact does; the office where the org has none."""
    one = answer_of(cast, row, org)
    seat = client(cast.people.get(org, cast.people["office"]))
    return seat.post(f"/returns/inquiries/{one.pk}/", typed)


def test_a_question_goes_to_each_member_of_a_group_with_one_notice(cast):
    answer = send(cast)
    assert answer.status_code == 302, answer.context["faults"]
    row = Inquiry.objects.get()
    asked = Answer.objects.filter(inquiry=row)
    assert {a.org.code for a in asked} == {"east", "west"}
    told = Notice.objects.filter(code="inquiry.asked")
    assert {n.org.code for n in told} == {"east", "west"}
    assert {(n.due, n.facts["title"]) for n in told} == {(DUE, "工地")}
    assert row.whom == "镇街"


def test_the_orgs_below_one_and_orgs_that_were_named_can_be_asked(cast):
    root = cast.orgs["district"]
    send(cast, whom="children", parent=str(root.pk))
    names = "East Town、Works Bureau\nworks"
    send(cast, whom="chosen", names=names, org=[str(cast.orgs["plan"].pk)], title="Second")
    first, second = Inquiry.objects.order_by("asked_at")
    assert first.answers.count() == 4
    assert {a.org.code for a in second.answers.all()} == {"east", "works", "plan"}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"due": ""}, "due"),
        ({"due": "2021-06-30"}, ""),
        ({"group": ""}, ""),
        ({"whom": "chosen", "names": "Nowhere Town"}, "names"),
        ({"title": " "}, ""),
        ({"thing-0-label": "", "thing-0-unit": ""}, ""),
        ({"thing-1-label": "在建 工地数"}, ""),
        ({"thing-0-kind": "choice", "thing-0-choices": "一个"}, ""),
        ({"item": "LK21-XX-999"}, "item"),
        ({"title": "长" * 161}, "title"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_and_what_was_typed_stays(cast, wrong, where):
    answer = send(cast, note="按实填报", **wrong)
    assert answer.status_code == 422
    assert where in answer.context["faults"], answer.context["faults"]
    assert "按实填报" in answer.content.decode()
    assert not Inquiry.objects.exists()


def test_more_than_five_things_are_a_register_and_no_question(cast):
    things = [Thing(f"t{n}", f"第{n}项") for n in range(6)]
    with pytest.raises(ActionError, match="too_much"):
        ask(cast, things=things)


def invest(cast, n=3, filled=2):
    for k in range(n):
        fields = {"theme": "Dig"} if k < filled else {}
        cast.item(f"Road {k}", fields=fields)


def test_what_the_book_knows_is_shown_and_not_asked_again_without_a_reason(cast):
    invest(cast)
    label = label_of(cast, "theme")
    answer = send(cast, **{"thing-0-label": f"{label}：", "thing-0-kind": "text"})
    assert answer.status_code == 422
    (known,) = answer.context["known"]
    assert ("2" in known.said, "3" in known.said) == (True, True)
    assert known.href == "/c/LK21/r/tasks/"
    assert known.href in answer.content.decode()
    assert not Inquiry.objects.exists()


def label_of(cast, key):
    return playbook_in_force(cast.campaign).register("tasks").field(key).label.zh


def test_a_reason_lets_it_be_asked_and_is_kept_with_what_was_known(cast):
    invest(cast)
    label = label_of(cast, "theme")
    send(cast, reason="口径已变", **{"thing-0-label": label, "thing-0-kind": "text"})
    row = Inquiry.objects.get()
    assert row.reason == "口径已变"
    assert [(k["register"], k["n_filled"], k["n"]) for k in row.known] == [("tasks", 2, 3)]
    assert "口径已变" in page_of(cast, row).content.decode()


def test_what_was_asked_before_is_known_once_somebody_answered(cast, row):
    assert send(cast, check="1").context["known"] == []
    give(cast, row, "works", **TYPED)
    (known,) = send(cast, check="1").context["known"]
    assert known.href == f"/c/LK21/inquiries/{row.pk}/"
    assert Inquiry.objects.count() == 1  # looking sends nothing


def test_an_org_answers_on_one_page_and_is_not_chased_any_more(cast, row):
    answer = give(cast, row, "works", **TYPED, note="含续建")
    assert answer.url == "/returns/"
    one = answer_of(cast, row, "works")
    assert (one.state, one.via, one.note) == ("answered", "page", "含续建")
    assert one.content == {"t0": "3", "t1": "yes", "t2": "资金"}
    assert one.answered_by == cast.people["works"].pk
    notice = Notice.objects.get(org=cast.orgs["works"], code="inquiry.asked")
    assert notice.done_on is not None


def test_a_nil_return_is_one_tap_in_the_list_of_the_org(cast, row):
    seat = client(cast.people["works"])
    page = seat.get("/returns/")
    assert [q.title for q in page.context["questions"]] == [row.title]
    seat.post(f"/returns/inquiries/{answer_of(cast, row, 'works').pk}/", {"none": "1"})
    assert answer_of(cast, row, "works").state == "none"
    page = seat.get("/returns/")
    assert (page.context["questions"], page.context["n_answered"]) == ([], 1)


def test_each_thing_is_answered_or_a_note_says_why_not(cast, row):
    answer = give(cast, row, "works", t0="3", t1="yes")
    assert answer.status_code == 422
    assert [f.thing.key for f in answer.context["fields"] if f.fault] == ["t2"]
    assert give(cast, row, "works", t0="3", t1="yes", note="原因待核").status_code == 302


@pytest.mark.parametrize("wrong", [{"t0": "三"}, {"t2": "天气"}, {"note": "长" * 501}])
def test_an_answer_of_another_kind_is_refused_and_stays_on_the_page(cast, row, wrong):
    answer = give(cast, row, "works", **{**TYPED, **wrong})
    assert answer.status_code == 422
    assert next(iter(wrong.values())) in answer.content.decode()
    assert answer_of(cast, row, "works").state == "open"


def test_the_office_answers_on_behalf_and_stands_beside_it(cast, row):
    answer = give(cast, row, "plan", **TYPED)
    assert answer.url == f"/c/LK21/inquiries/{row.pk}/"
    one = answer_of(cast, row, "plan")
    assert (one.via, one.answered_by) == ("on_behalf", cast.people["office"].pk)
    assert Event.objects.get(action="loop.answer").on_behalf_of_id == cast.orgs["plan"].pk


def test_an_answer_given_twice_by_one_request_counts_once_and_may_be_changed_later(cast, row):
    give(cast, row, "works", **TYPED, request_id="same")
    give(cast, row, "works", **{**TYPED, "t0": "9"}, request_id="same")
    assert answer_of(cast, row, "works").content["t0"] == "3"
    give(cast, row, "works", **{**TYPED, "t0": "9"})
    assert answer_of(cast, row, "works").content["t0"] == "9"


def test_an_answer_seen_in_an_older_version_is_not_overwritten(cast, row):
    give(cast, row, "works", **TYPED)
    answer = give(cast, row, "works", **{**TYPED, "t0": "9"}, version="1")
    assert answer.status_code == 422
    assert answer_of(cast, row, "works").content["t0"] == "3"


def test_the_office_sees_who_is_missing_and_what_the_answers_say_together(cast, row):
    give(cast, row, "works", **TYPED)
    give(cast, row, "plan", t0="4.5", t1="no", t2="资金")
    give(cast, row, "east", none="1")
    page = page_of(cast, row).context
    assert (page["n_in"], page["n"], page["n_none"]) == (3, 4, 1)
    assert [name for _pk, name, _n in page["missing"]] == ["West Town"]
    total, stopped, reason = page["totals"]
    assert (total.text, total.n) == ("7.5 个", 2)
    assert stopped.counts == (("是", 1), ("否", 1))
    assert reason.counts == (("资金", 2), ("用地", 0), ("其他", 0))


def test_answers_after_the_day_are_marked(cast, row):
    late = act(cast.people["works"], DUE + dt.timedelta(days=1))
    actions.answer(late, [actions.Given(answer_of(cast, row, "works"), None)], "page")
    on_time = act(cast.people["office"], DUE)
    actions.answer(on_time, [actions.Given(answer_of(cast, row, "plan"), None)], "page")
    page = page_of(cast, row).context
    assert {r.org: r.is_late for r in page["rows"] if r.state == "none"} == {
        "Works Bureau": True,
        "Planning Bureau": False,
    }
    assert page["n_late"] == 1


def chase(cast, row):
    return client(cast.people["office"]).post(f"/c/LK21/inquiries/{row.pk}/chase", follow=True)


def test_one_press_reminds_everybody_who_is_missing_and_nobody_twice_within_the_hour(cast, row):
    give(cast, row, "works", **TYPED)
    chase(cast, row)
    told = Notice.objects.filter(code="inquiry.chased")
    assert {n.org.code for n in told} == {"plan", "east", "west"}
    assert Notice.objects.filter(done_on=None, about=row.pk).count() == 3  # one open notice each
    answer = chase(cast, row)
    assert told.count() == 3
    assert "小时" in answer.content.decode() or "hour" in answer.content.decode()


def test_who_was_reminded_an_hour_ago_is_reminded_again(cast, row):
    at = act(cast.people["office"], dt.date(2021, 7, 10))
    actions.chase_inquiry(at, row)
    chase(cast, row)
    assert {a.n_chased for a in Answer.objects.filter(inquiry=row)} == {2}


def test_a_closed_question_takes_nothing_in_and_leaves_the_lists(cast, row):
    seat = client(cast.people["office"])
    seat.post(f"/c/LK21/inquiries/{row.pk}/close")
    assert Inquiry.objects.get().state == "closed"
    assert give(cast, row, "works", **TYPED).status_code == 422
    assert client(cast.people["works"]).get("/returns/").context["questions"] == []
    assert not Notice.objects.filter(done_on=None, about=row.pk).exists()
    n = Event.objects.count()
    seat.post(f"/c/LK21/inquiries/{row.pk}/close")  # the second time changes nothing
    chase(cast, row)
    assert Event.objects.count() == n


def test_a_question_is_withdrawn_with_a_reason_and_burdens_nobody(cast, row):
    seat, path = client(cast.people["office"]), f"/c/LK21/inquiries/{row.pk}/withdraw"
    seat.post(path, {"reason": " "})
    assert Inquiry.objects.get().state == "open"
    seat.post(path, {"reason": "上级已有数据"})
    assert Inquiry.objects.get().state == "withdrawn"
    assert Event.objects.get(action="loop.withdraw_inquiry").reason == "上级已有数据"
    page = client(cast.people["works"]).get("/returns/").context
    assert (page["questions"], page["n_asked"]) == ([], 0)


def test_a_question_is_over_once_its_day_has_passed_and_all_are_in(cast, row):
    for org in ("works", "plan", "east", "west"):
        give(cast, row, org, none="1")
    seat = client(cast.people["office"])
    assert [r.pk for r in seat.get("/c/LK21/inquiries/").context["running"]] == [row.pk]
    cast.tick(DUE + dt.timedelta(days=1))
    page = seat.get("/c/LK21/inquiries/").context
    assert (page["running"], [r.pk for r in page["over"]]) == ([], [row.pk])


def test_the_answers_are_exported_and_a_text_is_no_formula(cast):
    row = ask(cast, things=(*THINGS[:1], Thing("t1", "说明", Kind.TEXT)))
    give(cast, row, "works", t0="3", t1="=1+1")
    data = client(cast.people["office"]).get(f"/c/LK21/inquiries/{row.pk}/export")
    sheet = openpyxl.load_workbook(io.BytesIO(data.content)).worksheets[0]
    cells = {r[0].value: r for r in sheet.iter_rows()}
    assert cells["Works Bureau"][2].value == 3
    assert (cells["Works Bureau"][3].value, cells["Works Bureau"][3].data_type) == ("=1+1", "s")
    assert list(cells)[-1] in {"合计", "Together"}


def test_a_question_about_a_closely_kept_item_reaches_only_those_let_in(cast):
    item = kept_closely(cast)
    row = ask(cast, orgs=("works",), item=item, title="信访件办理情况")
    seat, path = client(cast.people["works"]), answer_path(cast, row, "works")
    assert seat.get("/returns/").context["questions"] == []
    assert seat.get("/inbox").context["rows"] == []
    assert seat.get(path).status_code == 404
    let_in(cast, "works", "petition")
    assert [q.title for q in seat.get("/returns/").context["questions"]] == [row.title]
    assert seat.get(path).status_code == 200


def kept_closely(cast):
    register = cast.campaign.registers.filter(access_class="petition").first()
    facts = {"title": "A case", "org": cast.orgs["works"], "access_class": "petition"}
    workflow = playbook_in_force(cast.campaign).workflow_of(register.key)
    item = Item(campaign=cast.campaign, register=register, state=workflow.initial, **facts)
    import_items(act(), cast.campaign, [item], [])
    return Item.objects.get(pk=item.pk)


def answer_path(cast, row, org):
    return f"/returns/inquiries/{answer_of(cast, row, org).pk}/"


def let_in(cast, who, access_class):
    facts = {"role": "contact", "campaign_id": cast.campaign.pk, "org": cast.orgs[who]}
    accounts.grant(act(), Grant(person=cast.people[who], access_class=access_class, **facts))


def test_a_colleague_sees_the_office_pages_not_and_a_stranger_nothing(cast, row):
    one = answer_of(cast, row, "works")
    assert page_of(cast, row, "viewer").status_code == 403
    assert page_of(cast, row, "stranger").status_code == 404
    assert client(cast.people["east"]).get(f"/returns/inquiries/{one.pk}/").status_code == 403
    assert client(cast.people["stranger"]).get(f"/returns/inquiries/{one.pk}/").status_code == 404
    gone = f"/returns/inquiries/{row.pk}/"
    assert client(cast.people["office"]).get(gone).status_code == 404


def test_the_pages_ask_the_same_however_many_orgs_answer(cast, row):
    paths = [f"/c/LK21/inquiries/{row.pk}/", "/c/LK21/inquiries/"]
    seat = client(cast.people["office"])

    def counted():
        n = []
        for path in paths:
            seat.get(path)
            with CaptureQueriesContext(connection) as caught:
                assert seat.get(path).status_code == 200
            n.append(len(caught))
        return n

    give(cast, row, "works", **TYPED)
    few = counted()
    for org in ("plan", "east", "west"):
        give(cast, row, org, **TYPED)
    ask(cast, title="Second", reason="口径已变")
    assert counted() == few


def test_the_book_is_sound_after_a_question_has_run(cast, row):
    give(cast, row, "works", **TYPED)
    chase(cast, row)
    actions.close_inquiry(act(cast.people["office"]), Inquiry.objects.get())
    seal()
    assert verify().faults == ()
    assert Campaign.objects.get().pk == row.campaign_id
