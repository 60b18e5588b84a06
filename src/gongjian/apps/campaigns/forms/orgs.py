"""Shapes of what pages of a campaign's organisation send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongjian.apps.accounts.forms import DayField, LabelledField, OrgField, PersonField
from gongjian.apps.accounts.models import Post
from gongjian.apps.campaigns.models import Battle

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Campaign


class UploadForm(forms.Form):
    """A workbook."""

    file = forms.FileField(label=_("Workbook (xlsx)"))


class MergeForm(forms.Form):
    """Which org one goes into; the posts that go with it are ticked on the page."""

    target = OrgField(label=_("Into which org"))
    reason = forms.CharField(label=_("Reason"), max_length=300)


class LetInForm(forms.Form):
    """An account for one item."""

    username = forms.CharField(label=_("User name"), max_length=60)
    name = forms.CharField(label=_("Name (of a new account)"), max_length=60, required=False)
    item = forms.CharField(label=_("Item (code)"), max_length=32)
    until = DayField(label=_("Last day"), required=False)


class TaskForceForm(forms.Form):
    """A new task force."""

    name = forms.CharField(label=_("Name"), max_length=60)
    battle = LabelledField(
        Battle.objects.none(), label=_("Battle"), required=False, empty_label="–"
    )
    head = LabelledField(
        Post.objects.none(), label=_("Head (post)"), required=False, empty_label="–"
    )
    rhythm = forms.CharField(label=_("Meets how often"), max_length=120, required=False)
    since = DayField(label=_("From"))
    until = DayField(label=_("Until"), required=False)

    def offer(self, campaign: Campaign) -> TaskForceForm:
        """Offer the battles of a campaign, and the posts at the top of the tree."""
        chosen = Q(org__parent=None, until=None) | Q(battle__campaign=campaign)
        posts = Post.objects.filter(chosen).distinct().order_by("order", "title")
        self.fields["battle"].queryset = campaign.battles.all()  # type: ignore[attr-defined]
        self.fields["head"].queryset = posts  # type: ignore[attr-defined]
        return self


class MemberForm(forms.Form):
    """Who is seconded; a line that is left empty is nobody."""

    person = PersonField(label=_("Person (user name)"), max_length=60, required=False)
    home_org = OrgField(label=_("From which org"), required=False)
    team = forms.CharField(label=_("Team"), max_length=60, required=False)
    duty = forms.CharField(label=_("Duty"), max_length=120, required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for the home org of whoever is named."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("person") and not data.get("home_org") and "home_org" not in self.errors:
            self.add_error("home_org", _("Name the org that this person comes from."))
        return data


MEMBERS = 5  # lines on the form of a new task force; more are added on its card
MemberSet = forms.formset_factory(MemberForm, extra=MEMBERS, max_num=50)


class EndForm(forms.Form):
    """When a task force ends, and who takes over what is open."""

    last_day = DayField(label=_("Last day"))
    heir = OrgField(label=_("Open items go to"), required=False)


class HandOverForm(forms.Form):
    """Which org takes over the ticked items, and what is handed over."""

    to = OrgField(label=_("To which org"))
    note = forms.CharField(
        label=_("Hand-over note"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class LeadOverForm(forms.Form):
    """Which post leads from a day on what another one led, and what is handed over."""

    to = LabelledField(Post.objects.none(), label=_("To which post"))
    since = DayField(label=_("From"))
    note = forms.CharField(
        label=_("Hand-over note"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReshuffleForm(forms.Form):
    """From which day duties move, and why; the duties themselves are read beside it."""

    since = DayField(label=_("From"))
    reason = forms.CharField(label=_("Reason"), max_length=300)
