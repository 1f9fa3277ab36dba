"""Row 5: a scorer's address reaches nothing inside, however it is spelled, redirected or resolved."""

import socket
import threading
from urllib.parse import urlsplit

import pytest

from ospo_core.errors import OspoError
from ospo_core.rewards.deadline import Deadline
from ospo_core.rewards.registry import build_reward
from tests.api.conftest import body
from tests.core.rewards.endpoint_scorers import serving
from tests.core.rewards.test_endpoint_network import tls_server, transport

__all__ = ["tls_server"]

SPELLINGS = [
    "http://127.0.0.1:{0}", "http://localhost:{0}", "http://LOCALHOST:{0}", "http://localhost.:{0}",
    "http://2130706433:{0}", "http://0x7f000001:{0}", "http://017700000001:{0}", "http://0177.0.0.1:{0}",
    "http://0x7f.0.0.1:{0}", "http://0x7f.1:{0}", "http://127.1:{0}", "http://127.0.1:{0}", "http://127.0.0.1.:{0}",
    "http://127.255.255.254:{0}", "http://127.000.000.001:{0}", "http://0:{0}", "http://0.0.0.0:{0}",
    "http://0x0:{0}", "http://①②⑦.⓪.⓪.①:{0}", "http://127。0。0。1:{0}", "http://[::1]:{0}", "http://[::]:{0}",
    "http://[::ffff:127.0.0.1]:{0}", "http://[::ffff:7f00:1]:{0}", "http://[0:0:0:0:0:ffff:7f00:1]:{0}",
    "http://[::127.0.0.1]:{0}", "http://[::1%25lo]:{0}", "http://[::1%lo]:{0}", "http://[64:ff9b::7f00:1]:{0}",
    "http://[2002:7f00:1::]:{0}", "http://user@127.0.0.1:{0}", "http://good.example@127.0.0.1:{0}",
    "http://127.0.0.1:{0}#@good.example", "http://127.0.0.1:{0}?@good.example", "http://127.0.0.1:{0}\\@good.example",
    "http:\\\\127.0.0.1:{0}", "http:127.0.0.1:{0}", "http:///127.0.0.1:{0}", "//127.0.0.1:{0}",
    " http://127.0.0.1:{0}", "http://127.0.0.1\t:{0}", "http://%31%32%37.0.0.1:{0}", "https://127.0.0.1:{0}",
    "http://ip6-localhost:{0}", "gopher://127.0.0.1:{0}", "file://127.0.0.1:{0}/etc/passwd",
]  # fmt: skip

FOR_ITS_ADDRESS = r"is at a private address|no scorer may be there"


