"""An item is changed in place: by whom, which fields, what is refused, and two editors at once."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.support.cast import START, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import edit_item
from gongjian.apps.campaigns.models import Item
from gongjian.apps.ledger.models import Event


def form_of(answer) -> dict[str, str]:
    """What a browser would send of the form as it is shown."""
    values = {e.name: e.value for e in answer.context["entries"] if e.kind != "personal"}
    return {**values, "version": answer.context["version"], "reason": ""}


def edit(seat, item, **typed):
    shown = form_of(seat.get(f"/i/{item.code}/edit"))
    typed = {n.replace("__", "."): v for n, v in typed.items()}
    return seat.post(f"/i/{item.code}/edit", {**shown, **typed})


def test_every_type_of_field_is_read_as_people_type_it(books):
    item, seat = books.item(), client(books.people["office"])
    answer = edit(
        seat,
        item,
        title="修建  东湖路",
        f__cost="1.2亿元",
        f__stage="建成",
        f__found_on="2021-08-01",
        f__builder="Planning Bureau",
        f__guide="works desk",
        f__paper="区府办2021-3号",
        f__measures="清表\r\n排迁",
    )
    assert answer.status_code == 302
    item = books.again(item)
    assert item.title == "修建 东湖路"
    assert item.fields == {
        "cost": "12000",
        "stage": "built",
        "found_on": "2021-08-01",
        "builder": str(books.cast.orgs["plan"].pk),
        "guide": str(books.people["works"].pk),
        "paper": "区府办2021-3号",
        "measures": ["清表", "排迁"],
    }
    page = seat.get(f"/i/{item.code}/").content.decode()
    for shown in ("12000 万元", "建成", "Planning Bureau", "works desk", "清表\n排迁"):
        assert shown in page


def test_each_fault_stands_beside_its_field_and_what_was_typed_stays(books):
    item = books.item()
    answer = edit(
        client(books.people["office"]),
        item,
        f__cost="很多",
        f__found_on="明年",
        f__builder="无此单位",
        due="31.12.",
    )
    assert answer.status_code == 422
    wrong = {e.name: e.value for e in answer.context["entries"] if e.fault}
    assert wrong == {
        "f.cost": "很多",
        "f.found_on": "明年",
        "f.builder": "无此单位",
        "due": "31.12.",
    }
    assert "无此单位" in answer.content.decode()
    assert books.again(item).fields == {}


def test_a_deadline_before_the_start_is_refused_in_a_sentence(books):
    item = books.item()
    answer = edit(client(books.people["office"]), item, due="2021-01-01", title="改过的题目")
    assert answer.status_code == 422
    assert "2021-01-01" in answer.content.decode()
    assert "改过的题目" in answer.content.decode()
    assert books.again(item).title == "Build the road"


def test_a_form_sent_unchanged_is_no_event(books):
    item = books.item()
    n = Event.objects.count()
    assert edit(client(books.people["office"]), item).status_code == 302
    assert Event.objects.count() == n


def test_the_same_form_sent_twice_is_one_change(books):
    item, seat = books.item(), client(books.people["office"])
    for _ in range(2):
        edit(seat, item, title="Twice", request_id="once")
    assert books.again(item).version == item.version + 1


def test_two_editors_of_different_fields_both_get_through(books):
    item, seat = books.item(), client(books.people["office"])
    shown = form_of(seat.get(f"/i/{item.code}/edit"))
    edit_item(act(books.people["works"]), books.again(item), {"fields": {"stage": "early"}})
    answer = seat.post(f"/i/{item.code}/edit", {**shown, "f.cost": "7"})
    assert answer.status_code == 302
    assert books.again(item).fields == {"stage": "early", "cost": "7"}


def test_the_later_of_two_editors_sees_whose_change_it_is(books):
    item, seat = books.item(), client(books.people["office"])
    shown = form_of(seat.get(f"/i/{item.code}/edit"))
    edit_item(
        act(books.people["works"]), books.again(item), {"fields": {"cost": "5", "stage": "early"}}
    )
    answer = seat.post(f"/i/{item.code}/edit", {**shown, "f.cost": "7"})
    assert answer.status_code == 409
    entry = next(e for e in answer.context["entries"] if e.name == "f.cost")
    assert (entry.value, entry.newer, entry.newer_by) == ("7", "5", "works desk")
    # What the other one changed elsewhere is not taken back by sending the form again.
    again = seat.post(f"/i/{item.code}/edit", form_of(answer))
    assert again.status_code == 302
    assert books.again(item).fields == {"cost": "7", "stage": "early"}


def test_the_later_editor_may_take_theirs(books):
    item, seat = books.item(), client(books.people["office"])
    shown = form_of(seat.get(f"/i/{item.code}/edit"))
    edit_item(act(books.people["works"]), books.again(item), {"fields": {"cost": "5"}})
    answer = seat.post(f"/i/{item.code}/edit", {**shown, "f.cost": "7", "title": "Mine"})
    again = seat.post(f"/i/{item.code}/edit", {**form_of(answer), "theirs": "f.cost"})
    assert again.status_code == 302
    item = books.again(item)
    assert (item.fields, item.title) == ({"cost": "5"}, "Mine")


def test_who_may_edit_single_fields_sees_only_those(books):
    item, seat = books.item(), client(books.people["works"])
    page = seat.get(f"/i/{item.code}/edit")
    assert [e.name for e in page.context["entries"]] == ["f.measures"]
    sent = {**form_of(page), "f.measures": "清表", "f.cost": "9", "title": "Mine"}
    assert seat.post(f"/i/{item.code}/edit", sent).status_code == 302
    item = books.again(item)
    assert (item.fields, item.title) == ({"measures": ["清表"]}, "Build the road")


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("east", 404), ("stranger", 404)])
def test_others_do_not_get_to_the_form(books, who, status):
    item = books.item()
    assert client(books.people[who]).get(f"/i/{item.code}/edit").status_code == status
    assert client(books.people[who]).post(f"/i/{item.code}/edit", {}).status_code == status


def test_a_required_field_is_not_emptied(books):
    from tests.support.books import PLAYBOOK

    from gongjian.apps.campaigns.models import PlaybookVersion
    from gongjian.apps.ledger import gate

    text = PLAYBOOK.replace(
        "{key: cost, type: money", "{key: cost, required_at: [planned], type: money"
    )
    item = books.item(fields={"cost": "5"})
    with gate.opened():
        PlaybookVersion.objects.filter(campaign=books.campaign).update(text=text, digest="other")
    answer = edit(client(books.people["office"]), item, f__cost="")
    assert answer.status_code == 422
    assert "总投资" in answer.content.decode()
    assert books.again(item).fields == {"cost": "5"}


def test_an_item_is_added_below_another_one(books):
    parent, seat = books.item(), client(books.people["office"])
    sent = {"parent": parent.code, "title": "一号场景", "org": "East Town", "f.level": "省级"}
    answer = seat.post("/c/BK21/r/scenes/new", sent)
    child = Item.objects.get(title="一号场景")
    assert answer.url == f"/i/{child.code}/"
    assert (child.parent_id, child.depth, child.state) == (parent.pk, 1, "planned")
    assert (child.org.name, child.fields) == ("East Town", {"level": "省级"})
    assert "一号场景" in seat.get(f"/i/{parent.code}/").content.decode()


def test_an_item_does_not_stand_below_one_of_a_register_that_takes_none(books):
    parent = books.item(register="demands")
    sent = {"parent": parent.code, "title": "x"}
    answer = client(books.people["office"]).post("/c/BK21/r/scenes/new", sent)
    assert answer.status_code == 422
    assert parent.code in answer.content.decode()
    assert not Item.objects.filter(title="x").exists()


def test_a_new_item_with_faults_keeps_what_was_typed(books):
    sent = {"title": "", "f.cost": "many", "org": "Nowhere"}
    answer = client(books.people["office"]).post("/c/BK21/r/works/new", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="many"' in page
    assert 'value="Nowhere"' in page
    assert Item.objects.filter(campaign=books.campaign).count() == 0


def test_nesting_stops_at_five_levels(books):
    item = books.item()
    for n in range(5):
        item = books.item(f"Part {n}", parent=item)
    assert item.depth == 5
    answer = client(books.people["office"]).post(
        "/c/BK21/r/works/new", {"parent": item.code, "title": "x"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("works", 403), ("stranger", 404)])
def test_only_the_office_adds_items(books, who, status):
    seat = client(books.people[who])
    assert seat.get("/c/BK21/r/works/new").status_code == status
    assert seat.post("/c/BK21/r/works/new", {"title": "x"}).status_code == status


def test_duties_are_given_by_name_and_the_accountable_org_follows(books):
    item, seat = books.item(), client(books.people["office"])
    seat.post(f"/i/{item.code}/duty", {"role": "lead", "holder": "East Town"})
    seat.post(f"/i/{item.code}/duty", {"role": "leader", "holder": "区委副书记"})
    item = books.again(item)
    assert item.org == books.cast.orgs["east"]
    page = seat.get(f"/i/{item.code}/").content.decode()
    for said in ("牵头责任单位", "East Town", "承办单位", "Works Bureau", "区委副书记"):
        assert said in page
    lead = item.responsibilities.get(role="lead")
    seat.post(f"/i/{item.code}/duty/{lead.pk}/remove")
    assert books.again(item).org == books.cast.orgs["works"]


def test_a_duty_of_nobody_is_refused_and_kept_in_the_form(books):
    item, seat = books.item(), client(books.people["office"])
    answer = seat.post(f"/i/{item.code}/duty", {"role": "lead", "holder": "Nowhere"}, follow=True)
    assert 'value="Nowhere"' in answer.content.decode()
    assert item.responsibilities.count() == 1


def test_a_step_names_what_it_still_needs(books):
    from gongjian.apps.campaigns.actions import issue_items

    item, seat = books.item(), client(books.people["office"])
    issue_items(act(day=START + dt.timedelta(days=1)), books.campaign, [item])
    steps = seat.get(f"/i/{item.code}/").context["steps"]
    [step] = [s for s in steps if s.key == "shelve"]
    assert (step.key, step.needs, step.wants_reason) == ("shelve", ("一份材料",), True)
    answer = seat.post(
        f"/i/{item.code}/step", {"step": "shelve", "reason": "土地未到位"}, follow=True
    )
    assert "转为挂账" in answer.content.decode()
    assert books.again(item).state == "assigned"


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_others_take_no_step(books, who, status):
    item = books.item()
    answer = client(books.people[who]).post(f"/i/{item.code}/step", {"step": "shelve"})
    assert answer.status_code == status
