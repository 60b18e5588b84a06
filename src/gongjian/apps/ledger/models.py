"""Events, their changes, the seal, and the base classes of every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.db import models

from gongjian.apps.ledger.gate import check_gate
from gongjian.lib.ids import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable


SYSTEM = UUID(int=0)


class GuardedQuerySet(models.QuerySet[Any]):
    """Refuses to write unless an action is under way."""

    def update(self, **kwargs: Any) -> int:
        check_gate(self.model)
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        check_gate(self.model)
        return super().delete()

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        check_gate(self.model)
        return super().bulk_create(objs, *args, **kwargs)


class Guarded(models.Model):
    """A table that only the book, or the keeper of a derived table, may write."""

    objects = GuardedQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        check_gate(type(self))
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        check_gate(type(self))
        return super().delete(*args, **kwargs)


class Ledgered(Guarded):
    """A table of facts: each row has a version, each change of it stands in an event."""

    LEDGER: ClassVar[str] = "ledgered"
    # Columns of the row that are no facts: computed, or secret. They never enter an event.
    UNLEDGERED: ClassVar[frozenset[str]] = frozenset()

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @classmethod
    def fact_columns(cls) -> list[models.Field[Any, Any]]:
        """Give the columns that enter events."""
        return [f for f in cls._meta.concrete_fields if f.attname not in cls._not_facts()]

    @classmethod
    def _not_facts(cls) -> set[str]:
        return {"id", "version", *cls.UNLEDGERED}

    @classmethod
    def load(cls, fields: dict[str, Any], row: object, version: int) -> Self:
        """Build the row that an event's fields describe, without writing it."""
        known = {f.attname: f for f in cls.fact_columns()}
        values = {n: known[n].to_python(v) for n, v in fields.items() if n in known}
        return cls(id=cls._meta.pk.to_python(row), version=version, **values)


class Derived(Guarded):
    """A table that can be rebuilt from the facts; never in an event."""

    LEDGER: ClassVar[str] = "derived"

    class Meta:
        abstract = True


class Event(models.Model):
    """One action: who, when, which request, why; its change-set stands in `Change`."""

    LEDGER: ClassVar[str] = "derived"  # the book itself: everything else follows from it

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    campaign_id = models.UUIDField(null=True)
    actor_id = models.UUIDField()  # SYSTEM where no person acts
    on_behalf_of_id = models.UUIDField(null=True)
    action = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    origin = models.CharField(
        max_length=16, blank=True
    )  # "import", "simulation": may back-date; "api"
    outcome = models.JSONField(default=dict)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    schema = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_id", "request_id"], name="event_once")
        ]
        indexes = [models.Index(fields=["campaign_id", "at"], name="event_campaign_at")]

    def __str__(self) -> str:
        return f"{self.action} {self.id}"


class Change(models.Model):
    """What an event did to one row."""

    LEDGER: ClassVar[str] = "derived"

    event = models.ForeignKey(Event, models.PROTECT, related_name="changes")
    n = models.PositiveIntegerField()
    table = models.CharField(max_length=64)
    row = models.UUIDField()
    version = models.PositiveIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "n"], name="change_n")]
        indexes = [models.Index(fields=["table", "row", "version"], name="change_row")]

    def __str__(self) -> str:
        return f"{self.table} {self.row} v{self.version}"


class Unsealed(models.Model):
    """An event that has no leaf number yet; written beside it, removed by the sealer."""

    LEDGER: ClassVar[str] = "derived"

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True)

    def __str__(self) -> str:
        return str(self.event_id)


class Leaf(models.Model):
    """One entry of the sealed log."""

    LEDGER: ClassVar[str] = "derived"

    n = models.PositiveBigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)  # no foreign key: a deleted event must leave its leaf
    hash = models.BinaryField()

    def __str__(self) -> str:
        return str(self.n)


class Seal(models.Model):
    """Size and root of the log after a batch; printed on issued papers, stored with backups."""

    LEDGER: ClassVar[str] = "derived"

    size = models.PositiveBigIntegerField(primary_key=True)
    root = models.BinaryField()
    peaks = models.BinaryField()
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.size} {bytes(self.root).hex()}"


class Lease(models.Model):
    """Who does a job that only one may do at a time."""

    LEDGER: ClassVar[str] = "private"

    name = models.CharField(max_length=32, primary_key=True)
    holder = models.CharField(max_length=64)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
