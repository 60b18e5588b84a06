"""Each bad input gives one clear sentence, and nothing that was typed is lost."""

from __future__ import annotations

import pytest
from django.db import OperationalError
from tests.support.web import PAPER, client, drafted

from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.ledger.models import Event
from gongjian.lib.problems import SENTENCES, database_sentence


def confirm(person, draft, **more):
    data = {"code": "LX21", "playbook": "yuecheng-2021", **more}
    return client(person).post(f"/drafts/{draft.pk}/confirm", data, follow=True)


def test_a_form_sent_twice_is_one_campaign(cast):
    office = cast.people["office"]
    draft = drafted(office)
    for _ in range(2):
        answer = confirm(office, draft, request_id="once")
        assert answer.status_code == 200
    assert Campaign.objects.filter(code="LX21").count() == 1
    assert Event.objects.filter(action="drafting.confirm").count() == 1


def test_two_campaigns_of_one_name_in_one_period_are_refused(cast):
    office = cast.people["office"]
    confirm(office, drafted(office))
    answer = confirm(office, drafted(office, PAPER + "\n"), code="LX22")
    assert "同一时期已有名为" in answer.content.decode()
    assert not Campaign.objects.filter(code="LX22").exists()


def test_a_period_that_ends_before_it_starts_is_refused_and_kept(cast):
    office = cast.people["office"]
    draft = drafted(office)
    head = draft.parts.get(kind="campaign")
    client(office).post(
        f"/parts/{head.pk}/", {**_head(head), "period_start": "2021-10-01", "version": head.version}
    )
    answer = confirm(office, draft)
    assert "2021-09-30" in answer.content.decode()
    assert 'value="2021-10-01"' in answer.content.decode()
    assert not Campaign.objects.filter(code="LX21").exists()


def _head(part):
    names = ("name", "period_start", "period_end", "issuer", "slogan_or_goal")
    return {n: part.content.get(n) or "" for n in names}


def test_pasted_text_stays_when_it_is_refused(cast, settings):
    settings.PAPER_MAX_BYTES = 20
    answer = client(cast.people["office"]).post("/papers/", {"text": PAPER})
    assert answer.status_code == 422
    assert "20" in answer.content.decode()
    assert "新开工重大产业项目" in answer.content.decode()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("attempt to write a readonly database", "只读"),
        ("database or disk is full", "已满"),
        ("no such column: campaigns_item.title", "gongjian doctor"),
        ("database is locked", "繁忙"),
    ],
)
def test_a_database_that_cannot_be_written_is_told_in_one_sentence(cast, monkeypatch, said, told):
    from gongjian.apps.loop import views

    def fails(*_args, **_more):
        raise OperationalError(said)

    monkeypatch.setattr(views.actions, "report", fails)
    item = cast.item()
    answer = client(cast.people["office"]).post(f"/i/{item.code}/report", {"progress": "Dug."})
    assert answer.status_code == 503
    assert told in answer.content.decode()


def test_every_sentence_is_there_in_both_languages():
    from django.utils.translation import override

    for pattern in SENTENCES.values():
        with override("zh-hans"):
            from django.utils.translation import gettext

            assert gettext(pattern) != pattern
    assert database_sentence(Exception("disk full"))
