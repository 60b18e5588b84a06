"""Pages of one letter: read, accepted, objected to, withdrawn, on paper."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.accounts.models import Person
from gongjian.apps.campaigns.uploads import keep_upload
from gongjian.apps.ledger.book import ActionError
from gongjian.apps.loop import actions, letters
from gongjian.apps.loop.actions import Signature, SignedPaper
from gongjian.apps.loop.models import Mandate
from gongjian.apps.loop.queries import mandates as queries
from gongjian.apps.loop.words import lang
from gongjian.apps.papers.handing import handed_out
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

    from gongjian.apps.campaigns.models import Campaign
    from gongjian.apps.ledger.book import Outcome


AROUND = 64 * 1024  # bytes that a form adds to its file


def head(campaign: Campaign) -> dict[str, object]:
    return {"campaign": campaign, "campaign_name": campaign.label(lang()), "place": "mandates"}


# One letter


@login_required
@require_safe
def mandate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one edition as it reads, and let its receiver accept it."""
    seen = seen_by(request)
    return _letter_page(request, queries.get_mandate_for(seen, pk))


def _letter_page(
    request: HttpRequest, row: Mandate, error: str = "", status: int = 200
) -> HttpResponse:
    typed = {k: str(v) for k, v in request.POST.items()}
    context = {
        **head(row.campaign),
        **letters.letter_context(seen_by(request), row),
        "error": error,
        "typed": typed,
        "own_name": _own_name(request),
        "request_id": str(new_id()),
    }
    return render(request, "loop/mandate.html", context, status=status)


def _own_name(request: HttpRequest) -> str:
    return request.user.label(lang()) if isinstance(request.user, Person) else ""


def _acted(
    request: HttpRequest, row: Mandate, change: Callable[[], Outcome], said: str
) -> HttpResponse:
    """Do something to a mandate; what is refused is told on its page, as it is now."""
    try:
        change()
    except ActionError as error:
        return _letter_page(request, _again(row), sentence(error), status=422)
    messages.success(request, said)
    return redirect("loop:mandate", row.pk)


def _again(row: Mandate) -> Mandate:
    rows = Mandate.objects.select_related("campaign", "battle", "org", "post", "file", "former")
    return rows.filter(pk=row.pk).first() or row


@login_required
@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept and sign: the name typed, or that of the account; a secretary visibly for the leader."""
    seen = seen_by(request)
    row = queries.get_mandate_for(seen, pk, may="receive")
    is_acting = queries.receives(seen, row) == "acting"
    signature = Signature(
        name=request.POST.get("name", "").strip() or _own_name(request),
        digest=request.POST.get("digest", ""),
        device=letters.device_of(request.headers.get("User-Agent", "")),
        is_acting=is_acting,
    )
    act = act_of(request, on_behalf_of=row.post_id if is_acting else None)
    return _acted(
        request,
        row,
        lambda: actions.accept_mandate(act, row, signature),
        _("The mandate is accepted and signed."),
    )


@login_required
@require_POST
def object_to(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Object to a mandate; the office is told and answers by another edition."""
    seen = seen_by(request)
    row = queries.get_mandate_for(seen, pk, may="receive")
    is_acting = queries.receives(seen, row) == "acting"
    act = act_of(request, on_behalf_of=row.post_id if is_acting else None)
    text = request.POST.get("text", "")[:1000]
    return _acted(
        request,
        row,
        lambda: actions.object_to_mandate(act, row, text),
        _("The objection is with the campaign office."),
    )


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw a mandate, with the reason."""
    row = queries.get_mandate_for(seen_by(request), pk, may="run")
    act = act_of(request, request.POST.get("reason", "")[:300])
    return _acted(
        request,
        row,
        lambda: actions.withdraw_mandate(act, row),
        _("The mandate is withdrawn."),
    )


@csrf_exempt  # only until the length is known: `_on_paper` checks the token
@login_required
@require_POST
def on_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter that a mandate was signed on paper; a scan far too large is refused before it is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if int(length) > settings.FILE_MAX_BYTES + AROUND:
        row = queries.get_mandate_for(seen_by(request), pk, may="run")
        error = ActionError("file.too_large", size=int(length), limit=settings.FILE_MAX_BYTES)
        messages.error(request, sentence(error))
        return redirect("loop:mandate", row.pk)
    return _on_paper(request, pk)


@csrf_protect
def _on_paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    row = queries.get_mandate_for(seen_by(request), pk, may="run")

    def change() -> Outcome:
        act = act_of(request, on_behalf_of=row.post_id or row.org_id)
        return actions.accept_mandate_on_paper(act, row, _paper(request))

    return _acted(request, row, change, _("The signed paper is kept."))


def _paper(request: HttpRequest) -> SignedPaper:
    upload = request.FILES.get("file")
    if upload is None:
        raise ActionError("file.missing")
    try:
        day = dt.date.fromisoformat(request.POST.get("day", "").strip())
    except ValueError:
        raise ActionError("mandate.day_missing") from None
    kept, file_name = keep_upload(upload)
    name, note = request.POST.get("name", ""), request.POST.get("note", "")
    return SignedPaper(name, day, kept, file_name, note)


@login_required
@require_safe
def scan(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Hand the signed paper out: as an attachment, never to be shown in a page."""
    row = queries.get_mandate_for(seen_by(request), pk)
    if row.file is None:
        raise Http404
    return handed_out(row.file.sha256, row.file_name)
