"""The contract put to the test: what it allows is made up at random and sent, what comes back is compared with it."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.support.world import World

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
MORE = [*CHECKS, checks.unsupported_method, checks.allow_header_conformance]
PATH = "/api/v1/openapi.json"


class Application(WSGIHandler):
    """The program as a server runs it, but for the connection: the test's transaction goes on in it."""

    def __call__(self, *args: Any) -> Any:
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)
        try:
            answer = super().__call__(*args)
            body = b"".join(answer)
            answer.close()
        finally:
            request_started.connect(close_old_connections)
            request_finished.connect(close_old_connections)
        return [body]


def operations() -> Iterator[Any]:
    """Give every operation of the contract, as it is served."""
    contract = Client().get(PATH).json()
    for methods in contract["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)  # the token is ours, not made up
    schema = schemathesis.openapi.from_dict(contract)
    schema.app = Application()
    for found in schema.get_all_operations():
        yield found.ok()


def faults_of(world: World, secret: str, *, n: int, mode: GenerationMode, more: bool) -> list[str]:
    """Put every operation to the test; give what was wrong, operation by operation."""
    faults = []
    for operation in operations():
        try:
            _put_to_test(operation, world, secret, n, mode, MORE if more else CHECKS)
        except (BaseExceptionGroup, AssertionError) as fault:
            faults.append(f"{operation.label}: {_told(fault)}")
    return faults


def _put_to_test(
    operation: Any,
    world: World,
    secret: str,
    n: int,
    mode: GenerationMode,
    held_to: list[Any],
) -> None:
    """Send `n` requests made up for an operation; half of them to rows that are there."""
    sample = world.samples[operation.definition.raw["operationId"]]
    there = {name: str(value) for name, value in sample.path.items()}
    made = [operation.as_strategy(generation_mode=mode)]
    if there:
        made.append(operation.as_strategy(generation_mode=mode, path_parameters=there))

    @given(case=st.one_of(made[::-1]))
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any) -> None:
        with transaction.atomic():
            answer = case.call(headers={"Authorization": f"Bearer {secret}"})
            case.validate_response(answer, checks=held_to)
            transaction.set_rollback(True)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.suppress(Unsatisfiable):  # nothing of it can be wrong: it takes nothing
            run()


def _told(fault: BaseException) -> str:
    """Say what was wrong, each fault of a group in a line of its own."""
    if isinstance(fault, BaseExceptionGroup):
        return "\n".join(_told(one) for one in fault.exceptions)
    return f"{type(fault).__name__}: {str(fault)[:700]}"
