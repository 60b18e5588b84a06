"""The closed loop for programs: reports and steps, rounds of returns, mandates, the launch."""

from gongjian.apps.loop.api import inquiries, launch, mandates, returns, steps, way

routers = (
    steps.router,
    way.router,
    returns.router,
    inquiries.router,
    mandates.router,
    launch.router,
)

__all__ = ["routers"]
