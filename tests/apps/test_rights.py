"""The URL table, walked as four people: nobody, a stranger, a viewer, the office."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_resolver, reverse
from tests.support import decisions, forms, hooks, inquiries, mandates
from tests.support.api import token
from tests.support.cast import END, act
from tests.support.orgs import organisation
from tests.support.returned import workbook
from tests.support.rounds import own_target
from tests.support.web import body_of, client, drafted

from gongjian.apps.accounts.models import OrgGroup
from gongjian.apps.campaigns.actions import adopt, attach_file, edit_item, import_items, list_item
from gongjian.apps.campaigns.models import ItemLink, PlaybookVersion, Responsibility
from gongjian.apps.grid import outgoing, waiting
from gongjian.apps.grid.actions import save_view
from gongjian.apps.grid.models import SavedView
from gongjian.apps.ledger import gate
from gongjian.apps.loop.actions import (
    RoundPlan,
    Said,
    Words,
    close_out,
    open_round,
    record_commitment,
    report,
)
from gongjian.apps.loop.models import Return, Revisit
from gongjian.apps.notices.models import Notice
from gongjian.apps.papers.files import Kept, put
from gongjian.apps.targets.models import Target
from gongjian.playbooks.load import content_of, load_text, text_of

# name → (method, signed out, stranger, viewer, office); a form of the office may answer 302.
TABLE = {
    "home": ("get", 302, 200, 200, 200),
    "login": ("get", 200, 302, 302, 302),
    "logout": ("post", 302, 302, 302, 302),
    "set_language": ("post", 302, 302, 302, 302),
    "demo_switch": ("post", 404, 404, 404, 404),
    "orgs": ("get", 302, 404, 200, 200),
    "org_undo": ("post", 302, 404, 403, 302),
    "org_rename": ("post", 302, 404, 403, 302),
    "org_add_post": ("post", 302, 404, 403, 302),
    "org_join_group": ("post", 302, 404, 403, 302),
    "org_leave_group": ("post", 302, 404, 403, 302),
    "person_retire": ("post", 302, 404, 403, 302),
    "post_abolish": ("post", 302, 404, 403, 302),
    "post_appoint": ("post", 302, 404, 403, 302),
    "campaigns:tokens": ("get", 302, 200, 200, 200),
    "campaigns:revoke_token": ("post", 302, 404, 404, 404),  # it is somebody else's
    "campaigns:org": ("get", 302, 404, 200, 200),
    "campaigns:org_move": ("post", 302, 404, 403, 302),
    "campaigns:org_merge": ("post", 302, 404, 403, 302),
    "campaigns:org_import": ("get", 302, 404, 403, 200),
    "campaigns:org_template": ("get", 302, 404, 403, 200),
    "campaigns:let_in": ("post", 302, 404, 403, 302),
    "campaigns:withdraw": ("post", 302, 404, 403, 302),
    "campaigns:duties": ("get", 302, 404, 200, 200),
    "campaigns:duty_workbook": ("get", 302, 404, 403, 200),
    "campaigns:read_duties": ("post", 302, 404, 403, 422),
    "campaigns:tenures": ("get", 302, 404, 200, 200),
    "campaigns:task_forces": ("get", 302, 404, 200, 200),
    "campaigns:add_member": ("post", 302, 404, 403, 302),
    "campaigns:end_task_force": ("post", 302, 404, 403, 302),
    "campaigns:release_member": ("post", 302, 404, 403, 302),
    "campaigns:hooks": ("get", 302, 404, 403, 200),
    "campaigns:hook": ("get", 302, 404, 403, 200),
    "campaigns:change_hook": ("post", 302, 404, 403, 302),
    "campaigns:redeliver": ("post", 302, 404, 403, 302),
    "campaigns:watch": ("get", 302, 404, 403, 200),
    "campaigns:reassign": ("post", 302, 404, 403, 302),
    "campaigns:lead_over": ("post", 302, 404, 403, 302),
    "cockpit:cockpit": ("get", 302, 404, 200, 200),
    "cockpit:campaign": ("get", 302, 404, 200, 200),
    "cockpit:items": ("get", 302, 404, 200, 200),
    "cockpit:item": ("get", 302, 404, 200, 200),
    "grid:registers": ("get", 302, 404, 302, 302),
    "campaigns:playbooks": ("get", 302, 404, 403, 200),
    "campaigns:playbooks_file": ("get", 302, 404, 403, 200),
    "campaigns:new": ("get", 302, 404, 403, 200),
    "campaigns:playbook": ("get", 302, 404, 200, 200),
    "campaigns:playbook_yaml": ("get", 302, 404, 403, 200),
    "campaigns:playbook_file": ("get", 302, 404, 403, 200),
    "campaigns:register_shape": ("get", 302, 404, 200, 200),
    "campaigns:new_field": ("get", 302, 404, 403, 200),
    "campaigns:field_shape": ("get", 302, 404, 403, 200),
    "campaigns:workflow_shape": ("get", 302, 404, 403, 200),
    "campaigns:adopt": ("post", 302, 404, 403, 302),
    "campaigns:adoption": ("get", 302, 404, 403, 200),
    "campaigns:undo_adoption": ("post", 302, 404, 403, 302),
    "cockpit:battle": ("get", 302, 404, 200, 200),
    "grid:register": ("get", 302, 404, 200, 200),
    "grid:grid": ("get", 302, 404, 200, 200),
    "grid:export": ("get", 302, 404, 200, 200),
    "grid:rosters": ("get", 302, 404, 200, 200),
    "grid:rows": ("get", 302, 404, 200, 200),
    "grid:cells": ("post", 302, 404, 422, 422),  # a form holds no rows
    "grid:totals": ("get", 302, 404, 200, 200),
    "grid:tree": ("get", 302, 404, 200, 200),
    "grid:board": ("get", 302, 404, 200, 200),
    "grid:words": ("get", 302, 404, 302, 302),
    "grid:columns": ("get", 302, 404, 302, 302),
    "grid:bulk": ("get", 302, 404, 403, 200),
    "grid:move": ("post", 302, 404, 403, 403),  # no column is named
    "grid:template": ("get", 302, 404, 403, 200),
    "grid:intakes": ("get", 302, 404, 403, 200),
    "grid:intake": ("get", 302, 404, 403, 200),
    "grid:intake_map": ("get", 302, 404, 403, 200),
    "grid:intake_faults": ("get", 302, 404, 403, 200),
    "grid:intake_take": ("post", 302, 404, 403, 422),  # a cell is wrong
    "grid:intake_drop": ("post", 302, 404, 403, 302),
    "grid:exports": ("get", 302, 404, 200, 200),
    "grid:export_file": ("get", 302, 404, 404, 302),  # one's own alone; not written yet
    "grid:change_export": ("post", 302, 404, 404, 302),
    "grid:save_view": ("post", 302, 404, 302, 302),
    "grid:view": ("get", 302, 404, 302, 302),
    "grid:change_view": ("post", 302, 404, 403, 302),
    "grid:share_view": ("post", 302, 404, 403, 302),
    "grid:drop_view": ("post", 302, 404, 403, 302),
    "cockpit:item_history": ("get", 302, 404, 200, 200),
    "cockpit:item_who": ("get", 302, 404, 200, 200),
    "campaigns:new_item": ("get", 302, 404, 403, 200),
    "campaigns:freeze_roster": ("post", 302, 404, 403, 302),
    "campaigns:find": ("post", 302, 404, 403, 403),
    "campaigns:edit_item": ("get", 302, 404, 403, 200),
    "campaigns:add_duty": ("post", 302, 404, 403, 302),
    "campaigns:remove_duty": ("post", 302, 404, 403, 302),
    "campaigns:link": ("post", 302, 404, 403, 302),
    "campaigns:unlink": ("post", 302, 404, 403, 302),
    "campaigns:list_item": ("get", 302, 404, 403, 200),
    "campaigns:listing": ("get", 302, 404, 403, 200),
    "campaigns:unlist": ("post", 302, 404, 403, 302),
    "campaigns:attach_file": ("post", 302, 404, 403, 302),
    "campaigns:download": ("get", 302, 404, 200, 200),
    "campaigns:remove_file": ("post", 302, 404, 403, 302),
    "campaigns:reveal": ("post", 302, 404, 403, 403),
    "campaigns:erase": ("get", 302, 404, 403, 200),
    "targets:attach": ("get", 302, 404, 403, 200),
    "targets:detach": ("post", 302, 404, 403, 302),
    "loop:step": ("post", 302, 404, 403, 302),
    "loop:work": ("get", 302, 200, 200, 200),
    "loop:acknowledge": ("post", 302, 302, 302, 302),
    "loop:consent": ("post", 302, 404, 403, 403),
    "loop:ask_extension": ("post", 302, 404, 403, 403),
    "loop:decide_extension": ("post", 302, 404, 403, 302),
    "loop:revisits": ("get", 302, 404, 403, 200),
    "loop:draw_revisits": ("post", 302, 404, 403, 302),
    "loop:revisit": ("post", 302, 404, 403, 302),
    "loop:report": ("post", 302, 404, 403, 302),
    "loop:close_out": ("post", 302, 404, 403, 302),
    "loop:reopen": ("post", 302, 404, 403, 302),
    "campaigns:undo": ("post", 302, 404, 403, 302),
    "loop:gaps": ("get", 302, 404, 403, 200),
    "loop:say_count": ("post", 302, 404, 403, 302),
    "loop:name_lead": ("post", 302, 404, 403, 422),
    "loop:open_round": ("post", 302, 404, 403, 422),
    "loop:round": ("get", 302, 404, 403, 200),
    "loop:chase": ("post", 302, 404, 403, 302),
    "loop:accept": ("post", 302, 404, 403, 302),
    "loop:workbook": ("get", 302, 404, 403, 200),
    "loop:upload": ("get", 302, 404, 403, 200),
    "loop:take_in": ("post", 302, 404, 403, 302),
    "loop:duty": ("get", 302, 404, 403, 200),
    "loop:duty_chase": ("post", 302, 404, 403, 302),
    "loop:duty_join": ("post", 302, 404, 403, 422),
    "grid:forms": ("get", 302, 404, 200, 200),
    "grid:form": ("get", 302, 404, 403, 200),
    "grid:form_file": ("get", 302, 404, 403, 200),
    "loop:inquiries": ("get", 302, 404, 403, 200),
    "loop:ask": ("get", 302, 404, 403, 200),
    "loop:inquiry": ("get", 302, 404, 403, 200),
    "loop:inquiry_chase": ("post", 302, 404, 403, 302),
    "loop:inquiry_export": ("get", 302, 404, 403, 200),
    "loop:inquiry_workbook": ("get", 302, 404, 403, 200),
    "loop:inquiry_upload": ("get", 302, 404, 403, 200),
    "loop:inquiry_take_in": ("post", 302, 404, 403, 302),
    "loop:inquiry_answer": ("get", 302, 404, 403, 200),
    "loop:inquiry_close": ("post", 302, 404, 403, 302),
    "loop:inquiry_withdraw": ("post", 302, 404, 403, 302),
    "loop:obstacles": ("get", 302, 404, 200, 200),
    "loop:raise_obstacle": ("post", 302, 404, 403, 302),
    "loop:ask_decision": ("get", 302, 404, 403, 200),
    "loop:decide": ("post", 302, 404, 403, 403),  # it is asked of a leading official
    "loop:instructed": ("get", 302, 200, 200, 200),
    "loop:burden": ("get", 302, 404, 200, 200),
    "loop:mandates": ("get", 302, 404, 200, 200),
    "loop:mandate_issue": ("get", 302, 404, 403, 200),
    "loop:mandate_reissue": ("get", 302, 404, 403, 200),
    "loop:mandate_chase": ("post", 302, 404, 403, 302),
    "loop:mandate_at_rally": ("post", 302, 404, 403, 302),
    "loop:mandate": ("get", 302, 404, 200, 200),
    "loop:mandate_accept": ("post", 302, 404, 403, 403),  # the receiver's alone
    "loop:mandate_object": ("post", 302, 404, 403, 403),
    "loop:mandate_paper": ("post", 302, 404, 403, 422),
    "loop:mandate_scan": ("get", 302, 404, 404, 404),  # there is none
    "loop:mandate_withdraw": ("post", 302, 404, 403, 422),
    "loop:rally": ("get", 302, 404, 200, 200),
    "loop:commitments": ("get", 302, 404, 200, 200),
    "loop:commitment": ("get", 302, 404, 403, 200),
    "loop:remove_commitment": ("post", 302, 404, 403, 302),
    "loop:returns": ("get", 302, 200, 200, 200),
    "loop:return": ("get", 302, 404, 403, 200),
    "loop:send_back": ("post", 302, 404, 403, 302),
    "loop:close_round": ("post", 302, 404, 403, 302),
    "loop:launch": ("get", 302, 404, 403, 200),
    "loop:waive": ("post", 302, 404, 403, 422),
    "loop:withdraw_waivers": ("post", 302, 404, 403, 302),
    "loop:publish": ("post", 302, 404, 403, 422),
    "notices:inbox": ("get", 302, 200, 200, 200),
    "notices:read_all": ("post", 302, 302, 302, 302),
    "notices:read_one": ("post", 302, 404, 404, 404),  # as well
    "notices:settings": ("get", 302, 200, 200, 200),
    "notices:open": ("get", 302, 404, 404, 404),  # it is told to somebody else
    "targets:target": ("get", 302, 404, 200, 200),
    "targets:raise": ("post", 302, 404, 403, 422),
    "targets:withdraw": ("post", 302, 404, 403, 302),
    "drafting:papers": ("get", 302, 404, 403, 200),
    "drafting:draft": ("get", 302, 404, 403, 200),
    "drafting:add_part": ("post", 302, 404, 403, 302),
    "drafting:confirm": ("post", 302, 404, 403, 302),
    "drafting:correct": ("post", 302, 404, 403, 302),
    "drafting:drop": ("post", 302, 404, 403, 302),
}


def names(resolver, space="") -> set[str]:
    found = set()
    for entry in resolver.url_patterns:
        if hasattr(entry, "url_patterns"):
            found |= names(entry, entry.namespace or space)
        elif entry.name:
            found.add(f"{space}:{entry.name}" if space else entry.name)
    return found


def test_the_table_has_every_address():
    """Operations of the API are walked by its contract: tests/api/test_walk.py."""
    pages = {n for n in names(get_resolver()) if not n.startswith("api-1:")}
    assert pages == set(TABLE)


OF_ITEMS = {
    f"loop:{name}"
    for name in (
        "report", "close_out", "reopen", "step", "consent", "ask_extension", "decide_extension"
    )
}  # fmt: skip


@pytest.fixture
def addresses(cast):
    item, draft = cast.item(), drafted(cast.people["office"])
    part = draft.parts.filter(kind="task").first()
    edited = edit_item(act(cast.people["office"]), item, {"title": "Edited"})
    by_name = {
        "demo_switch": [cast.people["viewer"].username],
        "campaigns:undo": [edited.event_id],
        "campaigns:tokens": [],
        "campaigns:revoke_token": [token(cast.people["works"])[0].pk],
        "cockpit:item": [item.code],
        "loop:revisit": [second_look(cast)],
        "drafting:correct": [part.pk],
        "drafting:drop": [part.pk],
        **of_a_round(cast),
        **of_an_inquiry(cast),
        **of_a_mandate(cast),
        **of_a_decision(cast),
        **of_a_form(cast),
        **organisation(cast, item),
        **of_a_hook(cast),
    }
    by_name |= playbook_pages(cast)
    by_name |= of_an_item(cast, item)
    for name in TABLE:
        space = name.split(":")[0]
        if name in by_name or name == "drafting:papers":
            continue
        if name in OF_ITEMS:
            by_name[name] = [item.code]
        elif space in {"cockpit", "campaigns", "grid", "loop"}:
            by_name[name] = [cast.campaign.code]
        elif space == "drafting":
            by_name[name] = [draft.pk]
    return {name: reverse(name, args=by_name.get(name, [])) for name in TABLE}


def second_look(cast):
    """A second look at what was closed."""
    item = cast.item("Closed")
    report(act(cast.people["works"]), item, Words(progress="Done"), roles=frozenset({"contact"}))
    close_out(act(cast.people["office"]), item, roles=frozenset({"office"}))
    row = Revisit(campaign=cast.campaign, item=item, limit="revisit", due=END)
    with gate.opened():
        row.save(force_insert=True)
    return row.pk


def of_a_round(cast) -> dict[str, list[object]]:
    """A round with an org's return and a group's duty, a notice and a target, all of one item."""
    item = cast.item("To be issued", state="planned")
    towns = OrgGroup.objects.get(key="towns")
    duty = Responsibility(campaign=cast.campaign, item=item, role="owner", group_id=towns.pk)
    import_items(act(), cast.campaign, [], [duty])
    plan = RoundPlan("First", END)
    row = open_round(act(cast.people["office"]), cast.campaign, plan).result["round"]
    one = Return.objects.get(round=row, kind="blanks")
    target = own_target(cast, item)
    code, here = cast.campaign.code, [cast.campaign.code, row]
    names = ("round", "chase", "accept", "workbook", "upload", "take_in", "close_round")
    return {
        **{f"loop:{name}": here for name in names},
        **{f"loop:{n}": [code, row, item.pk] for n in ("duty", "duty_chase", "duty_join")},
        **{f"loop:{n}": [one.pk] for n in ("return", "send_back")},
        "loop:returns": [],
        "loop:work": [],
        "loop:acknowledge": [],
        "notices:read_one": [Notice.objects.filter(org=one.org_id).get().pk],
        "notices:open": [Notice.objects.filter(org=one.org_id).get().pk],
        **{f"targets:{n}": [target.pk] for n in ("target", "raise", "withdraw")},
    }


def of_an_inquiry(cast) -> dict[str, list[object]]:
    """A one-time question to two orgs, with what one of them is to answer."""
    row = inquiries.ask(cast, orgs=("works", "east"))
    one = inquiries.answer_of(cast, row, "works")
    names = [n for n in TABLE if n.startswith("loop:inquiry") and n != "loop:inquiry_answer"]
    here = [cast.campaign.code, row.pk]
    return {**dict.fromkeys(names, here), "loop:inquiry_answer": [one.pk]}


def of_a_decision(cast) -> dict[str, list[object]]:
    """A campaign whose playbook has obstacles, with an item and a decision that is asked for."""
    table = decisions.make_table(cast)
    for name in ("office", "viewer"):
        decisions.seat_at(table, cast.people[name], name)
    item = table.item()
    return {
        "loop:obstacles": [table.campaign.code],
        "loop:raise_obstacle": [item.code],
        "loop:ask_decision": [item.code],
        "loop:decide": [table.request(item).code],
        "loop:instructed": [],
    }


def of_a_hook(cast) -> dict[str, list[object]]:
    """Another program that is told, and a message that it was sent."""
    code, here = cast.campaign.code, hooks.hook(cast.campaign)
    sent = hooks.tried(here)
    return {
        "campaigns:hook": [code, here.pk],
        "campaigns:change_hook": [code, here.pk],
        "campaigns:redeliver": [code, here.pk, sent.pk],
    }


def of_a_mandate(cast) -> dict[str, list[object]]:
    """A mandate that waits for its leading official, and a commitment of an org."""
    (row,) = mandates.make_stage(cast).issue(1)
    said = Said(cast.orgs["works"], "Head", "By autumn.", END)
    made = record_commitment(act(cast.people["office"]), cast.campaign, said)
    names = [n for n in TABLE if n.startswith("loop:mandate_") or n == "loop:mandate"]
    of_all = {f"loop:mandate_{n}" for n in ("issue", "reissue", "chase", "at_rally")}
    here, one = [cast.campaign.code], [made.result["commitment"]]
    return {
        **{n: here if n in of_all else [row.pk] for n in names},
        "loop:commitment": one,
        "loop:remove_commitment": one,
    }


def of_a_form(cast) -> dict[str, list[object]]:
    """A form that lies on the office's desk."""
    file = SimpleUploadedFile("form.xlsx", forms.book([["事项", "时限"], ["Another", ""]]))
    code = cast.campaign.code
    answer = client(cast.people["office"]).post(f"/c/{code}/forms/", {"form": file})
    here = [code, answer.url.split("/")[-2]]
    return {"grid:form": here, "grid:form_file": here}


