from __future__ import annotations

import pytest

from gongjian.kernel.errors import KernelError
from gongjian.kernel.workflow.machine import Allowed, Facts, Refused, decide
from gongjian.playbooks.load import load_builtin

OFFICE = frozenset({"office"})


@pytest.fixture(scope="module")
def flow():
    playbook = load_builtin("yuecheng-2021")
    return playbook.workflow(playbook.register("tasks").workflow)


def test_a_report_moves_an_assigned_item_into_hand(flow):
    said = Facts(frozenset({"contact"}), frozenset({"progress"}))
    assert decide(flow, "assigned", "report", said) == Allowed("in_hand")


@pytest.mark.parametrize(
    ("state", "step", "facts", "code"),
    [
        ("closed", "report", Facts(OFFICE, frozenset({"progress"})), "workflow.not_from"),
        ("assigned", "report", Facts(frozenset({"viewer"})), "workflow.role"),
        (
            "in_hand",
            "close_out",
            Facts(OFFICE, is_requester=True),
            "workflow.requester_never_grants",
        ),
        ("assigned", "report", Facts(OFFICE), "workflow.needs"),
    ],
)
def test_a_step_is_refused_with_its_reason(flow, state, step, facts, code):
    verdict = decide(flow, state, step, facts)
    assert isinstance(verdict, Refused)
    assert verdict.code == code


def test_a_step_nobody_declared_is_a_fault(flow):
    with pytest.raises(KernelError, match=r"workflow\.no_such_step"):
        decide(flow, "assigned", "vanish", Facts(OFFICE))
