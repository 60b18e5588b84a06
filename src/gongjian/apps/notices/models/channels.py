"""Where a campaign and a person are told, besides the inbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from gongjian.apps.accounts.models import Person
from gongjian.apps.ledger.models import Ledgered


class Hook(Ledgered):
    """An address of another program that a campaign tells (webhook).

    The secret is shown once and kept wrapped by the installation's key; it is no fact of a campaign.
    """

    UNLEDGERED: ClassVar[frozenset[str]] = frozenset({"wrapped"})

    campaign_id = models.UUIDField()  # a higher app's row: by id, without a foreign key
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    is_paused = models.BooleanField(default=False)  # what is told meanwhile waits
    removed_at = models.DateTimeField(null=True)
    wrapped = models.BinaryField(default=b"", editable=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["campaign_id"], name="hook_campaign")]

    def __str__(self) -> str:
        return self.name


class Preference(models.Model):
    """How a person wants to be told: theirs alone, no fact of a campaign."""

    LEDGER: ClassVar[str] = "private"

    person = models.OneToOneField(
        Person, models.CASCADE, primary_key=True, related_name="preference"
    )
    email = models.EmailField(max_length=200, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    by_mail = models.BooleanField(default=False)  # each notice, as it comes
    has_digest = models.BooleanField(default=False)  # one mail on each working day
    digest_hour = models.PositiveSmallIntegerField(default=9)
    # From this hour to that nothing is sent; the same twice is never quiet.
    quiet_from = models.PositiveSmallIntegerField(default=20)
    quiet_until = models.PositiveSmallIntegerField(default=8)
    urgent_anyway = models.BooleanField(default=False)
    digest_on = models.DateField(null=True)  # the day of the last digest; the slot is what counts

    def __str__(self) -> str:
        return str(self.person_id)
