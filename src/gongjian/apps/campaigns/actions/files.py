"""Files kept with items: the bytes are in the store already, the rows come and go by the book."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import ItemFile
from gongjian.apps.ledger.book import ActionError, Book, action
from gongjian.apps.ledger.models import SYSTEM
from gongjian.apps.papers.models import StoredFile
from gongjian.kernel.model.fields import FieldType
from gongjian.kernel.playbook.values import is_blank

if TYPE_CHECKING:
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.papers.files import Kept
    from gongjian.kernel.model.fields import FieldDef


@action("campaigns.attach_file")
def attach_file(
    book: Book, item: Item, kept: Kept, name: str, *, note: str = "", field: str = ""
) -> dict[str, Any]:
    """Keep a file with an item, in a field of its register where one is named."""
    wanted = _file_field(item, field) if field else None
    row = keep_file(book, item, kept, name, note=note, field=field)
    if wanted is not None:
        pk, there = str(row.pk), item.fields.get(field)
        value = [*(there or []), pk] if wanted.several else pk
        book.update(item, fields={**item.fields, field: value})
    return {"item": item.code, "file": str(row.pk)}


def keep_file(
    book: Book, item: Item, kept: Kept, name: str, *, note: str = "", field: str = ""
) -> ItemFile:
    """Put the row of a kept file beside an item; part of actions."""
    book.campaign_id = item.campaign_id
    row = ItemFile(
        campaign_id=item.campaign_id,
        item=item,
        file=_stored(book, kept),
        field=field,
        name=name,
        note=note[:300],
        by=None if book.act.by == SYSTEM else book.act.by,
        at=book.at,
    )
    book.insert(row)
    return row


def _stored(book: Book, kept: Kept) -> StoredFile:
    stored = StoredFile.objects.filter(sha256=kept.sha256).first()
    if stored is None:
        stored = StoredFile(
            sha256=kept.sha256, size=kept.size, media_type=kept.media_type, scan=kept.scan
        )
        book.insert(stored)
    elif kept.scan and stored.scan != kept.scan:
        book.update(stored, scan=kept.scan)
    return stored


def _file_field(item: Item, key: str) -> FieldDef:
    register = playbook_in_force(item.campaign).register(item.register.key)
    for field in register.fields:
        if field.key == key and field.type is FieldType.FILE:
            return field
    raise ActionError("item.not_editable", fields=[key])


@action("campaigns.remove_file")
def remove_file(book: Book, row: ItemFile) -> dict[str, Any]:
    """Take a file off an item; the bytes and the history stay."""
    item = row.item
    book.campaign_id = item.campaign_id
    if row.field:
        _empty_field(book, item, row)
    book.update(row, is_removed=True)
    return {"item": item.code, "file": str(row.pk)}


def _empty_field(book: Book, item: Item, row: ItemFile) -> None:
    there = item.fields.get(row.field)
    left = [pk for pk in there if pk != str(row.pk)] if isinstance(there, list) else None
    if isinstance(there, str) and there != str(row.pk):
        return
    register = playbook_in_force(item.campaign).register(item.register.key)
    known = {f.key: f for f in register.fields}
    if is_blank(left) and row.field in known and item.state in known[row.field].required_at:
        raise ActionError("item.field_required", fields=[known[row.field].label])
    kept = {k: v for k, v in item.fields.items() if k != row.field}
    book.update(item, fields={**kept, row.field: left} if left else kept)
