"""Values of playbook fields: what people type, what is worked out, what may be carried over."""

from __future__ import annotations

import pytest

from gongjian.kernel.model.fields import Choice, Compute, ComputeOp, FieldDef, FieldType, Label
from gongjian.kernel.model.playbook import RegisterDef
from gongjian.kernel.playbook.values import (
    FieldError,
    computed,
    convert,
    missing,
    parse,
    shown,
)

STAGES = (Choice("signed", Label("签约", "Signed")), Choice("landed", Label("落地", "Landed")))


def field(kind: str, **more) -> FieldDef:
    return FieldDef("f", Label("字段", "Field"), FieldType(kind), **more)


@pytest.mark.parametrize(
    ("given", "unit", "kept"),
    [
        ("1,234.50", "", "1234.5"),
        ("3.5亿元", "万元", "35000"),
        ("12000万元", "亿元", "1.2"),
        ("88", "亿元", "88"),
        ("-3", "", "-3"),
        ("120亩", "亩", "120"),
        ("120（亩）", "亩", "120"),
        ("12,000万", "万元", "12000"),
        ("1.2 亿元", "万元", "12000"),
        ("1.2亿", "万元", "12000"),
        ("1200（万元）", "亿元", "0.12"),
        ("3000元", "万元", "0.3"),
        ("5百万元", "万元", "500"),
    ],
)
def test_numbers_come_in_as_people_write_them(given, unit, kept):
    assert parse(field("money" if "元" in unit else "number", unit=unit), given) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2024-09-30", "2024-09-30"),
        ("2024/9/3", "2024-09-03"),
        ("2024.9.3", "2024-09-03"),
        ("2024年9月3日", "2024-09-03"),
        ("9月底前", "2024-09-30"),
        ("Q3", "2024-09-30"),
    ],
)
def test_dates_come_in_as_people_write_them(given, kept):
    assert parse(field("date"), given, year=2024) == kept


@pytest.mark.parametrize(
    ("kind", "given", "code"),
    [
        ("number", "many", "field.not_a_number"),
        ("date", "soon", "field.not_a_date"),
        ("date", "2024-02-31", "field.not_a_date"),
        ("link", "javascript:alert(1)", "field.not_a_link"),
        ("text", "长" * 9000, "field.too_long"),
    ],
)
def test_what_a_field_cannot_hold_is_refused_with_its_code(kind, given, code):
    with pytest.raises(FieldError) as error:
        parse(field(kind), given)
    assert error.value.code == code


def test_a_choice_is_kept_by_its_key_whatever_language_it_was_typed_in():
    stage = field("choice", choices=STAGES)
    assert parse(stage, "落地") == parse(stage, "Landed") == parse(stage, "landed") == "landed"
    assert shown(stage, "landed", "en") == "Landed"
    with pytest.raises(FieldError, match=r"field\.no_such_choice"):
        parse(stage, "投产")


def test_several_values_are_a_list_and_print_as_one_cell():
    stage = field("choice", choices=STAGES, several=True)
    assert parse(stage, "签约、落地") == ["signed", "landed"]
    assert shown(stage, ["signed", "landed"], "zh-hans") == "签约、落地"


def register(*fields: FieldDef) -> RegisterDef:
    return RegisterDef("r", Label("表", "Table"), "R", "w", "l", fields=fields)


def number(key: str, **more) -> FieldDef:
    kind = FieldType.COMPUTED if "compute" in more else FieldType.NUMBER
    return FieldDef(key, Label(key, key), kind, **more)


def test_computed_fields_follow_from_others_in_any_order():
    rule = register(
        number("share", compute=Compute(ComputeOp.RATIO, ("done", "all"))),
        number("all", compute=Compute(ComputeOp.SUM, ("a", "b"))),
        number("done"), number("a"), number("b"),
    )  # fmt: skip
    # (2 + 6) = 8; 2 / 8 = 0.25
    found = computed(rule, {"done": "2", "a": "2", "b": "6"})
    assert found == {"all": "8", "share": "0.25"}


def test_a_ratio_to_nothing_is_not_known():
    rule = register(number("r", compute=Compute(ComputeOp.RATIO, ("a", "b"))))
    assert computed(rule, {"a": "1", "b": "0"}) == {"r": None}


def test_sums_and_counts_go_over_the_items_below():
    rule = register(
        number("total", compute=Compute(ComputeOp.SUM, ("money",), "children")),
        number("n", compute=Compute(ComputeOp.COUNT, (), "children")),
    )
    below = [{"money": "1.5"}, {"money": "2"}, {}]
    assert computed(rule, {}, below) == {"total": "3.5", "n": "3"}


def test_days_between_are_counted_from_the_first_to_the_second():
    rule = register(number("d", compute=Compute(ComputeOp.DAYS_BETWEEN, ("from", "to"))))
    assert computed(rule, {"from": "2024-07-01", "to": "2024-07-31"}) == {"d": "30"}


def test_only_what_the_state_requires_is_missing():
    rule = register(number("a", required_at=("closed",)), number("b"))
    assert missing(rule, {}, "closed") == ("a",)
    assert missing(rule, {}, "open") == ()
    assert missing(rule, {"a": "0"}, "closed") == ()


def test_values_are_carried_over_only_where_they_keep_their_meaning():
    text, money = field("text"), field("number")
    assert convert("12", text, money) == "12"
    assert convert(["a", "b"], field("text", several=True), text) == "a、b"
    with pytest.raises(FieldError):
        convert("dozen", text, money)
    with pytest.raises(FieldError, match=r"field\.no_conversion"):
        convert("x", text, field("text", personal=True))
