"""A district with registers to write in, served for the browser: python -m tests.support.sheets N.

Writes who may sit down, as JSON: the cookie of each person's session.
"""

from __future__ import annotations

import json
import sys

KINDS = ("道路提升改造", "老旧小区雨污分流", "产业园区标准厂房", "河道综合整治", "智慧停车系统")
WIDE = "江湾示范区新旧动能转换与重大基础设施攻坚提速增效先行先试综合改革推进工程"
ROWS = 240
PEOPLE = ("office", "colleague", "viewer", "works")


def build(n: int) -> dict[str, str]:
    """Make a register of a few hundred works, and one of many copies past the book, as fast as can be."""
    from django.test import Client

    from gongjian.apps.campaigns.actions import import_items
    from tests.support.books import let_in, make_books
    from tests.support.cast import START, act, make_cast

    books = make_books(make_cast())
    let_in(books.people["colleague"], "office", books.campaign)
    orgs = list(books.cast.orgs.values())[1:]
    items = [_item(books, orgs, k) for k in range(ROWS)]
    import_items(act(books.people["office"], START), books.campaign, items, [])
    one = books.item("片区更新", campaign=books.other, fields={"cost": "300"})
    _copy(one, n - 1)
    return {name: _cookie(Client(), books.people[name]) for name in PEOPLE}


def _item(books, orgs, k: int):
    import datetime as dt

    from gongjian.apps.campaigns.models import Item
    from tests.support.cast import START

    title = f"{WIDE}（{k}）" if k % 9 == 4 else f"{KINDS[k % 5]}（{k // 5 + 1}期）"
    return Item(
        campaign=books.campaign,
        register=books.register("works"),
        battle=books.battles["BK21"][k % 2],
        title=title,
        org=orgs[k % 4],
        start_on=START,
        due=START + dt.timedelta(days=20 + k % 70),
        state="assigned",
        fields={"cost": str(500 + 37 * k % 9000), "stage": ("early", "built")[k % 2]},
    )


def _copy(item, n: int) -> None:
    """Copy an item by SQL, past the book: this database lives for the browser only."""
    from django.db import connection

    from gongjian.apps.campaigns import tally
    from gongjian.apps.ledger import gate

    own = {"id": "printf('%032x', i)", "code": "printf('B%07d', i)", "title": "title || ' ' || i"}
    columns = [f.column for f in item._meta.concrete_fields]
    chosen = ", ".join(own.get(c, f"item.{c}") for c in columns)
    series = f"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {n})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO campaigns_item ({', '.join(columns)}) {series} SELECT {chosen} "  # noqa: S608
            f"FROM s, campaigns_item AS item WHERE item.id = '{item.pk.hex}'"
        )
        cursor.execute("ANALYZE")
    with gate.opened():
        cell = (item.battle_id, item.org_id, item.register_id, item.access_class)
        tally.add_moves(item.campaign_id, {(*cell, "n"): n})


def _cookie(client, person) -> str:
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    from gongjian.cli.django_setup import migrate, setup

    setup()
    migrate()
    sys.stdout.write(json.dumps(build(int(sys.argv[1]))))
