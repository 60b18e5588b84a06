"""One-time questions to many orgs, and their answers."""

from __future__ import annotations

from django.db import models

from gongjian.apps.accounts.models import AccessClass, Org
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger.models import Ledgered
from gongjian.apps.loop.models.rounds import Return


class Inquiry(Ledgered):
    """A one-time question (一次性摸底): one to five things asked of many orgs, without a new form."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"
        WITHDRAWN = "withdrawn"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="inquiries")
    title = models.CharField(max_length=160)
    note = models.TextField(blank=True)
    things = models.JSONField(default=list)  # [{"key", "label", "kind", "unit", "choices"}, …]
    due = models.DateField()
    whom = models.CharField(max_length=200)  # how the orgs were named: a group, or an org's own
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="inquiries")
    access_class = models.CharField(max_length=16, default=AccessClass.OPEN)  # that of the item
    known = models.JSONField(default=list)  # what the book held of it when it was sent
    reason = models.CharField(max_length=300, blank=True)  # why it was asked all the same
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["campaign", "state", "due"], name="inquiry_state")]

    def __str__(self) -> str:
        return self.title


class Answer(Ledgered):
    """What one org answers to an inquiry; that there is no such thing (零报告) is an answer."""

    class State(models.TextChoices):
        OPEN = "open"
        ANSWERED = "answered"
        NONE = "none"  # no such thing here

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    inquiry = models.ForeignKey(Inquiry, models.PROTECT, related_name="answers")
    org = models.ForeignKey(Org, models.PROTECT, related_name="answers")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    content = models.JSONField(default=dict)  # key of the thing → value
    note = models.CharField(max_length=500, blank=True)
    via = models.CharField(max_length=10, choices=Return.Via.choices, blank=True)
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_on = models.DateField(null=True)  # by the campaign's clock: late after the due day
    n_chased = models.PositiveIntegerField(default=0)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["inquiry", "org"]
        constraints = [models.UniqueConstraint(fields=["inquiry", "org"], name="answer_once")]
        indexes = [
            models.Index(fields=["campaign", "inquiry", "state"], name="answer_state"),
            models.Index(fields=["org", "state"], name="answer_org"),
        ]

    def __str__(self) -> str:
        return f"{self.inquiry_id} {self.org_id} {self.state}"
