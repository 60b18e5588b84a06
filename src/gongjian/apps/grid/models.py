"""Views that people save of a register, and workbooks on their way into one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.models import Campaign, Register
from gongjian.apps.ledger.models import Ledgered
from gongjian.lib.ids import new_id


class SavedView(Ledgered):
    """A way to look at a register, kept under a name: mine, or ours where it is shared."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    register = models.ForeignKey(Register, models.PROTECT, related_name="views")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    is_shared = models.BooleanField(default=False)
    face = models.CharField(max_length=8, default="grid")  # grid, list, tree or board
    query = models.JSONField(default=dict)  # what the address says: filters, sort, group, head
    columns = models.JSONField(default=list)  # [{"source", "width", "frozen"}, …], empty for all

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["register", "owner", "name"], name="savedview_once")
        ]
        indexes = [models.Index(fields=["campaign", "register"], name="savedview_register")]

    def __str__(self) -> str:
        return self.name


class Intake(models.Model):
    """A workbook that waits to be taken into a register: read, mapped, compared; no fact yet.

    What it brings becomes one event when it is confirmed; the event stays, this row may be dropped.
    """

    LEDGER: ClassVar[str] = "private"

    class State(models.TextChoices):
        MAPPING = "mapping"  # its heads are to be settled
        READY = "ready"  # compared with what is there; `report` says what it would do
        WAITING = "waiting"  # confirmed, the job has not begun
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"  # nothing was written; it can be run again

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    register = models.ForeignKey(Register, models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    files = models.JSONField(default=list)  # [{"name", "sha256"}, …]: one, or many returned ones
    mapping = models.JSONField(default=dict)  # sheet → column → source, and what was answered
    report = models.JSONField(default=dict)  # counts, faults and conflicts, as they were shown
    state = models.CharField(max_length=8, choices=State.choices, default=State.MAPPING)
    n_done = models.PositiveIntegerField(default=0)
    n_total = models.PositiveIntegerField(default=0)
    event = models.UUIDField(null=True)
    error = models.JSONField(default=dict)  # code and facts of what stopped it

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["campaign", "register", "state"], name="intake_state")]

    def __str__(self) -> str:
        return f"{self.register_id} {self.state}"


class ForeignForm(models.Model):
    """A workbook form that somebody else sent (来表), and what its receiver has answered so far.

    Filling it changes nothing in the book; what is worth keeping goes there by an action of its own.
    It is one person's desk: nobody else sees it. The bytes lie in the file store and stay as they came.
    """

    LEDGER: ClassVar[str] = "private"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    register = models.CharField(max_length=40, blank=True)  # its key, where a person chose it
    items = models.JSONField(default=list)  # ids of items for the free rows, in their order
    rows = models.JSONField(default=dict)  # "sheet:row" → id of the item that the sender meant
    typed = models.JSONField(default=dict)  # question → what was typed for it

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["campaign", "by"], name="foreignform_by")]

    def __str__(self) -> str:
        return self.name


class ExportFile(models.Model):
    """A file that a person asked for and a job writes, because it is long; it is gone after a week."""

    LEDGER: ClassVar[str] = "private"

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    register = models.ForeignKey(Register, models.CASCADE, related_name="+")
    by = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()  # when it is gone
    query = models.JSONField(default=dict)  # what the address of the list said
    kind = models.CharField(max_length=4)  # xlsx or csv
    language = models.CharField(max_length=16)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    n_done = models.PositiveIntegerField(default=0)
    n_total = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    error = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["register", "by"], name="exportfile_of")]

    def __str__(self) -> str:
        return f"{self.register_id} {self.kind} {self.state}"
