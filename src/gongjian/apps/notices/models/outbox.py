"""The outbox: what is to be sent, to whom, and what became of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongjian.apps.notices.models.inbox import Notice
from gongjian.lib.ids import new_id


class State(models.TextChoices):
    """What became of a message."""

    QUEUED = "queued"
    FAILED = "failed"  # at least once; it is tried again
    SENT = "sent"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"  # answered, or a right withdrawn, before it could be sent


# What is still to be sent.
OPEN = (State.QUEUED, State.FAILED)


class Delivery(models.Model):
    """One message to one receiver, written in the transaction of the action that tells.

    Its id stays the same however often it is tried, so that a receiver may know a repeat. `n` counts
    what this receiver is told; the sender gives it to what is committed, so that no writer waits for
    another. `payload` holds codes and facts that say that something waits, never what it contains.
    """

    LEDGER: ClassVar[str] = "private"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = models.CharField(max_length=16)
    receiver = models.UUIDField()  # the person, or the address that a campaign registered
    n = models.PositiveBigIntegerField(null=True)
    campaign_id = models.UUIDField(null=True)
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, related_name="deliveries")
    about = models.UUIDField()  # messages about one thing to one receiver keep their order
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    next_at = models.DateTimeField()
    first_at = models.DateTimeField(null=True)  # of the first attempt
    done_at = models.DateTimeField(null=True)  # sent, given up or dropped
    last_error = models.CharField(max_length=40, blank=True)
    held_by = models.CharField(max_length=64, blank=True)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "receiver", "n"], name="delivery_n")
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="delivery_due", condition=models.Q(state__in=OPEN)
            ),
            models.Index(fields=["id"], name="delivery_new", condition=models.Q(n=None)),
            models.Index(fields=["channel", "receiver", "about", "n"], name="delivery_thread"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.receiver} {self.n} {self.state}"
