"""The closed loop for programs: reports and steps, rounds of returns, the launch."""

from gongjian.apps.loop.api import burden, inquiries, launch, returns, steps, way

routers = (
    steps.router,
    way.router,
    returns.router,
    inquiries.router,
    launch.router,
    burden.router,
)

__all__ = ["routers"]
