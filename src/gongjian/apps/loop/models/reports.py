"""What is reported on an item."""

from __future__ import annotations

from django.db import models

from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger.models import Ledgered


class Report(Ledgered):
    """A report (进展): progress, problems, next steps; or, lawfully, no change."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="reports")
    progress = models.TextField(blank=True)
    problems = models.TextField(blank=True)
    next_steps = models.TextField(blank=True)
    share = models.PositiveIntegerField()  # basis points done, as reported
    no_change = models.BooleanField(default=False)
    by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["item", "at"], name="report_item_at")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.at}"
