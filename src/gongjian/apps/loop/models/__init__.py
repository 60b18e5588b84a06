"""What the closed loop adds to an item: its steps, reports, rounds with their returns; one-time questions."""

from gongjian.apps.loop.models.inquiries import Answer, Inquiry
from gongjian.apps.loop.models.reports import Report
from gongjian.apps.loop.models.rounds import Return, Round, Waiver
from gongjian.apps.loop.models.steps import Consent, Extension, Movement, Revisit, Turn

__all__ = [
    "Answer",
    "Consent",
    "Extension",
    "Inquiry",
    "Movement",
    "Report",
    "Return",
    "Revisit",
    "Round",
    "Turn",
    "Waiver",
]
