"""Campaigns, registers, items, playbooks and what an organisation means in them, for programs."""

from gongjian.apps.campaigns.api import (
    campaigns,
    hanging,
    items,
    organisation,
    playbooks,
    registers,
)

routers = (
    campaigns.router,
    registers.router,
    items.router,
    hanging.router,
    playbooks.router,
    organisation.router,
)

__all__ = ["routers"]
