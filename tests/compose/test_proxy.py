"""The reverse proxies of docs/deployment.md, as they stand there, before the installed screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect

from frontend.ports import free_port
from tests.compose.stack import ROOT, docker, until
from tests.e2e.test_explore_in_browser import RESPONSE, RESULT, expect_credit, run, write

IMAGE = "ospo-proxies-of-debian"
NAME = "ospo.localhost"
"""A name that every browser finds on its own machine, and that OSPO_FRONTEND_HOSTS has."""
LOGIN = {"username": "anna", "password": "open-sesame"}
PLACES = {"nginx": "/etc/nginx/conf.d/ospo.conf", "caddy": "/etc/caddy/Caddyfile"}
COMMANDS = {"nginx": ["nginx", "-g", "daemon off;"], "caddy": ["caddy", "run", "--config", "/etc/caddy/Caddyfile"]}


def configuration(server: str, port: int, screen: str) -> str:
    """The page's own text, with the port, the name and the login of the test."""
    page = (ROOT / "docs" / "deployment.md").read_text("utf-8")
    found = re.search(rf"^```{server}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert found is not None
    text = found[1].replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:8501", screen)
    name = f"{NAME}:{port}" if server == "caddy" else NAME
    return text.replace("ospo.example.org", name)


@pytest.fixture
def proxy(stack, tmp_path) -> Iterator[Callable[[str], str]]:
    """Starts one of the two before the screen; its address."""
    docker("build", "--quiet", "--tag", IMAGE, str(Path(__file__).parent / "proxy"))
    with ExitStack() as ended:

        def started(server: str) -> str:
            port = free_port("127.0.0.1")
            text = configuration(server, port, stack.screen.removeprefix("http://"))
            if server == "caddy":
                hashed = docker("run", "--rm", IMAGE, "caddy", "hash-password", "--plaintext", LOGIN["password"])
                text = "{\n\tlocal_certs\n\tskip_install_trust\n\thttp_port 0\n}\n" + text.replace("HASH", hashed)
            file = tmp_path / server
            file.write_text(text, "utf-8")
            mount = f"{file}:{PLACES[server]}:ro"
            container = docker("run", "--detach", "--network", "host", "-v", mount, IMAGE, *COMMANDS[server])
            ended.callback(docker, "rm", "--force", container)
            address = f"https://{NAME}:{port}"
            until(lambda: _answers(address), seconds=60)
            return address

        yield started


@pytest.mark.parametrize("server", ["nginx", "caddy"])
def test_the_screen_works_through_a_proxy_with_a_login(stack, proxy, chromium, server):
    """Nobody without the login; with it the page, its WebSocket and a whole journey, by the proxy's name."""
    address = proxy(server)

    unknown = asked(address)
    context = chromium.new_context(ignore_https_errors=True, http_credentials=LOGIN)
    page = context.new_page()
    page.goto(f"{address}/?case=text")
    write(page, RESPONSE)
    run(page)

    assert unknown.status_code == 401
    expect(page).to_have_url(RESULT)
    expect_credit(page, RESPONSE)
    context.close()


def asked(address: str) -> httpx.Response:
    """What a program without login is answered; the name is not looked up, the certificate not believed."""
    name = address.removeprefix("https://")
    with httpx.Client(verify=False, trust_env=False) as client:
        return client.get(address.replace(NAME, "127.0.0.1"), headers={"Host": name}, extensions={"sni_hostname": NAME})


def _answers(address: str) -> bool:
    try:
        return asked(address).status_code > 0
    except httpx.HTTPError:
        return False
