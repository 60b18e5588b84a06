"""Registers as tables, for programs: rows, views, workbooks in, files out."""

from gongjian.apps.grid.api.files import router as files
from gongjian.apps.grid.api.rows import router as rows

routers = (rows, files)

__all__ = ["routers"]
