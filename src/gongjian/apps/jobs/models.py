"""Workers' beats, and slots of timers that have fired."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class WorkerBeat(models.Model):
    """When a worker last said that it is alive."""

    LEDGER: ClassVar[str] = "private"

    worker = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.worker


class Slot(models.Model):
    """A timer's slot that was taken: two machines cannot both fire it."""

    LEDGER: ClassVar[str] = "private"

    timer = models.CharField(max_length=40)
    slot = models.CharField(max_length=40)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["timer", "slot"], name="slot_once")]

    def __str__(self) -> str:
        return f"{self.timer} {self.slot}"
