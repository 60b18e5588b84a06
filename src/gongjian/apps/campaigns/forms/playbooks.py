"""The shapes of what comes in about playbooks: a campaign to set up, a field, a text of experts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gongjian.apps.campaigns.actions.founding import CODE, Taken
from gongjian.apps.campaigns.plan_words import type_word
from gongjian.apps.campaigns.shaping import FieldWords, choice_of
from gongjian.apps.campaigns.sources import Front
from gongjian.kernel.model.fields import FieldType
from gongjian.playbooks.load import MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gongjian.apps.campaigns.shaping import Content
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.workflow import Workflow

_PAIR = re.compile(r"\s*[|\uff5c]\s*")
_NAMED = re.compile(r"\s*[，,\t]\s*")


class TextForm(forms.Form):
    """A playbook as a file or as pasted text."""

    file = forms.FileField(label=_("Playbook file (yaml)"), required=False)
    text = forms.CharField(
        label=_("Or paste the text"), required=False, widget=forms.Textarea, strip=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two, in UTF-8."""
        data: dict[str, Any] = super().clean() or {}
        upload = data.get("file")
        if upload is not None:
            if upload.size > 4 * MAX_CHARS:
                raise forms.ValidationError(_("The file is too large for a playbook."))
            try:
                data["text"] = upload.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError(
                    _("The file is no text in UTF-8. Save it again from a text editor.")
                ) from error
        if not (data.get("text") or "").strip():
            raise forms.ValidationError(_("Choose a file or paste the text of the playbook."))
        data["text"] = plain_text(data["text"])
        return data


def plain_text(text: str) -> str:
    """Give a text with the line breaks it had before a browser sent it."""
    return text.replace("\r\n", "\n")


class FoundForm(forms.Form):
    """A campaign to be set up from a playbook, or as last year's was."""

    code = forms.RegexField(
        label=_("Code"),
        regex=CODE,
        help_text=_("Capital letters and digits, for instance YC22; it begins every item's code."),
        error_messages={"invalid": _("Two to twelve capital letters and digits, a letter first.")},
    )
    name = forms.CharField(label=_("Name"), max_length=160)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    goal = forms.CharField(label=_("Overall goal"), max_length=300, required=False)
    start_on = forms.DateField(label=_("From"))
    end_on = forms.DateField(label=_("To"))
    more = forms.CharField(label=_("Further battles"), required=False, max_length=4000)
    take_items = forms.BooleanField(required=False)
    take_duties = forms.BooleanField(required=False)
    take_fields = forms.BooleanField(required=False)
    dates = forms.ChoiceField(choices=[("shift", ""), ("blank", "")], required=False)

    def clean(self) -> dict[str, Any]:
        """A period has an order; every battle a name that fits its column."""
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("start_on"), data.get("end_on")
        if start and end and start > end:
            self.add_error("end_on", _("The period ends before it starts."))
        if any(len(front.name) > 120 or len(front.leader) > 120 for front in self.further()):
            self.add_error("more", _("A battle's name has more than 120 characters."))
        return data

    def further(self) -> list[Front]:
        """Give the battles typed by hand: one a line, the leading post after a comma."""
        lines = (self.cleaned_data.get("more") or "").splitlines()
        parts = [_NAMED.split(line.strip(), maxsplit=1) for line in lines if line.strip()]
        return [Front(p[0], p[1] if len(p) > 1 else "") for p in parts]

    def taken(self) -> Taken:
        """Give what is taken over of each item."""
        data = self.cleaned_data
        return Taken(
            responsibilities=data["take_duties"],
            fields=data["take_fields"],
            dates=data["dates"] != "blank",
        )


class FieldForm(forms.Form):
    """A field of a register, in words of somebody who has never seen a playbook."""

    label_zh = forms.CharField(label=_("Name in Chinese"), max_length=120)
    label_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    type = forms.ChoiceField(label=_("Type of value"))
    unit = forms.CharField(label=_("Unit"), max_length=24, required=False)
    several = forms.BooleanField(label=_("Several values"), required=False)
    required_at = forms.MultipleChoiceField(
        label=_("Must be filled in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    new_choices = forms.CharField(
        label=_("New choices, one a line"), required=False, max_length=8000
    )
    sortable = forms.BooleanField(label=_("Lists can be sorted by it"), required=False)
    filterable = forms.BooleanField(label=_("Lists can be filtered by it"), required=False)
    personal = forms.BooleanField(label=_("Personal: encrypted, masked"), required=False)
    help_zh = forms.CharField(label=_("Help in Chinese"), max_length=120, required=False)
    help_en = forms.CharField(label=_("Help in English"), max_length=120, required=False)

    def __init__(
        self, *args: Any, flow: Workflow, language: str, field: FieldDef | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.field = field
        types: list[FieldType] = [t for t in FieldType if t is not FieldType.COMPUTED]
        if field is not None and field.compute is not None:
            types = [FieldType.COMPUTED]  # its rule stays with experts; words may change
        self._choices("type", [(t.value, type_word(t.value)) for t in types])
        self._choices("required_at", [(s.key, s.label.of(language)) for s in flow.states])

    def _choices(self, name: str, pairs: Sequence[tuple[str, str]]) -> None:
        chosen = self.fields[name]
        if isinstance(chosen, forms.ChoiceField):
            chosen.choices = list(pairs)

    def clean(self) -> dict[str, Any]:
        """A choice needs something to choose from."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("type") == FieldType.CHOICE.value and not self.kept_choices():
            self.add_error("new_choices", _("Write at least one choice."))
        return data

    def kept_choices(self) -> tuple[Content, ...]:
        """Give the choices that stay, renamed as typed, and the new ones."""
        typed: Mapping[str, str] = self.data
        kept: list[Content] = []
        for n, choice in enumerate(self.field.choices if self.field else ()):
            if not typed.get(f"choice.{n}.drop"):
                zh = typed.get(f"choice.{n}.zh", "").strip() or choice.label.zh
                en = typed.get(f"choice.{n}.en", "").strip() or choice.label.en
                kept.append({"key": choice.key, "label": {"zh": zh, "en": en}})
        taken = {c["label"]["zh"] for c in kept} | {c["key"] for c in kept}
        lines = (self.cleaned_data.get("new_choices") or "").splitlines()
        pairs = [_PAIR.split(line.strip(), maxsplit=1) for line in lines if line.strip()]
        added = {p[0]: choice_of(p[0], p[1] if len(p) > 1 else "") for p in pairs}
        return (*kept, *(c for word, c in added.items() if word not in taken))

    def words(self) -> FieldWords:
        """Give what was said of the field."""
        data = self.cleaned_data
        plain = {
            name: data[name] for name in ("unit", "several", "sortable", "filterable", "personal")
        }
        return FieldWords(
            zh=data["label_zh"],
            en=data["label_en"],
            type=data["type"],
            required_at=tuple(data["required_at"]),
            help_zh=data["help_zh"],
            help_en=data["help_en"],
            choices=self.kept_choices(),
            **plain,
        )


def first_errors(form: forms.Form) -> list[str]:
    """Give every fault with the name of its field."""
    said = []
    for name, faults in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        said += [f"{label}: {fault}" if label else str(fault) for fault in faults]
    return said


def chosen_states(typed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Read which state takes the place of which: `map.register.state` → state."""
    found: dict[str, dict[str, str]] = {}
    for name, value in typed.items():
        kind, _dot, place = name.partition(".")
        register, _dot, state = place.partition(".")
        if kind == "map" and state and value:
            found.setdefault(register, {})[state] = value
    return found
