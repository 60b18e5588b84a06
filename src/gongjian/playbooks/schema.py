"""The file format of playbooks, version 2; each shape names the kernel's value it becomes."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from gongjian.kernel.model import fields, playbook, workflow
from gongjian.kernel.model.fields import ComputeOp, FieldType
from gongjian.kernel.model.workflow import StateCategory

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
Role = Literal["leader", "lead", "owner", "support", "overseer", "contact"]
Word = Annotated[str, Field(min_length=1, max_length=120)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    KERNEL: ClassVar[type]


class Grown(Strict):
    """A shape that newer files say more in.

    What is empty, or as it is where nothing is said, is left out: a version is known by its digest.
    """

    NEWER: ClassVar[tuple[str, ...]]

    @model_serializer(mode="wrap")
    def _as_before(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        content: dict[str, Any] = write(self)
        return {k: v for k, v in content.items() if k not in self.NEWER or self._is_said(k, v)}

    def _is_said(self, key: str, value: Any) -> bool:
        return bool(value) and value != type(self).model_fields[key].default


class LabelIn(Strict):
    KERNEL = fields.Label
    zh: Word
    en: Word


class ChoiceIn(Strict):
    KERNEL = fields.Choice
    key: Annotated[str, Field(min_length=1, max_length=60)]
    label: LabelIn

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        """A bare word stands for itself in both languages."""
        if isinstance(value, str):
            return {"key": value, "label": {"zh": value, "en": value}}
        return value


class ComputeIn(Strict):
    KERNEL = fields.Compute
    op: ComputeOp
    of: list[Key] = []
    over: Literal["self", "children"] = "self"


class FieldIn(Strict):
    KERNEL = fields.FieldDef
    key: Key
    label: LabelIn
    type: FieldType
    unit: Annotated[str, Field(max_length=24)] = ""
    choices: Annotated[list[ChoiceIn], Field(max_length=200)] = []
    several: bool = False
    required_at: list[Key] = []
    sortable: bool = False
    filterable: bool = False
    personal: bool = False
    see: list[Key] = []
    edit: list[Key] = []
    compute: ComputeIn | None = None
    help: LabelIn | None = None


class ColumnIn(Grown):
    KERNEL = fields.Column
    NEWER = ("below",)
    head: Word
    source: Annotated[str, Field(max_length=60)]
    over: Annotated[str, Field(max_length=120)] = ""
    mark_lead: bool = False
    below: Annotated[str, Field(max_length=60)] = ""


class HeaderProfileIn(Strict):
    KERNEL = fields.HeaderProfile
    key: Key
    label: LabelIn
    columns: Annotated[list[ColumnIn], Field(min_length=1, max_length=60)]
    title: Annotated[str, Field(max_length=120)] = ""
    by_battle: bool = False


class RoleWordIn(Strict):
    KERNEL = fields.RoleWord
    role: Role
    word: LabelIn
    also: list[Word] = []


class RegisterIn(Strict):
    KERNEL = playbook.RegisterDef
    key: Key
    label: LabelIn
    code_prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,4}$")]
    workflow: Key
    lights: Key
    access_class: Literal["open", "petition", "instruction"] = "open"
    fields: Annotated[list[FieldIn], Field(max_length=120)] = []
    heads: list[HeaderProfileIn] = []
    role_words: list[RoleWordIn] = []
    parents: list[Key] = []
    needs: list[Key] = []
    note: LabelIn | None = None


When = Annotated[dict[Key, Annotated[list[Word], Field(min_length=1)]], Field(max_length=5)]


class StateLimitIn(Strict):
    KERNEL = workflow.StateLimit
    limit: Key
    when: When = {}

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        """A bare name is a limit without a condition."""
        return {"limit": value} if isinstance(value, str) else value


class StateIn(Grown):
    KERNEL = workflow.State
    NEWER = ("awaits", "limits")
    key: Key
    label: LabelIn
    category: StateCategory
    awaits: list[Key] = []
    limits: list[StateLimitIn] = []


class EffectIn(Strict):
    KERNEL = workflow.Effect
    kind: Literal["notify", "revisit", "list", "create"]
    names: Annotated[list[Key], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """Written short: what is done, then to whom, when or where."""
        if isinstance(value, dict) and len(value) == 1:
            [(kind, names)] = value.items()
            return {"kind": kind, "names": names}
        return value


class StepIn(Grown):
    KERNEL = workflow.Transition
    NEWER = ("stays", "asks", "consents", "when", "effects")
    key: Key
    label: LabelIn
    sources: Annotated[list[Key], Field(min_length=1)]
    target: Key
    roles: Annotated[list[Key], Field(min_length=1)]
    requires: list[list[Key]] = []
    grants: bool = False
    stays: list[Key] = []
    asks: bool = False
    consents: list[Key] = []
    when: When = {}
    effects: list[EffectIn] = []


class WorkflowIn(Strict):
    KERNEL = workflow.Workflow
    key: Key
    initial: Key
    issued: str = ""
    states: Annotated[list[StateIn], Field(min_length=1)]
    transitions: Annotated[list[StepIn], Field(alias="steps")]


class LightIn(Strict):
    KERNEL = playbook.LightDef
    code: Key
    word: LabelIn
    meaning: LabelIn
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    shape: Literal["circle", "triangle", "square", "check", "dash"]


class LightRulesIn(Strict):
    KERNEL = playbook.LightRules
    key: Key
    soon_days: Annotated[int, Field(ge=0, le=366)]
    behind_yellow: Annotated[int, Field(gt=0, le=10_000)]
    behind_red: Annotated[int, Field(gt=0, le=10_000)]


class BattleIn(Strict):
    KERNEL = playbook.BattlePreset
    name: LabelIn
    leader: LabelIn


class LinkIn(Strict):
    KERNEL = playbook.LinkDef
    key: Key
    label: LabelIn
    back: LabelIn
    sources: list[Key] = []
    targets: list[Key] = []
    one_source: bool = False
    one_target: bool = False


class LimitIn(Grown):
    KERNEL = workflow.TimeLimit
    NEWER = ("anew",)
    key: Key
    label: LabelIn
    days: Annotated[int, Field(ge=0, le=3660)]
    working: bool = True
    anew: bool = False


class LadderStepIn(Strict):
    KERNEL = playbook.LadderStep
    key: Key
    word: LabelIn
    after_days: Annotated[int, Field(ge=-366, le=366)]
    to: Key


class LadderIn(Strict):
    KERNEL = playbook.Ladder
    key: Key
    label: LabelIn
    steps: Annotated[list[LadderStepIn], Field(min_length=1)]


class GroupIn(Strict):
    KERNEL = playbook.GroupDef
    key: Key
    label: LabelIn


class PanelIn(Strict):
    KERNEL = playbook.Panel
    key: Key
    label: LabelIn
    kind: Key
    registers: list[Key] = []


class ScoreRuleIn(Strict):
    KERNEL = playbook.ScoreRule
    key: Key
    label: LabelIn
    points: Annotated[int, Field(gt=0, le=10_000)]


class DutyIn(Strict):
    KERNEL = playbook.DutyDef
    key: Key
    label: LabelIn
    every: Literal["week", "month", "quarter", "year"]
    role: Key
    portfolio: Annotated[str, Field(max_length=120)] = ""


class PlaybookIn(Grown):
    KERNEL = playbook.Playbook
    NEWER = ("burden_cap",)
    format: Literal[2]
    key: Key
    version: Annotated[int, Field(ge=1)]
    label: LabelIn
    registers: Annotated[list[RegisterIn], Field(min_length=1, max_length=60)]
    workflows: Annotated[list[WorkflowIn], Field(min_length=1)]
    lights: Annotated[list[LightIn], Field(min_length=1)]
    light_rules: Annotated[list[LightRulesIn], Field(min_length=1)]
    role_words: list[RoleWordIn] = []
    battles: list[BattleIn] = []
    links: list[LinkIn] = []
    limits: list[LimitIn] = []
    ladders: list[LadderIn] = []
    groups: list[GroupIn] = []
    panels: list[PanelIn] = []
    scoring: list[ScoreRuleIn] = []
    duties: list[DutyIn] = []
    too_many: Annotated[int, Field(ge=1, le=10_000)] = 20
    burden_cap: Annotated[int, Field(ge=1, le=10_000)] = 60
