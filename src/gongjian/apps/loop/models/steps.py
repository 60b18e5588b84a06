"""The way of an item: steps taken, consents, extensions, revisits; and whose turn it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger.models import Ledgered


class Movement(Ledgered):
    """One step that was taken, by whom and in which role."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="movements", db_index=False)
    step = models.CharField(max_length=40)
    source = models.CharField(max_length=32)
    target = models.CharField(max_length=32)
    roles = models.CharField(max_length=80)  # those by which it was open to this person
    by = models.UUIDField(null=True)
    on_behalf_of = models.UUIDField(null=True)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    on = models.DateField()  # by the campaign's clock

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["item", "at"], name="movement_item"),
            models.Index(fields=["campaign", "step", "on"], name="movement_step"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.step}"


class Consent(Ledgered):
    """That another party agrees to what is asked; good while the item stays in its state."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="consents")
    role = models.CharField(max_length=16)
    state = models.CharField(max_length=32)
    note = models.CharField(max_length=500, blank=True)
    by = models.UUIDField(null=True)
    on_behalf_of = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.role}"


class Extension(Ledgered):
    """More time (延期): asked for before the deadline, with a reason, a new date and what is done so far."""

    class State(models.TextChoices):
        ASKED = "asked"
        GRANTED = "granted"
        REFUSED = "refused"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="extensions")
    due = models.DateField()  # as it was
    asked_due = models.DateField()
    granted_due = models.DateField(null=True)
    reason = models.CharField(max_length=500)
    progress = models.TextField()
    is_force_majeure = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["campaign", "state"], name="extension_state")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.asked_due}"


class Revisit(Ledgered):
    """A second look (回头看) at what was closed: due some time after, by somebody else."""

    class State(models.TextChoices):
        DUE = "due"
        HELD = "held"  # it holds
        SLIPPED = "slipped"  # it was closed on paper, or came back
        DROPPED = "dropped"  # the item was opened again before

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+", db_index=False)
    item = models.ForeignKey(Item, models.PROTECT, related_name="revisits")
    limit = models.CharField(max_length=40)
    due = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    note = models.CharField(max_length=500, blank=True)
    by = models.UUIDField(null=True)
    at = models.DateTimeField(null=True)
    on = models.DateField(null=True)

    class Meta:
        ordering = ["due", "id"]
        indexes = [models.Index(fields=["campaign", "state", "due"], name="revisit_state")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.due}"


class Turn(models.Model):
    """Whose turn it is with an item and until when; nothing where nobody is awaited."""

    LEDGER: ClassVar[str] = "derived"

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="turn")
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+", db_index=False)
    org = models.ForeignKey(Org, models.CASCADE, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=32)
    roles = models.CharField(max_length=80)  # joined by commas
    since = models.DateField()
    limit = models.CharField(max_length=40, blank=True)
    due = models.DateField(null=True)  # of the step; the item's own deadline stands beside it
    until = models.DateField(null=True)  # the nearer of the two
    used = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["campaign", "org", "until"], name="turn_org"),
            models.Index(fields=["campaign", "until"], name="turn_until"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.roles} {self.until}"
