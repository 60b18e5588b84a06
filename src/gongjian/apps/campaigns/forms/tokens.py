"""The shape of a token that a person makes for a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongjian.apps.accounts.actions import LIFE, Wanted
from gongjian.apps.accounts.forms import DayField, LabelledField
from gongjian.apps.accounts.secrets import SCOPES
from gongjian.apps.campaigns.models import Campaign
from gongjian.lib import clock

if TYPE_CHECKING:
    from django.db.models import QuerySet


class TokenForm(forms.Form):
    """What it is for, what it may do, until when, and in which campaign only."""

    name = forms.CharField(label=_("What it is for"), max_length=80)
    expires_on = DayField(label=_("Last day"))
    campaign = LabelledField(
        Campaign.objects.none(), label=_("Only in"), required=False, empty_label=_("All campaigns")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that the token may do.")},
    )

    def __init__(self, *args: Any, seen: QuerySet[Campaign], **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"expires_on": clock.today() + LIFE, "scopes": ["read"]})
        super().__init__(*args, **{**kwargs, "auto_id": False})
        self.fields["campaign"].queryset = seen  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Give what was typed as the action takes it."""
        data = self.cleaned_data
        only = data["campaign"]
        return Wanted(
            data["name"], tuple(data["scopes"]), data["expires_on"], only.pk if only else None
        )

    def first_error(self) -> str:
        """Give the first fault with the name of its field."""
        name, faults = next(iter(self.errors.items()))
        return f"{self.fields[name].label}: {faults[0]}"
