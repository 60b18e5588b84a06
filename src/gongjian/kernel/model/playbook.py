"""A campaign's shape as data (模板): registers, fields, lights, ladders."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from gongjian.kernel.model.fields import FieldDef, HeaderProfile, Label, RoleWord
    from gongjian.kernel.model.workflow import State, TimeLimit, Workflow


@dataclass(frozen=True, slots=True)
class LightDef:
    """One light (灯): its word is always printed beside its colour.

    Attributes
    ----------
    code : str
        Stable name.
    word, meaning : Label
        What is printed, and what it says.
    colour : str
        As ``#rrggbb``, for a dark ground.
    shape : str
        ``circle``, ``triangle``, ``square``, ``check`` or ``dash``.
    """

    code: str
    word: Label
    meaning: Label
    colour: str
    shape: str


@dataclass(frozen=True, slots=True)
class LightRules:
    """When an item is lit how; the worst rule wins.

    Attributes
    ----------
    key : str
        Stable name.
    soon_days : int
        A deadline at most so many days away makes an open item yellow.
    behind_yellow, behind_red : int
        Basis points behind the straight line from start to deadline that make it yellow or red.
    """

    key: str
    soon_days: int
    behind_yellow: int
    behind_red: int


# What a launch check may ask of an item besides fields of its register.
CORE_NEEDS = frozenset({"owner", "lead", "due", "target", "counting_rule"})


@dataclass(frozen=True, slots=True)
class RegisterDef:
    """A register declared by the playbook.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Its name.
    code_prefix : str
        Middle part of the codes of its items.
    workflow, lights : str
        Keys of its workflow and its light rules.
    access_class : str
        How closely its rows are kept.
    fields : tuple of FieldDef
        Its own fields.
    heads : tuple of HeaderProfile
        Printed forms of it; the first is the usual one.
    role_words : tuple of RoleWord
        Which printed word means which role here, before those of the playbook.
    parents : tuple of str
        Registers whose items may stand above an item of this one, besides its own.
    needs : tuple of str
        What each item must have before it is issued: `CORE_NEEDS` and keys of fields.
    note : Label or None
        What belongs here, in a sentence for an empty list.
    """

    key: str
    label: Label
    code_prefix: str
    workflow: str
    lights: str
    access_class: str = "open"
    fields: tuple[FieldDef, ...] = ()
    heads: tuple[HeaderProfile, ...] = ()
    role_words: tuple[RoleWord, ...] = ()
    parents: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    note: Label | None = None

    def field(self, key: str) -> FieldDef:
        """Find a field.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        FieldDef
            The field; a KeyError where there is none.
        """
        return _find(self.fields, key)

    def head(self, key: str) -> HeaderProfile:
        """Find a printed form.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        HeaderProfile
            The form; a KeyError where there is none.
        """
        return _find(self.heads, key)


@dataclass(frozen=True, slots=True)
class LinkDef:
    """A kind of link between items (need → scene → reform, finding → rectification).

    Attributes
    ----------
    key : str
        Stable name.
    label, back : Label
        What the source says of the target, and the target of the source.
    sources, targets : tuple of str
        Registers it leads from and to; empty allows any.
    one_source : bool
        True where a target has at most one source (need 1–n scene).
    one_target : bool
        True where a source has at most one target.
    """

    key: str
    label: Label
    back: Label
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    one_source: bool = False
    one_target: bool = False


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One rung of an escalation ladder.

    Attributes
    ----------
    key : str
        Stable name.
    word : Label
        What it is called: 提醒函, 督办单, 约谈.
    after_days : int
        Days after the deadline; below zero before it.
    to : str
        Role that is told.
    """

    key: str
    word: Label
    after_days: int
    to: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """An escalation ladder.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Its name.
    steps : tuple of LadderStep
        From the mildest on.
    """

    key: str
    label: Label
    steps: tuple[LadderStep, ...]


