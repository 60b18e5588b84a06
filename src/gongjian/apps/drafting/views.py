"""Papers come in; paper and draft side by side; a person corrects and confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.drafting import actions, queries
from gongjian.apps.drafting.confirm import Plan
from gongjian.apps.drafting.forms import BLANK, FORMS, ConfirmForm, PaperForm
from gongjian.apps.drafting.review import review_context
from gongjian.apps.ledger.book import Act, ActionError
from gongjian.apps.papers.actions import receive
from gongjian.apps.papers.models import Paper
from gongjian.formats.read import Limits, read_paper
from gongjian.kernel.errors import PaperError
from gongjian.lib import clock
from gongjian.lib.ids import new_id
from gongjian.lib.problems import sentence
from gongjian.lib.requests import whole
from gongjian.playbooks.load import builtin_text, load_builtin

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse


@login_required
@require_http_methods(["GET", "POST"])
def papers(request: HttpRequest) -> HttpResponse:
    """List the papers and take a new one in."""
    seen = seen_by(request)
    found = queries.papers(seen)[:100]
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("drafting:draft", _received(request, form))
        except PaperError as error:
            form.add_error(None, sentence(error))
    status = 422 if form.is_bound and form.errors else 200
    context = {"papers": found, "form": form, "request_id": str(new_id())}
    return render(request, "drafting/papers.html", context, status=status)


def _received(request: HttpRequest, form: PaperForm) -> UUID:
    upload = form.cleaned_data["file"]
    data = upload.read() if upload else form.cleaned_data["text"].encode()
    name = upload.name if upload else _("Pasted text")
    limits = Limits(settings.PAPER_MAX_BYTES, settings.PAPER_MAX_UNPACKED_BYTES)
    document = read_paper(data, name, limits)
    act = act_of(request)
    today = clock.today()
    done = receive(act, data, name, document, today)
    paper = Paper.objects.get(pk=done.result["paper"])
    # The second step has a request id of its own, worked out from the first: a repeat finds both.
    second = Act(request_id=f"{act.request_id[:58]}-draft", by=act.by)
    drafted = actions.draft(second, paper, document, today)
    found: UUID = queries.get_draft_for(seen_by(request), drafted.result["draft"]).pk
    return found


@login_required
@require_GET
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show paper and draft side by side."""
    draft = queries.get_draft_for(seen_by(request), pk)
    context = review_context(draft)
    context["confirm"] = ConfirmForm(
        request.session.pop(f"confirm:{pk}", None),
        language=get_language() or "zh",
        initial={"code": context["code"], "playbook": context["playbook"]},
    )
    context["request_id"] = str(new_id())
    return render(request, "drafting/review.html", context)


@login_required
@require_POST
def correct(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Correct one part of a draft."""
    part = queries.get_part_for(seen_by(request), pk)
    form = FORMS[part.kind](request.POST)
    if not form.is_valid():
        messages.error(request, _first(form.errors))
        return _back(part.draft_id, pk)
    seen_version = whole(request.POST.get("version", ""))
    if seen_version is not None:
        part.version = seen_version
    try:
        actions.correct(act_of(request), part, form.changes())
    except ActionError as error:
        messages.error(request, sentence(error))
    return _back(part.draft_id, pk)


@login_required
@require_POST
def add_part(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a part by hand."""
    draft = queries.get_draft_for(seen_by(request), pk)
    kind = request.POST.get("kind", "")
    if kind not in BLANK:
        raise Http404
    form = FORMS[kind](request.POST)
    if not form.is_valid():
        messages.error(request, _first(form.errors))
        return _back(pk)
    content = {**BLANK[kind], **dict.fromkeys(form.fields), **form.changes()}
    if kind == "target":
        content["text"] = content["subject"]
    try:
        actions.add_part(act_of(request), draft, kind, content)
    except ActionError as error:
        messages.error(request, sentence(error))
    return _back(pk)


@login_required
@require_POST
def drop(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Leave a part out, or take it in again."""
    part = queries.get_part_for(seen_by(request), pk)
    try:
        actions.drop(act_of(request), part, is_dropped=not part.is_dropped)
    except ActionError as error:
        messages.error(request, sentence(error))
    return _back(part.draft_id, pk)


@login_required
@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make the campaign of a draft, in one action."""
    draft = queries.get_draft_for(seen_by(request), pk)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        request.session[f"confirm:{pk}"] = request.POST.dict()
        messages.error(request, _first(form.errors))
        return _back(pk)
    playbook = load_builtin(form.cleaned_data["playbook"])
    plan = Plan(
        code=form.cleaned_data["code"],
        playbook_text=builtin_text(playbook.key),
        leaders={b.name.zh: b.leader.zh for b in playbook.battles},
        english={b.name.zh: b.name.en for b in playbook.battles},
    )
    try:
        done = actions.confirm(act_of(request), draft, plan)
    except ActionError as error:
        request.session[f"confirm:{pk}"] = request.POST.dict()
        messages.error(request, sentence(error))
        return _back(pk)
    messages.success(request, _("The campaign runs: %(n)s items.") % {"n": done.result["items"]})
    return redirect("cockpit:cockpit", done.result["campaign"])


def _back(draft: UUID, part: UUID | None = None) -> HttpResponse:
    place = reverse("drafting:draft", args=[draft])
    return redirect(f"{place}#p-{part}" if part else place)


def _first(errors: object) -> str:
    name, faults = next(iter(dict(errors).items()))  # type: ignore[call-overload]
    return f"{name}: {faults[0]}"
