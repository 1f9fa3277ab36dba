"""The transport against servers, names and addresses that mean harm."""

import gzip
import socket
import ssl
import threading
import time

import pytest

from ospo_core.errors import RewardError
from ospo_core.rewards.addresses import require_allowed, system_addresses
from ospo_core.rewards.deadline import CalledOff, Deadline
from ospo_core.rewards.http_transport import HttpTransport
from tests.core.rewards.endpoint_scorers import raw_server, serving

# Self-signed, for scorer.test, valid until 2126; protects nothing.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMFjmoIFLs0XM7CcQ
gZaW12J0eiRzdN3KzrGx0FqB1MehRANCAAQocVRbWbbHYTsgEHsSN/r9qx86RUZC
u6krXH/MdCnOXDDCN/c8Xrmqb3YwrrXfk9Lf3m4GbxZV8kl2rtQqp0rQ
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUMiRMTowJNfDoYKK4aDXA/yUnD7wwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLc2NvcmVyLnRlc3QwIBcNMjYxMTIzMTMzNjIxWhgPMjEyNjEw
MzAxMzM2MjFaMBYxFDASBgNVBAMMC3Njb3Jlci50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEKHFUW1m2x2E7IBB7Ejf6/asfOkVGQrupK1x/zHQpzlwwwjf3
PF65qm92MK6135PS395uBm8WVfJJdq7UKqdK0KNrMGkwHQYDVR0OBBYEFDjJZ0GQ
GRVcuzHa2UoTLnBFx7yqMB8GA1UdIwQYMBaAFDjJZ0GQGRVcuzHa2UoTLnBFx7yq
MA8GA1UdEwEB/wQFMAMBAf8wFgYDVR0RBA8wDYILc2NvcmVyLnRlc3QwCgYIKoZI
zj0EAwIDRwAwRAIgZJIULZ5Oshgp3BomWZ0wqUKDdfqGv6bWy3GPmROhDk0CIGAN
d/3qN9BjrEpUz9n81n1RpKgr2P8TuxJHZ5rgrBU0
-----END CERTIFICATE-----
"""


def transport(url, *, allow_private=True, retries=0, max_reply_bytes=2_000_000, **more):
    return HttpTransport(
        url=url, token="canary", allow_private=allow_private, retries=retries, max_reply_bytes=max_reply_bytes, **more
    )


def ask(asked, seconds=5.0, body=None, called_off=None):
    return asked.ask("/score", body or {"text": "SECRET"}, Deadline(seconds, called_off or threading.Event())).document


def head(*lines, status="200 OK"):
    return ("\r\n".join([f"HTTP/1.1 {status}", *lines]) + "\r\n\r\n").encode()


def forever(piece, pause):
    def talk(connection):
        connection.sendall(head("Content-Type: application/json"))
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return talk


def test_a_server_that_does_not_read_is_left_at_the_deadline():
    """A request that cannot be written ends like an answer that does not come."""
    with (
        raw_server(lambda connection: time.sleep(3)) as url,
        pytest.raises(RewardError, match=r"no complete answer within 0.4 s"),
    ):
        ask(transport(url), seconds=0.4, body={"text": "x" * 50_000_000})


def test_an_exchange_can_be_called_off():
    """Whoever no longer wants the answer has not to wait for the deadline."""
    called_off = threading.Event()
    threading.Timer(0.2, called_off.set).start()
    started = time.monotonic()

    with raw_server(lambda connection: time.sleep(3)) as url:
        with pytest.raises(CalledOff):
            ask(transport(url), seconds=60.0, called_off=called_off)
        taken = time.monotonic() - started

    assert taken < 2


@pytest.mark.parametrize("pieces", [b" " * 65536, b" "], ids=["large", "small"])
def test_an_endless_answer_is_left_at_the_size_limit(pieces):
    """Reading stops at the first byte too many."""
    with (
        raw_server(forever(pieces, 0)) as url,
        pytest.raises(RewardError, match="larger than 2,000 bytes; lower batch_size or raise max_reply_bytes"),
    ):
        ask(transport(url, max_reply_bytes=2_000))


def test_a_compressed_answer_is_read():
    """A proxy that compresses uninvited does no harm."""
    with serving(lambda *_: (200, {"Content-Encoding": "gzip"}, gzip.compress(b"[1]"))) as server:
        assert ask(transport(server.url)) == [1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "breaks the rules of HTTP"),
        (b"SSH-2.0-OpenSSH\r\n", "breaks the rules of HTTP"),
        (head("Content-Length: 10") + b"[1]", "cut off or breaks the rules"),
        (head("Content-Length: -1") + b"[1]", "breaks the rules of HTTP"),
        (head("Transfer-Encoding: chunked") + b"zz\r\n[1]", "breaks the rules of HTTP"),
        (head(*[f"X-{number}: {'x' * 1000}" for number in range(200)]), "breaks the rules of HTTP"),
        (head("Content-Encoding: gzip", "Content-Length: 5") + b"[1,2]", "breaks the rules of HTTP"),
        (
            head("Content-Encoding: gzip", "Content-Length: 12") + gzip.compress(b"[1]", mtime=0)[:12],
            "answer is cut off",
        ),
        (head("Content-Encoding: br", "Content-Length: 3") + b"[1]", "compressed in a way that was not asked for"),
        (head("Content-Type: text/html", "Content-Length: 5") + b"<html", "not JSON but a web page; check url"),
        (head("Content-Length: 0", status="204 No Content"), "status 204"),
        (head("Upgrade: websocket", "Connection: upgrade", status="101 Switching Protocols"), "breaks the rules"),
    ],
)
def test_a_broken_answer_is_one_clear_error(answer, said):
    """What the server sends instead of an answer is named by kind and not repeated."""
    with (
        raw_server(lambda connection: connection.sendall(answer)) as url,
        pytest.raises(RewardError, match=said) as caught,
    ):
        ask(transport(url), seconds=2.0)

    assert str(caught.value).startswith(f"{url}/score: ")
    assert "SECRET" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_reset_connection_is_not_tried_again():
    """Nobody knows whether the server has begun to work on it."""
    connections = []

    def reset(connection):
        connections.append(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with raw_server(reset) as url, pytest.raises(RewardError, match="the connection was cut"):
        ask(transport(url, retries=3))

    assert len(connections) == 1


def test_a_server_that_is_not_there_is_said():
    """With what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    with pytest.raises(RewardError, match="nobody listens there; start the server or check the port"):
        ask(transport(url))


