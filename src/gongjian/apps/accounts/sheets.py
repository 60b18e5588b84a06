"""A workbook of the organisation read: sheets and heads by their words, cells to plain rows and faults.

Pure: what the rows mean for the orgs that are there already is decided by `intake`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gongjian.formats.xlsx import SheetColumn, SheetPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gongjian.formats.xlsx import SheetText

HEAD_WITHIN = 10  # rows: titles and notes stand above the head
_SPLIT = re.compile(r"[、，,;；/\n]+")
_YES = frozenset({"是", "√", "✓", "y", "yes", "1", "true", "对", "一把手", "主要负责人"})
_NO = frozenset({"", "否", "×", "x", "n", "no", "0", "false", "-", "–", "无"})


@dataclass(frozen=True, slots=True)
class Head:
    """One column: its key, its printed words in both languages, and other words read as it."""

    key: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    needed: bool = False
    limit: int = 120
    width: int = 16
    example: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sheet."""

    key: str
    zh: str
    en: str
    also: tuple[str, ...]
    heads: tuple[Head, ...]


KINDS = (
    Kind("orgs", "单位", "Orgs", ("机构", "单位名册", "单位名单", "organisations", "organizations"), (
        Head("name", "单位名称", "Name", ("单位", "名称", "单位全称", "全称", "机构名称", "org", "full name", "org name"),
             needed=True, width=28, example="示例区发展和改革局"),
        Head("short_name", "简称", "Short name", ("单位简称", "short"), limit=60, example="区发改局"),
        Head("parent", "上级单位", "Parent", ("上级", "主管单位", "隶属", "隶属单位", "parent org", "above"), example="示例区"),
        Head("name_en", "英文名", "English name", ("英文名称", "英文", "english")),
        Head("aliases", "别名", "Aliases", ("曾用名", "其他名称", "又名", "alias", "also known as"), limit=600, width=22, example="发改局、发改委"),
        Head("code", "编码", "Code", ("单位编码", "代码", "单位代码", "机构代码", "id"), limit=32, example="fgj"),
        Head("groups", "序列", "Group", ("组别", "类别", "单位类别", "比较序列", "groups", "comparison group"), limit=600, example="部门"),
    )),
    Kind("groups", "序列", "Groups", ("组别", "比较序列", "comparison groups"), (
        Head("group", "序列", "Group", ("组别", "序列名称", "group name", "comparison group"), needed=True, limit=60, example="部门"),
        Head("members", "单位", "Org", ("单位名称", "成员单位", "orgs", "members", "name"), needed=True, limit=6000, width=40, example="区发改局、区财政局"),
        Head("group_en", "英文名", "English name", ("英文名称", "english"), limit=60, example="Departments"),
    )),
    Kind("posts", "职务", "Posts", ("岗位", "领导职务", "职务名册", "positions"), (
        Head("org", "单位", "Org", ("单位名称", "所在单位", "name"), needed=True, example="区发改局"),
        Head("title", "职务", "Post", ("职务名称", "岗位", "title", "position"), needed=True, limit=80, example="局长"),
        Head("portfolio", "分管领域", "Portfolio", ("分管", "分管工作", "职责分工", "分工"), limit=300, width=30, example="全面工作"),
        Head("is_principal", "是否一把手", "Principal", ("一把手", "主要负责人", "是否主要负责人", "is principal", "head"), limit=12, example="是"),
        Head("title_en", "英文名", "English title", ("英文职务", "英文", "english"), limit=80),
    )),
    Kind("people", "人员", "People", ("人员名册", "用户", "账号", "联络员", "联络员名册", "users", "accounts"), (
        Head("name", "姓名", "Name", ("名字", "人员", "person", "full name"), needed=True, limit=60, example="（姓名）"),
        Head("username", "登录名", "User name", ("账号", "用户名", "登录账号", "工号", "login", "username", "account"), needed=True, limit=60, example="fgj01"),
        Head("org", "单位", "Org", ("单位名称", "所在单位", "工作单位"), needed=True, example="区发改局"),
        Head("title", "职务", "Post", ("岗位", "title", "position"), limit=80, example="局长"),
        Head("role", "角色", "Role", ("权限", "用户角色"), limit=60, example="一把手"),
        Head("phone", "电话", "Phone", ("手机", "联系电话", "手机号", "手机号码", "联系方式", "mobile", "tel"), limit=40),
    )),
)  # fmt: skip
ROLE_WORDS = {
    "office": ("攻坚办", "攻坚办公室", "办公室", "campaign office"),
    "leader": ("牵头领导", "牵头区领导", "区领导", "领导", "leading official"),
    "secretary": ("领导秘书", "秘书"),
    "principal": ("一把手", "主要负责人", "单位负责人", "负责人"),
    "contact": ("联络员", "填报人", "经办人", "联系人"),
    "inspector": ("督导", "督导组", "督导员"),
    "assessor": ("考评", "考评办", "考评员", "考核"),
    "statistics": ("统计", "统计员", "数据岗"),
    "auditor": ("审计", "审计员"),
    "viewer": ("查看", "只读", "查阅"),
    "public": ("公众", "the public"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: sheet, row as the program for tables counts them, column by key."""

    sheet: str
    row: int
    columns: tuple[tuple[str, str], ...] = ()  # key → letter

    def at(self, key: str) -> str:
        """Give the letter of a column, empty where the sheet has none."""
        return dict(self.columns).get(key, "")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, by its code; the edge makes a sentence of it."""

    sheet: str
    row: int
    column: str
    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OrgLine:
    """A line of the sheet of orgs."""

    place: Place
    name: str
    short_name: str = ""
    parent: str = ""
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    code: str = ""
    groups: tuple[str, ...] | None = None  # None: the sheet says nothing of groups


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A line of the sheet of groups."""

    place: Place
    group: str
    members: tuple[str, ...]
    group_en: str = ""


@dataclass(frozen=True, slots=True)
class PostLine:
    """A line of the sheet of posts."""

    place: Place
    org: str
    title: str
    portfolio: str | None = None
    is_principal: bool | None = None
    title_en: str | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A line of the sheet of people."""

    place: Place
    name: str
    username: str
    org: str
    title: str = ""
    role: str = ""  # a key of ROLE_WORDS
    phone: str = ""


@dataclass
class Sheets:
    """Everything a workbook says of the organisation."""

    orgs: list[OrgLine] = field(default_factory=list)
    groups: list[GroupLine] = field(default_factory=list)
    posts: list[PostLine] = field(default_factory=list)
    people: list[PersonLine] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)  # names of sheets that are none of these
    read: list[str] = field(default_factory=list)  # names of sheets, in the order of the workbook
    has_posts: bool = False  # a sheet of posts was there: a post that it lacks is a fault

    def fault(self, place: Place, key: str, code: str, **facts: object) -> None:
        """Note what is wrong with a cell."""
        said = tuple(sorted((k, str(v)) for k, v in facts.items()))
        self.faults.append(Fault(place.sheet, place.row, place.at(key), code, said))


def read_organisation(sheets: Iterable[SheetText]) -> Sheets:
    """Read the sheets of a workbook; hidden ones and empty ones are left alone."""
    found = Sheets()
    for sheet in sheets:
        if sheet.is_hidden or not any(map(any, sheet.rows)):
            continue
        kind = _kind(sheet)
        if kind is None:
            found.skipped.append(sheet.name)
            continue
        found.read.append(sheet.name)
        _read(found, sheet, kind)
    if not found.read:
        found.faults.append(Fault("", 0, "", "sheet.none_known"))
    return found


def _kind(sheet: SheetText) -> Kind | None:
    """Tell a sheet by its name, else by its heads; the kind with the most needed heads wins."""
    name = _word(sheet.name)
    for kind in KINDS:
        if name in {_word(w) for w in (kind.zh, kind.en, *kind.also)}:
            return kind
    full = [k for k in KINDS if not _missing(k, _find_head(sheet, k)[1])]
    return max(full, key=lambda k: sum(h.needed for h in k.heads), default=None)


def _find_head(sheet: SheetText, kind: Kind) -> tuple[int, dict[str, int]]:
    """Find the row of heads: of the first rows, the one that has the most of them."""
    best: tuple[int, dict[str, int]] = (0, {})
    for n, row in enumerate(sheet.rows[:HEAD_WITHIN]):
        there: dict[str, int] = {}
        for c, text in enumerate(row):
            key = _key(kind, text) if (n, c) not in sheet.merged else None
            if key and key not in there:
                there[key] = c
        if len(there) > len(best[1]):
            best = (n, there)
    return best


def _key(kind: Kind, text: str) -> str | None:
    word = _word(text)
    for head in kind.heads:
        if word and word in {_word(w) for w in (head.zh, head.en, *head.also)}:
            return head.key
    return None


def _word(text: str) -> str:
    return re.sub(r"[\s*:：]|[（(].*?[）)]", "", text).casefold()


def _missing(kind: Kind, there: dict[str, int]) -> list[Head]:
    return [h for h in kind.heads if h.needed and h.key not in there]


def _read(found: Sheets, sheet: SheetText, kind: Kind) -> None:
    top, there = _find_head(sheet, kind)
    if lacking := _missing(kind, there):
        words = "、".join(h.zh for h in lacking)
        found.fault(Place(sheet.name, top + 1), "", "sheet.head_missing", heads=words)
        return
    found.has_posts |= kind.key == "posts"
    letters = tuple((key, _letter(c)) for key, c in there.items())
    for n, row in enumerate(sheet.rows[top + 1 :], top + 2):
        cells = {key: row[c].strip() for key, c in there.items() if c < len(row)}
        is_head = all(_key(kind, text) == key for key, text in cells.items() if text)
        if any(cells.values()) and not is_head:
            _line(found, kind, Place(sheet.name, n, letters), cells)


def _letter(column: int) -> str:
    head, rest = divmod(column, 26)
    return (chr(64 + head) if head else "") + chr(65 + rest)


def _line(found: Sheets, kind: Kind, place: Place, cells: dict[str, str]) -> None:
    n = len(found.faults)
    for head in kind.heads:
        text = cells.get(head.key, "")
        if head.needed and not text:
            found.fault(
                place, head.key, _EMPTY.get((kind.key, head.key), "cell.empty"), head=head.zh
            )
        if len(text) > head.limit:
            found.fault(place, head.key, "field.too_long", n=len(text), limit=head.limit)
    if len(found.faults) == n:
        _MAKE[kind.key](found, place, cells)


_EMPTY = {("people", "org"): "person.org_missing", ("people", "username"): "person.login_missing"}


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(n.strip() for n in _SPLIT.split(text) if n.strip()))


