"""Reads of the loop: reports, returns and rounds, the launch check."""

from gongjian.apps.loop.queries.reports import reports

__all__ = ["reports"]
