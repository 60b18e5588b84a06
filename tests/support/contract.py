"""The contract put to the test: what it allows is made up at random and sent, what comes back is compared with it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.support.world import World

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
PATH = "/api/v1/openapi.json"


def operations() -> Iterator[Any]:
    """Give every operation of the contract, as it is served."""
    schema = schemathesis.openapi.from_wsgi(PATH, WSGIHandler())
    for found in schema.get_all_operations():
        yield found.ok()


def put_to_test(operation: Any, world: World, secret: str, *, n: int, mode: GenerationMode) -> None:
    """Send `n` requests made up for an operation; half of them to rows that are there."""
    sample = world.samples[operation.definition.raw["operationId"]]
    there = {name: str(value) for name, value in sample.path.items()}

    @given(case=operation.as_strategy(generation_mode=mode), is_there=st.booleans())
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any, is_there: bool) -> None:  # hypothesis gives it by name
        if is_there and there:
            case.path_parameters = there
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {secret}"})
            case.validate_response(answer, checks=CHECKS)
            transaction.set_rollback(True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run()


def told(fault: BaseException) -> str:
    """Say what was wrong, each fault of a group in a line of its own."""
    if isinstance(fault, BaseExceptionGroup):
        return "\n".join(told(one) for one in fault.exceptions)
    return f"{type(fault).__name__}: {str(fault)[:700]}"