def _org(found: Sheets, place: Place, cells: dict[str, str]) -> None:
    found.orgs.append(
        OrgLine(
            place,
            name=cells["name"],
            short_name=cells.get("short_name", ""),
            parent=cells.get("parent", ""),
            name_en=cells.get("name_en", ""),
            aliases=_names(cells.get("aliases", "")),
            code=cells.get("code", ""),
            groups=_names(cells["groups"]) if cells.get("groups") else None,
        )
    )


def _group(found: Sheets, place: Place, cells: dict[str, str]) -> None:
    line = GroupLine(place, cells["group"], _names(cells["members"]), cells.get("group_en", ""))
    found.groups.append(line)


def _post(found: Sheets, place: Place, cells: dict[str, str]) -> None:
    said = cells.get("is_principal")
    is_principal = None if said is None else said.casefold() in _YES
    if said is not None and said.casefold() not in _YES | _NO:
        found.fault(place, "is_principal", "cell.not_yes_no", given=said)
        return
    found.posts.append(
        PostLine(
            place,
            cells["org"],
            cells["title"],
            portfolio=cells.get("portfolio"),
            is_principal=is_principal,
            title_en=cells.get("title_en"),
        )
    )


def _person(found: Sheets, place: Place, cells: dict[str, str]) -> None:
    said, role = cells.get("role", ""), ""
    if said:
        role = role_of(said)
        if not role:
            allowed = "、".join(words[0] for words in ROLE_WORDS.values())
            found.fault(place, "role", "person.role_unknown", given=said, allowed=allowed)
            return
    if not said and not cells.get("title"):
        found.fault(place, "role", "person.no_part")
        return
    if re.search(r"\s", cells["username"]):
        found.fault(place, "username", "person.login_malformed", given=cells["username"])
        return
    found.people.append(
        PersonLine(
            place,
            cells["name"],
            cells["username"],
            cells["org"],
            title=cells.get("title", ""),
            role=role,
            phone=cells.get("phone", ""),
        )
    )


