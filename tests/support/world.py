"""Everything that operations of the API are about, once: three campaigns, and an example for each operation.

`away` runs another campaign, `east` acts for another org, `viewer` only looks on, `stranger` has no part.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from gongjian.apps.accounts import actions as accounts
from gongjian.apps.accounts.access import scope
from gongjian.apps.accounts.actions import Appointment
from gongjian.apps.accounts.models import Grant, OrgGroupMember, Person, Post
from gongjian.apps.campaigns.actions import (
    adopt,
    attach_file,
    edit_item,
    issue_items,
    link_items,
    list_item,
)
from gongjian.apps.campaigns.actions.orgs import Move, Reshuffle, move_duties
from gongjian.apps.campaigns.models import Item, PlaybookVersion
from gongjian.apps.grid import outgoing, waiting
from gongjian.apps.grid.actions import save_view
from gongjian.apps.grid.models import SavedView
from gongjian.apps.ledger import gate
from gongjian.apps.loop import actions as loop
from gongjian.apps.loop.models import Inquiry, Mandate, Revisit
from gongjian.apps.papers.files import Kept, put
from gongjian.apps.targets.actions import Raise, detach, raise_own
from gongjian.formats.xlsx import SheetColumn, SheetPage, write_book
from gongjian.lib import clock
from gongjian.playbooks.load import content_of, text_of
from tests.support.api import program, token
from tests.support.books import Books, let_in, make_books, person
from tests.support.cast import END, START, act
from tests.support.decisions import LATER, make_table, seat_at
from tests.support.orgs import leading_posts, task_force
from tests.support.rounds import TYPED, Stage, add_towns, make_stage, own_target

OFFICE = {"office"}


@dataclass
class Sample:
    """How an operation is called: what stands in its path, and its body."""

    path: dict[str, object] = field(default_factory=dict)
    body: Any = None
    query: str = ""


@dataclass
class World:
    stage: Stage
    books: Books
    samples: dict[str, Sample] = field(default_factory=dict)

    @property
    def people(self) -> dict[str, Person]:
        return self.books.people


def make_world() -> World:
    stage = make_stage(2, announced=2)
    add_towns(stage, 2)
    books = make_books(stage.cast)
    books.people["away"], books.people["guest"] = person("away"), person("guest0")
    let_in(books.people["away"], "office", books.other)
    world = World(stage, books)
    for part in (
        _campaigns,
        _items,
        _loop,
        _rounds,
        _inquiries,
        _mandates,
        _decisions,
        _targets,
        _orgs,
        _playbooks,
        _views,
        _tables,
    ):
        world.samples |= part(world)
    return world


def _office(world: World):
    return act(world.people["office"])


def _issued(world: World, title: str, **more: object) -> Item:
    item = world.books.item(title, **more)
    issue_items(_office(world), item.campaign, [item])
    return world.books.again(item)


def _with_file(world: World, item: Item) -> str:
    kept = Kept(put(b"proof"), 5, "text/plain")
    return attach_file(_office(world), item, kept, "a.txt").result["file"]


def _campaigns(world: World) -> dict[str, Sample]:
    code = {"code": "BK21"}
    key = {**code, "key": "works"}
    dates = {"start_on": "2031-07-01", "end_on": "2031-09-30"}
    return {
        "root": Sample(),
        "list_campaigns": Sample(),
        "create_campaign": Sample(
            body={"code": "NEW1", "name": "New", "playbook": "yuecheng-2021", **dates}
        ),
        "copy_campaign": Sample({"code": "LK21"}, {"code": "CP31", "name": "Copied", **dates}),
        "read_campaign": Sample(code),
        "read_tally": Sample(code),
        "list_items": Sample(code),
        "list_registers": Sample(code),
        "read_register": Sample(key),
        "list_rows": Sample(key),
        "list_rosters": Sample(key),
        "freeze_roster": Sample(key, {"name": "Frozen", "reason": "for the record"}),
        "add_item": Sample(key, {"title": "New", "duties": {"owner": ["plan"]}}),
    }


def rows() -> bytes:
    """A workbook that would add one item to the works."""
    columns = [SheetColumn("重点工作"), SheetColumn("承办单位")]
    return write_book([SheetPage("works", columns, [["Taken in", "Works Bureau"]])])


def _tables(world: World) -> dict[str, Sample]:
    """An intake that is ready and a file that is written, both of the office."""
    office, register = world.people["office"], world.books.register("works")
    intake = waiting.begin(office, register, [("a.xlsx", rows())])
    assert waiting.report_of(intake)["is_sound"]
    asked = outgoing.ask_for(scope(office, clock.today()), register, office, {"as": "csv"})
    file = outgoing.run(asked.pk)
    key = {"code": "BK21", "key": "works"}
    one, written = {**key, "pk": intake.pk}, {**key, "pk": file.pk}
    return {
        "list_intakes": Sample(key),
        "add_intake": Sample(key),
        "read_intake": Sample(one),
        "answer_intake": Sample(one, {"later_wins": True}),
        "take_intake": Sample(one, {"digest": intake.report["digest"]}),
        "drop_intake": Sample(one),
        "add_export": Sample(key, {"kind": "csv"}),
        "read_export": Sample(written),
        "read_export_file": Sample(written),
    }


def _items(world: World) -> dict[str, Sample]:
    books = world.books
    item, other = _issued(world, "One"), _issued(world, "Two")
    scene = _issued(world, "Scene", register="scenes")
    edited = edit_item(_office(world), other, {"title": "Edited"})
    link = link_items(_office(world), item, scene, "scene_of").result["link"]
    listed = list_item(_office(world), item, books.register("demands")).result["listing"]
    file = _with_file(world, item)
    code, duty = {"code": item.code}, item.responsibilities.get()
    held = {**code, "pk": listed}
    return {
        "read_item": Sample(code),
        "patch_item": Sample(code, {"title": "Patched", "fields": {"cost": "3"}}),
        "items_below": Sample(code),
        "read_history": Sample(code),
        "undo_event": Sample({"pk": edited.event_id}, {}),
        "list_duties": Sample(code),
        "add_duty": Sample(code, {"role": "support", "holder": "plan"}),
        "remove_duty": Sample({**code, "pk": duty.pk}),
        "list_links": Sample(code),
        "add_link": Sample({"code": other.code}, {"kind": "scene_of", "item": _scene(world).code}),
        "remove_link": Sample({**code, "pk": link}),
        "list_listings": Sample(code),
        "add_listing": Sample(code, {"campaign": "BK22", "register_key": "demands"}),
        "patch_listing": Sample(held, {"number": "7"}),
        "remove_listing": Sample(held),
        "list_files": Sample(code),
        "add_file": Sample(code),
        "read_file": Sample({"pk": file}),
        "remove_file": Sample({**code, "pk": file}),
    }


def _scene(world: World) -> Item:
    return _issued(world, "Another scene", register="scenes")


def _loop(world: World) -> dict[str, Sample]:
    item = _issued(world, "Reported")
    shelved = _issued(world, "To be shelved")
    _with_file(world, shelved)
    closed = world.stage.cast.item("Closed")
    words = loop.Words("All done.", share=10_000)
    loop.report(act(world.people["works"]), closed, words, roles=frozenset({"contact"}))
    loop.close_out(act(world.people["colleague"]), closed, roles=frozenset(OFFICE))
    code = {"code": item.code}
    return {
        "list_reports": Sample(code),
        "report": Sample(code, {"progress": "Dug.", "share": 500}),
        "list_steps": Sample(code),
        "take_step": Sample({"code": shelved.code}, {"step": "shelve", "reason": "No ground."}),
        "close_out": Sample(code, {}),
        "reopen": Sample({"code": closed.code}, {"reason": "It leaks."}),
        **_way(world),
    }


def _way(world: World) -> dict[str, Sample]:
    """Items of the built-in playbook: one to be agreed to, one to be asked for, one to be answered, one closed."""
    cast = world.stage.cast
    for org in ("works", "plan"):
        held = Grant(role="principal", campaign_id=cast.campaign.pk, org=cast.orgs[org])
        held.person = world.people["office"]
        accounts.grant(act(), held)
    works, head = frozenset({"contact"}), frozenset({"principal"})
    items = [cast.item(f"Way {n}", state="in_hand") for n in range(5)]
    plea = loop.Plea(END + dt.timedelta(20), "Half of it is done.")
    for item in items[:2]:
        asked = act(world.people["works"], reason="The parts come late.")
        loop.ask_extension(asked, item, plea, roles=works)
    loop.consent(act(world.people["colleague"]), items[1], "principal", roles=head)
    for item in items[3:]:
        loop.close_out(act(world.people["colleague"]), item, roles=frozenset(OFFICE))
    look = Revisit(campaign=cast.campaign, item=items[3], limit="revisit", due=END)
    with gate.opened():
        look.save(force_insert=True)
    new = {"due": plea.due.isoformat(), "reason": "Rain.", "progress": "Half of it is done."}
    code = {"code": items[2].code}
    return {
        "read_way": Sample(code),
        "read_work": Sample(),
        "add_consent": Sample({"code": items[0].code}, {"role": "principal"}),
        "ask_extension": Sample(code, new),
        "answer_extension": Sample({"code": items[1].code}, {"grant": True}),
        "list_revisits": Sample({"code": "LK21"}),
        "draw_revisits": Sample(
            {"code": "LK21"},
            {
                "n": 1,
                "since": "2020-01-01",
                "until": "2039-01-01",
                "due": "2039-01-01",
                "seed": "s",
            },
        ),
        "record_revisit": Sample({"pk": look.pk}, {"held": True, "reason": "Seen on site."}),
    }


def _rounds(world: World) -> dict[str, Sample]:
    stage = world.stage
    stage.add_duty("For all towns")
    bare = stage.add("Nobody leads", org=None)
    row = stage.open_round()
    stage.add("Came later")
    given, asked = stage.returns(row, kind="blanks")[:2]
    sent = program(world.people["office"]).post(f"returns/{given.pk}/fill", {"content": TYPED})
    assert sent.status_code == 200, sent.content
    given.refresh_from_db()
    waived = loop.waive(
        act(world.people["office"], reason="Later."), stage.campaign, {asked.item_id: ["target"]}
    )
    assert waived.result["waivers"] == 1
    waiver = stage.campaign.waivers.get()
    code, here = {"code": "QD21"}, {"code": "QD21", "pk": row.pk}
    duty = {**here, "item": stage.returns(row, kind="member")[0].item.code}
    seen = {"id": str(given.pk), "version": given.version}
    return {
        "list_rounds": Sample(code),
        "open_round": Sample(code, {"name": "Next", "due": END.isoformat()}),
        "read_round": Sample(here),
        "list_round_returns": Sample(here),
        "accept": Sample(here, {"returns": [seen]}),
        "chase": Sample(here),
        "close_round": Sample(here),
        "read_duty": Sample(duty),
        "chase_duty": Sample(duty),
        "join_parts": Sample(duty, {"text": "All together.", "without": True}),
        "list_own_returns": Sample(),
        "read_return": Sample({"pk": asked.pk}),
        "fill_return": Sample({"pk": asked.pk}, {"content": {"owner": "Works Bureau"}}),
        "send_back": Sample({"pk": given.pk}, {"note": "Which road?"}),
        "read_check": Sample(code),
        "count_by": Sample(code, {"what": "攻坚任务", "counts": "tasks"}),
        "name_lead": Sample(code, {"items": [bare.code], "org": "works"}),
        "waive": Sample(code, {"items": [bare.code], "reason": "It comes later."}),
        "withdraw_waivers": Sample(code, {"waivers": [str(waiver.pk)]}),
        "launch": Sample({"code": "LK21"}, {"day": "2021-07-02", "main": "Town hall"}),
    }


def _inquiries(world: World) -> dict[str, Sample]:
    asked = {
        "title": "How many pumps?",
        "things": [{"label": "Pumps in stock", "kind": "number", "unit": "台"}],
        "due": END.isoformat(),
        "orgs": ["works", "plan"],
        "reason": "The flood is near.",
    }
    sent = program(world.people["office"]).post("campaigns/LK21/inquiries", asked)
    assert sent.status_code == 200, sent.content
    row = Inquiry.objects.get(pk=sent.json()["result"]["inquiry"])
    code, here = {"code": "LK21"}, {"code": "LK21", "pk": row.pk}
    given = {"pk": row.answers.get(org=world.stage.cast.orgs["works"]).pk}
    return {
        "read_burden": Sample(code),
        "list_inquiries": Sample(code),
        "ask_inquiry": Sample(code, {**asked, "title": "How many boats?"}),
        "read_inquiry": Sample(here),
        "list_answers": Sample(here),
        "list_own_answers": Sample(),
        "read_answer": Sample(given),
        "give_answer": Sample(given, {"content": {"t0": "3"}}),
        "chase_inquiry": Sample(here),
        "close_inquiry": Sample(here),
        "withdraw_inquiry": Sample(here, {"reason": "Asked elsewhere."}),
    }


def _mandates(world: World) -> dict[str, Sample]:
    """Three battles' letters: the office holds the post that receives the first."""
    books, cast = world.books, world.stage.cast
    post = Post(org=cast.orgs["district"], title="Head of the office")
    accounts.add_posts(act(), [post])
    first = Appointment(world.people["office"], START)
    accounts.appoint(act(), post, first)
    (led, free), campaign = books.battles["BK21"], books.campaign
    moves = tuple(Move(post, b) for b in (led, free))
    told = act(world.people["office"], START, reason="Division of work.")
    move_duties(told, campaign, Reshuffle(START, moves))
    books.item("In the letter"), books.item("For the other", battle=free)
    asked = {"battles": [str(led.pk)], "accept_by": END.isoformat()}
    sent = program(world.people["office"]).post("campaigns/BK21/mandates", asked)
    assert sent.status_code == 200, sent.content
    row = Mandate.objects.get(pk=sent.json()["result"]["mandates"][0])
    said = {"org": "works", "speaker": "Head", "text": "By autumn.", "said_on": "2021-07-01"}
    sent = program(world.people["office"]).post("campaigns/BK21/commitments", said)
    code, one = {"code": "BK21"}, {"pk": row.pk}
    promise = {"pk": sent.json()["result"]["commitment"]}
    again = {"mandates": [str(row.pk)], "accept_by": END.isoformat(), "note": "Once more."}
    return {
        "list_mandates": Sample(code),
        "read_mandate": Sample(one),
        "issue_mandates": Sample(code, {**asked, "battles": [str(free.pk)]}),
        "reissue_mandates": Sample(code, again),
        "chase_mandates": Sample(code),
        "accept_mandate": Sample(one, {"digest": row.digest}),
        "object_to_mandate": Sample(one, {"text": "Too high."}),
        "withdraw_mandate": Sample(one, {"reason": "Divided anew."}),
        "list_commitments": Sample(code),
        "record_commitment": Sample(code, {**said, "text": "By winter."}),
        "change_commitment": Sample(promise, {**said, "text": "By spring."}),
        "remove_commitment": Sample(promise),
    }


