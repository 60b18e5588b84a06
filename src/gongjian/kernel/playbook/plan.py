"""What changes when a campaign takes over another playbook, what that touches, what stands against it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gongjian.kernel.model.fields import FieldType, Label
from gongjian.kernel.model.workflow import StateCategory
from gongjian.kernel.playbook.carry import both, converted, kind_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from gongjian.kernel.model.fields import FieldDef, HeaderProfile
    from gongjian.kernel.model.playbook import Playbook, RegisterDef
    from gongjian.kernel.model.workflow import State, Workflow

    Said = Label | str | tuple[Label | str, ...] | None
    StateMap = Mapping[str, Mapping[str, str]]  # register → former state → state in its place

# A change of the playbook never issues an item and never closes one: these are acts of their own.
_SPHERE = {
    StateCategory.PLANNED: "planned",
    StateCategory.OPEN: "running",
    StateCategory.ACTIVE: "running",
    StateCategory.HELD: "running",
    StateCategory.CLOSED: "closed",
    StateCategory.ENDED: "ended",
}


@dataclass(frozen=True, slots=True)
class Holding:
    """What the rows of a register hold under one field.

    Attributes
    ----------
    n : int
        Rows with a value.
    n_unfit : int
        Rows whose value the new field cannot hold.
    examples : tuple of str
        Codes of some of these.
    choices : Mapping of str to int
        Rows by value, for a choice.
    """

    n: int = 0
    n_unfit: int = 0
    examples: tuple[str, ...] = ()
    choices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a campaign holds, as far as a change of its playbook asks.

    Attributes
    ----------
    states : Mapping of (str, str) to int
        Items by register and state.
    used : frozenset of str
        Registers that hold something, or have given out a number.
    fields : Mapping of (str, str) to Holding
        By register and field, for the fields that `carry.watched` names.
    links : Mapping of str to int
        Links between items by kind.
    """

    states: Mapping[tuple[str, str], int] = field(default_factory=dict)
    used: frozenset[str] = frozenset()
    fields: Mapping[tuple[str, str], Holding] = field(default_factory=dict)
    links: Mapping[str, int] = field(default_factory=dict)

    def items(self, register: str) -> int:
        """Count the items of a register.

        Parameters
        ----------
        register : str
            Its key.

        Returns
        -------
        int
            How many.
        """
        return sum(n for (key, _state), n in self.states.items() if key == register)

    def held(self, register: str, key: str) -> Holding:
        """Give what the rows of a register hold under a field.

        Parameters
        ----------
        register, key : str
            Keys of register and field.

        Returns
        -------
        Holding
            Nothing where nothing was counted.
        """
        return self.fields.get((register, key), Holding())


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan.

    Attributes
    ----------
    kind : str
        What happens: ``field.removed``, ``state.renamed`` and so on.
    register : str
        Where; empty for what belongs to the playbook as a whole.
    subject : str
        Key of what is changed.
    before, after : Label, str, tuple of these, or None
        What it was and becomes, in words of the playbook or keys.
    n : int
        Rows that are touched, or hold what is hidden.
    agree : str
        Name by which somebody must agree to it; empty where nothing is lost from sight.
    refusal : str
        Code of why it cannot be adopted as it is; empty where nothing stands against it.
    examples : tuple of str
        Codes of items that stand against it.
    """

    kind: str
    register: str = ""
    subject: str = ""
    before: Said = None
    after: Said = None
    n: int = 0
    agree: str = ""
    refusal: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """A state that disappears while items are in it, and what may take its place.

    Attributes
    ----------
    register : str
        Whose items.
    state : State
        The former state.
    n : int
        Items in it.
    options : tuple of State
        States of the new workflow that may take its place.
    chosen : str
        The one that was chosen, else the one that lies nearest; empty where there is none.
    is_chosen : bool
        Whether somebody chose it.
    """

    register: str
    state: State
    n: int
    options: tuple[State, ...]
    chosen: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What adopting a playbook does.

    Attributes
    ----------
    lines : tuple of Line
        Every change.
    mappings : tuple of Mapped
        Live states that disappear.
    state_map : dict of str to dict
        Register → former state → state in its place, for every state that disappears.
    n_rows : int
        At most so many rows are rewritten.
    rejudged : frozenset of str
        Registers whose items must be judged anew.
    n_rejudged : int
        How many items they hold.
    """

    lines: tuple[Line, ...]
    mappings: tuple[Mapped, ...] = ()
    state_map: dict[str, dict[str, str]] = field(default_factory=dict)
    n_rows: int = 0
    rejudged: frozenset[str] = frozenset()
    n_rejudged: int = 0

    @property
    def refusals(self) -> tuple[Line, ...]:
        """Give the lines that stand against adopting it.

        Returns
        -------
        tuple of Line
            Empty where nothing does.
        """
        return tuple(line for line in self.lines if line.refusal)

    @property
    def agreements(self) -> tuple[str, ...]:
        """Give what somebody must agree to.

        Returns
        -------
        tuple of str
            Names, as lines have them.
        """
        return tuple(line.agree for line in self.lines if line.agree)

    @property
    def is_quiet(self) -> bool:
        """Tell whether nobody needs to look at it before it is adopted.

        Returns
        -------
        bool
            True where it touches no row and hides nothing.
        """
        weight = self.n_rows + self.n_rejudged + len(self.mappings)
        return not weight and not self.refusals and not self.agreements