@pytest.fixture
def listener():
    """Stands for what must not be reached, on every address of this machine; `reached` says whether it was."""
    with socket.create_server(("", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        server.settimeout(0.02)
        yield server


def port_of(listener):
    return listener.getsockname()[1]


def reached(listener):
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


def ask(url, **settings):
    """As a reward asks: its settings are read, the name is resolved by the system, the answer is awaited."""
    given = {"url": url, "contract": "json", "deadline_seconds": 2, "retries": 0, **settings}
    build_reward("endpoint", given).score(["p"], ["r"])


def test_the_listener_can_be_reached(listener):
    """Else the tests below would say nothing."""
    for host in ("127.0.0.1", "::1", "0.0.0.0"):
        with socket.create_connection((host, port_of(listener))):
            assert reached(listener)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_reaches_this_machine(listener, spelling):
    """Directly: refused by the settings, or by the address that it comes to."""
    with pytest.raises(OspoError):
        ask(spelling.format(port_of(listener)))

    assert not reached(listener)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_redirect_reaches_this_machine(listener, spelling):
    """A scorer that is allowed sends us on: 302 is an error of the scorer, not an address."""
    location = (
        spelling.format(port_of(listener)).encode("ascii", "xmlcharrefreplace").decode().strip().replace("\t", "")
    )
    with serving(lambda *_: (302, {"Location": location}, b"")) as scorer, pytest.raises(OspoError, match="redirect"):
        ask(scorer.url, allow_private=True)

    assert not reached(listener)


REBOUND = ["127.0.0.1", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1", "169.254.169.254", "127.9.9.9", "64:ff9b::7f00:1"]


@pytest.mark.parametrize("address", REBOUND)
def test_no_rebound_name_reaches_this_machine(listener, address):
    """A name is resolved once a connection; an inner address beside a public one refuses both."""
    asked = []

    def resolve(host, port):
        asked.append(host)
        return ["8.8.8.8", address]

    scorer = transport(f"https://scorer.example:{port_of(listener)}", allow_private=False, resolve=resolve)

    with pytest.raises(OspoError, match=FOR_ITS_ADDRESS):
        scorer.ask("/score", {"text": "x"}, Deadline(2.0, threading.Event()))
    assert asked == ["scorer.example"]
    assert not reached(listener)


def own_addresses(spelling):
    """What the system makes of a spelling's host, if it need not ask anybody for that."""
    host = urlsplit(spelling.format(80)).hostname or ""
    flags = 0 if host == "localhost" else socket.AI_NUMERICHOST
    try:
        found = socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM, flags=flags) if host else []
    except (OSError, UnicodeError):
        found = []
    return list(dict.fromkeys(address[0] for *_, address in found))


RESOLVED = {spelling: own_addresses(spelling) for spelling in SPELLINGS if own_addresses(spelling)}
PUBLIC = "8.8.8.8"


@pytest.fixture
def busy_scorer(tls_server, monkeypatch):
    """A scorer with a good certificate that says 503, at a public address as far as this process can tell."""
    tls_server.answer = lambda *_: (503, {}, b"")
    connect = socket.create_connection

    def wired(address, *rest, **more):
        return connect(tls_server.server_address if address[0] == PUBLIC else address, *rest, **more)

    monkeypatch.setattr(socket, "create_connection", wired)
    return tls_server


@pytest.mark.parametrize(("spelling", "addresses"), RESOLVED.items(), ids=RESOLVED)
def test_no_spelling_gets_through_by_a_second_answer(listener, busy_scorer, spelling, addresses):
    """The name of a scorer that was reached is answered with the spelling's own address alone the second time."""
    answers = iter([[PUBLIC], addresses])
    scorer = transport(
        f"https://scorer.test:{port_of(listener)}",
        allow_private=False,
        retries=1,
        resolve=lambda *_: next(answers),
        jitter=lambda: 0.0,
        tls=busy_scorer.trusting,
    )

    with pytest.raises(OspoError, match=FOR_ITS_ADDRESS):
        scorer.ask("/score", {"text": "x"}, Deadline(5.0, threading.Event()))

    assert len(busy_scorer.requests) == 1
    assert list(answers) == []
    assert not reached(listener)


def test_an_allowed_scorer_is_still_asked(serve):
    """What an administrator names may be private: the run succeeds."""
    with serving() as scorer:
        url = f"{scorer.url}/plain"
        client = serve(allowed_endpoints=(url,))
        reward = {"kind": "endpoint", "settings": {"url": url, "contract": "json", "allow_private": True}}
        run = client.post("/v1/attributions", json=body(reward), headers={"Prefer": "wait"}).json()

    assert run["state"] == "succeeded"
    assert {path for path, *_ in scorer.requests} == {"/plain"}


def test_headers_of_the_request_are_not_passed_on(serve):
    """Neither a cookie nor a token that came with it."""
    with serving() as scorer:
        url = f"{scorer.url}/plain"
        client = serve(allowed_endpoints=(url,))
        reward = {"kind": "endpoint", "settings": {"url": url, "contract": "json", "allow_private": True}}
        headers = {"Prefer": "wait", "Cookie": "canary", "Authorization": "Bearer canary", "X-Forwarded-For": "canary"}
        client.post("/v1/attributions", json=body(reward), headers=headers)

    assert scorer.requests
    assert "canary" not in str([sent for _, sent, _ in scorer.requests])


def test_there_are_forty_spellings():
    """Each another one; the rest of those without an address is names that nobody here knows, and no host at all."""
    assert len(set(SPELLINGS)) >= 40
    assert len(RESOLVED) >= 30
