"""What small forms share: the first fault, in a line."""

from __future__ import annotations

from django import forms


class Saying(forms.Form):
    """A form that can say its first fault in a line."""

    def first_error(self) -> str:
        """Give the first fault with the name of its field."""
        name, faults = next(iter(self.errors.items()))
        label = self.fields[name].label if name in self.fields else ""
        return f"{label}: {faults[0]}"
