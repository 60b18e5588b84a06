"""The shape of how a person wants to be told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_HOURS = [(h, f"{h:02}:00") for h in range(24)]


class PreferenceForm(forms.Form):
    """An address, what is sent there, and when not."""

    email = forms.EmailField(label=_("E-mail address"), max_length=200, required=False)
    by_mail = forms.BooleanField(label=_("Write to me of each notice as it comes"), required=False)
    has_digest = forms.BooleanField(
        label=_("Write to me once on each working day what waits for me"), required=False
    )
    digest_hour = forms.TypedChoiceField(label=_("At"), choices=_HOURS, coerce=int)
    quiet_from = forms.TypedChoiceField(label=_("Quiet from"), choices=_HOURS, coerce=int)
    quiet_until = forms.TypedChoiceField(label=_("until"), choices=_HOURS, coerce=int)
    urgent_anyway = forms.BooleanField(
        label=_("What is urgent may come all the same"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Refuse to write to nowhere."""
        data: dict[str, Any] = super().clean() or {}
        wants = data.get("by_mail") or data.get("has_digest")
        if wants and not data.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write the address to which you want to be written."))
        return data
