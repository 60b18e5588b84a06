"""The file format of playbooks, version 1."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from gongjian.kernel.model.playbook import FieldType, StateCategory

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabelIn(Strict):
    zh: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=120)]


class FieldIn(Strict):
    key: Key
    label: LabelIn
    type: FieldType
    unit: str = ""
    choices: list[str] = []
    required_at: list[Key] = []
    sortable: bool = False
    filterable: bool = False
    personal: bool = False


class RegisterIn(Strict):
    key: Key
    label: LabelIn
    code_prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,4}$")]
    workflow: Key
    lights: Key
    access_class: Literal["open", "petition", "instruction"] = "open"
    fields: list[FieldIn] = []


class StateIn(Strict):
    key: Key
    label: LabelIn
    category: StateCategory


class StepIn(Strict):
    key: Key
    label: LabelIn
    sources: Annotated[list[Key], Field(min_length=1)]
    target: Key
    roles: Annotated[list[Key], Field(min_length=1)]
    requires: list[list[Key]] = []
    grants: bool = False


class WorkflowIn(Strict):
    key: Key
    initial: Key
    states: Annotated[list[StateIn], Field(min_length=1)]
    steps: list[StepIn]


class LightIn(Strict):
    code: Key
    word: LabelIn
    meaning: LabelIn
    colour: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    shape: Literal["circle", "triangle", "square", "check", "dash"]


class LightRulesIn(Strict):
    key: Key
    soon_days: Annotated[int, Field(ge=0, le=366)]
    behind_yellow: Annotated[int, Field(gt=0, le=10_000)]
    behind_red: Annotated[int, Field(gt=0, le=10_000)]


class BattleIn(Strict):
    name: LabelIn
    leader: LabelIn


class PlaybookIn(Strict):
    format: Literal[1]
    key: Key
    version: Annotated[int, Field(ge=1)]
    label: LabelIn
    registers: Annotated[list[RegisterIn], Field(min_length=1)]
    workflows: Annotated[list[WorkflowIn], Field(min_length=1)]
    lights: Annotated[list[LightIn], Field(min_length=1)]
    light_rules: Annotated[list[LightRulesIn], Field(min_length=1)]
    role_words: dict[str, Literal["leader", "lead", "owner", "support", "overseer", "contact"]] = {}
    battles: list[BattleIn] = []
