"""What the contract allows, made up at random: nothing fails, and every answer is as the contract says."""

from __future__ import annotations

import pytest
from schemathesis.generation import GenerationMode
from tests.support.api import token
from tests.support.contract import faults_of
from tests.support.world import make_world


@pytest.mark.slow
@pytest.mark.timeout(240)  # half a minute of work; machines are shared
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_what_the_contract_allows_and_forbids_is_answered_as_it_says(db, mode):
    world = make_world()
    _row, secret = token(world.people["office"])
    assert faults_of(world, secret, n=2, mode=mode, more=False) == []
