"""Clients signed in as the cast."""

from __future__ import annotations

from django.test import Client

from gongjian.apps.drafting.models import Draft

PAPER = """柳溪区“百日攻坚”行动方案

2021年7月1日至2021年9月30日，柳溪区开展“百日攻坚”行动，打好两大攻坚战。

一、产业提质攻坚战
1.新开工重大产业项目。牵头单位：区发改局；完成时限：2021年8月底前。

二、城市更新攻坚战
1.整治沿街店面招牌。牵头单位：区城管局；完成时限：2021年7月20日前。
"""


def client(person=None) -> Client:
    made = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    if person is not None:
        made.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return made


def drafted(by, text: str = PAPER) -> Draft:
    """Hand a paper in as an office does; gives its draft."""
    answer = client(by).post("/papers/", {"text": text})
    assert answer.status_code == 302, answer.content.decode()
    return Draft.objects.select_related("paper").get(pk=answer.url.split("/")[2])


def who_does_what(page) -> dict[str, list[str]]:
    """Read who is what to an item off its page: the printed word of the role, and the names."""
    return {duty.label: [name for _pk, name in duty.holders] for duty in page["duties"]}


def body_of(answer) -> bytes:
    """All of an answer; a file that was handed out is read to its end, which closes it.

    Closing the answer itself would end the connection to the database in the middle of a test.
    """
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
