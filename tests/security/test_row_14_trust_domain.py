"""Row 14: whose data it is. A service is one trust domain, and says so; ids are random, and reveal nothing.

What named users may do with one another's runs is tests/users/test_ownership.py and test_roles.py.
"""

import uuid
from pathlib import Path

from tests.api.conftest import body

ROOT = Path(__file__).resolve().parents[2]
WAIT = {"Prefer": "wait"}


def test_the_documentation_says_that_a_service_is_one_trust_domain():
    """With what names do not do, before anybody relies on more."""
    promises = " ".join((ROOT / "SECURITY.md").read_text("utf-8").split("## One trust domain")[1].split())

    assert "Reading is shared" in promises
    assert "They part no tenants" in promises


def test_ids_are_random(client):
    """UUIDs of version 4: nobody guesses a neighbour's."""
    runs = [client.post("/v1/attributions", json=body(prompt=str(number)), headers=WAIT).json() for number in range(3)]
    job = client.post("/v1/jobs", json={"run": {"preset": "toy"}}).json()

    assert {uuid.UUID(one["id"]).version for one in (*runs, job)} == {4}


def test_an_id_cannot_be_chosen(client):
    """Nobody plants a result under an id that another will ask for."""
    chosen = "00000000-0000-4000-8000-000000000001"

    answer = client.post("/v1/attributions", json=body(id=chosen))

    assert answer.status_code == 422
    assert client.get(f"/v1/attributions/{chosen}").status_code == 404
