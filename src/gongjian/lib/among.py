"""`__among`: one of many ids, given as one parameter where `__in` would write out each."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import ForeignKey, Lookup


@ForeignKey.register_lookup
class Among(Lookup[Any]):
    """Asks for rows that refer to any of a list of UUIDs: an array on PostgreSQL, JSON on SQLite."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        if connection.vendor == "sqlite":
            ids = json.dumps([pk.hex for pk in self.rhs])
            return f"{column} IN (SELECT value FROM json_each(%s))", (*params, ids)  # noqa: S608  # a column
        return f"{column} = ANY(%s::uuid[])", (*params, list(self.rhs))
