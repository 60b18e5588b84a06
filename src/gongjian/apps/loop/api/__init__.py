"""The closed loop for programs: reports and steps, rounds of returns, mandates, decisions, the launch."""

from gongjian.apps.loop.api import (
    burden,
    decisions,
    inquiries,
    launch,
    mandates,
    returns,
    steps,
    way,
)

routers = (
    steps.router,
    way.router,
    returns.router,
    inquiries.router,
    decisions.router,
    mandates.router,
    launch.router,
    burden.router,
)

__all__ = ["routers"]
