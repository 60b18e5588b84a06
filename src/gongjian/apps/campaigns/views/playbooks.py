"""The shape of a campaign as pages: read it, rename it, change it with a plan, undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gongjian.apps.accounts.edge import act_of, seen_by
from gongjian.apps.campaigns import shape, shaping, versions
from gongjian.apps.campaigns.actions import playbooks as actions
from gongjian.apps.campaigns.forms.playbooks import (
    FieldForm,
    TextForm,
    chosen_states,
    first_errors,
    plain_text,
)
from gongjian.apps.campaigns.kernel_io import playbook_of
from gongjian.apps.campaigns.keys import sort_key
from gongjian.apps.campaigns.models import Adoption
from gongjian.apps.campaigns.plan_words import map_rows, plan_rows
from gongjian.apps.campaigns.queries import get_campaign_for
from gongjian.apps.ledger.book import ActionError
from gongjian.kernel.errors import KernelError
from gongjian.kernel.playbook.plan import line_from_json
from gongjian.lib.ids import new_id
from gongjian.lib.problems import problem_lines, sentence
from gongjian.lib.requests import whole
from gongjian.playbooks.load import (
    builtin_keys,
    builtin_text,
    content_of,
    load_builtin,
    load_text,
    text_of,
)

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest

    from gongjian.apps.campaigns.models import Campaign, PlaybookVersion
    from gongjian.apps.campaigns.shaping import Content
    from gongjian.kernel.model.fields import FieldDef
    from gongjian.kernel.model.playbook import Playbook, RegisterDef


@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """List the playbooks that ship with the program."""
    versions.require_office(seen_by(request))
    rows = [
        {"playbook": p, "label": shape.say(p.label), "registers": shape.register_rows(p)}
        for p in map(load_builtin, builtin_keys())
    ]
    return render(request, "campaigns/playbooks.html", {"rows": rows})


@login_required
@require_GET
def library_file(request: HttpRequest, key: str) -> HttpResponse:
    """Give a shipped playbook as a file."""
    versions.require_office(seen_by(request))
    if key not in builtin_keys():
        raise Http404
    return _file(builtin_text(key), f"{key}.yaml")


@login_required
@require_GET
def playbook(request: HttpRequest, code: str) -> HttpResponse:
    """Show the shape of a campaign."""
    seen = seen_by(request)
    campaign = get_campaign_for(seen, code)
    version = versions.version_in_force(campaign)
    said = playbook_of(version)
    is_office = seen.is_office(campaign.pk)
    posts, leading = versions.posts_with_portfolio(), versions.leading_posts(campaign)
    context = {
        **_head(campaign, version, said),
        "registers": shape.register_rows(said),
        "workflows": shape.workflow_rows(said),
        "others": shape.other_rows(said),
        "duties": shape.duty_rows(said, posts, leading),
        "versions": versions.version_rows(campaign),
        "is_office": is_office,
        "request_id": str(new_id()),
    }
    return render(request, "campaigns/playbook.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a register of the playbook with its fields and printed forms, and rename them."""
    seen = seen_by(request)
    if request.method == "POST":
        campaign = versions.get_own_campaign_for(seen, code)
        version = versions.version_in_force(campaign)
        row = _register_of(playbook_of(version), key)
        new = shaping.renamed(content_of(version.text), row.key, request.POST.dict())
        return _proposed(request, version, new, f"/{key}")
    campaign = get_campaign_for(seen, code)
    version = versions.version_in_force(campaign)
    said = playbook_of(version)
    row = _register_of(said, key)
    flow = said.workflow_of(key)
    context = {
        **_head(campaign, version, said),
        "register": next(r for r in shape.register_rows(said) if r.key == key),
        "row": row,
        "fields": shape.field_rows(said, row),
        "states": [shape.say(s.label) for s in flow.states],
        "roles": [(shape.role_name(w.role), shape.say(w.word)) for w in row.role_words],
        "is_office": seen.is_office(campaign.pk),
        "request_id": str(new_id()),
    }
    return render(request, "campaigns/register_shape.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def workflow(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Show a workflow's words, and change them."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    version = versions.version_in_force(campaign)
    said = playbook_of(version)
    flow = next((w for w in said.workflows if w.key == key), None)
    if flow is None:
        raise Http404
    if request.method == "POST":
        new = shaping.reworded(content_of(version.text), key, request.POST.dict())
        return _proposed(request, version, new)
    row = next(w for w in shape.workflow_rows(said) if w["key"] == key)
    named = [(s, shape.category_name(s.category)) for s in flow.states]
    context = {
        **_head(campaign, version, said),
        "flow": flow, "row": row, "states": named, "request_id": str(new_id()),
    }  # fmt: skip
    return render(request, "campaigns/workflow_shape.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, code: str, key: str, name: str = "") -> HttpResponse:
    """Add a field to a register, change one, or hide it."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    version = versions.version_in_force(campaign)
    said = playbook_of(version)
    row = _register_of(said, key)
    present = next((f for f in row.fields if f.key == name), None)
    if name and present is None:
        raise Http404
    if request.method == "POST" and request.POST.get("do") == "hide" and present:
        new = shaping.without_field(content_of(version.text), key, name)
        return _proposed(request, version, new, f"/{key}")
    form = FieldForm(
        request.POST if request.method == "POST" else None,
        flow=said.workflow_of(key), language=get_language() or "zh", field=present,
        initial=_initial(present) if present else {"type": "text"},
    )  # fmt: skip
    if form.is_bound and form.is_valid():
        content = content_of(version.text)
        if present:
            new = shaping.with_changed_field(content, key, name, form.words())
        else:
            new = shaping.with_field(content, key, form.words(), _reading)
        return _proposed(request, version, new, f"/{key}")
    context = {
        **_head(campaign, version, said),
        "row": row, "register_name": shape.say(row.label), "field": present, "form": form,
        "errors": first_errors(form) if form.is_bound else [], "request_id": str(new_id()),
    }  # fmt: skip
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/field_shape.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def yaml(request: HttpRequest, code: str) -> HttpResponse:
    """Show the playbook as a text for experts, and take a changed one: a plan comes first."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    version = versions.version_in_force(campaign)
    form = TextForm(request.POST or None, request.FILES or None)
    errors: list[str] = []
    if form.is_bound:
        if form.is_valid():
            try:
                return _plan_page(request, version, form.cleaned_data["text"])
            except KernelError as error:
                errors = problem_lines(error) or [sentence(error)]
        else:
            errors = first_errors(form)
    typed = form.cleaned_data.get("text") if form.is_bound and form.is_valid() else None
    context = {
        **_head(campaign, version, playbook_of(version)),
        "text": typed or request.POST.get("text") or version.text, "errors": errors,
    }  # fmt: skip
    return render(request, "campaigns/yaml.html", context, status=422 if errors else 200)


@login_required
@require_GET
def file(request: HttpRequest, code: str) -> HttpResponse:
    """Give the playbook in force as a file."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    version = versions.version_in_force(campaign)
    return _file(version.text, f"{campaign.code}-{version.key}-{version.n}.yaml")


@login_required
@require_POST
def adopt(request: HttpRequest, code: str) -> HttpResponse:
    """Take a playbook over after its plan was looked at; a refused one keeps all that was chosen."""
    campaign = versions.get_own_campaign_for(seen_by(request), code)
    version = versions.version_in_force(campaign)
    text = plain_text(request.POST.get("text", ""))
    try:
        return _adopted(request, version, text)
    except KernelError as error:
        messages.error(request, sentence(error))
        if error.code in {"playbook.invalid", "playbook.moved", "playbook.same"}:
            return redirect("campaigns:playbook", code)
        return _plan_page(request, version, text, status=422)


@login_required
@require_GET
def adoption(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Show a change of the playbook: its plan, how far it is, what became of the rows."""
    found = versions.get_adoption_for(seen_by(request), code, pk)
    old, new = playbook_of(found.former), playbook_of(found.adopted)
    lines = [line_from_json(line) for line in found.plan.get("lines", ())]
    version = versions.version_in_force(found.campaign)
    total = found.plan.get("n", 0)
    context = {
        **_head(found.campaign, version, playbook_of(version)),
        "adoption": found,
        "is_running": found.state == Adoption.State.RUNNING,
        "is_undone": found.state == Adoption.State.UNDONE,
        "may_undo": found.state == Adoption.State.DONE and found.adopted_id == version.pk,
        "rows": plan_rows(lines, old, new),
        "figures": found.plan.get("figures", {}),
        "total": total,
        "done_pct": min(100, round(100 * found.n_rows / total)) if total else 0,
        "request_id": str(new_id()),
    }
    answer = render(request, "campaigns/adoption.html", context)
    if context["is_running"]:
        answer["Refresh"] = "3"  # works without a script; stops when it is done
    return answer


@login_required
@require_POST
def undo(request: HttpRequest, code: str, pk: UUID) -> HttpResponse:
    """Give a playbook up again."""
    found = versions.get_adoption_for(seen_by(request), code, pk)
    try:
        done = actions.undo_adoption(act_of(request), found)
    except KernelError as error:
        messages.error(request, sentence(error))
        return redirect("campaigns:adoption", code, pk)
    _carry(done.result)
    messages.success(request, _("The former playbook is in force again."))
    return redirect("campaigns:adoption", code, done.result["adoption"])


def _proposed(
    request: HttpRequest, version: PlaybookVersion, content: Content, anchor: str = ""
) -> HttpResponse:
    """Take a changed content over at once where it only renames; else show its plan."""
    code, text = version.campaign.code, text_of(content)
    place = redirect("campaigns:register_shape", code, anchor[1:]) if anchor else None
    back = place or redirect("campaigns:playbook", code)
    if request.POST.get("base", "") != str(version.n):
        moved = ActionError("playbook.moved", n=version.n)
        messages.error(request, sentence(moved))
        return back
    try:
        found = actions.preview(version.campaign, load_text(text))
        if not found.lines:
            messages.info(request, _("Nothing was changed."))
        elif found.is_quiet:
            _adopted(request, version, text)
        else:
            return _plan_page(request, version, text)
    except KernelError as error:
        messages.error(request, sentence(error))
    return back


def _adopted(request: HttpRequest, version: PlaybookVersion, text: str) -> HttpResponse:
    typed = request.POST
    done = actions.adopt(
        act_of(request),
        version.campaign,
        text,
        base=whole(typed.get("base", "")) or 0,
        chosen=chosen_states(typed.dict()),
        agreed=typed.getlist("agree"),
    )
    _carry(done.result)
    messages.success(
        request, _("The playbook is changed; version %(n)s is in force.") % done.result
    )
    return redirect("campaigns:adoption", version.campaign.code, done.result["adoption"])


def _carry(result: dict[str, Any]) -> None:
    """Rewrite few rows while the page waits; many are left to the queue."""
    if result["weight"] <= actions.AT_ONCE:
        actions.carry(result["adoption"])


def _plan_page(
    request: HttpRequest, version: PlaybookVersion, text: str, status: int = 200
) -> HttpResponse:
    """Show what a playbook would change, with what must be chosen and agreed to."""
    old, new = playbook_of(version), load_text(text)
    chosen = chosen_states(request.POST.dict())
    found = actions.preview(version.campaign, new, chosen)
    rows = plan_rows(found.lines, old, new, asked={"playbook.state_unmapped"})
    must_choose = {"playbook.state_unmapped", "playbook.map_refused"}
    against = [line for line in found.refusals if line.refusal not in must_choose]
    context = {
        **_head(version.campaign, version, old),
        "rows": rows,
        "maps": map_rows(found, new),
        "agreed": request.POST.getlist("agree"),
        "is_refused": bool(against),
        "text": text,
        "n_rows": found.n_rows,
        "n_rejudged": found.n_rejudged,
        "at_once": found.n_rows + found.n_rejudged <= actions.AT_ONCE,
        "request_id": str(new_id()),
    }
    status = 422 if against and status == 200 else status
    return render(request, "campaigns/plan.html", context, status=status)


def _head(campaign: Campaign, version: PlaybookVersion, said: Playbook) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "campaign_name": campaign.label(get_language() or "zh"),
        "version": version,
        "playbook_name": shape.say(said.label),
    }


def _register_of(said: Playbook, key: str) -> RegisterDef:
    for row in said.registers:
        if row.key == key:
            return row
    raise Http404


def _initial(present: FieldDef) -> dict[str, Any]:
    help_ = present.help
    return {
        "label_zh": present.label.zh,
        "label_en": present.label.en,
        "type": present.type.value,
        "unit": present.unit,
        "several": present.several,
        "required_at": list(present.required_at),
        "sortable": present.sortable,
        "filterable": present.filterable,
        "personal": present.personal,
        "help_zh": help_.zh if help_ else "",
        "help_en": help_.en if help_ else "",
    }


def _reading(word: str) -> str:
    """Give the reading of a Chinese word without its tones, to make a key of."""
    return "".join(c for c in sort_key(word) if not c.isdigit())


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
