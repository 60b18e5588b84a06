"""Rounds of returns before the launch, and what was waived."""

from __future__ import annotations

from django.db import models

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.models import Campaign, Item
from gongjian.apps.ledger.models import Ledgered


class Round(Ledgered):
    """A round of returns (分解补全): blanks go out to orgs, come back, are reviewed and joined."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="rounds")
    name = models.CharField(max_length=120)
    due = models.DateField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    note = models.TextField(blank=True)
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [models.Index(fields=["campaign", "state"], name="round_state")]

    def __str__(self) -> str:
        return self.name


class Return(Ledgered):
    """A return (填报件): what one org is asked about one item, and what it gave back.

    A lead org is asked for what the item lacks (`blanks`) and may decompose it (`lines`); each member
    of a group that answers for an item is asked for its own part (`member`), which the lead joins.
    """

    class Kind(models.TextChoices):
        BLANKS = "blanks"
        MEMBER = "member"

    class State(models.TextChoices):
        ASKED = "asked"
        RETURNED = "returned"
        SENT_BACK = "sent_back"
        ACCEPTED = "accepted"  # by the office; of a member's part: joined by the lead

    class Via(models.TextChoices):
        PAGE = "page"
        WORKBOOK = "workbook"
        ON_BEHALF = "on_behalf"  # 代录: by the office, for the org

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, models.PROTECT, related_name="returns")
    item = models.ForeignKey(Item, models.PROTECT, related_name="returns")
    org = models.ForeignKey(Org, models.PROTECT, related_name="returns")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.BLANKS)
    asked = models.JSONField(default=list)  # what the item lacked when it was sent
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    content = models.JSONField(default=dict)  # need → value
    lines = models.JSONField(default=list)  # the org's own decomposition: title, org, due
    via = models.CharField(max_length=10, choices=Via.choices, blank=True)
    returned_by = models.UUIDField(null=True)
    returned_at = models.DateTimeField(null=True)
    review_note = models.CharField(max_length=300, blank=True)
    n_chased = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["item", "org"]
        constraints = [
            models.UniqueConstraint(fields=["round", "item", "org", "kind"], name="return_once")
        ]
        indexes = [
            models.Index(fields=["campaign", "round", "state"], name="return_state"),
            models.Index(fields=["org", "state"], name="return_org"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.org_id} {self.state}"


class Waiver(Ledgered):
    """What an item may lack at the launch, because somebody answers for it by name."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="waivers")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="waivers")
    need = models.CharField(max_length=60)  # a need of the item, or what the paper announced
    reason = models.CharField(max_length=300)
    by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.item_id} {self.need}"
