"""Health: ready, busy, refused, and away."""

import secrets

import pytest

from frontend.client.bodies import Queue, Readiness, Status
from frontend.page_parts.health_words import headline
from tests.screen.page_app import group_body, markup, reach


def test_a_ready_service_is_described(library, screen):
    """The sentence counts free slots; conditions, versions, memory and models are listed."""
    at = screen("health", library.api)

    assert not at.exception
    text = markup(at)
    assert "2 of 2 slots free" in text
    assert "The store answers" in text
    assert "torch" in text
    assert " MB" in text or " GB" in text
    assert "all-MiniLM-L6-v2" in text
    assert text.count("alarm") == 1, "only that no worker trains beside this service"
    assert "none: start one with python -m backend.worker" in text


@pytest.mark.slow
def test_a_busy_service_says_how_busy(serve, gate, screen):
    """Slots that work are not free, and who waits is counted."""
    api = serve(slots=1)
    for tag in ("a", "b"):
        api.post("/v1/groups", json=group_body(reward=gate.reward(), tags=[tag], prompt=tag))
    gate.reached()

    text = markup(screen("health", api))

    assert "0 of 1 slots free" in text
    assert "1 of 8 places in line are taken" in text


def test_without_a_service_it_says_how_to_start_one(screen):
    """No trace, no numbers: what is wrong and what to do."""
    at = screen("health")

    assert not at.exception
    assert "The service is not answering" in markup(at)
    assert "python -m backend" in markup(at)
    assert "slots free" not in markup(at)


def test_what_was_seen_last_stays_and_is_marked(library, screen, monkeypatch):
    """When the service goes away, its last state is shown as such."""
    at = screen("health", library.api)

    reach(monkeypatch, None)
    at.run()

    assert "Last seen" in markup(at)
    assert "torch" in markup(at)
    assert "slots free" not in markup(at)


@pytest.mark.slow
def test_a_refusal_is_told_as_one(serve, screen):
    """A service that wants a token is not down."""
    at = screen("health", serve(token=secrets.token_hex(32)))

    assert "refuses to tell its state" in markup(at)
    assert "OSPO_TOKEN" in markup(at)


@pytest.mark.parametrize(
    ("checks", "draining", "workers", "expected"),
    [
        ({"database": False, "disk": True}, False, None, "The service is not ready. What fails: The store answers."),
        ({"not_draining": False}, True, 1, "The service is ending; one run may still finish."),
        ({"database": True}, False, 1, "The service is ready: 1 of 2 slots free, nobody waits."),
        (
            {"database": True},
            False,
            0,
            "The service is ready: 1 of 2 slots free, nobody waits. No worker is there: training runs wait.",
        ),
    ],
    ids=["failed", "ending", "well", "no worker"],
)
def test_trouble_is_the_sentence(checks, draining, workers, expected):
    """What fails, that it ends, or that nothing is trained, is said first."""
    queue = Queue(slots=2, working=1, waiting=0, length=8, per_client=10)
    status = Status(
        versions={},
        device="cpu",
        memory_bytes=None,
        rewards_loaded=(),
        rewards_left_behind=0,
        queue=queue,
        workers=workers,
        streams=0,
        draining=draining,
    )

    parts = headline(Readiness(ready=all(checks.values()), checks=checks), status)

    assert "".join(text for _, text in parts) == expected
