"""Stored values of playbook fields under a changed playbook: which are touched, and what becomes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import FieldError, convert, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook, RegisterDef

_ID = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_REFS = {FieldType.ORG, FieldType.PERSON, FieldType.FILE}


@dataclass(frozen=True, slots=True)
class Watch:
    """A field whose stored values a change of the playbook may touch.

    Attributes
    ----------
    key : str
        Its stable name.
    before, after : FieldDef or None
        The field in the former and in the new playbook; None where there is none.
    """

    key: str
    before: FieldDef | None
    after: FieldDef | None

    def carried(self, value: Any) -> Any:
        """Give a stored value as the new field holds it.

        Parameters
        ----------
        value : object
            As an item keeps it.

        Returns
        -------
        object
            The value under the new field; the same where it is only hidden.

        Raises
        ------
        FieldError
            The new field cannot hold it.
        """
        if self.after is None or is_blank(value):
            return value
        if self.before is not None:
            return value if _is_only_choices(self.before, self.after) else self._converted(value)
        if isinstance(value, dict):
            return _kept(self.after, value)
        return _shown_again(self.after, value)

    def _converted(self, value: Any) -> Any:
        if self.before is None or self.after is None or isinstance(value, dict):
            raise FieldError("field.no_conversion", field=self.key)
        return convert(value, self.before, self.after)


def _kept(after: FieldDef, value: Any) -> Any:
    """A value that was hidden as ciphertext shows again only as ciphertext."""
    if not after.personal:
        raise FieldError("field.no_conversion", field=after.key)
    return value


def _shown_again(after: FieldDef, value: Any) -> Any:
    """Give a value that an earlier playbook left hidden under the same key."""
    parts = value if isinstance(value, list) else [value]
    if after.personal or (after.type in _REFS and not all(_ID.match(str(p)) for p in parts)):
        raise FieldError("field.no_conversion", field=after.key)
    return convert(value, replace(after, several=isinstance(value, list)), after)


def watched(old: Playbook, new: Playbook) -> dict[str, tuple[Watch, ...]]:
    """Name the fields whose stored values must be looked at before a change.

    Parameters
    ----------
    old, new : Playbook
        The playbook in force, and the one that shall take its place.

    Returns
    -------
    dict of str to tuple of Watch
        By register, only those that have any.
    """
    result = {}
    for before, after in both(old, new):
        fields = {f.key: f for f in before.fields}
        later = {f.key: f for f in after.fields}
        keys = dict.fromkeys([*fields, *later])
        pairs = [Watch(k, fields.get(k), later.get(k)) for k in keys]
        if found := tuple(w for w in pairs if _is_watched(w)):
            result[after.key] = found
    return result


def converted(old: Playbook, new: Playbook) -> dict[str, tuple[Watch, ...]]:
    """Name the fields whose stored values a change may rewrite.

    Parameters
    ----------
    old, new : Playbook
        The playbook in force, and the one that shall take its place.

    Returns
    -------
    dict of str to tuple of Watch
        By register, only those that have any.
    """
    result = {}
    for key, watches in watched(old, new).items():
        if found := tuple(w for w in watches if _is_rewritten(w)):
            result[key] = found
    return result


def both(old: Playbook, new: Playbook) -> Iterator[tuple[RegisterDef, RegisterDef]]:
    """Pair the registers that stay.

    Parameters
    ----------
    old, new : Playbook
        The playbook in force, and the one that shall take its place.

    Returns
    -------
    iterator of (RegisterDef, RegisterDef)
        Each register before and after.
    """
    later = {r.key: r for r in new.registers}
    for register in old.registers:
        if register.key in later:
            yield register, later[register.key]


def _is_only_choices(before: FieldDef, after: FieldDef) -> bool:
    """Tell whether two fields keep their values alike: at most labels and allowed choices differ."""
    return kind_of(before) == kind_of(after)


def kind_of(one: FieldDef) -> tuple[object, ...]:
    """Give what decides how a field keeps its values.

    Parameters
    ----------
    one : FieldDef
        The field.

    Returns
    -------
    tuple
        Equal for two fields whose values need not be carried over.
    """
    unit = one.unit if one.type in {FieldType.NUMBER, FieldType.MONEY} else ""
    return (one.type, one.several, one.personal, one.compute, unit)


def _is_watched(watch: Watch) -> bool:
    before, after = watch.before, watch.after
    if before is None or after is None:
        only = before or after
        return only is not None and only.compute is None
    return kind_of(before) != kind_of(after) or bool(lost_choices(before, after))


def _is_rewritten(watch: Watch) -> bool:
    if watch.after is None or watch.after.compute:
        return False
    return watch.before is None or kind_of(watch.before) != kind_of(watch.after)


def lost_choices(before: FieldDef, after: FieldDef) -> list[str]:
    """Give the values that are no longer allowed.

    Parameters
    ----------
    before, after : FieldDef
        A choice before and after.

    Returns
    -------
    list of str
        Their keys; empty unless both are choices.
    """
    if before.type is not FieldType.CHOICE or after.type is not FieldType.CHOICE:
        return []
    return [c.key for c in before.choices if after.choice(c.key) is None]
