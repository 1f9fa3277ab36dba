"""Row 14: whose data it is. A service is one trust domain, and says so; ids are random, and reveal nothing.

Named users are to be added here: the matrix of one user's ids asked for by another.
"""

import uuid
from pathlib import Path

from tests.api.conftest import body

DOCUMENTS = Path(__file__).resolve().parents[2] / "docs"
WAIT = {"Prefer": "wait"}


def test_the_documentation_says_that_a_service_is_one_trust_domain():
    """In the section on safety, before anybody relies on more."""
    safety = (DOCUMENTS / "service.md").read_text("utf-8").split("## Safety")[1].split("\n## ")[0]

    assert "one service is one trust domain" in " ".join(safety.split())


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
