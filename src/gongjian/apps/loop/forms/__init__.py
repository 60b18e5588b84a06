"""The shapes of what pages of the loop send."""

from gongjian.apps.loop.forms.inquiries import AskForm
from gongjian.apps.loop.forms.mandates import CommitmentForm, MandateForm, open_targets
from gongjian.apps.loop.forms.report import ReportForm
from gongjian.apps.loop.forms.rounds import AgendaForm, RoundForm, SheetForm
from gongjian.apps.loop.forms.shown import shown

__all__ = [
    "AgendaForm",
    "AskForm",
    "CommitmentForm",
    "MandateForm",
    "ReportForm",
    "RoundForm",
    "SheetForm",
    "open_targets",
    "shown",
]