def _decisions(world: World) -> dict[str, Sample]:
    """A campaign whose playbook has obstacles; the office holds the post that decides."""
    table = make_table(world.stage.cast)
    seat_at(table, world.people["office"], "office", holds=True)
    seat_at(table, world.people["viewer"], "viewer")
    item = table.item()
    asked = table.request(item)
    options = [
        {"text": "Move the line", "effect": "Costs more"},
        {"text": "Wait", "dates": {item.code: LATER}},
    ]
    question = {"question": "Which line?", "leader": str(table.post.pk), "options": options}
    code = {"code": item.code}
    stuck = {"what": "The pipes lie there.", "owner": "plan", "due": "2021-08-10"}
    return {
        "raise_obstacle": Sample(code, {**stuck, "kind": "approval", "support": ["east"]}),
        "ask_decision": Sample(code, {**question, "wanted_on": "2021-08-01"}),
        "decide": Sample({"code": asked.code}, {"option": 2}),
    }


def _targets(world: World) -> dict[str, Sample]:
    cast = world.stage.cast
    item = cast.item("With targets")
    target = own_target(cast, item)
    raised = own_target(cast, cast.item("Raised already"), 98)
    why = act(world.people["office"], reason="We can do more.")
    raise_own(why, raised, Raise(value=9), cast.orgs["works"])
    free = own_target(cast, cast.item("Parted"), 97)
    detach(_office(world), free)
    code = {"code": item.code}
    return {
        "list_targets": Sample({"code": "LK21"}),
        "read_target": Sample({"pk": target.pk}),
        "raise_own": Sample({"pk": target.pk}, {"value": "5", "reason": "We can do more."}),
        "withdraw_raise": Sample({"pk": raised.pk}, {"reason": "Not after all."}),
        "attach_target": Sample(code, {"target": str(free.pk)}),
        "detach_target": Sample({**code, "pk": target.pk}),
    }


