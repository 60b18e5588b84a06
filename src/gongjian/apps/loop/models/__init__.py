"""What the closed loop adds to an item: reports, rounds with their returns, waivers; questions; mandates."""

from gongjian.apps.loop.models.inquiries import Answer, Inquiry
from gongjian.apps.loop.models.mandates import Commitment, Mandate
from gongjian.apps.loop.models.reports import Report
from gongjian.apps.loop.models.rounds import Return, Round, Waiver

__all__ = ["Answer", "Commitment", "Inquiry", "Mandate", "Report", "Return", "Round", "Waiver"]
