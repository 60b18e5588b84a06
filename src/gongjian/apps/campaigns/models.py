"""Campaigns and everything they track: one table of items, many registers declared in playbooks."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from gongjian.apps.accounts.models import AccessClass, Org, Person, Post
from gongjian.apps.ledger.models import Derived, Ledgered
from gongjian.apps.papers.models import Paper, StoredFile


class Campaign(Ledgered):
    """A time-bound delivery campaign (攻坚行动)."""

    UNLEDGERED: ClassVar[frozenset[str]] = frozenset({"lit_on"})

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    goal = models.CharField(max_length=300, blank=True)
    issuer = models.CharField(max_length=160, blank=True)
    place = models.CharField(max_length=80, blank=True)
    start_on = models.DateField()
    end_on = models.DateField()
    anchor_on = models.DateField(null=True)  # what is counted down to, where it is not the end
    anchor_name = models.CharField(max_length=120, blank=True)
    anchor_name_en = models.CharField(max_length=120, blank=True)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")
    paper = models.ForeignKey(Paper, models.PROTECT, null=True)
    clause = models.JSONField(default=dict)  # field name → [[start, end], …] in the paper's text
    is_example = models.BooleanField(default=False)  # made of an example paper and a simulation
    former = models.ForeignKey("self", models.PROTECT, null=True, related_name="followers")
    announced = models.JSONField(default=list)  # [{"what", "n", "span"}, …] as the paper has them
    published_on = models.DateField(null=True)  # the day of the launch
    agenda = models.JSONField(default=dict)  # of the launch: venues, lines
    lit_on = models.DateField(null=True)  # the day that lights are good for

    class Meta:
        ordering = ["-start_on", "code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start_on__lte=models.F("end_on")), name="campaign_period"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def label(self, language: str) -> str:
        """Give the name in a language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name


class PlaybookVersion(Ledgered):
    """A playbook as it was in force for a campaign; its text never changes."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="playbooks")
    key = models.CharField(max_length=60)
    n = models.PositiveIntegerField(default=1)
    digest = models.CharField(max_length=64)
    text = models.TextField()
    state_map = models.JSONField(default=dict)  # register → former state → state in its place
    in_force = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=models.Q(in_force=True), name="playbook_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.digest[:8]}"


class Adoption(Ledgered):
    """A playbook taken over by a running campaign: the plan that was agreed to, and how far it is."""

    class State(models.TextChoices):
        RUNNING = "running"  # in force already; rows are still being rewritten
        DONE = "done"
        UNDONE = "undone"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="adoptions")
    former = models.ForeignKey(PlaybookVersion, models.PROTECT, related_name="+")
    adopted = models.ForeignKey(PlaybookVersion, models.PROTECT, related_name="+")
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    n_rows = models.PositiveIntegerField(default=0)  # rewritten so far

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["campaign", "state"], name="adoption_state")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.state}"


class Battle(Ledgered):
    """One front of a campaign (攻坚战); may nest."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="battles")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    order = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    leader = models.ForeignKey(Post, models.PROTECT, null=True)  # 牵头区领导, the first one
    leader_title = models.CharField(max_length=120, blank=True)  # as printed, before matched
    lead_org = models.ForeignKey(Org, models.PROTECT, null=True)
    clause = models.JSONField(default=dict)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "order"], name="battle_order")]

    def __str__(self) -> str:
        return self.name

    def label(self, language: str) -> str:
        """Give the name in a language."""
        return self.name_en if language.startswith("en") and self.name_en else self.name


class BattleTenure(Ledgered):
    """Who leads a battle from a day on, until the next one; before the first, `Battle.leader` does."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    battle = models.ForeignKey(Battle, models.PROTECT, related_name="tenures")
    post = models.ForeignKey(Post, models.PROTECT, null=True)
    since = models.DateField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["since"]
        constraints = [models.UniqueConstraint(fields=["battle", "since"], name="tenure_once")]

    def __str__(self) -> str:
        return f"{self.battle_id} {self.since}"


class TaskForce(Ledgered):
    """A task force (专班): an org for a time, with a head, seconded members, a rhythm and an end."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="task_forces")
    battle = models.ForeignKey(Battle, models.PROTECT, null=True, related_name="task_forces")
    org = models.ForeignKey(Org, models.PROTECT, related_name="+")  # what its items name
    name = models.CharField(max_length=120)
    head = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+")
    rhythm = models.CharField(max_length=120, blank=True)  # how often it meets
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["campaign", "battle"], name="taskforce_battle")]

    def __str__(self) -> str:
        return self.name