def role_of(word: str) -> str:
    """Give the role that a printed word means; empty where it means none."""
    sought = _word(word)
    for role, words in ROLE_WORDS.items():
        if sought in {role, *map(_word, words)}:
            return role
    return ""


_MAKE: dict[str, Callable[[Sheets, Place, dict[str, str]], None]] = {
    "orgs": _org,
    "groups": _group,
    "posts": _post,
    "people": _person,
}


def template_pages(language: str, note: str) -> Sequence[SheetPage]:
    """Give the sheets of the workbook that is sent out to be filled in, each with one example line."""
    is_en = language.startswith("en")
    roles = tuple(r if is_en else words[0] for r, words in ROLE_WORDS.items())
    choices: dict[str, tuple[str, ...]] = {
        "role": roles,
        "is_principal": ("yes", "no") if is_en else ("是", "否"),
    }
    return [
        SheetPage(
            kind.en if is_en else kind.zh,
            [
                SheetColumn(
                    (h.en if is_en else h.zh) + ("*" if h.needed else ""),
                    width=h.width,
                    choices=choices.get(h.key, ()),
                )
                for h in kind.heads
            ],
            [[_example(h, is_en) for h in kind.heads]],
            note=note,
        )
        for kind in KINDS
    ]


def _example(head: Head, is_en: bool) -> Any:
    if is_en and head.key == "role":
        return "principal"
    return "yes" if is_en and head.key == "is_principal" else head.example
