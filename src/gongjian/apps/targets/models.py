"""Targets (目标): what is to be reached, each change a version with its reason."""

from __future__ import annotations

from django.db import models

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.models import Battle, Campaign, Item
from gongjian.apps.ledger.models import Ledgered
from gongjian.kernel.model.draft import Strength, TargetKind


class Target(Ledgered):
    """What is measured, and where it stands in the campaign; the aim itself is in its versions."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="targets")
    battle = models.ForeignKey(Battle, models.PROTECT, null=True, related_name="targets")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="targets")
    order = models.PositiveIntegerField()
    subject = models.CharField(max_length=160)
    clause = models.JSONField(default=dict)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "order"], name="target_order")]

    def __str__(self) -> str:
        return self.subject


class TargetVersion(Ledgered):
    """The aim of a target, in force from a day until the next version."""

    target = models.ForeignKey(Target, models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in TargetKind])
    op = models.CharField(max_length=8)  # <=, >=, == or range
    floor = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    upper = models.DecimalField(max_digits=24, decimal_places=4, null=True)  # of a range
    stretch = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    unit = models.CharField(max_length=24, blank=True)
    due = models.DateField(null=True)
    strength = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Strength])
    counting_rule = models.CharField(max_length=300, blank=True)
    baseline = models.DecimalField(max_digits=24, decimal_places=4, null=True)
    baseline_rule = models.CharField(max_length=300, blank=True)  # what the baseline counted
    baseline_on = models.DateField(null=True)
    raised_by = models.ForeignKey(Org, models.PROTECT, null=True, related_name="+")  # 自我加压
    text = models.CharField(max_length=300)
    reason = models.CharField(max_length=300, blank=True)
    since = models.DateField()

    class Meta:
        ordering = ["n"]
        constraints = [models.UniqueConstraint(fields=["target", "n"], name="targetversion_n")]

    def __str__(self) -> str:
        return self.text