def test_a_name_that_does_not_resolve_is_said():
    """Names that no resolver knows, and a resolver that does not answer in time."""

    def unknown(host, port):
        raise socket.gaierror("unknown")

    with pytest.raises(RewardError, match="cannot be reached; check host"):
        ask(transport("https://scorer.example", resolve=unknown))
    with pytest.raises(RewardError, match=r"no complete answer within 0.2 s"):
        ask(transport("https://scorer.example", resolve=lambda host, port: time.sleep(2)), seconds=0.2)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status):
    """Neither to another server nor to the metadata of a cloud; the token goes nowhere else."""
    with (
        serving() as elsewhere,
        serving(lambda *_: (status, {"Location": f"{elsewhere.url}/latest/meta-data"}, b"")) as server,
        pytest.raises(RewardError, match=f"status {status}, a redirect, which is not followed"),
    ):
        ask(transport(server.url))

    assert elsewhere.requests == []


PRIVATE = [
    "127.0.0.1", "127.255.0.9", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1",
    "fd12:3456::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
]  # fmt: skip
NEVER = [
    "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200",
    "192.0.0.192", "168.63.129.16", "0.0.0.0", "::", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001:0:53aa::1", "::127.0.0.1", "::ffff:169.254.169.254", "192.0.0.8", "192.0.2.1", "198.18.0.1", "fec0::1",
    "2001:db8::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"]


def judge(*addresses, allow_private, encrypted=True):
    require_allowed(addresses, where="https://x", encrypted=encrypted, allow_private=allow_private)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_need_leave(address):
    """Loopback and private ranges, in every spelling, are for those who say so; then even without encryption."""
    judge(address, allow_private=True, encrypted=False)

    with pytest.raises(RewardError, match="private address; set allow_private: true"):
        judge(address, allow_private=False)


