"""What the contract allows, made up at random: nothing fails, and every answer is as the contract says."""

from __future__ import annotations

import pytest
from schemathesis.generation import GenerationMode
from tests.support.api import token
from tests.support.contract import operations, put_to_test, told
from tests.support.world import make_world


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_the_contract_allows_and_forbids_is_answered_as_it_says(db, mode):
    world = make_world()
    _row, secret = token(world.people["office"])
    faults = []
    for operation in operations():
        try:
            put_to_test(operation, world, secret, n=4, mode=mode)
        except (BaseExceptionGroup, AssertionError) as fault:
            faults.append(f"{operation.label}: {told(fault)}")
    assert "\n\n".join(faults) == ""