def plan(old: Playbook, new: Playbook, facts: Facts, *, chosen: StateMap | None = None) -> Plan:
    """Compare two playbooks and say what taking over the new one does to a campaign.

    Parameters
    ----------
    old, new : Playbook
        The playbook in force, and the one that shall take its place.
    facts : Facts
        What the campaign holds.
    chosen : Mapping or None
        Register → former state → state that somebody chose for it.

    Returns
    -------
    Plan
        All changes, with what they touch and what stands against them.

    Notes
    -----
    Registers, fields, states and everything else are matched by their stable key: a rename changes
    labels only. Removed fields are hidden and their data kept. A state that disappears is mapped to
    one of the same sphere (before issue, running, closed), for a change of the playbook neither issues
    an item nor closes one. New requirements bind at the next step.

    Examples
    --------
    >>> from gongjian.kernel.model.playbook import Playbook
    >>> old = Playbook("season", 1, Label("攻坚季", "Season"), (), (), (), ())
    >>> found = plan(old, replace(old, label=Label("攻坚年", "Year")), Facts())
    >>> found.lines[0].kind, found.is_quiet
    ('playbook.renamed', True)
    """
    mappings = tuple(_mappings(old, new, facts, chosen or {}))
    lines = [
        *_head(old, new),
        *_registers(old, new, facts),
        *_workflows(old, new),
        *_states(old, new, facts, mappings, chosen or {}),
        *_parts(old, new, facts),
    ]
    rejudged = frozenset(_rejudged(old, new))
    return Plan(
        lines=tuple(lines),
        mappings=mappings,
        state_map=_state_map(old, new, mappings),
        n_rows=sum(_rows(r.key, old, new, facts, mappings) for r in new.registers),
        rejudged=rejudged,
        n_rejudged=sum(facts.items(key) for key in rejudged),
    )


def inverse_map(old: Playbook, new: Playbook, state_map: StateMap) -> dict[str, dict[str, str]]:
    """Give the map that leads back: each state that the former playbook lacks to one that it has.

    Parameters
    ----------
    old, new : Playbook
        The former playbook, and the one that took its place.
    state_map : Mapping
        Register → former state → state that took its place.

    Returns
    -------
    dict of str to dict
        Register → state of the new playbook → the first former state it stands for, else the one
        that lies nearest.
    """
    result = {}
    for before, after in both(old, new):
        flow, back = old.workflow(before.workflow), new.workflow(after.workflow)
        there = {s.key for s in flow.states}
        former: dict[str, str] = {}
        for was, now in state_map.get(after.key, {}).items():
            former.setdefault(now, was)
        lost = [s for s in back.states if s.key not in there]
        if lost:
            result[after.key] = {
                s.key: former.get(s.key) or _nearest(s, flow) or flow.initial for s in lost
            }
    return result


# ---- states -------------------------------------------------------------------------------------


