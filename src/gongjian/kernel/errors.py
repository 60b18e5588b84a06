"""Errors that the kernel raises on purpose: a code and named facts, never a sentence."""

from __future__ import annotations


class KernelError(Exception):
    """A fault of the caller, named by a code; words are made by whoever shows it.

    Parameters
    ----------
    code : str
        Stable machine name, lower case with dots, for instance ``"paper.empty"``.
    **facts : object
        Values that the sentence for this code may use.

    Attributes
    ----------
    code : str
        The machine name.
    facts : dict of str to object
        The named values.

    Examples
    --------
    >>> KernelError("paper.too_large", size=7, limit=5).facts["limit"]
    5
    """

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value!r}" for name, value in sorted(self.facts.items()))
        return f"{self.code}({facts})" if facts else self.code

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.facts)


def _rebuild(kind: type[KernelError], code: str, facts: dict[str, object]) -> KernelError:
    """Make an error again after it travelled between processes."""
    return kind(code, **facts)


class PaperError(KernelError):
    """A paper that cannot be read: empty, too large, refused for safety, or of no known kind."""


class PlaybookError(KernelError):
    """A playbook that is not sound; refused when loaded."""