class TaskForceMember(Ledgered):
    """Who was seconded to a task force, from where, for how long."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    task_force = models.ForeignKey(TaskForce, models.PROTECT, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    home_org = models.ForeignKey(Org, models.PROTECT, related_name="+")
    team = models.CharField(max_length=60, blank=True)  # 组
    duty = models.CharField(max_length=120, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        ordering = ["team", "since"]

    def __str__(self) -> str:
        return f"{self.task_force_id} {self.person_id}"


class Register(Ledgered):
    """A list of items of one kind (清单, 台账), declared by the playbook under the same key."""

    UNLEDGERED: ClassVar[frozenset[str]] = frozenset({"next_n"})

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="registers")
    key = models.CharField(max_length=40)
    order = models.PositiveIntegerField()
    code_prefix = models.CharField(max_length=8)
    access_class = models.CharField(
        max_length=16, choices=AccessClass.choices, default=AccessClass.OPEN
    )
    next_n = models.PositiveIntegerField(default=1)  # counter of codes, taken in blocks

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="register_key")]

    def __str__(self) -> str:
        return self.key


# Categories of states in which an item is no longer open.
OVER = ("closed", "ended")


class Item(Ledgered):
    """One row of a register (事项). Facts are columns; light and due state are computed beside them."""

    UNLEDGERED: ClassVar[frozenset[str]] = frozenset(
        {"category", "light", "due_state", "next_light", "next_light_on"}
    )

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="items", db_index=False
    )  # first in the indexes below
    register = models.ForeignKey(
        Register, models.PROTECT, related_name="items", db_index=False
    )  # second in them
    battle = models.ForeignKey(Battle, models.PROTECT, null=True, related_name="items")
    # Most items lie below no other: full indexes of these two would mostly say so, and mislead planners.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", db_index=False
    )
    root = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)
    depth = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=32, unique=True)
    title = models.CharField(max_length=300)
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="items")  # accountable
    start_on = models.DateField(null=True)
    due = models.DateField(null=True)
    state = models.CharField(max_length=32)
    progress = models.PositiveIntegerField(default=0)  # basis points, 0–10000, as last reported
    reported_by = models.UUIDField(null=True)  # who asks never grants
    issued_on = models.DateField(null=True)  # clocks run from here, however early it starts
    closed_on = models.DateField(null=True)
    fields = models.JSONField(default=dict)  # playbook fields by stable key, decimals as strings
    access_class = models.CharField(max_length=16, default=AccessClass.OPEN)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True)
    clause = models.JSONField(default=dict)

    category = models.CharField(max_length=8, default="open")  # of its state
    light = models.CharField(max_length=16, default="none")
    due_state = models.CharField(max_length=8, default="none")
    next_light = models.CharField(max_length=16, blank=True)
    next_light_on = models.DateField(null=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=models.Q(progress__lte=10_000), name="item_progress"),
            models.CheckConstraint(condition=models.Q(depth__lte=5), name="item_depth"),
        ]
        indexes = [
            models.Index(fields=["campaign", "code"], name="item_code"),
            models.Index(fields=["campaign", "battle", "code"], name="item_battle"),
            models.Index(fields=["campaign", "org", "code"], name="item_org"),
            models.Index(fields=["campaign", "due_state", "due", "code"], name="item_due"),
            models.Index(fields=["campaign", "light", "code"], name="item_light"),
            models.Index(fields=["campaign", "next_light_on"], name="item_tick"),
            models.Index(fields=["campaign", "register", "code"], name="item_register"),
            models.Index(fields=["campaign", "register", "due", "code"], name="item_register_due"),
            models.Index(
                fields=["campaign", "register", "state", "due", "code"], name="item_register_state"
            ),
            models.Index(
                fields=["campaign", "register", "state", "code"], name="item_register_state_code"
            ),
            models.Index(
                fields=["campaign", "register", "light", "code"], name="item_register_light"
            ),
            models.Index(fields=["campaign", "register", "org", "code"], name="item_register_org"),
            models.Index(
                fields=["parent", "code"],
                condition=models.Q(parent__isnull=False),
                name="item_parent",
            ),
            models.Index(fields=["root"], condition=models.Q(root__isnull=False), name="item_root"),
        ]

    def __str__(self) -> str:
        return self.code

    def measures(self) -> dict[str, int]:
        """Give what this row adds to its cell of the tallies."""
        return {
            "n": 1,
            f"state:{self.state}": 1,
            f"category:{self.category}": 1,
            f"light:{self.light}": 1,
            f"due:{self.due_state}": 1,
            "progress": self.progress,
        }


class Responsibility(Ledgered):
    """Who is what to an item (责任): an org, a group of orgs or a post, in one role."""

    class Role(models.TextChoices):
        LEADER = "leader"
        LEAD = "lead"
        OWNER = "owner"
        SUPPORT = "support"
        OVERSEER = "overseer"
        CONTACT = "contact"

    UNLEDGERED: ClassVar[frozenset[str]] = frozenset({"is_part"})

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="responsibilities")
    role = models.CharField(max_length=16, choices=Role.choices)
    order = models.PositiveIntegerField(default=0)
    org = models.ForeignKey(Org, models.PROTECT, null=True, related_name="responsibilities")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="responsibilities")
    group_id = models.UUIDField(null=True)
    printed = models.CharField(max_length=120, blank=True)  # the word of the paper
    since = models.DateField(null=True)  # null: from the item's beginning
    until = models.DateField(null=True)  # last day; null: to its end
    is_part = models.BooleanField(default=False)  # computed: its org is not the accountable one

    class Meta:
        ordering = ["order"]
        indexes = [
            models.Index(fields=["campaign", "org", "role"], name="responsibility_org"),
            models.Index(
                fields=["campaign", "org", "item"],
                condition=models.Q(is_part=True),
                name="responsibility_part",
            ),
            models.Index(
                fields=["campaign", "group_id", "item"],
                condition=models.Q(group_id__isnull=False),
                name="responsibility_group",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.printed}"


class Listing(Ledgered):
    """An item listed in another register (登记), of this campaign or another: one fact, many books."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="listings")
    register = models.ForeignKey(Register, models.PROTECT, related_name="listings")
    item = models.ForeignKey(Item, models.PROTECT, related_name="listings")
    battle = models.ForeignKey(Battle, models.PROTECT, null=True, related_name="+")
    number = models.CharField(max_length=40, blank=True)  # its number in that register
    fields = models.JSONField(default=dict)  # the columns that only that register has

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["register", "item"], name="listing_once")]
        indexes = [models.Index(fields=["campaign", "register", "number"], name="listing_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.item_id}"


class ItemLink(Ledgered):
    """A link between two items, of a kind that the source's playbook declares."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    source = models.ForeignKey(Item, models.PROTECT, related_name="links")
    target = models.ForeignKey(Item, models.PROTECT, related_name="back_links")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "source", "target"], name="itemlink_once")
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"


class ItemFile(Ledgered):
    """A file kept with an item; its bytes lie in the file store under their hash."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT)
    field = models.CharField(max_length=40, blank=True)  # the playbook field it fills, if any
    name = models.CharField(max_length=200)
    note = models.CharField(max_length=300, blank=True)
    by = models.UUIDField(null=True)
    at = models.DateTimeField()
    is_removed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.name


class CaseKey(models.Model):
    """The key under which the personal fields of one item are kept; erasure destroys it."""

    LEDGER: ClassVar[str] = "private"

    item = models.OneToOneField(Item, models.CASCADE, primary_key=True, related_name="case_key")
    wrapped = models.BinaryField()  # under the installation's key, which is in no database

    def __str__(self) -> str:
        return str(self.item_id)


class Disclosure(Ledgered):
    """Personal fields of an item were read in clear by somebody, or destroyed for ever."""

    class Kind(models.TextChoices):
        READ = "read"
        ERASED = "erased"

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="+")
    item = models.ForeignKey(Item, models.PROTECT, related_name="disclosures")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.READ)
    fields = models.JSONField(default=list)  # keys of what was read
    by = models.UUIDField(null=True)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at"]
        indexes = [models.Index(fields=["campaign", "at"], name="disclosure_at")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.at}"


