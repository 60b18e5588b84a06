"""The shape of a campaign through its pages: set up, renamed, changed with a plan, undone."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from tests.support import plays
from tests.support.cast import act
from tests.support.web import client

from gongjian.apps.campaigns.actions import founding, import_items
from gongjian.apps.campaigns.actions import playbooks as actions
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import Adoption, Campaign, Item, PlaybookVersion, Register
from gongjian.apps.loop.models import Report
from gongjian.playbooks.load import text_of

NEW = {"code": "BC22", "name": "候鸟普查2022", "start_on": "2022-07-01", "end_on": "2022-09-30"}


@pytest.fixture
def seat(cast):
    return client(cast.people["office"])


@pytest.fixture
def census(cast):
    return plays.census(by=cast.people["office"])


def text_on(answer) -> str:
    return answer.content.decode()


def post_shape(seat, path, **typed):
    version = PlaybookVersion.objects.get(campaign__code="BC21", in_force=True)
    data = {"base": str(version.n), **typed}
    return seat.post(f"/c/BC21/playbook/{path}", data, follow=True)


def words(register="sightings") -> dict[str, str]:
    said = playbook_in_force(Campaign.objects.get(code="BC21")).register(register)
    return {f.key: f.label.zh for f in said.fields}


# ---- setting up


def test_a_campaign_of_a_kind_nobody_thought_of_runs_by_its_playbook_alone(seat, cast):
    checked = seat.post("/campaigns/new", {"text": plays.CENSUS})
    assert checked.status_code == 200
    assert "湿地线" in text_on(checked)
    typed = {**NEW, "text": plays.CENSUS, "battle": ["湿地线"], "more": "夜间线，值班员"}
    assert seat.post("/campaigns/new", typed, follow=True).status_code == 200
    campaign = Campaign.objects.get(code="BC22")
    assert list(campaign.battles.values_list("name", flat=True)) == ["湿地线", "夜间线"]
    register = Register.objects.get(campaign=campaign, key="sightings")
    item = Item(campaign=campaign, register=register, title="东滩", state="spotted")
    import_items(act(), campaign, [item])
    seat.post(f"/i/{item.code}/report", {"progress": "数到白鹭十二只。"})
    assert Item.objects.get(pk=item.pk).state == "counting"
    assert "观测中" in text_on(seat.get("/c/BC22/items"))
    assert seat.get("/c/BC22/cockpit").context["page"].meter.n == 1


def test_whoever_sets_a_campaign_up_runs_it(cast):
    colleague = client(cast.people["colleague"])
    colleague.post("/campaigns/new", {**NEW, "playbook": "yuecheng-2021"})
    assert colleague.get("/c/BC22/playbook/yaml").status_code == 200
    assert client(cast.people["viewer"]).get("/c/BC22/playbook/").status_code == 404


def test_a_form_sent_twice_is_one_campaign(seat):
    for _ in range(2):
        typed = {**NEW, "playbook": "yuecheng-2021", "request_id": "once"}
        assert seat.post("/campaigns/new", typed).status_code == 302
    assert Campaign.objects.filter(code="BC22").count() == 1


def test_what_is_wrong_with_a_playbook_is_listed_with_its_place_and_the_text_stays(seat):
    said = plays.content()
    said["registers"][0]["workflow"] = "no-such"
    plays.field_of(said, "hide")["type"] = "poem"
    answer = seat.post("/campaigns/new", {"text": text_of(said)})
    assert answer.status_code == 422
    assert "registers.sightings.fields.hide.type" in text_on(answer)
    assert "bird-census" in text_on(answer)


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        (lambda s: s["registers"][0].update(lights="x"), "亮灯规则 x", "light rules x are not"),
        (lambda s: s["workflows"][0]["steps"].pop(1), "没有通向办结", "nothing leads from"),
        (lambda s: s["registers"][0].update(parents=["nests"]) or s["registers"][1].update(
            parents=["sightings"]), "位于自身之上", "stands above itself"),
        (lambda s: s["role_words"].append({"role": "owner", "word": {"zh": "甲", "en": "A"}}),
         "两个词", "two words for the role"),
    ],
)  # fmt: skip
def test_each_fault_of_a_playbook_has_a_sentence_in_both_languages(seat, change, zh, en):
    said = plays.content()
    change(said)
    data = {"text": text_of(said)}
    assert zh in text_on(seat.post("/campaigns/new", data))
    with override("en"):
        english = seat.post("/campaigns/new", data, headers={"accept-language": "en"})
    assert en in text_on(english)
    assert not Campaign.objects.filter(code="BC22").exists()


def test_a_refused_form_keeps_what_was_typed(seat):
    typed = {**NEW, "playbook": "yuecheng-2021", "end_on": "2021-01-01", "more": "夜间线"}
    answer = seat.post("/campaigns/new", typed)
    assert answer.status_code == 422
    assert 'value="候鸟普查2022"' in text_on(answer)
    assert "夜间线" in text_on(answer)
    assert 'value="2021-01-01"' in text_on(answer)


# ---- copying


def former(cast, campaign, register) -> list[Item]:
    rows = plays.sight(campaign, register, 2)
    child = Item(
        campaign=campaign, register=register, parent=rows[0], title="巢", state="filed",
        org=cast.orgs["works"],
    )  # fmt: skip
    import_items(act(), campaign, [child])
    return [*rows, child]


def test_a_copy_has_items_in_their_first_state_with_dates_moved(seat, cast, census):
    rows = former(cast, *census)
    typed = {
        **NEW, "from": "BC21", "battle": ["湿地线"], "take_items": "on", "take_duties": "on",
        "take_fields": "on", "dates": "shift",
    }  # fmt: skip
    seat.post("/campaigns/new", typed)
    campaign = Campaign.objects.get(code="BC22")
    assert campaign.former.code == "BC21"
    copies = {i.title: i for i in campaign.items.all()}
    assert {i.state for i in copies.values()} == {"spotted"}
    assert copies["观测点0"].due == rows[0].due + dt.timedelta(days=365)
    assert copies["观测点0"].fields == rows[0].fields
    assert copies["巢"].parent == copies["观测点0"]
    assert copies["巢"].org == cast.orgs["works"]


def test_a_copy_takes_no_evidence_no_reports_and_nothing_personal(seat, cast, census):
    campaign, register = census
    said = plays.content()
    said["registers"][0]["fields"].append(
        {"key": "watcher", "label": {"zh": "联系人", "en": "Watcher"}, "type": "text", "personal": True}
    )  # fmt: skip
    post_shape(seat, "adopt", text=text_of(said))
    plays.sight(campaign, register, 1, state="spotted", watcher="暗号")
    code = Item.objects.get(campaign=campaign).code
    seat.post(f"/i/{code}/report", {"progress": "看过。"})
    typed = {**NEW, "from": "BC21", "take_items": "on", "take_fields": "on", "dates": "blank"}
    seat.post("/campaigns/new", typed)
    copy = Item.objects.get(campaign__code="BC22")
    assert "watcher" not in copy.fields
    assert (copy.start_on, copy.due, copy.progress) == (None, None, 0)
    assert not Report.objects.filter(item=copy).exists()


def test_a_colleague_of_another_campaign_cannot_copy_this_one(cast, census):
    answer = client(cast.people["colleague"]).get("/campaigns/new?from=BC21")
    assert answer.status_code == 404


# ---- renaming and changing


def test_columns_are_renamed_by_typing_over_them(seat, census):
    plays.sight(*census, 2)
    typed = {"f.heads.zh": "数量", "f.heads.en": "Number", "c.sheet.1": "观测地点"}
    answer = post_shape(seat, "r/sightings/", **typed)
    assert "观测地点" in text_on(answer)
    assert words()["heads"] == "数量"
    assert Adoption.objects.get().state == Adoption.State.DONE
    assert {i.version for i in Item.objects.all()} == {1}


def test_a_state_is_renamed_on_the_page_of_its_workflow(seat, census):
    post_shape(seat, "w/watch/", **{"s.counting.zh": "清点中"})
    said = playbook_in_force(census[0])
    assert said.state_of("sightings", "counting").label.zh == "清点中"


def test_a_field_is_added_and_its_key_comes_from_its_name(seat, census):
    typed = {"label_zh": "风力", "type": "choice", "new_choices": "微风\n大风 | Gale"}
    post_shape(seat, "r/sightings/new", **typed, required_at=["filed"])
    field = playbook_in_force(census[0]).register("sightings").fields[-1]
    assert (field.key, field.label.zh, field.required_at) == ("feng_li", "风力", ("filed",))
    assert [c.label.en for c in field.choices] == ["微风", "Gale"]


def test_a_choice_without_choices_is_refused_and_what_was_typed_stays(seat, census):
    answer = post_shape(seat, "r/sightings/new", label_zh="风力", type="choice")
    assert answer.status_code == 422
    assert 'value="风力"' in text_on(answer)


def test_a_field_that_holds_data_is_hidden_only_after_its_plan_was_agreed_to(seat, census):
    rows = plays.sight(*census, 3)
    plan = post_shape(seat, "r/sightings/f/hide", do="hide")
    assert "3" in text_on(plan)
    assert "hide" in words()
    text = plan.context["text"]
    again = post_shape(seat, "adopt", text=text)
    assert again.status_code == 422
    assert 'name="agree" value="sightings.hide"' in text_on(again)
    done = post_shape(seat, "adopt", text=text, agree=["sightings.hide"])
    assert done.context["figures"]["hidden"] == 3
    assert "hide" not in words()
    assert Item.objects.get(pk=rows[0].pk).fields["hide"] == "芦苇丛"


def test_an_expert_maps_states_agrees_adopts_and_undoes(seat, census):
    rows = plays.sight(*census, 3)
    text = text_of(plays.changed())
    plan = seat.post("/c/BC21/playbook/yaml", {"text": text})
    assert 'name="map.sightings.counting"' in text_on(plan)
    typed = {"map.sightings.counting": "day_count", "agree": plays.AGREED, "text": text}
    done = post_shape(seat, "adopt", **typed)
    assert done.context["figures"]["rewritten"] == 3
    assert {i.state for i in Item.objects.filter(pk__in=[r.pk for r in rows])} == {"day_count"}
    adoption = Adoption.objects.get()
    back = seat.post(f"/c/BC21/playbook/a/{adoption.pk}/undo", follow=True)
    assert back.context["figures"]["restored"] == 3
    assert {i.state for i in Item.objects.filter(pk__in=[r.pk for r in rows])} == {"counting"}


def test_a_type_that_does_not_fit_is_told_with_its_codes_before_anything_changes(seat, census):
    plays.sight(*census, 1, heads="一大群")
    answer = seat.post("/c/BC21/playbook/yaml", {"text": text_of(plays.changed())})
    assert answer.status_code == 422
    assert "BC21-GC-001" in text_on(answer)
    assert PlaybookVersion.objects.filter(campaign=census[0]).count() == 1


def test_a_text_that_is_not_sound_is_refused_on_the_page_of_experts(seat, census):
    answer = seat.post("/c/BC21/playbook/yaml", {"text": plays.CENSUS + "\nsurprise: 1\n"})
    assert answer.status_code == 422
    assert "surprise" in text_on(answer)


def test_a_change_from_an_older_page_is_refused_in_words(seat, census):
    answer = seat.post(
        "/c/BC21/playbook/r/sightings/", {"base": "9", "f.heads.zh": "数量"}, follow=True
    )
    assert "重新打开" in text_on(answer)
    assert words()["heads"] == "只数"


def test_the_file_that_is_downloaded_is_the_playbook_in_force(seat, census):
    answer = seat.get("/c/BC21/playbook/file")
    assert answer["Content-Disposition"] == 'attachment; filename="BC21-bird-census-1.yaml"'
    assert text_on(answer) == plays.CENSUS


def test_many_rows_are_left_to_the_queue_and_the_page_says_how_far_it_is(seat, census, monkeypatch):
    plays.sight(*census, 3)
    monkeypatch.setattr(actions, "AT_ONCE", 0)
    typed = {"map.sightings.counting": "day_count", "agree": plays.AGREED}
    answer = post_shape(seat, "adopt", text=text_of(plays.changed()), **typed)
    assert answer.context["is_running"]
    assert answer["Refresh"] == "3"
    assert "day_count" not in {i.state for i in Item.objects.all()}
    actions.carry(Adoption.objects.get().pk)
    done = seat.get(answer.request["PATH_INFO"])
    assert done.context["figures"]["rewritten"] == 3
    assert "Refresh" not in done


def test_a_copy_over_the_limit_is_refused_in_words(seat, census, monkeypatch):
    plays.sight(*census, 3)
    monkeypatch.setattr(founding, "ROW_CAP", 1002)
    typed = {**NEW, "from": "BC21", "take_items": "on", "take_duties": "on"}
    answer = seat.post("/campaigns/new", typed)
    assert answer.status_code == 422
    assert "上限为 1002" in text_on(answer)
    assert not Campaign.objects.filter(code="BC22").exists()


# ---- reading


def test_a_past_day_is_read_by_the_playbook_of_that_day(seat, cast, census):
    campaign, register = census
    rows = plays.sight(campaign, register, 1, state="spotted")
    post_shape(seat, "w/watch/", **{"s.spotted.zh": "待数"})
    now, then = (seat.get(f"/c/BC21/items{q}") for q in ("", "?day=2021-07-02"))
    assert "待数" in text_on(now)
    assert "待观测" in text_on(then)
    assert "待观测" in text_on(seat.get(f"/i/{rows[0].code}/?day=2021-07-02"))


def test_a_duty_names_the_posts_whose_portfolio_it_is(seat, cast, census):
    from gongjian.apps.accounts.actions import add_posts
    from gongjian.apps.accounts.models import Post

    add_posts(act(), [Post(org=cast.orgs["plan"], title="分管湿地副区长", portfolio="湿地、林业")])
    assert seat.get("/c/BC21/playbook/").context["duties"][0].who == "分管湿地副区长"


@pytest.mark.parametrize("path", ["", "r/sightings/"])
def test_the_pages_ask_the_same_however_many_items_there_are(seat, census, path):
    asked = []
    for n in (1, 40):
        plays.sight(*census, n)
        seat.get(f"/c/BC21/playbook/{path}")
        with CaptureQueriesContext(connection) as caught:
            assert seat.get(f"/c/BC21/playbook/{path}").status_code == 200
        asked.append(len(caught))
    assert asked[0] == asked[1] == {"": 12, "r/sightings/": 6}[path]


def test_a_plan_asks_the_same_however_many_items_there_are(seat, census):
    asked = []
    for n in (1, 40):
        plays.sight(*census, n)
        with CaptureQueriesContext(connection) as caught:
            seat.post("/c/BC21/playbook/yaml", {"text": text_of(plays.changed())})
        asked.append(len(caught))
    assert asked[0] == asked[1]


def test_the_library_names_every_register_of_every_playbook(seat):
    answer = text_on(seat.get("/playbooks/"))
    assert len(re.findall(r"\?playbook=", answer)) >= 2
    assert "七张问题清单" in answer
