"""Named users are added, listed and removed by a command; a token is shown once and kept as a hash."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from backend.users.__main__ import main
from backend.users.token import digest_of, new_token
from backend.users.users_file import UsersFileError, read_users

ROOT = Path(__file__).resolve().parents[2]
DIGEST = "0" * 64


def test_a_token_is_printed_once_and_kept_as_a_hash(add, users_file):
    """Whoever reads the file, or a backup of it, cannot come in."""
    token = add("max")

    assert token not in users_file.read_text()
    assert [(user.name, user.role.word, user.digest) for user in read_users(users_file)] == [
        ("max", "member", digest_of(token))
    ]


def test_no_token_is_like_another():
    """256 random bits each."""
    tokens = {new_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {len("ospo_") + 43}


def test_only_its_owner_may_read_the_file(add, users_file):
    """Names and roles are nobody else's business."""
    add("max")

    assert stat.S_IMODE(users_file.stat().st_mode) == 0o600


def test_users_are_listed_by_name_and_role(add, users_file, capsys):
    """And by nothing that could be used."""
    add("max")
    add("ada", "admin")

    assert main(["--file", str(users_file), "list"]) == 0

    assert capsys.readouterr().out == "max member\nada admin\n"


@pytest.mark.parametrize("name", ["", "Max", "max power", "max:x", "../max", "-max", "m" * 33, "mäx", "max\n"])
def test_a_name_is_plain(users_file, name, capsys):
    """It stands in files, logs and on screens."""
    assert main(["--file", str(users_file), "add", "--role", "viewer", "--", name]) == 2

    assert capsys.readouterr().err.count("\n") == 1
    assert not users_file.exists()


def test_a_name_is_given_once(add, users_file, capsys):
    """Nobody's token is replaced by mistake."""
    add("max")

    assert main(["--file", str(users_file), "add", "max", "--role", "admin"]) == 2

    assert "there is a user of this name" in capsys.readouterr().err
    assert [user.role.word for user in read_users(users_file)] == ["member"]


@pytest.mark.parametrize(
    "text",
    [
        "max member",
        f"max owner {DIGEST}",
        f"max nobody {DIGEST}",
        f"max member {DIGEST}0",
        f"max member {DIGEST} more",
        f"max member {DIGEST}\nmax viewer {'1' * 64}",
        f"max member {DIGEST}\nmia viewer {DIGEST}",
        "\xff",
    ],
)
def test_a_file_that_is_wrong_is_refused_whole_and_not_repeated(users_file, text):
    """Half a file of users would let in whoever the other half takes out."""
    users_file.write_bytes(text.encode("latin-1"))

    with pytest.raises(UsersFileError) as refusal:
        read_users(users_file)

    assert "max" not in str(refusal.value)
    assert DIGEST not in str(refusal.value)


def test_a_user_who_is_added_or_removed_is_so_at_once(team, add, users_file):
    """Without a restart: whoever leaves the team is out with the next request."""
    new = {"Authorization": f"Bearer {add('neo', 'viewer')}"}
    assert team.nobody.get("/v1/me", headers=new).json()["name"] == "neo"

    main(["--file", str(users_file), "remove", "max"])

    assert team.max.get("/v1/me").status_code == 401
    assert team.mia.get("/v1/me").status_code == 200


def test_while_the_file_cannot_be_read_nobody_is_let_in(team, users_file):
    """And all are again once it can."""
    kept = users_file.read_text()
    users_file.write_text("torn")
    torn = team.ada.get("/v1/me").status_code
    users_file.unlink()
    gone = team.ada.get("/v1/me").status_code
    users_file.write_text(kept)

    assert (torn, gone, team.ada.get("/v1/me").status_code) == (401, 401, 200)


@pytest.mark.slow
@pytest.mark.parametrize("text", [None, "", "# nobody yet\n", "max member"])
def test_a_service_that_nobody_could_use_does_not_start(tmp_path, users_file, text):
    """One line and exit code 2, as for every setting."""
    if text is not None:
        users_file.write_text(text)
    variables = os.environ | {"OSPO_DATA_DIR": str(tmp_path), "OSPO_USERS_FILE": str(users_file)}

    done = subprocess.run([sys.executable, "-m", "backend"], cwd=ROOT, env=variables, capture_output=True, text=True)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