@dataclass(frozen=True, slots=True)
class GroupDef:
    """A comparison group (序列) that a campaign of this kind expects.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Its name.
    """

    key: str
    label: Label


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the cockpit.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        Its title.
    kind : str
        What it shows.
    registers : tuple of str
        Registers it counts; empty counts all.
    """

    key: str
    label: Label
    kind: str
    registers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """A line of a scoring scheme.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        What is judged.
    points : int
        At most so many.
    """

    key: str
    label: Label
    points: int


@dataclass(frozen=True, slots=True)
class DutyDef:
    """A recurring duty of a leader or of a portfolio.

    Attributes
    ----------
    key : str
        Stable name.
    label : Label
        What is to be done.
    every : str
        ``week``, ``month``, ``quarter`` or ``year``.
    role : str
        Whose duty it is.
    portfolio : str
        Word that must stand in the portfolio; empty counts for every holder of the role.
    """

    key: str
    label: Label
    every: str
    role: str
    portfolio: str = ""


@dataclass(frozen=True, slots=True)
class BattlePreset:
    """A battle that campaigns of this shape usually have.

    Attributes
    ----------
    name : Label
        Its name.
    leader : Label
        The post that leads it.
    """

    name: Label
    leader: Label


@dataclass(frozen=True, slots=True)
class Playbook:
    """A campaign's shape.

    Attributes
    ----------
    key : str
        Stable name.
    version : int
        Counts up with each edition.
    label : Label
        Its name.
    registers : tuple of RegisterDef
        In the order shown.
    workflows : tuple of Workflow
        Named by registers.
    lights : tuple of LightDef
        From best to worst, then those that are no judgement.
    light_rules : tuple of LightRules
        Named by registers.
    role_words : tuple of RoleWord
        Printed words for roles, where a register has none of its own.
    battles : tuple of BattlePreset
        May be empty.
    links : tuple of LinkDef
        Kinds of links between items.
    limits : tuple of TimeLimit
        How long steps may take.
    ladders : tuple of Ladder
        How a late item escalates.
    groups : tuple of GroupDef
        Comparison groups it expects.
    panels : tuple of Panel
        Panels of the cockpit.
    scoring : tuple of ScoreRule
        What is judged, with points.
    duties : tuple of DutyDef
        Recurring duties.
    too_many : int
        Open items above which an owner is said to hold too many.
    burden_cap : int
        Fields that one org is asked in a week, above which whoever asks must say why.
    state_map : dict of str to dict
        Register → former state → state that took its place, for rows that an adoption has not
        rewritten yet; set by whoever keeps the version, never by a file.
    digest : str
        SHA-256 of the canonical content, set by the loader.
    """

    key: str
    version: int
    label: Label
    registers: tuple[RegisterDef, ...]
    workflows: tuple[Workflow, ...]
    lights: tuple[LightDef, ...]
    light_rules: tuple[LightRules, ...]
    role_words: tuple[RoleWord, ...] = ()
    battles: tuple[BattlePreset, ...] = ()
    links: tuple[LinkDef, ...] = ()
    limits: tuple[TimeLimit, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    groups: tuple[GroupDef, ...] = ()
    panels: tuple[Panel, ...] = ()
    scoring: tuple[ScoreRule, ...] = ()
    duties: tuple[DutyDef, ...] = ()
    too_many: int = 20
    burden_cap: int = 60
    state_map: dict[str, dict[str, str]] = field(default_factory=dict)
    digest: str = ""

    def register(self, key: str) -> RegisterDef:
        """Find a register.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        RegisterDef
            The register; a KeyError where there is none.
        """
        return _find(self.registers, key)

    def workflow(self, key: str) -> Workflow:
        """Find a workflow.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        Workflow
            The workflow; a KeyError where there is none.
        """
        return _find(self.workflows, key)

    def workflow_of(self, register: str) -> Workflow:
        """Find the workflow of a register.

        Parameters
        ----------
        register : str
            Key of the register.

        Returns
        -------
        Workflow
            Its workflow; a KeyError where there is no such register.
        """
        return self.workflow(self.register(register).workflow)

    def state_of(self, register: str, state: str) -> State:
        """Find the state of an item, also of one that an adoption has not rewritten yet.

        Parameters
        ----------
        register : str
            Key of its register.
        state : str
            The state as its row has it.

        Returns
        -------
        State
            The state; a KeyError where the register knows none of that name.
        """
        now = self.state_map.get(register, {}).get(state, state)
        return self.workflow_of(register).state(now)

    def rules_of(self, register: str) -> LightRules:
        """Find the light rules of a register.

        Parameters
        ----------
        register : str
            Key of the register.

        Returns
        -------
        LightRules
            Its rules; a KeyError where there is none.
        """
        return _find(self.light_rules, self.register(register).lights)

    def link(self, key: str) -> LinkDef:
        """Find a kind of link.

        Parameters
        ----------
        key : str
            Its stable name.

        Returns
        -------
        LinkDef
            The kind; a KeyError where there is none.
        """
        return _find(self.links, key)

    def light(self, code: str) -> LightDef:
        """Find a light.

        Parameters
        ----------
        code : str
            Its stable name.

        Returns
        -------
        LightDef
            The light; a KeyError where there is none.
        """
        for light in self.lights:
            if light.code == code:
                return light
        raise KeyError(code)

    def role_of(self, register: str, printed: str) -> str | None:
        """Tell which role a printed word means in a register.

        Parameters
        ----------
        register : str
            Key of the register.
        printed : str
            The word of a paper or of a column head.

        Returns
        -------
        str or None
            The role; None where the word means none.
        """
        for one in (*self.register(register).role_words, *self.role_words):
            if printed in {one.word.zh, one.word.en, *one.also}:
                return one.role
        return None

    def role_word(self, register: str, role: str) -> Label | None:
        """Give the word that is printed for a role in a register.

        Parameters
        ----------
        register : str
            Key of the register.
        role : str
            The role.

        Returns
        -------
        Label or None
            The word; None where neither register nor playbook has one.
        """
        for one in (*self.register(register).role_words, *self.role_words):
            if one.role == role:
                return one.word
        return None


_Keyed = TypeVar(
    "_Keyed", RegisterDef, "Workflow", LightRules, LinkDef, "FieldDef", "HeaderProfile"
)


def _find(rows: tuple[_Keyed, ...], key: str) -> _Keyed:
    for row in rows:
        if row.key == key:
            return row
    raise KeyError(key)
