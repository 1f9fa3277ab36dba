"""Row 11: without the token nothing answers but /livez, and without a token the service stays on this machine.

The walk over every route and method is tests/api/test_guard.py (`test_every_route_but_livez_needs_the_token`), the
settings that are refused tests/api/test_settings.py: beside what they are about. Here is what both leave out.
"""

import asyncio
import itertools

import pytest

from backend.app import create_app
from backend.settings import Settings
from tests.security.routes import METHODS, routes

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyz-ABC"
NEARLY = [
    {},
    {"Authorization": f"Bearer {TOKEN[:-1]}"},
    {"Authorization": f"Bearer {TOKEN}x"},
    {"Authorization": f"Bearer  {TOKEN}"},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": TOKEN},
    {"Authorization": "Bearer"},
    {"X-Api-Key": TOKEN},
    {"Cookie": f"token={TOKEN}"},
]


@pytest.mark.parametrize("headers", NEARLY)
def test_nearly_the_token_is_not_the_token(serve, headers):
    """Shorter, longer, under another scheme or in another place."""
    answer = serve(token=TOKEN).get("/v1/status", headers=headers)

    assert answer.status_code == 401
    assert TOKEN not in answer.text + str(answer.headers)


@pytest.mark.parametrize("path", ["/livez/", "//livez", "/livez/../v1/status", "/v1/status?/livez", "/LIVEZ"])
def test_no_spelling_makes_a_path_public(serve, path):
    """The public path is compared whole."""
    assert serve(token=TOKEN).request("GET", path).status_code == 401


@pytest.mark.slow
def test_the_token_in_an_address_is_no_token(serve):
    """It would stand in logs and histories; on every route and method."""
    client = serve(token=TOKEN)
    paths = [path for path in routes() if path != "/livez"]

    statuses = {
        client.request(method, path, params={"token": TOKEN, "access_token": TOKEN}).status_code
        for method, path in itertools.product(METHODS, paths)
    }

    assert statuses == {401}


def test_a_websocket_is_closed_before_anything_is_asked():
    """There is none; a mount of a library would be refused here."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "websocket.connect"}

    app = create_app(Settings(token=TOKEN))
    asyncio.run(app({"type": "websocket", "path": "/", "headers": [], "query_string": b""}, receive, send))

    assert [message["type"] for message in sent] == ["websocket.close"]
