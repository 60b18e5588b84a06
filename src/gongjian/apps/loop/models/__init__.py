"""What the closed loop adds to an item: steps, reports, rounds with their returns; questions; mandates."""

from gongjian.apps.loop.models.inquiries import Answer, Inquiry
from gongjian.apps.loop.models.mandates import Commitment, Mandate
from gongjian.apps.loop.models.reports import Report
from gongjian.apps.loop.models.rounds import Return, Round, Waiver
from gongjian.apps.loop.models.steps import Consent, Extension, Movement, Revisit, Turn

__all__ = [
    "Answer",
    "Commitment",
    "Consent",
    "Extension",
    "Inquiry",
    "Mandate",
    "Movement",
    "Report",
    "Return",
    "Revisit",
    "Round",
    "Turn",
    "Waiver",
]
