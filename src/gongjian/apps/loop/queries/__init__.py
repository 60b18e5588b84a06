"""Reads of the loop: reports, returns and rounds, the launch check, steps."""

from gongjian.apps.loop.queries.reports import reports
from gongjian.apps.loop.queries.steps import Steps, agreed, last_asked, require_step, step_roles

__all__ = ["Steps", "agreed", "last_asked", "reports", "require_step", "step_roles"]