def _lost_states(old: Playbook, new: Playbook) -> Iterator[tuple[str, State, Workflow]]:
    """Give register, state and new workflow of every state that disappears."""
    for before, after in both(old, new):
        flow = new.workflow(after.workflow)
        there = {s.key for s in flow.states}
        for state in old.workflow(before.workflow).states:
            if state.key not in there:
                yield after.key, state, flow


def _options(state: State, flow: Workflow) -> tuple[State, ...]:
    return tuple(s for s in flow.states if _SPHERE[s.category] == _SPHERE[state.category])


def _nearest(state: State, flow: Workflow) -> str:
    options = _options(state, flow)
    alike = [s for s in options if s.label.zh == state.label.zh]
    alike += [s for s in options if s.category is state.category]
    return (alike or list(options) or [state])[0].key if options else ""


def _mappings(old: Playbook, new: Playbook, facts: Facts, chosen: StateMap) -> Iterator[Mapped]:
    for register, state, flow in _lost_states(old, new):
        n = facts.states.get((register, state.key), 0)
        if n:
            options = _options(state, flow)
            wanted = chosen.get(register, {}).get(state.key, "")
            is_chosen = wanted in {s.key for s in options}
            place = wanted if is_chosen else _nearest(state, flow)
            yield Mapped(register, state, n, options, place, is_chosen)


def _state_map(
    old: Playbook, new: Playbook, mappings: Iterable[Mapped]
) -> dict[str, dict[str, str]]:
    decided = {(m.register, m.state.key): m.chosen for m in mappings}
    result: dict[str, dict[str, str]] = {}
    for register, state, flow in _lost_states(old, new):
        place = decided.get((register, state.key)) or _nearest(state, flow) or flow.initial
        result.setdefault(register, {})[state.key] = place
    return result


def _states(
    old: Playbook,
    new: Playbook,
    facts: Facts,
    mappings: Sequence[Mapped],
    chosen: StateMap,
) -> Iterator[Line]:
    for m in mappings:
        target = next((s.label for s in m.options if s.key == m.chosen), None)
        refusal = "" if m.is_chosen else "playbook.state_unmapped"
        if m.state.key in chosen.get(m.register, {}) and not m.is_chosen:
            refusal = "playbook.map_refused"
        if not m.options:
            refusal = "playbook.no_state_for"
        yield Line(
            "state.mapped", m.register, m.state.key, m.state.label, target, m.n, refusal=refusal
        )
    for before, after in both(old, new):
        flow = old.workflow(before.workflow)
        for state in new.workflow(after.workflow).states:
            was = next((s for s in flow.states if s.key == state.key), None)
            n = facts.states.get((after.key, state.key), 0)
            if was and n and _SPHERE[was.category] != _SPHERE[state.category]:
                yield Line(
                    "state.crosses", after.key, state.key, was.label, state.label, n,
                    refusal="playbook.state_crosses",
                )  # fmt: skip


def _workflows(old: Playbook, new: Playbook) -> Iterator[Line]:
    former, later = {w.key: w for w in old.workflows}, {w.key: w for w in new.workflows}
    for key in [k for k in former if k not in later]:
        yield Line("workflow.removed", subject=key)
    for key, flow in later.items():
        if key not in former:
            yield Line("workflow.added", subject=key)
            continue
        before = former[key]
        yield from _compared("state", key, before.states, flow.states)
        yield from _compared("step", key, before.transitions, flow.transitions)
        if (before.initial, before.issued) != (flow.initial, flow.issued):
            yield Line("workflow.first", subject=key, before=before.initial, after=flow.initial)


def _compared(kind: str, place: str, before: Iterable[Any], after: Iterable[Any]) -> Iterator[Line]:
    """Compare rows that have a key and a label."""
    prefix = f"{place}." if place else ""
    former, later = {_key(x): x for x in before}, {_key(x): x for x in after}
    for key in [k for k in former if k not in later]:
        yield Line(f"{kind}.removed", subject=f"{prefix}{key}", before=_label(former[key]))
    for key, row in later.items():
        was = former.get(key)
        if was is None:
            yield Line(f"{kind}.added", subject=f"{prefix}{key}", after=_label(row))
        elif _label(was) != _label(row):
            yield Line(f"{kind}.renamed", "", f"{prefix}{key}", _label(was), _label(row))
        elif was != row:
            yield Line(f"{kind}.changed", subject=f"{prefix}{key}", after=_label(row))


