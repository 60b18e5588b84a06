"""Refuse code that writes rows past the book: a static look, beside the gate that refuses at run time.

usage: python tools/lint_writes.py FOLDER…

FOLDER is the package, or the root of a copy of it. The look is a guess about names, made to err on the
strict side: whatever is called like a write is one, unless its receiver is the book or plainly no table.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

ROOMS = ("apps", "lib", "site", "cli")
ALWAYS = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
ALWAYS |= {f"a{name}" for name in ALWAYS} | {"save_base", "_raw_delete", "_insert"}
# These are names of dicts and sets as well: only what looks like a table counts.
BY_RECEIVER = {"update", "aupdate", "delete", "adelete"}
CHAIN = {"objects", "_default_manager", "_base_manager", "select_for_update"}
CHAIN |= {"filter", "exclude", "all", "order_by", "annotate", "select_related", "using"}
TYPES = re.compile(r"\b(QuerySet|Manager|Model|Ledgered|Derived)\b")
SQL = re.compile(
    r"\s*(insert\s+(or\s+\w+\s+)?into|replace\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into"
    r"|truncate|drop\s+table|alter\s+table)\b",
    re.IGNORECASE,
)
# Whoever keeps the book itself, the queue, or a derived table writes it: named one by one.
KEEPERS = (
    "apps/ledger/",
    "apps/jobs/",
    "apps/accounts/models.py",
    "apps/accounts/reach.py",
    "apps/campaigns/codes.py",
    "apps/campaigns/personal.py",
    "apps/campaigns/standing.py",
    "apps/campaigns/tally.py",
    "apps/grid/waiting.py",
    "apps/grid/outgoing.py",
    "apps/grid/form_desk.py",
    "apps/notices/outbox.py",
    "apps/notices/preferences.py",
    "apps/loop/turns.py",
    "apps/notices/reads.py",
)


def faults(source: str) -> list[tuple[int, str]]:
    """Give line and reason of everything in a module that writes rows past the book."""
    tree = ast.parse(source)
    tables = _tables(tree)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if _writes(node, node.func, tables):
                found.append((node.lineno, f".{node.func.attr}(…) writes past the book"))
        elif SQL.match(_text(node)):
            found.append((node.lineno, "SQL that writes, past the book"))
    return sorted(set(found))


def _writes(call: ast.Call, func: ast.Attribute, tables: set[str]) -> bool:
    receiver = func.value
    if _is_book(receiver):
        return False
    if func.attr in ALWAYS:
        return True
    if func.attr not in BY_RECEIVER:
        return False
    if _is_table(receiver, tables):
        return True
    # row.delete() has no arguments; campaign.items.update(state=…) has only named ones.
    if func.attr in {"delete", "adelete"}:
        return not call.args
    return not call.args and bool(call.keywords) and not isinstance(receiver, ast.Name)


def _is_book(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "book") or (
        isinstance(node, ast.Attribute) and node.attr == "book"
    )


def _is_table(node: ast.expr, tables: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in tables
    if isinstance(node, ast.Call | ast.Subscript | ast.IfExp):
        inner = {ast.Call: "func", ast.Subscript: "value", ast.IfExp: "body"}[type(node)]
        return _is_table(getattr(node, inner), tables)
    if isinstance(node, ast.Attribute):
        return node.attr in CHAIN or _is_table(node.value, tables)
    return False


def _tables(tree: ast.AST) -> set[str]:
    """Names given to something that begins at a manager, or whose annotation says so."""
    tables = {
        arg.arg
        for arg in ast.walk(tree)
        if isinstance(arg, ast.arg) and arg.annotation and TYPES.search(ast.unparse(arg.annotation))
    }
    pairs = [pair for node in ast.walk(tree) for pair in _assigned(node)]
    while new := {name for name, value in pairs if _is_table(value, tables)} - tables:
        tables |= new
    return tables


def _assigned(node: ast.AST) -> list[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.For) and node.target:
        targets = [node.target]
    else:
        return []
    value = node.iter if isinstance(node, ast.For) else node.value
    return [(t.id, value) for t in targets if isinstance(t, ast.Name) and value is not None]


def _text(node: ast.AST) -> str:
    """Give the text of a string, with a word in the place of each hole of an f-string."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _text(part) if isinstance(part, ast.Constant) else "x" for part in node.values
        )
    return ""


def modules(folder: Path) -> list[Path]:
    """Give the modules to look at: all in the rooms that know tables, but migrations and keepers."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder).as_posix()
        watched = inside.split("/")[0] in ROOMS and "/migrations/" not in inside
        if watched and not inside.startswith(KEEPERS):
            found.append(path)
    return found


def main(folders: list[str]) -> int:
    if not folders:
        print(__doc__, file=sys.stderr)
        return 2
    paths = [path for folder in folders for path in modules(Path(folder))]
    if not paths:
        print(f"no modules to look at in {', '.join(folders)}", file=sys.stderr)
        return 2
    found = [
        f"{path}:{line}: {why}"
        for path in paths
        for line, why in faults(path.read_text(encoding="utf-8"))
    ]
    if found:
        print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
