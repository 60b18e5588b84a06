"""Pages that change campaigns: items, playbooks, the organisation of a campaign."""
