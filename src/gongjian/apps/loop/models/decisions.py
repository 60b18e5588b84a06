"""Options of a decision request: what may be chosen, and what each does to the dates it touches."""

from __future__ import annotations

from django.db import models

from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger.models import Ledgered


class Option(Ledgered):
    """One way to decide a request; the request itself is an item of the register of decisions."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="options")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    effect = models.CharField(max_length=300, blank=True)
    dates = models.JSONField(default=dict)  # id of a held-up item → its deadline if this is chosen
    is_chosen = models.BooleanField(default=False)

    class Meta:
        ordering = ["order"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.order}"
