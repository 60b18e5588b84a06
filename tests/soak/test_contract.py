"""The contract put to the test for longer, with requests of every kind."""

from __future__ import annotations

import pytest
from schemathesis.generation import GenerationMode

from tests.support.api import token
from tests.support.contract import faults_of
from tests.support.world import make_world


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", ["office", "works", "viewer"])
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_many_requests_made_up_of_the_contract_are_answered_as_it_says(db, mode, who):
    world = make_world()
    _row, secret = token(world.people[who])
    assert faults_of(world, secret, n=25, mode=mode, more=True) == []
