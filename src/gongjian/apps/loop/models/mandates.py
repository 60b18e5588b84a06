"""Mandates that leading officials and orgs accept, and what orgs undertook in public."""

from __future__ import annotations

from django.db import models

from gongjian.apps.accounts.models import Org, Post
from gongjian.apps.campaigns.models import Battle, Campaign
from gongjian.apps.ledger.models import Ledgered
from gongjian.apps.papers.models import StoredFile
from gongjian.apps.targets.models import Target


class Mandate(Ledgered):
    """A mandate (任务书): one edition of the letter that a leading official or an org accepts.

    `content` is what it holds at issue and never changes; who signs, signs `digest`, the SHA-256 of it.
    """

    class State(models.TextChoices):
        ISSUED = "issued"
        OBJECTED = "objected"  # not declined: the office answers by another edition
        ACCEPTED = "accepted"
        WITHDRAWN = "withdrawn"
        SUPERSEDED = "superseded"

    class Via(models.TextChoices):
        SCREEN = "screen"
        PAPER = "paper"
        RALLY = "rally"  # 代录: entered by the office in the hall

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="mandates")
    battle = models.ForeignKey(Battle, models.PROTECT, null=True, related_name="mandates")
    post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="mandates"
    )  # who leads it
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="mandates")
    serial = models.PositiveIntegerField()  # of the receiver in the campaign, the same for editions
    n = models.PositiveIntegerField(default=1)  # of the edition
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="later")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ISSUED)
    content = models.JSONField(default=dict)  # as `mandate_content` makes it
    digest = models.CharField(max_length=64)
    substance = models.CharField(max_length=64)  # of goals and items alone: have they moved since?
    closer = models.JSONField(
        default=dict
    )  # access class → items of it, which the letter leaves out
    accept_by = models.DateField()
    issued_by = models.UUIDField(null=True)
    issued_at = models.DateTimeField()
    issued_on = models.DateField()  # by the campaign's clock

    signed_digest = models.CharField(max_length=64, blank=True)
    signed_name = models.CharField(max_length=60, blank=True)
    accepted_by = models.UUIDField(null=True)  # the account that accepted or entered it
    accepted_at = models.DateTimeField(null=True)
    accepted_on = models.DateField(null=True)  # by the campaign's clock; the day on the paper
    device = models.CharField(max_length=60, blank=True)
    via = models.CharField(max_length=8, choices=Via.choices, blank=True)
    is_acting = models.BooleanField(default=False)  # 代: by a secretary for the leading official
    note = models.CharField(max_length=300, blank=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True)  # the signed paper
    file_name = models.CharField(max_length=200, blank=True)

    objection = models.CharField(max_length=1000, blank=True)
    objected_by = models.UUIDField(null=True)
    objected_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=300, blank=True)  # why it was withdrawn
    ended_at = models.DateTimeField(null=True)
    n_chased = models.PositiveIntegerField(default=0)
    chased_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["serial", "n"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "serial", "n"], name="mandate_edition"),
            models.UniqueConstraint(
                fields=["campaign", "battle"],
                condition=models.Q(state__in=["issued", "objected", "accepted"]),
                name="mandate_of_battle",
            ),
            models.UniqueConstraint(
                fields=["campaign", "org"],
                condition=models.Q(state__in=["issued", "objected", "accepted"]),
                name="mandate_of_org",
            ),
            models.CheckConstraint(
                condition=models.Q(battle__isnull=False, post__isnull=False, org__isnull=True)
                | models.Q(battle__isnull=True, post__isnull=True, org__isnull=False),
                name="mandate_one_receiver",
            ),
        ]
        indexes = [models.Index(fields=["campaign", "state"], name="mandate_state")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.serial}-{self.n}"


class Commitment(Ledgered):
    """A commitment (表态): what an org publicly undertook, when and on what occasion."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="commitments")
    org = models.ForeignKey(Org, models.PROTECT, related_name="commitments")
    speaker = models.CharField(max_length=80)  # the post that spoke, never a person's name
    text = models.TextField()
    occasion = models.CharField(max_length=120, blank=True)
    said_on = models.DateField()
    items = models.JSONField(default=list)  # ids of the items it bears on, as text
    target = models.ForeignKey(Target, models.PROTECT, null=True, related_name="commitments")
    by = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["said_on", "pk"]
        indexes = [models.Index(fields=["campaign", "org"], name="commitment_org")]

    def __str__(self) -> str:
        return f"{self.org_id} {self.said_on}"
