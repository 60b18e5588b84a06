"""Orgs, posts, people and grants: who there is and what each may see or do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from gongjian.apps.ledger.models import Derived, GuardedQuerySet, Ledgered

if TYPE_CHECKING:
    import datetime as dt


class Org(Ledgered):
    """An office in the tree (单位)."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    aliases = models.JSONField(default=list, blank=True)
    order = models.PositiveIntegerField(default=0)
    since = models.DateField(null=True)
    until = models.DateField(null=True)  # last day, once it was merged or abolished
    successor = models.ForeignKey("self", models.PROTECT, null=True, related_name="predecessors")

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.short_name

    def label(self, language: str) -> str:
        """Give the name in a language."""
        return self.name_en if language.startswith("en") and self.name_en else self.short_name


class OrgReach(Derived):
    """Every org with each org above it, itself included: a scope is one join."""

    ancestor = models.ForeignKey(Org, models.CASCADE, related_name="below")
    descendant = models.ForeignKey(Org, models.CASCADE, related_name="above")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ancestor", "descendant"], name="orgreach_once")
        ]

    def __str__(self) -> str:
        return f"{self.ancestor_id} > {self.descendant_id}"


class OrgGroup(Ledgered):
    """Orgs that are compared with each other and with nobody else (序列)."""

    key = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    order = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order", "key"]

    def __str__(self) -> str:
        return self.name


class OrgGroupMember(Ledgered):
    """An org's place in a group, for a time."""

    group = models.ForeignKey(OrgGroup, models.PROTECT, related_name="members")
    org = models.ForeignKey(Org, models.PROTECT, related_name="memberships")
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        # A row for each stay; one from the beginning (no day) is told apart by the action.
        constraints = [
            models.UniqueConstraint(fields=["group", "org", "since"], name="groupmember_stay")
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.org_id}"


class Post(Ledgered):
    """A post in an org, with its portfolio (分管领域); held by people for a time."""

    org = models.ForeignKey(Org, models.PROTECT, related_name="posts")
    title = models.CharField(max_length=80)
    title_en = models.CharField(max_length=80, blank=True)
    portfolio = models.CharField(max_length=300, blank=True)
    is_principal = models.BooleanField(default=False)  # 一把手
    order = models.PositiveIntegerField(default=0)
    until = models.DateField(null=True)  # last day, once the post was abolished

    class Meta:
        constraints = [models.UniqueConstraint(fields=["org", "title"], name="post_once")]

    def __str__(self) -> str:
        return self.title

    def label(self, language: str) -> str:
        """Give the title in a language."""
        return self.title_en if language.startswith("en") and self.title_en else self.title


class PersonManager(models.Manager.from_queryset(GuardedQuerySet)):  # type: ignore[misc]
    """Finds people by the name they sign in with."""

    def get_by_natural_key(self, username: str) -> Person:
        person: Person = self.get(username=username)
        return person


class Person(Ledgered, AbstractBaseUser):
    """A person who signs in. The password and the last sign-in are no facts of a campaign."""

    UNLEDGERED: ClassVar[frozenset[str]] = frozenset({"password", "last_login"})

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)

    objects = PersonManager()  # type: ignore[misc]  # instead of the guarded query set's manager
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        # Signing in and changing one's password touch private columns only.
        if set(kwargs.get("update_fields") or ["*"]) <= self.UNLEDGERED:
            models.Model.save(self, *args, **kwargs)
            return
        super().save(*args, **kwargs)

    def keep_password(self, password: str) -> None:
        """Set the password; it is no fact of a campaign and stands in no event."""
        self.set_password(password)
        self.save(update_fields=["password"])

    def label(self, language: str) -> str:
        """Give the name in a language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name


class PostHolding(Ledgered):
    """Who holds a post, from when to when."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="holdings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="holdings")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    note = models.TextField(blank=True)  # what is handed over, from whoever leaves

    def __str__(self) -> str:
        return f"{self.post_id} {self.person_id}"


class Role(models.TextChoices):
    """What a grant lets its holder do."""

    OFFICE = "office", _("Campaign office")
    LEADER = "leader", _("Leading official")
    SECRETARY = "secretary", _("Secretary")
    PRINCIPAL = "principal", _("Principal")
    CONTACT = "contact", _("Contact")
    INSPECTOR = "inspector", _("Inspector")
    ASSESSOR = "assessor", _("Assessor")
    STATISTICS = "statistics", _("Statistics")
    AUDITOR = "auditor", _("Auditor")
    VIEWER = "viewer", _("Viewer")
    PUBLIC = "public", _("Public")


class AccessClass(models.TextChoices):
    """How closely rows are kept."""

    OPEN = "open", _("Open")
    PETITION = "petition", _("Petition")
    INSTRUCTION = "instruction", _("Instruction")


class Grant(Ledgered):
    """A role for a person or a post: in a campaign or in all, for an org with all below or for all.

    With an item it reaches that item and what lies below it, and nothing else: the account of a
    contractor or a community.
    """

    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="grants")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="grants")
    role = models.CharField(max_length=16, choices=Role.choices)
    campaign_id = models.UUIDField(null=True)  # a higher app's row: by id, without a foreign key
    org = models.ForeignKey(Org, models.PROTECT, null=True)
    item_id = models.UUIDField(null=True)  # a higher app's row as well
    access_class = models.CharField(
        max_length=16, choices=AccessClass.choices, default=AccessClass.OPEN
    )
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) ^ models.Q(post__isnull=False),
                name="grant_one_holder",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.person_id or self.post_id}"


class Token(Ledgered):
    """A key with which a program acts as a person, within scopes and for a time.

    The secret itself is shown once and kept nowhere; its hash is no fact of a campaign and stands in
    no event, so undoing brings no token back to life.
    """

    UNLEDGERED: ClassVar[frozenset[str]] = frozenset({"digest", "last_used_on"})

    person = models.ForeignKey(Person, models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=12)  # how the secret begins, to tell one from another
    scopes = models.JSONField(default=list)
    campaign_id = models.UUIDField(null=True)  # a higher app's row; the only one it reaches
    expires_on = models.DateField()  # last day
    revoked_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001  # none twice
    last_used_on = models.DateField(null=True)  # a day is enough to see which are forgotten

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.hint} {self.name}"

    def note_use(self, day: dt.date) -> None:
        """Keep the day on which it was used last; no fact of a campaign."""
        models.QuerySet(Token).filter(pk=self.pk).update(last_used_on=day)
