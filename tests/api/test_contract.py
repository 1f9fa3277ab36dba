"""The contract is committed, and the service keeps it whatever it is sent."""

from backend.app import create_app
from backend.openapi import COMMITTED, written
from backend.settings import Settings


def test_the_committed_contract_is_the_services():
    """Write it anew with `python -m backend.openapi` and look at what changed."""
    assert COMMITTED.read_text("utf-8") == written(create_app(Settings()).openapi())


def test_every_operation_is_named_and_described():
    """Clients are generated from this."""
    operations = [
        operation for path in create_app(Settings()).openapi()["paths"].values() for operation in path.values()
    ]

    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["description"] for operation in operations)
    assert all("application/problem+json" in operation["responses"]["422"]["content"] for operation in operations)
