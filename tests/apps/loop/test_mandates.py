"""Mandates: issued after a look, accepted and signed once, objected to, issued again, never tampered with."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.cast import END, START, act
from tests.support.mandates import (
    BY,
    accept,
    again,
    close_item,
    lead,
    make_stage,
    paper,
    seat,
    signature,
)
from tests.support.rounds import own_target
from tests.support.web import body_of, client

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.models import Grant
from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.campaigns.models import Item
from gongjian.apps.ledger import gate
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.ledger.models import Event
from gongjian.apps.ledger.seal import seal
from gongjian.apps.ledger.verify import verify
from gongjian.apps.loop import actions, letters
from gongjian.apps.loop.mandate_content import digest_of
from gongjian.apps.loop.models import Mandate
from gongjian.apps.notices.models import Notice

LIST, ISSUE, AGAIN = (f"/c/LK21/mandates/{x}" for x in ("", "issue", "reissue"))
PHONE = "Mozilla/5.0 (Linux; Android 14; V2) AppleWebKit/537 Chrome/120.0 MicroMessenger/8"


@pytest.fixture
def stage(cast):
    return make_stage(cast)


def seat_of(stage, who="office"):
    return client(stage.cast.people[who])


def form(stage, **more):
    battles = [str(b.pk) for b in stage.cast.battles]
    return {"battle": battles, "accept_by": "2021-07-10", "opening": "望高质量完成。", **more}


def letter(stage, row, who="leader"):
    return seat_of(stage, who).get(f"/mandates/{row.pk}/")


def post(stage, row, what, who="leader", **sent):
    return seat_of(stage, who).post(f"/mandates/{row.pk}/{what}", sent)


def sign(stage, row, who="leader", **sent):
    return post(stage, row, "accept", who, **{"digest": row.digest, **sent})


def move(stage, n=0, **fields):
    """Let an item of a battle change after its mandate was issued."""
    edit_item(stage.act("office"), stage.items[n], fields)


def notices(row, code="mandate.asked"):
    return Notice.objects.filter(about=row.pk, code=code, done_on=None)


# Issue


def test_what_each_receiver_would_get_is_shown_before_anything_goes_out(stage):
    page = seat_of(stage).post(ISSUE, form(stage, org=[str(stage.cast.orgs["plan"].pk)]))
    rows = [(r.name, r.n_goals, r.n_items, r.is_sound) for r in page.context["preview"]]
    assert rows == [
        ("道路争速", 1, 1, True),
        ("整改争效", 1, 1, True),
        ("Planning Bureau", 1, 1, True),
    ]
    assert "望高质量完成。" in page.content.decode()
    assert not Mandate.objects.exists()


def test_every_battle_with_a_leading_official_and_none_yet_is_ticked_at_first(stage):
    stage.issue(1)
    page = seat_of(stage).get(ISSUE)
    ticks = {r["name"]: (r["is_ticked"], r["has_one"]) for r in page.context["battles"]}
    assert ticks == {"道路争速": (False, True), "整改争效": (True, False)}


def test_issued_mandates_hold_goals_and_items_and_whoever_may_accept_is_told(stage):
    sent = seat_of(stage).post(ISSUE, form(stage, issue="1"))
    assert sent.status_code == 302, sent.context["faults"]
    row = Mandate.objects.get(battle=stage.cast.battles[0])
    held = row.content
    assert (row.serial, row.n, row.state, row.accept_by) == (1, 1, "issued", BY)
    assert held["goals"][0] | {"id": ""} == {
        "id": "", "subject": "Roads", "op": ">=", "floor": "3", "upper": None, "stretch": None,
        "unit": "条", "due": "2021-09-30", "strength": "plain", "rule": "完工口径", "own": None,
    }  # fmt: skip
    assert [(i["code"], i["due"]) for i in held["items"]] == [(stage.items[0].code, "2021-09-30")]
    assert {n.person.username for n in notices(row)} == {"m-leader", "m-secretary"}
    assert row.digest == digest_of(held)


def test_what_moved_between_look_and_issue_is_looked_at_again(stage):
    looked = seat_of(stage).post(ISSUE, form(stage)).context["agreed"]
    move(stage, due=dt.date(2021, 8, 1))
    sent = seat_of(stage).post(ISSUE, form(stage, issue="1", agreed=looked))
    assert sent.status_code == 422
    assert sent.context["error"]
    assert not Mandate.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"accept_by": ""}, "accept_by"),
        ({"accept_by": "2021-06-01", "issue": "1"}, ""),
        ({"battle": [], "issue": "1"}, ""),
        ({"names": "Nowhere Town", "issue": "1"}, "names"),
        ({"opening": "长" * 2001, "issue": "1"}, "opening"),
    ],
)
def test_a_form_that_cannot_be_issued_is_refused_and_what_was_typed_stays(stage, wrong, where):
    sent = seat_of(stage).post(ISSUE, form(stage, heading="责任书", **wrong))
    assert sent.status_code == 422
    assert sent.context["faults"][where]
    assert "责任书" in sent.content.decode()
    assert not Mandate.objects.exists()


def test_a_battle_that_nobody_leads_or_that_holds_nothing_says_why(stage):
    lead(stage.cast, {stage.cast.battles[1]: None})
    page = seat_of(stage).post(ISSUE, form(stage, org=[str(stage.cast.orgs["west"].pk)]))
    rows = {r.name: r for r in page.context["preview"]}
    assert not page.context["is_sound"]
    assert rows["道路争速"].is_sound
    assert [rows[n].is_sound for n in ("整改争效", "West Town")] == [False, False]
    assert len(rows["West Town"].lacks) == 3
    sent = seat_of(stage).post(ISSUE, form(stage, issue="1"))
    assert "整改争效" in sent.context["error"]


def test_nobody_gets_a_second_mandate_beside_the_first(stage):
    stage.issue(1)
    with pytest.raises(ActionError, match="already"):
        stage.issue(1)
    assert Mandate.objects.count() == 1


def test_an_orgs_letter_names_its_role_and_goes_to_the_org(stage):
    (row,) = stage.issue(0, orgs=("works",))
    assert [(i["role"], i["code"]) for i in row.content["items"]] == [
        ("owner", stage.items[0].code)
    ]
    assert [n.org.code for n in notices(row)] == ["works"]


# Acceptance


def test_a_leading_official_goes_from_the_inbox_to_a_signed_mandate_in_two_steps(stage):
    (row,) = stage.issue(1)
    me = seat_of(stage, "leader")
    (told,) = me.get("/inbox").context["rows"]
    page = me.get(f"/inbox/{told.pk}", follow=True)  # the first: open what is told
    assert page.context["mandate"].pk == row.pk
    sent = {"digest": row.digest, "name": page.context["own_name"]}
    me.post(f"/mandates/{row.pk}/accept", sent, HTTP_USER_AGENT=PHONE)  # the second: accept
    now = again(row.pk)
    assert (now.state, now.signed_name, now.via) == ("accepted", "leader desk", "screen")
    assert (now.signed_digest, now.device) == (row.digest, "WeChat · Android")
    assert not notices(row).exists()


def test_a_secretary_accepts_visibly_for_the_leading_official(stage):
    (row,) = stage.issue(1)
    assert letter(stage, row, "secretary").context["how"] == "acting"
    sign(stage, row, "secretary", name="王秘书")
    now = again(row.pk)
    assert (now.is_acting, now.signed_name) == (True, "王秘书")
    event = Event.objects.get(action="loop.accept_mandate")
    assert event.on_behalf_of_id == row.post_id
    assert "代" in letter(stage, row, "viewer").content.decode()


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("other", 403),
        ("office", 403),
        ("viewer", 403),
        ("works", 403),
        ("public", 403),
        ("stranger", 404),
    ],
)
def test_nobody_accepts_for_another_without_the_right(stage, who, code):
    (row,) = stage.issue(1)
    assert sign(stage, row, who).status_code == code
    assert post(stage, row, "object", who, text="No").status_code == code
    assert again(row.pk).state == "issued"


def test_an_org_is_bound_by_its_own_principal_alone(stage):
    (row,) = stage.issue(0, orgs=("works",))
    seat_above = seat(stage.cast, "above", "principal", org="district")
    assert client(seat_above).post(f"/mandates/{row.pk}/accept").status_code == 403
    assert letter(stage, row, "works").context["may_accept"] is False
    assert letter(stage, row, "east").status_code == 403
    sign(stage, row, "head")
    assert again(row.pk).signed_name == "head desk"


def test_of_two_who_accept_at_once_the_second_is_told_of_the_first(stage):
    (row,) = stage.issue(1)
    page = letter(stage, row, "secretary")
    sign(stage, row, "leader")
    late = post(stage, page.context["mandate"], "accept", "secretary", digest=row.digest)
    assert late.status_code == 422
    assert "leader desk" in late.context["error"]
    assert Event.objects.filter(action="loop.accept_mandate").count() == 1


def test_the_same_press_sent_twice_signs_once(stage):
    (row,) = stage.issue(1)
    answers = [sign(stage, row, request_id="press-1").status_code for _ in range(2)]
    assert answers == [302, 302]
    assert Event.objects.filter(action="loop.accept_mandate").count() == 1


def test_a_withdrawn_mandate_cannot_be_accepted_and_says_what_to_do(stage):
    (row,) = stage.issue(1)
    assert post(stage, row, "withdraw", "office", reason="").status_code == 422
    post(stage, row, "withdraw", "office", reason="重新分工")
    late = sign(stage, row)
    assert late.status_code == 422
    assert "重新分工" in late.context["error"]
    assert not notices(row).exists()


def test_a_superseded_edition_cannot_be_accepted_and_leads_to_the_newer_one(stage):
    (row,) = stage.issue(1)
    move(stage, due=dt.date(2021, 8, 1))
    (newer,) = reissue(stage, [row])
    late = sign(stage, row)
    assert late.status_code == 422
    assert f"/mandates/{newer.pk}/" in late.content.decode()
    assert again(newer.pk).state == "issued"


def test_what_is_signed_is_what_was_read(stage):
    (row,) = stage.issue(1)
    late = sign(stage, row, digest="0" * 64)
    assert late.status_code == 422
    assert again(row.pk).state == "issued"


def test_a_right_withdrawn_while_the_page_is_open_counts_at_once(stage):
    (row,) = stage.issue(1)
    assert letter(stage, row).context["may_accept"]
    held = Grant.objects.get(person=stage.cast.people["leader"])
    accounts.withdraw(act(), held, last_day=dt.date(2020, 1, 1))
    assert sign(stage, row).status_code == 404
    assert again(row.pk).state == "issued"


def test_a_tampered_row_is_told_and_cannot_be_accepted(stage):
    (row, signed) = stage.issue(2)
    accept(stage, signed, "other")
    for one in (row, signed):
        content = one.content | {"n_items": 99}
        with gate.opened():
            Mandate.objects.filter(pk=one.pk).update(content=content)
    assert not letter(stage, row).context["is_unaltered"]
    assert not letter(stage, signed, "viewer").context["is_unaltered"]
    assert sign(stage, row).status_code == 422
    assert again(row.pk).state == "issued"


def test_an_unaltered_mandate_is_checked_on_display(stage):
    (row,) = stage.issue(1)
    accept(stage, row)
    page = letter(stage, row, "viewer")
    assert page.context["is_unaltered"]
    assert row.digest in page.content.decode()


# Paper, rally


def scan():
    return SimpleUploadedFile("签字件.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")


def test_the_office_keeps_the_signed_paper(stage):
    (row,) = stage.issue(1)
    sent = post(stage, row, "paper", "office", name="某副区长", day="2021-07-01", file=scan())
    assert sent.status_code == 302, sent.context["error"]
    now = again(row.pk)
    assert (now.state, now.via, now.accepted_on) == ("accepted", "paper", START)
    assert Event.objects.get(action="loop.accept_mandate_on_paper").on_behalf_of_id == row.post_id
    got = seat_of(stage, "viewer").get(f"/mandates/{row.pk}/scan")
    assert got["Content-Disposition"].startswith("attachment")
    assert body_of(got) == b"%PDF-1.4\n%%EOF"


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "2021-06-30"},
        {"day": "2021-12-31"},
        {"day": ""},
        {"name": " "},
        {"file": ""},
        {"file": SimpleUploadedFile("x.exe", b"MZ\x00\x01")},
    ],
)
def test_a_paper_that_cannot_be_is_refused(stage, wrong):
    (row,) = stage.issue(1)
    sent = {"name": "x", "day": "2021-07-01", "file": scan(), **wrong}
    assert post(stage, row, "paper", "office", **sent).status_code == 422
    assert again(row.pk).state == "issued"


def test_several_are_entered_as_accepted_in_the_hall_and_the_scan_follows(stage):
    rows = stage.issue(2)
    sent = {"mandate": [str(r.pk) for r in rows], "note": "主会场"}
    seat_of(stage).post("/c/LK21/mandates/rally", sent)
    assert {again(r.pk).via for r in rows} == {"rally"}
    (listed, _other) = seat_of(stage).get(LIST).context["rows"]
    assert (listed.lacks_scan, listed.signed.note) == (True, "主会场")
    actions.accept_mandate_on_paper(stage.act("office"), rows[0], paper())
    assert (again(rows[0].pk).file is not None, again(rows[0].pk).note) == (True, "主会场")
    assert seat_of(stage, "viewer").post("/c/LK21/mandates/rally", sent).status_code == 403


# Objection, re-issue


def test_an_objection_reaches_whoever_issued_and_is_answered_by_another_edition(stage):
    (row,) = stage.issue(1)
    assert post(stage, row, "object", text=" ").status_code == 422
    post(stage, row, "object", text="目标偏高")
    assert again(row.pk).state == "objected"
    assert post(stage, row, "object", "secretary", text="也不同意").status_code == 422
    assert again(row.pk).objection == "目标偏高"
    assert [n.person.username for n in notices(row, "mandate.objected")] == ["office"]
    assert not notices(row).exists()  # the office is awaited: nobody chases the leading official
    with pytest.raises(ActionError, match="answer_missing"):
        reissue(stage, [row])
    (newer,) = reissue(stage, [row], note="已与统计局核对，目标不变。")
    assert (newer.n, newer.serial, newer.former_id) == (2, row.serial, row.pk)
    assert "已与统计局核对" in letter(stage, newer).content.decode()
    assert not notices(row, "mandate.objected").exists()


def reissue(stage, rows, **more):
    plan = actions.Renewal([again(r.pk) for r in rows], BY, **more)
    done = actions.reissue_mandates(stage.act("office"), stage.cast.campaign, plan)
    return [again(pk) for pk in done.result["mandates"]]


def test_a_reissue_shows_what_moved_and_asks_for_acceptance_again(stage):
    (row, other) = stage.issue(2)
    accept(stage, row)
    move(stage, due=dt.date(2021, 8, 1))
    own_target(stage.cast, stage.items[0], order=98, floor=7)
    stage.cast.item("新增事项", battle=0)
    (shown,) = seat_of(stage).get(AGAIN).context["rows"]
    assert [m.kind for m in shown.moved] == ["added", "changed", "added"]
    assert shown.moved[1].changes[0][1:] == ("2021-09-30", "2021-08-01")
    sent = {"mandate": str(row.pk), "accept_by": "2021-07-20", f"seen-{row.pk}": shown.substance}
    assert seat_of(stage).post(AGAIN, sent).status_code == 302
    newer = Mandate.objects.get(former=row)
    assert (newer.state, again(row.pk).state, again(other.pk).state) == (
        "issued", "superseded", "issued",
    )  # fmt: skip
    page = letter(stage, newer)
    assert [m.kind for m in page.context["moved"]] == ["added", "changed", "added"]
    assert letter(stage, row).status_code == 200  # the former stays readable
    assert notices(newer).count() == 2


def test_nothing_is_issued_again_for_nothing(stage):
    (row,) = stage.issue(1)
    assert seat_of(stage).get(AGAIN).context["rows"] == []
    sent = {"mandate": str(row.pk), "accept_by": "2021-07-20"}
    refused = seat_of(stage).post(f"{AGAIN}?only={row.pk}", sent)
    assert refused.status_code == 422
    assert Mandate.objects.count() == 1


def test_what_moved_since_the_comparison_is_compared_again(stage):
    (row,) = stage.issue(1)
    move(stage, due=dt.date(2021, 8, 1))
    (shown,) = seat_of(stage).get(AGAIN).context["rows"]
    move(stage, due=dt.date(2021, 8, 9))
    sent = {"mandate": str(row.pk), "accept_by": "2021-07-20", f"seen-{row.pk}": shown.substance}
    assert seat_of(stage).post(AGAIN, sent).status_code == 422
    assert again(row.pk).state == "issued"


def test_a_battle_that_went_to_another_official_is_issued_to_that_one(stage):
    (row,) = stage.issue(1)
    lead(stage.cast, {stage.cast.battles[0]: stage.posts[1]})
    (shown,) = seat_of(stage).get(AGAIN).context["rows"]
    assert shown.moved[0].changes[0][1:] == ("分管副区长", "区委副书记")
    (newer,) = reissue(stage, [row])
    assert newer.post == stage.posts[1]
    assert sign(stage, newer, "leader").status_code == 403


def test_progress_and_closing_are_no_change_of_a_mandate(stage):
    (row,) = stage.issue(1)
    words = actions.Words("完成。", share=10_000)
    actions.report(stage.act("works"), stage.items[0], words, roles=frozenset({"contact"}))
    page = seat_of(stage).get(LIST)
    assert page.context["n_changed"] == 0
    assert letter(stage, row).context["since"] == []


# Who sees what


def test_items_of_closer_classes_stay_out_and_are_counted_for_whoever_holds_the_class(stage):
    close_item(stage.cast, "某信访积案", "petitions")
    close = close_item(stage.cast, "批示件", "instructions")
    own_target(stage.cast, close, order=97, floor=98765)
    (row,) = stage.issue(1)
    assert [i["title"] for i in row.content["items"]] == ["修通东路"]
    assert [g["subject"] for g in row.content["goals"]] == ["Roads"]
    assert letter(stage, row, "office").context["closer"] == 2
    assert letter(stage, row, "viewer").context["closer"] == 0
    text = letter(stage, row, "viewer").content.decode()
    assert "信访积案" not in text
    assert "98,765" not in text


@pytest.mark.parametrize(
    ("who", "page", "code"),
    [
        ("stranger", LIST, 404),
        ("public", LIST, 403),
        ("viewer", LIST, 200),
        ("works", LIST, 200),
        ("leader", ISSUE, 403),
        ("secretary", AGAIN, 403),
    ],
)
def test_pages_are_for_whom_they_are(stage, who, page, code):
    stage.issue(1)
    assert seat_of(stage, who).get(page).status_code == code


def test_an_org_sees_its_own_mandate_in_the_list_and_no_other(stage):
    stage.cast.item("镇里的事", battle=0, org="east")
    stage.issue(2, orgs=("works", "east"))
    assert [r.name for r in seat_of(stage, "works").get(LIST).context["rows"]] == ["Works Bureau"]
    assert len(seat_of(stage, "viewer").get(LIST).context["rows"]) == 4
    assert {r.name for r in seat_of(stage, "leader").get(LIST).context["rows"]} >= {"道路争速"}


# The list, reminders


def test_the_list_counts_who_waits_accepted_objects_and_whose_goals_moved(stage):
    (one, two) = stage.issue(2)
    accept(stage, one)
    post(stage, two, "object", "other", text="不合理")
    move(stage, due=dt.date(2021, 8, 1))
    page = seat_of(stage).get(LIST).context
    counts = [page[n] for n in ("n", "n_accepted", "n_waiting", "n_objected", "n_changed")]
    assert counts == [2, 1, 0, 1, 1]
    shown = seat_of(stage).get(LIST, {"show": "changed"}).context["rows"]
    assert [r.name for r in shown] == ["道路争速"]


def test_a_reminder_goes_out_once_an_hour_and_stops_on_acceptance(stage):
    (one, two) = stage.issue(2)
    accept(stage, two, "other")
    sent = seat_of(stage).post("/c/LK21/mandates/chase", follow=True)
    assert notices(one, "mandate.chased").count() == 2
    assert not notices(one, "mandate.asked").exists()  # the reminder takes its place
    assert not notices(two, "mandate.chased").exists()
    seat_of(stage).post("/c/LK21/mandates/chase")
    assert again(one.pk).n_chased == 1
    sign(stage, one)
    assert not notices(one, "mandate.chased").exists()
    assert sent.status_code == 200


def asked(path, person) -> int:
    seat = client(person)
    seat.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert seat.get(path).status_code == 200
    return len(caught)


@pytest.mark.parametrize("who", ["office", "viewer", "works"])
def test_pages_ask_the_same_however_many_items_and_mandates_there_are(stage, who):
    (row, org) = stage.issue(1, orgs=("works",))
    paths = [LIST, f"/mandates/{org.pk}/" if who == "works" else f"/mandates/{row.pk}/"]
    few = [asked(p, stage.cast.people[who]) for p in paths]
    for n in range(20):
        stage.cast.item(f"第{n}项", battle=0)
    stage.cast.item("镇里的事", battle=0, org="east")
    stage.issue(0, orgs=("plan", "east"))
    assert [asked(p, stage.cast.people[who]) for p in paths] == few
    assert max(few) <= 24


def test_issuing_many_asks_the_same(stage):
    def n_queries(n, *orgs):
        plan = stage.plan(n, orgs)
        with CaptureQueriesContext(connection) as caught:
            actions.issue_mandates(stage.act("office"), stage.cast.campaign, plan)
        return len(caught)

    for org in ("east", "west"):
        stage.cast.item(org, org=org)
    few = n_queries(1, "works")
    withdraw_all(stage)
    assert n_queries(2, "works", "plan", "east", "west") == few


def withdraw_all(stage):
    for row in Mandate.objects.all():
        actions.withdraw_mandate(stage.act("office", reason="重来"), again(row.pk))


def test_the_book_is_whole_after_all_of_it(stage):
    (row, other) = stage.issue(2)
    accept(stage, row)
    move(stage, due=dt.date(2021, 8, 1))
    reissue(stage, [row])
    actions.accept_mandates_at_rally(stage.act("office"), [other], "主会场")
    seal()
    assert verify().faults == ()


@pytest.mark.parametrize(
    ("agent", "word"),
    [
        (PHONE, "WeChat · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Edg/120.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU) Version/17 Safari/604", "Safari · iPhone"),
        ("curl/8", "curl/8"),
        ("", ""),
    ],
)
def test_a_device_is_told_in_two_words(agent, word):
    assert letters.device_of(agent) == word


def test_signing_without_a_name_takes_the_accounts(stage):
    (row,) = stage.issue(1)
    with pytest.raises(ActionError, match="name_missing"):
        actions.accept_mandate(stage.act("leader"), row, signature(row, name=" "))
    sign(stage, row, name="")
    assert again(row.pk).signed_name == "leader desk"
    assert Item.objects.filter(due=END).exists()