@pytest.mark.parametrize("allow_private", [True, False])
@pytest.mark.parametrize("address", NEVER)
def test_metadata_and_reserved_addresses_are_never_allowed(address, allow_private):
    """Nor are those that carry another address inside. The message does not repeat the address."""
    with pytest.raises(RewardError, match="no scorer may be there") as caught:
        judge(address, allow_private=allow_private)

    assert address not in str(caught.value).replace("https://x:", "")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_need_encryption(address):
    """Encrypted is enough; plain http is refused, whether or not private addresses are allowed."""
    judge(address, allow_private=False)

    with pytest.raises(RewardError, match="http would send texts unencrypted; use https"):
        judge(address, allow_private=True, encrypted=False)


def test_one_bad_address_among_good_ones_is_refused():
    """A name that answers with both is how rebinding begins."""
    with pytest.raises(RewardError, match="no scorer may be there"):
        judge("8.8.8.8", "169.254.169.254", allow_private=True)


def test_a_name_that_changes_its_answer_gains_nothing():
    """Asked once for each connection, and connected to what was checked: a rebound name is refused, not followed."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"], ["127.0.0.1"]])

    with serving(lambda *_: (503, {}, b"")) as server:
        port = server.server_address[1]
        with pytest.raises(RewardError, match="no scorer may be there"):
            ask(
                transport(f"http://scorer.test:{port}", retries=1, resolve=lambda *_: next(answers), jitter=lambda: 0.0)
            )

    assert [headers["Host"] for _, headers, _ in server.requests] == [f"scorer.test:{port}"]
    assert list(answers) == [["127.0.0.1"]]


def test_the_next_address_is_tried_when_one_does_not_accept():
    """A host with several addresses is reached by the first that answers."""
    with serving(lambda *_: (200, {}, b"[1]")) as server:
        url = f"http://scorer.test:{server.server_address[1]}"

        assert ask(transport(url, resolve=lambda *_: ["127.0.0.9", "127.0.0.1"])) == [1]


@pytest.fixture
def tls_server(tmp_path):
    """Speaks TLS as scorer.test and keeps the names that it was asked for."""
    path = tmp_path / "scorer.pem"
    path.write_text(CERTIFICATE)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with serving(lambda *_: (200, {}, b"[1]")) as server:
        server.names = []
        context.sni_callback = lambda _, name, __: server.names.append(name)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.trusting = ssl.create_default_context(cafile=path)
        yield server


def test_the_certificate_is_that_of_the_name_though_the_address_is_pinned(tls_server):
    """SNI and Host are the name's; the address comes from the check."""
    port = tls_server.server_address[1]
    pinned = transport(f"https://scorer.test:{port}", resolve=lambda *_: ["127.0.0.1"], tls=tls_server.trusting)

    assert ask(pinned) == [1]
    assert tls_server.names == ["scorer.test"]
    assert tls_server.requests[0][1]["Host"] == f"scorer.test:{port}"


def test_a_certificate_of_another_name_is_refused(tls_server):
    """No text and no token is sent."""
    url = f"https://other.test:{tls_server.server_address[1]}"

    with pytest.raises(RewardError, match="certificate is not valid for that name"):
        ask(transport(url, resolve=lambda *_: ["127.0.0.1"], tls=tls_server.trusting))

    assert tls_server.requests == []


def test_waits_double_and_vary():
    """Half a second, then one, each cut by up to half at random."""
    waits = []

    class Recorded(Deadline):
        def sleep(self, seconds):
            waits.append(seconds)

    draws = iter([0.0, 0.5, 1.0])
    with serving(lambda *_: (503, {}, b"")) as server:
        busy = transport(server.url, retries=3, jitter=lambda: next(draws))
        with pytest.raises(RewardError, match="status 503"):
            busy.ask("/", {}, Recorded(5.0, threading.Event()))

    assert waits == [0.25, 0.75, 2.0]


def test_the_system_resolver_gives_addresses_as_text():
    """Each once, though it lists them by kind of socket too."""
    assert "127.0.0.1" in system_addresses("localhost", 80)
