"""Notices: why somebody is told, about what; and what was read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongjian.apps.accounts.models import AccessClass, Org, Person
from gongjian.apps.ledger.models import Ledgered


class Notice(Ledgered):
    """A row of an inbox: for an org (whoever answers for it) or for one person.

    `code` and `facts` are made a sentence when read; `done_on` is set by the action that answers it,
    so that chasing stops the moment the answer arrives.
    """

    campaign_id = models.UUIDField(null=True)  # a higher app's row: by id, without a foreign key
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="notices")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="notices")
    access_class = models.CharField(max_length=16, default=AccessClass.OPEN)  # of what it tells of
    why = models.CharField(max_length=16, blank=True)  # a code of `sentences.WHY`; may be left out
    is_urgent = models.BooleanField(default=False)  # may break into the quiet hours of who wants it
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    path = models.CharField(max_length=200)  # where it is answered
    about = models.UUIDField(null=True)  # the row it is about
    at = models.DateTimeField()
    due = models.DateField(null=True)
    done_on = models.DateField(null=True)

    class Meta:
        ordering = ["-at"]
        indexes = [
            models.Index(fields=["org", "done_on", "at"], name="notice_org"),
            models.Index(fields=["person", "done_on", "at"], name="notice_person"),
            models.Index(fields=["about"], name="notice_about"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(org__isnull=False) ^ models.Q(person__isnull=False),
                name="notice_one_addressee",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.org_id or self.person_id}"


class NoticeRead(models.Model):
    """That a person has opened a notice."""

    LEDGER: ClassVar[str] = "private"

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="reads")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "person"], name="noticeread_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.person_id}"