def playbook_pages(cast) -> dict[str, list]:
    code, version = cast.campaign.code, PlaybookVersion.objects.get(campaign=cast.campaign)
    content = content_of(version.text)
    content["label"] = {"zh": "改名", "en": "Renamed"}
    done = adopt(act(), cast.campaign, text_of(content), base=1, chosen={}, agreed=())
    register = load_text(version.text).register("tasks")
    change, shape = [code, done.result["adoption"]], [code, register.key]
    return {
        "campaigns:playbooks": [], "campaigns:new": [], "campaigns:playbooks_file": [version.key],
        "campaigns:playbook": [code], "campaigns:playbook_yaml": [code],
        "campaigns:playbook_file": [code], "campaigns:adopt": [code],
        "campaigns:register_shape": shape, "campaigns:new_field": shape,
        "campaigns:field_shape": [*shape, register.fields[0].key],
        "campaigns:workflow_shape": [code, register.workflow],
        "campaigns:adoption": change, "campaigns:undo_adoption": change,
    }  # fmt: skip


def of_an_item(cast, item) -> dict[str, list]:
    """What the addresses of one item and of its register are filled with; a file, a link, a listing."""
    office = act(cast.people["office"])
    other = cast.item("Another")
    key = cast.register.key
    made = attach_file(office, item, Kept(put(b"x"), 1, "text/plain"), "a.txt")
    link = ItemLink(campaign=cast.campaign, kind="x", source=item, target=other)
    target = Target(campaign=cast.campaign, item=item, order=1, subject="x")
    with gate.opened():
        link.save()
        target.save()
    register = cast.campaign.registers.exclude(key=key).first()
    listing = list_item(act(cast.people["office"]), item, register).result["listing"]
    code, duty = item.code, item.responsibilities.get()
    shared = {"name": "x", "face": "list", "query": {}, "is_shared": True}
    view = SavedView(campaign=cast.campaign, register=cast.register, owner=cast.people["office"])
    view_pk = save_view(act(cast.people["office"]), view, shared).result["view"]
    wrong = workbook([("x", "不知")], ("事项", "时限"))
    intake = waiting.begin(cast.people["office"], cast.register, [("a.xlsx", wrong)])
    file = outgoing.ask_for(cast.scope("office"), cast.register, cast.people["office"], {})
    return {
        "cockpit:battle": [cast.campaign.code, cast.battles[0].pk],
        **{
            name: [cast.campaign.code, key]
            for name in TABLE
            if name.split(":")[-1]
            in {
                "register", "export", "rosters", "new_item", "freeze_roster", "find",
                "tree", "board", "words", "columns", "save_view", "bulk", "move", "rows",
                "cells", "totals", "grid", "template", "intakes", "exports",
            }
        },
        **{
            f"grid:{n}": [cast.campaign.code, view_pk]
            for n in ("view", "change_view", "share_view", "drop_view")
        },
        **{
            f"grid:{n}": [cast.campaign.code, key, intake.pk]
            for n in ("intake", "intake_map", "intake_faults", "intake_take", "intake_drop")
        },
        **{f"grid:{n}": [cast.campaign.code, key, file.pk] for n in ("export_file", "change_export")},
        **{f"cockpit:{n}": [code] for n in ("item_history", "item_who")},
        **{
            f"campaigns:{n}": [code]
            for n in (
                "edit_item", "add_duty", "link", "list_item", "attach_file", "reveal", "erase",
            )
        },
        "campaigns:remove_duty": [code, duty.pk],
        "campaigns:unlink": [code, link.pk],
        "campaigns:listing": [code, listing],
        "campaigns:unlist": [code, listing],
        "campaigns:download": [made.result["file"]],
        "campaigns:remove_file": [code, made.result["file"]],
        "targets:attach": [code],
        "targets:detach": [code, target.pk],
    }  # fmt: skip