def _key(row: Any) -> str:
    for name in ("key", "code", "role"):
        if hasattr(row, name):
            return str(getattr(row, name))
    return str(row.name.zh)


def _label(row: Any) -> Said:
    for name in ("label", "word", "name"):
        if hasattr(row, name):
            label: Label = getattr(row, name)
            return label
    return None


# ---- registers and fields -----------------------------------------------------------------------


def _head(old: Playbook, new: Playbook) -> Iterator[Line]:
    if old.label != new.label:
        yield Line("playbook.renamed", before=old.label, after=new.label)
    if old.too_many != new.too_many:
        yield Line("playbook.too_many", before=str(old.too_many), after=str(new.too_many))
    if old.burden_cap != new.burden_cap:
        yield Line("playbook.burden_cap", before=str(old.burden_cap), after=str(new.burden_cap))


def _registers(old: Playbook, new: Playbook, facts: Facts) -> Iterator[Line]:
    former, later = {r.key for r in old.registers}, {r.key for r in new.registers}
    for register in old.registers:
        if register.key not in later:
            n = facts.items(register.key)
            refusal = "playbook.register_holds" if register.key in facts.used else ""
            yield Line(
                "register.removed", register.key, before=register.label, n=n, refusal=refusal
            )
    for register in new.registers:
        if register.key not in former:
            yield Line("register.added", register.key, after=register.label)
    for before, after in both(old, new):
        yield from _register(before, after, facts)
        yield from _fields(before, after, old, new, facts)
        yield from _heads(before, after)


