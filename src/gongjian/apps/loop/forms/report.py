"""The shape of a report as it comes from a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongjian.apps.loop.actions import Words
from gongjian.apps.loop.forms.saying import Saying


class ReportForm(Saying):
    """Three texts and a share; or one tap on “no change”."""

    progress = forms.CharField(label=_("Progress"), max_length=4000, required=False)
    problems = forms.CharField(label=_("Problems"), max_length=4000, required=False)
    next_steps = forms.CharField(label=_("Next steps"), max_length=4000, required=False)
    percent = forms.DecimalField(
        label=_("Share done, in percent"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        required=False,
    )
    no_change = forms.BooleanField(label=_("No change"), required=False)

    def words(self) -> Words:
        """Give what was typed as the action takes it."""
        data: dict[str, Any] = self.cleaned_data
        percent = data["percent"]
        return Words(
            progress=data["progress"],
            problems=data["problems"],
            next_steps=data["next_steps"],
            share=None if percent is None else int(percent * 100),
            no_change=data["no_change"],
        )
