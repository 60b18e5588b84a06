"""Tree, board, groups, columns and the filter of a register, through HTTP."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.support.books import move_to
from tests.support.cast import START, act
from tests.support.web import client

from gongjian.apps.campaigns.actions import import_items, issue_items, list_item
from gongjian.apps.campaigns.models import Item

BASE = "/c/BK21/r/works/"


def rows(books, n, **columns) -> list[Item]:
    made = [
        Item(
            campaign=books.campaign,
            register=books.register("works"),
            battle=books.battles["BK21"][i % 2],
            title=f"Work {i}",
            org=books.cast.orgs[["works", "east"][i % 2]],
            start_on=START,
            due=START + dt.timedelta(days=i % 60),
            **{"state": "planned", **columns},
        )
        for i in range(n)
    ]
    import_items(act(), books.campaign, made)
    return made


def branches(answer) -> list[tuple[str, int, bool]]:
    """Code, level and whether it was found, of each row of a tree."""
    return [(b["code"], b["level"], b["is_found"]) for b in answer.context["branches"]]


def family(books):
    """A root with two children, the first of which has a child."""
    root = books.item("Root")
    first, second = books.item("First", parent=root), books.item("Second", parent=root)
    return root, first, second, books.item("Leaf", parent=first)


def test_the_tree_shows_roots_with_what_lies_right_below(books):
    root, first, second, leaf = family(books)
    seat = client(books.people["office"])
    answer = seat.get(f"{BASE}tree")
    found = [(root.code, 0, True), (first.code, 1, True), (second.code, 1, True)]
    assert branches(answer) == found
    [_root, below, _second] = answer.context["branches"]
    assert below["n_below"] == 1
    deeper = seat.get(below["open"])
    assert branches(deeper) == [(leaf.code, 0, True)]
    assert first.code in deeper.content.decode()
    part = seat.get(f"{below['open']}&rows=1&level=2")
    assert branches(part) == [(leaf.code, 2, True)]
    assert part.content.decode().strip().startswith("<tr")


def test_a_filtered_tree_keeps_the_ancestors_of_what_it_finds(books):
    root, first, _second, leaf = family(books)
    books.item("Other")
    answer = client(books.people["office"]).get(f"{BASE}tree?q=Leaf")
    assert branches(answer) == [(root.code, 0, False), (first.code, 1, False), (leaf.code, 2, True)]


def test_a_child_whose_parent_is_not_seen_stands_at_the_top(books):
    root = books.item("Root", org="plan")
    child = books.item("Child", org="east", parent=root)
    answer = client(books.people["east"]).get(f"{BASE}tree")
    assert branches(answer) == [(child.code, 0, True)]
    assert root.code not in answer.content.decode()
    assert client(books.people["east"]).get(f"{BASE}tree?under={root.code}").status_code == 404


def test_the_tree_goes_on_page_by_page_without_a_gap(books):
    made = rows(books, 120)
    seat, path, found = client(books.people["office"]), f"{BASE}tree", []
    while path:
        answer = seat.get(path)
        found += [code for code, _level, _found in branches(answer)]
        path = answer.context["next"]
    assert found == [i.code for i in made]


def test_the_tree_says_when_it_is_cut(books, monkeypatch):
    root = books.item("Root")
    rows(books, 6, parent=root, root=root, depth=1)
    monkeypatch.setattr("gongjian.apps.grid.tree.BELOW_CAP", 5)
    answer = client(books.people["office"]).get(f"{BASE}tree")
    assert answer.context["is_cut"]
    assert "一棵树放不下" in answer.content.decode()


def lanes(answer) -> dict[str, tuple[int, int]]:
    """Label → number of its rows and of its cards."""
    return {c["label"]: (c["n"], len(c["cards"])) for c in answer.context["columns"]}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"待下达": (30, 20), "已交办": (5, 5), "挂账": (0, 0), "已销号": (0, 0)}),
        ("group=battle", {"样本攻坚第0战": (18, 18), "样本攻坚第1战": (17, 17)}),
        ("group=org", {"Works Bureau": (18, 18), "East Town": (17, 17)}),
        ("group=f.stage", {"前期": (1, 1), "未填写": (35, 20)}),
        ("group=nothing&q=Built", {"待下达": (1, 1), "已交办": (0, 0), "挂账": (0, 0), "已销号": (0, 0)}),
        ("more=planned:40", {"待下达": (30, 30), "已交办": (5, 5), "挂账": (0, 0), "已销号": (0, 0)}),
    ],
)  # fmt: skip
def test_a_board_has_a_lane_for_each_group_with_counts(books, query, found):
    rows(books, 30)
    rows(books, 5, state="assigned")
    if "stage" in query or "Built" in query:
        books.item("Built", org="works", fields={"stage": "early"})
    answer = client(books.people["office"]).get(f"{BASE}board?{query}")
    assert lanes(answer) == found


def test_a_card_offers_only_the_steps_that_are_lawful_for_the_reader(books):
    item = books.item("Road")
    issue_items(act(), books.campaign, [item])
    steps = {}
    for who in ("office", "works", "viewer"):
        answer = client(books.people[who]).get(f"{BASE}board")
        [card] = [c for lane in answer.context["columns"] for c in lane["cards"]]
        steps[who] = [s["word"] for s in card["steps"]]
    assert steps == {
        "office": ["填报进展", "转为挂账", "销号"],
        "works": ["填报进展"],
        "viewer": [],
    }


def test_a_board_counts_only_what_the_reader_sees(books):
    books.item("Theirs", org="east")
    books.item("Ours", org="works")
    answer = client(books.people["works"]).get(f"{BASE}board")
    assert answer.context["n"] == 1
    assert "Theirs" not in answer.content.decode()


def test_more_groups_than_fit_are_told(books, monkeypatch):
    rows(books, 4)
    monkeypatch.setattr("gongjian.apps.grid.groups.GROUPS_CAP", 1)
    answer = client(books.people["office"]).get(f"{BASE}board?group=battle")
    assert (len(answer.context["columns"]), answer.context["n_hidden"]) == (1, 1)
    assert "另有 1 组未显示" in answer.content.decode()


def test_a_grouped_list_has_headings_with_counts_and_keeps_its_order(books):
    rows(books, 6)
    answer = client(books.people["office"]).get(f"{BASE}?group=battle&sort=-code")
    found = [
        (s["label"], s["n"], [r.texts[1] for r in s["rows"]]) for s in answer.context["sections"]
    ]
    assert found == [
        ("样本攻坚第0战", 3, ["Work 4", "Work 2", "Work 0"]),
        ("样本攻坚第1战", 3, ["Work 5", "Work 3", "Work 1"]),
    ]


@pytest.mark.parametrize("face", ["tree", "board", "?group=org", "?group=f.stage", "tree?q=Work"])
def test_faces_ask_the_same_however_many_rows_there_are(books, face):
    def asked() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert seat.get(f"{BASE}{face}").status_code == 200
        return len(caught)

    seat = client(books.people["office"])
    parents = rows(books, 4)
    rows(books, 2, parent=parents[0], root=parents[0], depth=1)
    asked()
    few = asked()
    parents = rows(books, 40)
    for parent in parents[:5]:
        rows(books, 6, parent=parent, root=parent, depth=1)
    assert asked() == few <= 19


def test_a_past_day_has_the_list_alone(books):
    move_to(books, START + dt.timedelta(days=9))
    seat = client(books.people["office"])
    for face in ("tree", "board"):
        answer = seat.get(f"{BASE}{face}?day={START}&light=red")
        assert answer.url == f"{BASE}?light=red&day={START}"
    assert seat.get(f"{BASE}?day={START}").context["faces"] == []


def test_a_filter_stands_as_a_control_only_where_it_was_chosen(books):
    seat = client(books.people["office"])
    builder = seat.get(BASE).context["builder"]
    assert builder.controls == ()
    add = dict(builder.addable)
    shown = seat.get(add["总投资"]).context["builder"]
    assert [(c.name, c.is_new) for c in shown.controls] == [("f.cost", True)]
    asked = seat.get(f"{BASE}?f.cost.from=5&state=assigned,shelved")
    assert [c.name for c in asked.context["builder"].controls] == ["state", "f.cost"]
    assert [c["word"] for c in asked.context["chips"]] == ["已交办、挂账", "总投资 ≥ 5"]


def test_a_filter_as_a_line_leads_to_the_same_address(books):
    answer = client(books.people["office"]).get(
        f"{BASE}words",
        {"w": "状态:已交办 总投资>=5 道路", "face": "board", "sort": "-due", "q": "old"},
    )
    assert answer.url.startswith(f"{BASE}board?")
    shown = client(books.people["office"]).get(answer.url)
    assert shown.context["kept"] == {
        "sort": "-due", "state": "assigned", "f.cost.from": "5", "q": "道路",
    }  # fmt: skip
    assert shown.context["builder"].line == "状态:已交办 总投资>=5 道路"


def test_a_line_that_cannot_be_read_stays_with_what_is_wrong(books):
    seat = client(books.people["office"])
    answer = seat.get(f"{BASE}words", {"w": "状太:已交办", "light": "red"})
    shown = seat.get(answer.url)
    assert shown.context["builder"].line == "状太:已交办"
    assert "状态" in shown.context["builder"].faults[0]
    assert shown.context["kept"] == {"light": "red"}


def test_columns_are_chosen_in_the_order_of_their_numbers(books):
    seat = client(books.people["office"])
    chosen = {"c": ["due", "field:cost"], "n.due": "2", "n.field:cost": "1", "head": "l2"}
    answer = seat.get(f"{BASE}columns", {**chosen, "light": "red", "face": "tree"})
    shown = seat.get(answer.url)
    assert shown.context["columns"] == ["事项", "总投资", "时限"]
    assert shown.context["kept"] == {"light": "red", "columns": "title,field:cost,due"}


def test_what_is_listed_here_stands_in_every_face(books):
    books.item("Own")
    guest = books.item("Guest", register="demands")
    number = {"number": "来1", "battle": books.battles["BK21"][1]}
    list_item(act(), guest, books.register("works"), **number)
    seat = client(books.people["office"])
    assert lanes(seat.get(f"{BASE}board?group=battle")) == {
        "样本攻坚第0战": (1, 1),
        "样本攻坚第1战": (1, 1),
    }
    assert lanes(seat.get(f"{BASE}board?q=Guest"))["待下达"] == (1, 1)
    assert [c for c, _l, _f in branches(seat.get(f"{BASE}tree"))][1:] == [guest.code]
    theirs = seat.get(f"{BASE}?group=battle").context["sections"][1]
    assert [r.texts[:2] for r in theirs["rows"]] == [("来1", "Guest")]
