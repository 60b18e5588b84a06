"""Changes that tables make: cells written together, views kept."""

from gongjian.apps.grid.actions.saved import NAME_LIMIT, drop_view, save_view, share_view
from gongjian.apps.grid.actions.writing import write

__all__ = ["NAME_LIMIT", "drop_view", "save_view", "share_view", "write"]