def _orgs(world: World) -> dict[str, Sample]:
    cast, today = world.stage.cast, clock.today().isoformat()
    (post,) = leading_posts(cast, 1)
    force = task_force(cast)
    item = cast.item("Let in")
    held = Grant(
        person=world.people["guest"],
        role="contact",
        campaign_id=cast.campaign.pk,
        item_id=item.pk,
        org=cast.orgs["works"],
    )
    accounts.grant(act(), held)
    row, _secret = token(world.people["office"])
    works = {"code": "works"}
    campaign = {"code": "LK21"}
    place = OrgGroupMember.objects.get(org=cast.orgs["west"])
    move = {"battle": str(cast.battles[0].pk), "to": str(post.pk)}
    return {
        "list_orgs": Sample(),
        "read_org": Sample(works),
        "list_groups": Sample(),
        "patch_org": Sample(works, {"name_en": "Works Office"}),
        "move_org": Sample(works, {"parent": "plan"}),
        "merge_org": Sample(works, {"into": "plan", "reason": "By decree."}),
        "add_post": Sample(works, {"title": "Clerk"}),
        "abolish_post": Sample({"pk": post.pk}, {"last_day": today}),
        "appoint": Sample({"pk": post.pk}, {"person": "works", "since": today}),
        "retire": Sample(
            {"pk": world.people["colleague"].pk}, {"last_day": today, "note": "All handed over."}
        ),
        "join_group": Sample(works, {"group": "towns", "since": today}),
        "leave_group": Sample({"pk": place.pk}, {"last_day": today}),
        "let_in": Sample(works, {"username": "guest", "name": "Guest", "item": item.code}),
        "withdraw_grant": Sample({"pk": held.pk}),
        "hand_over": Sample(campaign, {"items": [item.code], "to": "plan", "note": "All papers."}),
        "list_leaders": Sample(campaign),
        "move_leaders": Sample(
            campaign, {"since": "2021-07-02", "moves": [move], "reason": "Elected."}
        ),
        "list_task_forces": Sample(campaign),
        "found_task_force": Sample(campaign, {"name": "Rain force", "since": START.isoformat()}),
        "add_member": Sample({"pk": force.pk}, {"person": "works", "home_org": "works"}),
        "end_task_force": Sample({"pk": force.pk}, {"last_day": END.isoformat()}),
        "release_member": Sample({"pk": force.members.get().pk}, {"last_day": END.isoformat()}),
        "list_tokens": Sample(),
        "make_token": Sample(body={"name": "nightly", "scopes": ["read"]}),
        "revoke_token": Sample({"pk": row.pk}),
    }


