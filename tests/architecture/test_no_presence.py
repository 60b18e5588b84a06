"""Nobody is scored by presence: national rules forbid it, so nothing of the kind is kept, shown or judged.

Looked through are all columns of the database, what printed forms may show, and the scoring lines, duties
and panels of every playbook that ships. `last_login` is Django's own column of an account; it is private, in no event,
and nothing but Django reads it, which the last test proves.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from django.apps import apps

from gongjian.apps.accounts.models import Person
from gongjian.kernel.model.fields import COLUMN_SOURCES
from gongjian.playbooks.load import load_text

SOURCE = Path(__file__).parents[2] / "src" / "gongjian"
EXAMPLES = Path(__file__).parents[2] / "examples" / "playbooks"
PRESENCE = re.compile(
    r"log_?ins?\b|login|logon|sign_?in|check_?in|clock_?in|attendance|online|presence|streak|active_days"
    r"|screen_?time|duration_online|photo|selfie|picture|screenshot|track_?point|gps|likes\b|points_earned"
    r"|登录|登陆|签到|打卡|在线时长|在线率|活跃度|活跃率|安装率|使用率|照片|拍照|截图|行动轨迹|位置轨迹|点赞|积分",
    re.IGNORECASE,
)
# Django's own; what it is for stands at the top.
ALLOWED = {("accounts.person", "last_login")}


def columns() -> set[tuple[str, str]]:
    return {
        (model._meta.label_lower, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
    }


def shipped() -> list[str]:
    built_in = list((files("gongjian.playbooks") / "builtin").iterdir())
    texts = [p for p in [*built_in, *EXAMPLES.iterdir()] if p.name.endswith(".yaml")]
    return [p.read_text(encoding="utf-8") for p in texts]


def scored(text: str) -> list[str]:
    """What a playbook judges, asks for again and again, or paints by."""
    book = load_text(text)
    said = [f"{r.key} {r.label.zh} {r.label.en}" for r in (*book.scoring, *book.duties)]
    return [*said, *(f"{p.key} {p.label.zh} {p.label.en}" for p in book.panels)]


def test_no_column_of_the_database_counts_presence():
    found = {(t, name) for t, name in columns() if PRESENCE.search(name)}
    assert found == ALLOWED
    assert len(columns()) > 300


def test_no_printed_form_has_a_source_for_it():
    assert [source for source in COLUMN_SOURCES if PRESENCE.search(source)] == []


def test_no_playbook_that_ships_judges_by_it():
    texts = shipped()
    lines = [line for text in texts for line in scored(text)]
    assert [line for line in lines if PRESENCE.search(line)] == []
    assert (len(texts) >= 7, len(lines) > 20) == (True, True)


@pytest.mark.parametrize(
    "name",
    [
        "n_logins",
        "check_ins",
        "online_minutes",
        "photo_count",
        "last_login",
        "sign_in_days",
        "签到率",
    ],
)
def test_the_search_finds_what_it_is_for(name):
    assert PRESENCE.search(name)


@pytest.mark.parametrize("name", ["points", "acknowledge", "签收", "task_force", "n_chased", "via"])
def test_the_search_leaves_alone_what_is_no_presence(name):
    assert not PRESENCE.search(name)


def test_the_day_of_the_last_sign_in_is_in_no_event_and_nothing_reads_it():
    assert "last_login" in Person.UNLEDGERED
    rooms = [p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts]
    rooms += SOURCE.rglob("*.html")
    users = [p for p in rooms if "last_login" in p.read_text(encoding="utf-8")]
    assert [p.relative_to(SOURCE).as_posix() for p in users] == ["apps/accounts/models.py"]
