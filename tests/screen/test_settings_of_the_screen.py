"""The screen's settings from the environment, and what Streamlit is started with."""

import socket

import pytest

from frontend.__main__ import command
from frontend.ports import free_port, is_free, url_of
from frontend.settings import Settings, SettingsError

TOKEN = "0123456789abcdef" * 2


def test_defaults():
    """This machine only, the service beside it."""
    settings = Settings.read({})

    assert (settings.api_url, settings.host, settings.port) == ("http://127.0.0.1:8000", "127.0.0.1", 8501)
    assert settings.token is None
    assert settings.loopback


@pytest.mark.parametrize(
    "variables",
    [
        {"OSPO_FRONTEND_PORT": "65536"},
        {"OSPO_FRONTEND_PORT": "8501.0"},
        {"OSPO_FRONTEND_PORT": "²"},
        {"OSPO_API_URL": "file:///etc/passwd"},
        {"OSPO_FRONTEND_HOST": "0.0.0.0"},
        {"OSPO_FRONTEND_HOST": "ospo.lan", "OSPO_TOKEN": "short"},
        {"OSPO_SIGN_IN": "yes"},
    ],
)
def test_what_cannot_be_used_is_refused(variables):
    """In one line."""
    with pytest.raises(SettingsError) as refused:
        Settings.read(variables)

    assert "\n" not in str(refused.value)
    assert "short" not in str(refused.value)


def test_others_may_reach_it_with_a_token():
    """The rule of the service."""
    assert not Settings.read({"OSPO_FRONTEND_HOST": "0.0.0.0", "OSPO_TOKEN": TOKEN}).loopback


def test_streamlit_sends_no_statistics_and_shows_no_traces():
    """And keeps its protection against foreign pages."""
    settings = Settings.read({"OSPO_FRONTEND_HOSTS": "ospo.lan, "})

    words = command(settings, 8501)

    options = dict(zip(words[5::2], words[6::2], strict=True))
    assert options["--browser.gatherUsageStats"] == "false"
    assert options["--client.showErrorDetails"] == "none"
    assert options["--server.enableXsrfProtection"] == "true"
    assert options["--server.address"] == "127.0.0.1"
    assert [word for word, flag in zip(words[6:], words[5:], strict=False) if flag == "--server.allowedHosts"] == [
        "localhost",
        "127.0.0.1",
        "::1",
        "ospo.lan",
    ]


def test_ports():
    """A free one is free, a taken one is not, and addresses that mean all are opened by loopback."""
    assert is_free("127.0.0.1", free_port("127.0.0.1"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not is_free("127.0.0.1", taken.getsockname()[1])
    assert [url_of(host, 1) for host in ("127.0.0.1", "0.0.0.0", "::", "ospo.lan")] == [
        "http://127.0.0.1:1",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "http://ospo.lan:1",
    ]


def test_others_may_reach_it_where_everybody_signs_in():
    """And then the screen lends nobody its token."""
    variables = {"OSPO_FRONTEND_HOST": "0.0.0.0", "OSPO_SIGN_IN": "1", "OSPO_TOKEN": TOKEN}

    assert Settings.read(variables).lent_token is None
    assert Settings.read({"OSPO_TOKEN": TOKEN}).lent_token == TOKEN
