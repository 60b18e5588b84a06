"""Drafts: the campaign as read out of a paper, before a person confirms it."""

from __future__ import annotations

from django.db import models

from gongjian.apps.campaigns.models import Campaign
from gongjian.apps.ledger.models import Ledgered
from gongjian.apps.papers.models import Paper


class Draft(Ledgered):
    """A draft (草稿) of a paper; corrected by people part by part, then confirmed into a campaign."""

    paper = models.ForeignKey(Paper, models.PROTECT, related_name="drafts")
    summary = models.JSONField(default=dict)  # kind, units, announced, notes, why_empty
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True)  # once confirmed
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return str(self.pk)


class DraftPart(Ledgered):
    """The head, a battle, a target or a task of a draft: each corrected on its own."""

    class Kind(models.TextChoices):
        CAMPAIGN = "campaign"
        BATTLE = "battle"
        TARGET = "target"
        TASK = "task"

    draft = models.ForeignKey(Draft, models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    order = models.PositiveIntegerField()
    content = models.JSONField()  # as `kernel.extract.json_io` writes this part, spans included
    is_dropped = models.BooleanField(default=False)

    class Meta:
        ordering = ["kind", "order"]
        constraints = [
            models.UniqueConstraint(fields=["draft", "kind", "order"], name="draftpart_order")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.order}"
