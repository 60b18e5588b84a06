"""The shapes of a round, of workbooks that come back, and of the launch."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongjian.apps.loop.actions import Agenda, RoundPlan

_BAR = re.compile("[|\uff5c]")  # the second one is the full-width bar
MAX_FILES = 20


class RoundForm(forms.Form):
    """A round: its name, its day, a note, and whom it asks."""

    name = forms.CharField(label=_("Name"), max_length=120)
    due = forms.DateField(label=_("Due"))
    note = forms.CharField(label=_("Note"), max_length=2000, required=False)
    only_lacking = forms.BooleanField(label=_("Only items that lack something"), required=False)
    reason = forms.CharField(
        label=_("Why it is asked all the same"), max_length=300, required=False
    )

    def plan(self) -> RoundPlan:
        """Give what was typed as the action takes it."""
        return RoundPlan(**self.cleaned_data)


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Clean each; at most so many."""
        files = data if isinstance(data, (list, tuple)) else [data]
        if len(files) > MAX_FILES:
            raise forms.ValidationError(_("At most 20 workbooks at once."))
        return [super(FilesField, self).clean(one, initial) for one in files]


class SheetForm(forms.Form):
    """Workbooks that were filled in."""

    sheets = FilesField(label=_("Workbooks (xlsx)"))


class AgendaForm(forms.Form):
    """The launch: day, venues, and a line of the agenda a line."""

    day = forms.DateField(label=_("Day of the launch"))
    main = forms.CharField(label=_("Main venue"), max_length=120)
    branches = forms.CharField(
        label=_("Branch venues, one a line"), max_length=4000, required=False
    )
    lines = forms.CharField(
        label=_("Agenda, one line each: what | who"), max_length=8000, required=False
    )

    def agenda(self) -> Agenda:
        """Give what was typed as the action takes it."""
        data = self.cleaned_data
        rows = [_BAR.split(line, maxsplit=1) for line in data["lines"].splitlines() if line.strip()]
        return Agenda(
            day=data["day"],
            main=data["main"].strip(),
            branches=tuple(b.strip() for b in data["branches"].splitlines() if b.strip()),
            lines=tuple((r[0].strip(), r[1].strip() if len(r) > 1 else "") for r in rows),
        )
