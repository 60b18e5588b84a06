"""The shape of an address that a campaign tells."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class HookForm(forms.Form):
    """What receives there, and the address."""

    name = forms.CharField(label=_("What receives there"), max_length=80)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": False})

    def first_error(self) -> str:
        """Give the first fault with the name of its field."""
        name, faults = next(iter(self.errors.items()))
        return f"{self.fields[name].label}: {faults[0]}"
