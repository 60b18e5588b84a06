"""Each bad input gives one clear sentence, and nothing that was typed is lost."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction
from django.utils.translation import override
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
    assert "同一时期已有行动：" in answer.content.decode()
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


def test_a_version_that_is_no_number_does_no_harm(cast):
    office = cast.people["office"]
    head = drafted(office).parts.get(kind="campaign")
    seat, urls = client(office), (f"/parts/{head.pk}/", f"/i/{cast.item().code}/edit")
    for said in ("²", "٣", "9" * 30, "-1", "one"):
        for url in urls:
            answer = seat.post(url, {**_head(head), "version": said}, follow=True)
            assert answer.status_code in {200, 422}


def test_pasted_text_stays_when_it_is_refused(cast, settings):
    settings.PAPER_MAX_BYTES = 20
    answer = client(cast.people["office"]).post("/papers/", {"text": PAPER})
    assert answer.status_code == 422
    assert "20" in answer.content.decode()
    assert "新开工重大产业项目" in answer.content.decode()


def sql(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return (cursor.fetchone() or [0])[0] if cursor.description else 0


def test_a_read_only_database_is_told_in_one_sentence(cast):
    item, seat = cast.item(), client(cast.people["office"])
    n = Event.objects.count()
    is_file = connection.vendor == "sqlite"
    try:
        with transaction.atomic():
            sql("PRAGMA query_only = 1" if is_file else "SET TRANSACTION READ ONLY")
            answer = seat.post(f"/i/{item.code}/report", {"progress": "Dug."})
            transaction.set_rollback(True)
    finally:
        if is_file:
            sql("PRAGMA query_only = 0")
    assert answer.status_code == 503
    assert "只读" in answer.content.decode()
    assert Event.objects.count() == n


@pytest.mark.django_db(transaction=True)
def test_a_full_disk_is_told_in_one_sentence(cast):
    if connection.vendor != "sqlite":
        assert "已满" in database_sentence(OperationalError("could not extend file: No space left"))
        return
    item, seat = cast.item(), client(cast.people["office"])
    pages, most = sql("PRAGMA page_count"), sql("PRAGMA max_page_count")
    sql(f"PRAGMA max_page_count = {pages}")
    try:
        answers = [
            seat.post(f"/i/{item.code}/report", {"progress": "挖" * 3900}) for _ in range(12)
        ]
    finally:
        sql(f"PRAGMA max_page_count = {most}")
    full = [a for a in answers if a.status_code == 503]
    assert full
    assert "已满" in full[0].content.decode()


def test_other_faults_of_the_database_have_a_sentence_too():
    with override("zh-hans"):
        assert "gongjian doctor" in database_sentence(OperationalError("no such column: x"))
        assert "繁忙" in database_sentence(OperationalError("database is locked"))


def test_every_sentence_is_there_in_both_languages():
    for pattern in SENTENCES.values():
        with override("zh-hans"):
            from django.utils.translation import gettext

            assert gettext(pattern) != pattern
    assert database_sentence(Exception("disk full"))