def _playbooks(world: World) -> dict[str, Sample]:
    campaign = world.stage.cast.campaign
    version = PlaybookVersion.objects.get(campaign=campaign)

    def called(name: str) -> str:
        return text_of({**content_of(version.text), "label": {"zh": name, "en": name}})

    done = adopt(_office(world), campaign, called("A"), base=1, chosen={}, agreed=())
    code = {"code": campaign.code}
    change = {**code, "pk": done.result["adoption"]}
    return {
        "list_playbooks": Sample(),
        "read_shipped_text": Sample({"key": "yuecheng-2021"}),
        "read_playbook": Sample(code),
        "read_playbook_text": Sample(code),
        "list_versions": Sample(code),
        "plan_adoption": Sample(code, {"text": called("B")}),
        "adopt_playbook": Sample(code, {"text": called("B"), "base": 2}),
        "read_adoption": Sample(change),
        "undo_adoption": Sample(change),
    }


def _views(world: World) -> dict[str, Sample]:
    register = world.books.register("works")
    view = SavedView(campaign=world.books.campaign, register=register, owner=world.people["office"])
    facts = {"name": "Late ones", "query": {"light": "red"}, "face": "list", "is_shared": False}
    save_view(_office(world), view, facts)
    key, here = {"code": "BK21", "key": "works"}, {"code": "BK21", "pk": view.pk}
    return {
        "list_views": Sample(key),
        "add_view": Sample(key, {"name": "Mine", "query": {"light": "red"}}),
        "patch_view": Sample(here, {"name": "Other"}),
        "share_view": Sample(here, {"is_shared": True}),
        "drop_view": Sample(here),
    }
