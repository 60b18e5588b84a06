"""The filter of a register: what may be asked for, what is, and how each is shown and taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from gongjian.apps.accounts.models import Org
from gongjian.apps.campaigns.asking import as_uuid
from gongjian.apps.campaigns.filter_words import Kind, Term, read, say
from gongjian.apps.grid.words import filter_words
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gongjian.apps.campaigns.asking import Ask
    from gongjian.apps.cockpit.queries import Asked

_ENDS = (".from", ".to")


@dataclass(frozen=True, slots=True)
class Control:
    """One control of the filter: a choice, a text, or two bounds."""

    name: str
    label: str
    kind: str  # "choice", "text", "number" or "date": the last two have two bounds
    value: str = ""
    low: str = ""
    high: str = ""
    choices: tuple[tuple[str, str, bool], ...] = ()
    is_new: bool = False  # just added: the cursor goes there

    @property
    def is_range(self) -> bool:
        """Tell whether it has two bounds."""
        return self.kind in {"number", "date"}


@dataclass(frozen=True, slots=True)
class Builder:
    """The filter as it is shown: chosen controls, what may be added, the same as one line."""

    q: str
    controls: tuple[Control, ...]
    addable: tuple[tuple[str, str], ...]  # label, address that shows its control
    line: str
    faults: tuple[str, ...]
    n: int  # conditions besides the search text


def builder(given: Mapping[str, str], terms: Sequence[Term], here: str) -> Builder:
    """Put the filter together: only what was chosen has a control."""
    chosen = [name for name in given.get("with", "").split(",") if name]
    shown = [t for t in terms if _is_asked(t, given) or t.name in chosen]
    kept = {k: v for k, v in given.items() if v and k != "with"}
    addable = tuple(
        (t.labels[0], f"{here}?{urlencode({**kept, 'with': ','.join([*chosen, t.name])})}")
        for t in terms
        if t not in shown
    )
    typed = given.get("w", "")
    return Builder(
        q=given.get("q", ""),
        controls=tuple(_control(t, given, chosen[-1:]) for t in shown),
        addable=addable,
        line=typed or say(given, terms),
        faults=tuple(sentence(f) for f in read(typed, terms).faults),
        n=sum(_is_asked(t, given) for t in terms),
    )


def names_of(term: Term) -> tuple[str, ...]:
    """Give the names that a term has in an address."""
    return tuple(f"{term.name}{end}" for end in _ENDS) if term.is_range else (term.name,)


def _is_asked(term: Term, given: Mapping[str, str]) -> bool:
    return any(given.get(name) for name in names_of(term))


def _control(term: Term, given: Mapping[str, str], newest: Sequence[str]) -> Control:
    value = given.get(term.name, "")
    low, high = (given.get(f"{term.name}{end}", "") for end in _ENDS)
    return Control(
        name=term.name,
        label=term.labels[0],
        kind=term.kind.value,
        value=_org_text(value) if term.name == "org" else value,
        low=low,
        high=high,
        choices=tuple(_choices(term, value)) if term.kind is Kind.CHOICE else (),
        is_new=term.name in newest,
    )


def _choices(term: Term, value: str) -> Iterable[tuple[str, str, bool]]:
    """Give the values of a choice; where any of several is asked for, these stand as one more."""
    words = {v.key: v.labels[0] for v in term.values}
    if "," in value:
        yield value, "、".join(words.get(one, one) for one in value.split(",")), True
    yield from ((key, word, key == value) for key, word in words.items())


def _org_text(given: str) -> str:
    """Give the names of orgs that an address names by ids; what was typed stays as it is."""
    words = given.split(",")
    ids = {w: pk for w in words if (pk := as_uuid(w)) is not None}
    if not ids:
        return given
    named = {o.pk: o.short_name for o in Org.objects.filter(pk__in=ids.values())}
    return ",".join(named.get(ids[w], w) if w in ids else w for w in words)


def chips(asked: Asked, ask: Ask, kept: Mapping[str, str], here: str) -> Iterable[dict[str, str]]:
    """Give what narrows a list, each with the address without it."""
    for name, word in filter_words(asked, ask).items():
        others = urlencode({k: v for k, v in kept.items() if k not in {name, "with"}})
        yield {"word": word, "without": f"{here}?{others}" if others else here}
