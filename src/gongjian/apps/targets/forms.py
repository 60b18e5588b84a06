"""The shape of what an org sets itself."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from gongjian.apps.targets.actions import Raise


class RaiseForm(forms.Form):
    """A better value, an earlier day, and why."""

    value = forms.DecimalField(
        label=_("Own target"), max_digits=20, decimal_places=4, required=False
    )
    due = forms.DateField(label=_("Own deadline"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def asked(self) -> Raise:
        """Give what was typed as the action takes it."""
        return Raise(self.cleaned_data["value"], self.cleaned_data["due"])
