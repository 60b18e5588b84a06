"""The shapes of what pages of the loop send."""

from gongjian.apps.loop.forms.extensions import DecisionForm, ExtensionForm, day_in
from gongjian.apps.loop.forms.inquiries import AskForm
from gongjian.apps.loop.forms.mandates import CommitmentForm, MandateForm, open_targets
from gongjian.apps.loop.forms.report import ReportForm
from gongjian.apps.loop.forms.rounds import AgendaForm, RoundForm, SheetForm
from gongjian.apps.loop.forms.shown import shown

__all__ = [
    "AgendaForm",
    "AskForm",
    "CommitmentForm",
    "DecisionForm",
    "ExtensionForm",
    "MandateForm",
    "ReportForm",
    "RoundForm",
    "SheetForm",
    "day_in",
    "open_targets",
    "shown",
]
