"""Reads of the loop: reports, returns and rounds, the launch check."""

from gongjian.apps.loop.queries.reports import Steps, reports

__all__ = ["Steps", "reports"]