@pytest.mark.parametrize("who", [None, "stranger", "viewer", "office"])
def test_each_address_answers_as_the_table_says(cast, addresses, who):
    column = [None, "stranger", "viewer", "office"].index(who) + 1
    person = cast.people[who] if who else None
    wrong = []
    for name, row in TABLE.items():
        seat, data = client(person), {"kind": "task", "text": "x", "name": "x", "do": "pause"}
        answer = getattr(seat, row[0])(addresses[name], data if row[0] == "post" else {})
        body_of(answer)
        if answer.status_code != row[column]:
            wrong.append(f"{name}: {answer.status_code}, not {row[column]}")
    assert wrong == []


def test_a_contact_reports_for_the_own_org_and_for_no_other(cast):
    item = cast.item(org="works")
    seat = client(cast.people["works"])
    sent = seat.post(f"/i/{item.code}/report", {"progress": "Dug."})
    assert sent.status_code == 302
    assert client(cast.people["east"]).get(f"/i/{item.code}/").status_code == 404
    assert seat.post(f"/i/{item.code}/close-out").status_code == 403


def test_a_page_of_another_site_cannot_write(cast):
    item = cast.item()
    sent = client(cast.people["office"]).post(
        f"/i/{item.code}/report", {"progress": "x"}, HTTP_SEC_FETCH_SITE="cross-site"
    )
    assert sent.status_code == 403