class Roster(Ledgered):
    """A named list of items that a rate is measured against (名册), as it stood from a day on.

    Each version is a row of its own, numbered within its name, with the reason for the change.
    """

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="rosters")
    register = models.ForeignKey(Register, models.PROTECT, related_name="rosters")
    name = models.CharField(max_length=120)
    n = models.PositiveIntegerField()
    since = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    members = models.JSONField(default=list)  # ids of items, as text

    class Meta:
        ordering = ["name", "n"]
        constraints = [
            models.UniqueConstraint(fields=["register", "name", "n"], name="roster_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.n}"


class ItemKey(Derived):
    """A playbook field that may be sorted or filtered, typed: one path for both databases."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    register = models.ForeignKey(Register, models.CASCADE, related_name="+")
    field = models.CharField(max_length=40)
    item = models.ForeignKey(Item, models.CASCADE, related_name="keys")
    num = models.BigIntegerField(null=True)  # numbers and money as integers scaled by 10000
    day = models.DateField(null=True)
    ref = models.UUIDField(null=True)
    txt = models.CharField(max_length=200, null=True)  # noqa: DJ001  # null: another type's key

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "field"], name="itemkey_once")]
        indexes = [
            models.Index(fields=["register", "field", "num", "item"], name="itemkey_num"),
            models.Index(fields=["register", "field", "day", "item"], name="itemkey_day"),
            models.Index(fields=["register", "field", "ref", "item"], name="itemkey_ref"),
            models.Index(fields=["register", "field", "txt", "item"], name="itemkey_txt"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.field}"


class ItemText(Derived):
    """What of an item is searched, and the pairs of its characters that the index holds.

    The index itself is the database's own: a full-text table on SQLite, kept by triggers; a column of
    lexemes on PostgreSQL, generated from `grams`.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+", db_index=False)
    item = models.OneToOneField(Item, models.CASCADE, related_name="text")
    code = models.CharField(max_length=32)  # of the item, by which what is found is ordered
    text = models.TextField()
    grams = models.TextField()

    def __str__(self) -> str:
        return str(self.item_id)


class Cell(Derived):
    """One measure of the items of a battle, an org and a register: shape shared by three tables."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="+")
    battle = models.ForeignKey(Battle, models.CASCADE, null=True, related_name="+")
    org = models.ForeignKey(Org, models.CASCADE, null=True, related_name="+")
    register = models.ForeignKey(Register, models.CASCADE, related_name="+")
    access_class = models.CharField(max_length=16)
    measure = models.CharField(max_length=48)

    KEY: ClassVar[tuple[str, ...]] = (
        "battle_id", "org_id", "register_id", "access_class", "measure",
    )  # fmt: skip

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.measure} {self.battle_id} {self.org_id}"

    def cell(self) -> tuple[Any, ...]:
        """Give what tells this cell from the others of its campaign."""
        return tuple(getattr(self, name) for name in self.KEY)


class Tally(Cell):
    """Moves merged so far."""

    n = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "key"],
                name="tally_cell",
            )
        ]

    key = models.CharField(max_length=64)  # digest of the cell: nulls would defeat a unique key


class TallyMove(Cell):
    """What one action, or the tick, added to a cell; merged into `Tally` by a leased folder."""

    n = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["campaign"], name="tallymove_campaign")]


class TallyDay(Cell):
    """What a cell stood at when a day ended; stored only if it changed, or on a full copy's day."""

    day = models.DateField()
    n = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["campaign", "day"], name="tallyday_day")]


class DayClosed(Derived):
    """A day whose tallies were stored."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="days")
    day = models.DateField()
    is_full = models.BooleanField()

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["campaign", "day"], name="dayclosed_once")]

    def __str__(self) -> str:
        return str(self.day)
