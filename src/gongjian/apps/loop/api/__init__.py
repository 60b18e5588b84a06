"""The closed loop for programs: reports and steps, rounds of returns, mandates, the launch."""

from gongjian.apps.loop.api import burden, inquiries, launch, mandates, returns, steps, way

routers = (
    steps.router,
    way.router,
    returns.router,
    inquiries.router,
    mandates.router,
    launch.router,
    burden.router,
)

__all__ = ["routers"]
