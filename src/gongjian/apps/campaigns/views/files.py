"""Files of items: taken in, handed out as attachments only, taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns import actions
from gongjian.apps.campaigns.fields import may_fill, visible_fields
from gongjian.apps.campaigns.kernel_io import playbook_in_force
from gongjian.apps.campaigns.models import ItemFile
from gongjian.apps.campaigns.queries import get_item_for, rights, roles
from gongjian.apps.campaigns.uploads import keep_upload
from gongjian.apps.campaigns.views.items import back_to
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.papers.handing import handed_out
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from gongjian.apps.accounts.access import Scope
    from gongjian.apps.campaigns.models import Item
    from gongjian.apps.ledger.book import Outcome

_AROUND = 64 * 1024  # bytes that a form adds to its file


@csrf_exempt  # only until the length is known: `_attach` checks the token
@login_required
@require_POST
def attach(request: HttpRequest, code: str) -> HttpResponseBase:
    """Keep a file with an item; one that is far too large is refused before any of it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > settings.FILE_MAX_BYTES + _AROUND:
        get_item_for(seen_by(request), code)
        messages.error(request, sentence(too_large(int(length))))
        return redirect("cockpit:item", code)
    return _attach(request, code)


def too_large(size: int) -> ActionError:
    """Give the refusal of a file over the limit."""
    return ActionError("file.too_large", size=size, limit=settings.FILE_MAX_BYTES)


@csrf_protect
def _attach(request: HttpRequest, code: str) -> HttpResponseBase:
    seen = seen_by(request)
    item = get_item_for(seen, code)
    if not rights(seen, item) & {"report", "edit"}:
        raise PermissionDenied
    field = request.POST.get("field", "")
    if field and not _may_fill(seen, item, field):
        raise PermissionDenied

    def change() -> Outcome:
        upload = request.FILES.get("file")
        if upload is None:
            raise ActionError("file.missing")
        kept, name = keep_upload(upload)
        note = request.POST.get("note", "").strip()
        return actions.attach_file(act_of(request), item, kept, name, note=note, field=field)

    return back_to(request, code, change, _("The file is kept."))


def _may_fill(seen: Scope, item: Item, key: str) -> bool:
    register = playbook_in_force(item.campaign).register(item.register.key)
    return may_fill(register, roles(seen, item), key)


@login_required
@require_GET
def download(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Hand a file out to whoever sees its item: as an attachment, never to be shown in a page."""
    seen = seen_by(request)
    row = ItemFile.objects.select_related("file", "item").filter(pk=pk, is_removed=False).first()
    if row is None:
        raise Http404
    item = get_item_for(seen, row.item.code)
    if row.field and not _may_see(seen, item, row.field):
        raise Http404
    return handed_out(row.file.sha256, row.name)


def _may_see(seen: Scope, item: Item, key: str) -> bool:
    register = playbook_in_force(item.campaign).register(item.register.key)
    return key in {f.key for f in visible_fields(register, roles(seen, item))}


@login_required
@require_POST
def remove(request: HttpRequest, code: str, pk: UUID) -> HttpResponseBase:
    """Take a file off an item: the office, or who brought it."""
    seen = seen_by(request)
    item = get_item_for(seen, code)
    row = ItemFile.objects.filter(pk=pk, item=item, is_removed=False).first()
    if row is None:
        raise Http404
    if "edit" not in rights(seen, item) and row.by != request.user.pk:
        raise PermissionDenied
    row.item = item
    return back_to(
        request,
        code,
        lambda: actions.remove_file(act_of(request), row),
        _("The file is taken off; the history keeps it."),
    )
