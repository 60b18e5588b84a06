"""The shapes of what pages of the organisation send."""

from __future__ import annotations

import re
from typing import Any, TypeVar

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gongjian.apps.accounts.models import Org, OrgGroup, Person, PostHolding
from gongjian.apps.accounts.queries import OrgUnclear, called, org_called
from gongjian.kernel.errors import KernelError
from gongjian.lib import clock
from gongjian.lib.problems import sentence

F = TypeVar("F", bound=forms.Form)
_SPLIT = re.compile(r"[、，,;；\n]+")


def shown(kind: type[F], typed: dict[str, Any], name: str, /, **initial: Any) -> F:
    """Give a form to show: with what was typed before it was refused, else with what is there."""
    if typed.get("form") == name:
        return kind(typed, auto_id=False)
    return kind(initial=initial, auto_id=False)


class DayField(forms.DateField):
    """A day, picked or typed."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs, error_messages={"invalid": _("Write the day like 2026-09-30.")})


class LabelledField(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """One of several rows, each called in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        """Give the word of a choice."""
        return called(obj, get_language() or "zh-hans")


class OrgField(forms.CharField):
    """An org by its code or any of its names."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"list": "org-names", "autocomplete": "off"})
        super().__init__(**kwargs, max_length=120, widget=widget)

    def clean(self, value: Any) -> Any:
        """Give the org."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return org_called(text, clock.today())
        except OrgUnclear as unclear:
            said = sentence(KernelError(unclear.code, given=unclear.given))
            raise forms.ValidationError(said) from unclear

    def prepare_value(self, value: Any) -> Any:
        """Show an org by its short name."""
        return value.short_name if isinstance(value, Org) else value


class PersonField(forms.CharField):
    """A person by the name they sign in with."""

    def clean(self, value: Any) -> Any:
        """Give the person, who must be there and active."""
        text = super().clean(value)
        if not text:
            return None
        person = Person.objects.filter(username=text.strip(), is_active=True).first()
        if person is None:
            raise forms.ValidationError(sentence(KernelError("person.unknown", given=text)))
        return person


class NamesForm(forms.Form):
    """How an org is called."""

    name = forms.CharField(label=_("Full name"), max_length=120)
    short_name = forms.CharField(label=_("Short name"), max_length=60)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    aliases = forms.CharField(label=_("Aliases, as papers call it"), max_length=600, required=False)

    def clean_aliases(self) -> tuple[str, ...]:
        """Give the aliases one by one."""
        found = (n.strip() for n in _SPLIT.split(self.cleaned_data["aliases"]))
        return tuple(dict.fromkeys(n for n in found if n))


class MoveForm(forms.Form):
    """Where an org is put."""

    parent = OrgField(label=_("Under which org"))


class PostForm(forms.Form):
    """A new post."""

    title = forms.CharField(label=_("Post"), max_length=80)
    portfolio = forms.CharField(label=_("Portfolio"), max_length=300, required=False)
    is_principal = forms.BooleanField(label=_("Principal of the org"), required=False)


class AppointForm(forms.Form):
    """Who takes a post, from whom, from which day, and what is handed over."""

    person = PersonField(label=_("Person (user name)"), max_length=60)
    since = DayField(label=_("From"))
    leaving = forms.ChoiceField(label=_("In place of"), required=False)
    note = forms.CharField(
        label=_("What is handed over"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def offer(self, holders: tuple[PostHolding, ...]) -> AppointForm:
        """Offer those who hold the post now, and nobody."""
        field = self.fields["leaving"]
        named = [(str(h.pk), called(h.person, get_language() or "zh-hans")) for h in holders]
        field.choices = [*named, ("", gettext("Nobody, in addition"))]  # type: ignore[attr-defined]
        return self


class LastDayForm(forms.Form):
    """After which day something ends."""

    last_day = DayField(label=_("Last day"))


class RetireForm(LastDayForm):
    """After which day a person leaves, and what is handed over."""

    note = forms.CharField(label=_("What is handed over"), max_length=2000)


class JoinForm(forms.Form):
    """Which group an org joins, from which day."""

    group = LabelledField(OrgGroup.objects.all(), label=_("Comparison group"), empty_label="–")
    since = DayField(label=_("From"))
