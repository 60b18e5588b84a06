"""The shapes of what comes in: a paper, a corrected part, the decision to create."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from gongjian.playbooks.load import builtin_keys, load_builtin

_NAMES = re.compile(r"[、,，;；\n]+")


class PaperForm(forms.Form):
    """A file, or pasted text."""

    file = forms.FileField(label=_("File (txt, html, docx)"), required=False)
    text = forms.CharField(label=_("Or paste the text"), required=False, widget=forms.Textarea)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data: dict[str, Any] = super().clean() or {}
        if not data.get("file") and not (data.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file or paste the text of the paper."))
        return data


class NamesField(forms.CharField):
    """Names joined by 、 or commas."""

    def clean(self, value: Any) -> Any:
        """Give the names as a list."""
        return [n.strip() for n in _NAMES.split(super().clean(value)) if n.strip()]

    def prepare_value(self, value: Any) -> Any:
        """Show a list as people write it."""
        return "、".join(value) if isinstance(value, list) else value


class PartForm(forms.Form):
    """Fields of one part; only those that were sent are changed."""

    def changes(self) -> dict[str, Any]:
        """Give what was sent, as the draft's JSON has it."""
        sent = {name: self.cleaned_data[name] for name in self.fields if name in self.data}
        return {name: _as_json(value) for name, value in sent.items()}


def _as_json(value: Any) -> Any:
    """A date as text, an empty text as nothing; numbers and lists stay, zero included."""
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return None if value == "" else value


class CampaignPart(PartForm):
    """The head."""

    name = forms.CharField(label=_("Name"), max_length=160)
    period_start = forms.DateField(label=_("From"), required=False)
    period_end = forms.DateField(label=_("To"), required=False)
    issuer = forms.CharField(label=_("Issued by"), max_length=160, required=False)
    slogan_or_goal = forms.CharField(label=_("Overall goal"), max_length=300, required=False)


class BattlePart(PartForm):
    """A battle."""

    name = forms.CharField(label=_("Battle"), max_length=120)
    leader = forms.CharField(label=_("Leading official (post)"), max_length=120, required=False)
    parent = forms.CharField(label=_("Part of"), max_length=120, required=False)


class TargetPart(PartForm):
    """A target."""

    subject = forms.CharField(label=_("Measured"), max_length=160)
    value = forms.FloatField(label=_("Floor"), required=False)
    stretch = forms.FloatField(label=_("Stretch"), required=False)
    unit = forms.CharField(label=_("Unit"), max_length=24, required=False)
    due = forms.DateField(label=_("Due"), required=False)


class TaskPart(PartForm):
    """A task."""

    text = forms.CharField(label=_("Task"), max_length=300)
    battle = forms.CharField(label=_("Battle"), max_length=120, required=False)
    lead = NamesField(label=_("Lead org"), required=False)
    responsible = NamesField(label=_("Responsible"), required=False)
    cooperating = NamesField(label=_("Supporting"), required=False)
    due = forms.DateField(label=_("Due"), required=False)


FORMS: dict[str, type[PartForm]] = {
    "campaign": CampaignPart,
    "battle": BattlePart,
    "target": TargetPart,
    "task": TaskPart,
}
# What a part made by hand has besides what its form asks.
BLANK: dict[str, dict[str, Any]] = {
    "battle": {"parent": None},
    "target": {"text": "", "kind": "count", "op": ">=", "stretch": None, "battle": None, "strength": "plain"},
    "task": {"leader": []},
}  # fmt: skip


class ConfirmForm(forms.Form):
    """What a person decides beyond the draft."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[A-Z][A-Z0-9]{1,11}$",
        help_text=_("Capital letters and digits, for instance YC21; it begins every item's code."),
    )
    playbook = forms.ChoiceField(label=_("Playbook"))

    order: ClassVar[list[str]] = ["code", "playbook"]

    def __init__(self, *args: Any, language: str = "zh", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(k, load_builtin(k).label.of(language)) for k in builtin_keys()]
        self.fields["playbook"].choices = choices  # type: ignore[attr-defined]
