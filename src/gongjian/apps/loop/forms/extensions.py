"""The shape of a plea for more time as it comes from a page."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from django import forms
from django.utils.translation import gettext_lazy as _

from gongjian.apps.loop.actions import Plea
from gongjian.apps.loop.forms.saying import Saying


class DecisionForm(Saying):
    """Whether more time is granted, and until when; without a day, as it was asked for."""

    answer = forms.ChoiceField(label=_("Answer"), choices=[("grant", ""), ("refuse", "")])
    due = forms.DateField(label=_("New deadline"), required=False)


class ExtensionForm(Saying):
    """A new day, why, and how far it is."""

    asked_due = forms.DateField(label=_("New deadline"))
    reason = forms.CharField(label=_("Reason"), max_length=500)
    progress = forms.CharField(label=_("How far it is"), max_length=4000)
    force_majeure = forms.BooleanField(label=_("force majeure"), required=False)

    def plea(self) -> Plea:
        """Give what was typed as the action takes it."""
        data = self.cleaned_data
        return Plea(data["asked_due"], data["progress"], data["force_majeure"])


def day_in(text: str) -> dt.date | None:
    """Read a day that a date field sends; None where it sends none."""
    with suppress(ValueError):
        return dt.date.fromisoformat(text)
    return None