def _register(before: RegisterDef, after: RegisterDef, facts: Facts) -> Iterator[Line]:
    key, n = after.key, facts.items(after.key)
    if before.label != after.label:
        yield Line("register.renamed", key, "", before.label, after.label)
    for name, code in (("code_prefix", "prefix_holds"), ("access_class", "access_class_holds")):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            refusal = f"playbook.{code}" if key in facts.used else ""
            yield Line(f"register.{name}", key, "", was, now, n, refusal=refusal)
    for name in ("workflow", "lights"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield Line(f"register.{name}", key, "", was, now, n)
    for name in ("parents", "needs", "note", "role_words"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield Line(f"register.{name}", key, "", _said(was), _said(now))


def _said(value: Any) -> Said:
    if isinstance(value, tuple):
        return tuple(v if isinstance(v, str) else v.word for v in value)
    said: Label | None = value
    return said


def _fields(
    before: RegisterDef, after: RegisterDef, old: Playbook, new: Playbook, facts: Facts
) -> Iterator[Line]:
    former, later = {f.key: f for f in before.fields}, {f.key: f for f in after.fields}
    key = after.key
    for name in [k for k in former if k not in later]:
        n = 0 if former[name].compute else facts.held(key, name).n
        agree = f"{key}.{name}" if n else ""
        yield Line("field.removed", key, name, former[name].label, None, n, agree)
    for name, one in later.items():
        if name not in former:
            yield from _added(key, one, facts)
            yield from _required(key, None, one, old, new)
            continue
        if former[name].label != one.label:
            yield Line("field.renamed", key, name, former[name].label, one.label)
        yield from _kind_lines(key, former[name], one, facts)
        yield from _choices(key, former[name], one, facts)
        yield from _required(key, former[name], one, old, new)
        yield from _rights(key, former[name], one)


def _added(register: str, one: FieldDef, facts: Facts) -> Iterator[Line]:
    held = facts.held(register, one.key)
    refusal = "playbook.hidden_unfit" if held.n_unfit else ""
    yield Line(
        "field.added", register, one.key, None, one.label, held.n_unfit or held.n,
        refusal=refusal, examples=held.examples,
    )  # fmt: skip


def _kind_lines(register: str, was: FieldDef, now: FieldDef, facts: Facts) -> Iterator[Line]:
    """Compare what two fields hold: type, how many, unit, kept closely or not, worked out or typed."""
    held = facts.held(register, now.key)
    if was.personal != now.personal:
        refusal = "playbook.personal_holds" if held.n else ""
        before, after = ("personal" if one.personal else "open" for one in (was, now))
        yield Line("field.personal", register, now.key, before, after, held.n, refusal=refusal)
        return
    if was.compute != now.compute and was.type is now.type:
        yield Line("field.compute", register, now.key, None, now.label)
    elif (was.type, was.several) != (now.type, now.several):
        refusal = "playbook.type_unfit" if held.n_unfit else ""
        before, after = (f"{one.type.value}{'+' if one.several else ''}" for one in (was, now))
        yield Line(
            "field.type", register, now.key, before, after, held.n_unfit or held.n,
            refusal=refusal, examples=held.examples,
        )  # fmt: skip
    if was.unit != now.unit and was.type in {FieldType.NUMBER, FieldType.MONEY}:
        yield from _unit(register, was, now, held)


def _unit(register: str, was: FieldDef, now: FieldDef, held: Holding) -> Iterator[Line]:
    """Sums of yuan are reckoned over; other figures would say something else under another unit."""
    if held.n_unfit and was.type is now.type:
        yield Line(
            "field.unit", register, now.key, was.unit, now.unit, held.n_unfit,
            refusal="playbook.type_unfit", examples=held.examples,
        )  # fmt: skip
        return
    is_reckoned = {was.unit, now.unit} <= {"元", "万元", "亿元"}
    agree = f"{register}.{now.key}:unit" if held.n and not is_reckoned else ""
    yield Line("field.unit", register, now.key, was.unit, now.unit, held.n, agree)


def _choices(register: str, was: FieldDef, now: FieldDef, facts: Facts) -> Iterator[Line]:
    if was.type is not FieldType.CHOICE or now.type is not FieldType.CHOICE:
        return
    held = facts.held(register, now.key)
    for choice in was.choices:
        later = now.choice(choice.key)
        subject = f"{now.key}={choice.key}"
        if later is None:
            n = held.choices.get(choice.key, 0)
            agree = f"{register}.{subject}" if n else ""
            yield Line("choice.removed", register, subject, choice.label, None, n, agree)
        elif later.label != choice.label:
            yield Line("choice.renamed", register, subject, choice.label, later.label)
    for choice in now.choices:
        if was.choice(choice.key) is None:
            yield Line("choice.added", register, f"{now.key}={choice.key}", None, choice.label)


def _required(
    register: str, was: FieldDef | None, now: FieldDef, old: Playbook, new: Playbook
) -> Iterator[Line]:
    before = _state_words(old, register, was.required_at if was else ())
    after = _state_words(new, register, now.required_at)
    if (was.required_at if was else ()) != now.required_at:
        yield Line("field.required", register, now.key, before, after)


def _state_words(playbook: Playbook, register: str, states: Iterable[str]) -> tuple[Label, ...]:
    flow = playbook.workflow_of(register)
    return tuple(flow.state(s).label for s in states)


def _rights(register: str, was: FieldDef, now: FieldDef) -> Iterator[Line]:
    for name in ("see", "edit"):
        if getattr(was, name) != getattr(now, name):
            yield Line(f"field.{name}", register, now.key, getattr(was, name), getattr(now, name))
    if (was.sortable, was.filterable) != (now.sortable, now.filterable):
        yield Line("field.keys", register, now.key, None, now.label)
    if was.help != now.help:
        yield Line("field.help", register, now.key, was.help, now.help)


def _heads(before: RegisterDef, after: RegisterDef) -> Iterator[Line]:
    former, key = {h.key: h for h in before.heads}, after.key
    for head in before.heads:
        if head.key not in {h.key for h in after.heads}:
            yield Line("head.removed", key, head.key, head.label)
    for head in after.heads:
        was = former.get(head.key)
        if was is None:
            yield Line("head.added", key, head.key, None, head.label)
        elif was != head:
            yield from _head_lines(key, was, head)


def _head_lines(register: str, was: HeaderProfile, now: HeaderProfile) -> Iterator[Line]:
    if was.label != now.label:
        yield Line("head.renamed", register, now.key, was.label, now.label)
    shown = [[(c.source, c.over, c.mark_lead, c.below) for c in h.columns] for h in (was, now)]
    if shown[0] != shown[1] or was.by_battle != now.by_battle or was.title != now.title:
        heads = [tuple(c.head for c in h.columns) for h in (was, now)]
        yield Line("head.changed", register, now.key, heads[0], heads[1])
        return
    for one, other in zip(was.columns, now.columns, strict=True):
        if one.head != other.head:
            yield Line("column.renamed", register, now.key, one.head, other.head)


def _parts(old: Playbook, new: Playbook, facts: Facts) -> Iterator[Line]:
    for line in _compared("link", "", old.links, new.links):
        n = facts.links.get(line.subject, 0)
        is_lost = line.kind == "link.removed" and n
        yield replace(line, n=n, refusal="playbook.link_in_use") if is_lost else line
    for kind, name in (
        ("role_word", "role_words"), ("light", "lights"), ("light_rules", "light_rules"),
        ("battle", "battles"), ("limit", "limits"), ("ladder", "ladders"), ("group", "groups"),
        ("panel", "panels"), ("score", "scoring"), ("duty", "duties"),
    ):  # fmt: skip
        yield from _compared(kind, "", getattr(old, name), getattr(new, name))


# ---- what it touches ----------------------------------------------------------------------------


def _rows(
    register: str, old: Playbook, new: Playbook, facts: Facts, mappings: Iterable[Mapped]
) -> int:
    """Count the rows of a register that may be rewritten, each once at most."""
    n = sum(m.n for m in mappings if m.register == register)
    for watch in converted(old, new).get(register, ()):
        n += facts.held(register, watch.key).n
    return n


def _rejudged(old: Playbook, new: Playbook) -> Iterator[str]:
    for before, after in both(old, new):
        if (
            old.rules_of(before.key) != new.rules_of(after.key)
            or _marked(before.fields) != _marked(after.fields)
            or _turned(old.workflow_of(before.key), new.workflow_of(after.key))
        ):
            yield after.key


def _marked(fields: Collection[FieldDef]) -> dict[str, tuple[object, ...]]:
    return {f.key: kind_of(f) for f in fields if f.sortable or f.filterable}


def _turned(was: Workflow, now: Workflow) -> bool:
    """Tell whether a state that stays counts as something else than before."""
    later = {s.key: s.category for s in now.states}
    return any(later.get(s.key, s.category) is not s.category for s in was.states)


# ---- as JSON ------------------------------------------------------------------------------------


def line_to_json(line: Line) -> dict[str, Any]:
    """Give a line as JSON, to be kept with an adoption.

    Parameters
    ----------
    line : Line
        The line.

    Returns
    -------
    dict
        Only what it says.
    """
    full = {
        "kind": line.kind, "register": line.register, "subject": line.subject,
        "before": _out(line.before), "after": _out(line.after), "n": line.n,
        "agree": line.agree, "refusal": line.refusal, "examples": list(line.examples),
    }  # fmt: skip
    said = {k: v for k, v in full.items() if k in {"before", "after"} and v is not None}
    return said | {k: v for k, v in full.items() if k not in {"before", "after"} and v}


def line_from_json(content: Mapping[str, Any]) -> Line:
    """Read a line that was kept.

    Parameters
    ----------
    content : Mapping
        As `line_to_json` gave it.

    Returns
    -------
    Line
        The line.
    """
    said = {k: _in(content.get(k)) for k in ("before", "after")}
    plain = {k: v for k, v in content.items() if k not in {"before", "after", "examples"}}
    return Line(**plain, **said, examples=tuple(content.get("examples", ())))


def _out(value: Said) -> Any:
    if isinstance(value, Label):
        return {"zh": value.zh, "en": value.en}
    return [_out(v) for v in value] if isinstance(value, tuple) else value


def _in(value: Any) -> Any:
    if isinstance(value, dict):
        return Label(value["zh"], value["en"])
    return tuple(_in(v) for v in value) if isinstance(value, list) else value
