"""docker compose up for a team, on a real engine: built, used, killed, ended, upgraded, backed up, restored."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.compose.stack import SERVICES, docker, size_of
from tests.e2e.test_explore_in_browser import RESPONSE, RESULT, expect_credit, run, write

HERE = Path(__file__).parent
LIMIT_SECONDS = 30


def test_nothing_starts_without_secrets(stack, tmp_path):
    """Compose names what is missing and what to do; there is no default password."""
    (tmp_path / "docker-compose.yml").write_text((stack.folder / "docker-compose.yml").read_text())

    compose = stack.environment["COMPOSE"].split()
    refused = stack.run(*compose, "-f", tmp_path / "docker-compose.yml", "config", check=False)

    assert refused.returncode != 0
    assert "make secrets" in refused.stderr


def test_the_secrets_are_fresh_and_their_owners_alone(stack):
    """Mode 0600, 64 hexadecimal digits each; a second call leaves them as they are."""
    before = (stack.folder / ".env").read_bytes()

    again = stack.run("scripts/write-secrets", check=False)

    assert again.returncode == 1
    assert (stack.folder / ".env").read_bytes() == before
    assert (stack.folder / ".env").stat().st_mode & 0o777 == 0o600
    secrets = [stack.secret(name) for name in ("OSPO_TOKEN", "OSPO_DATABASE_PASSWORD")]
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in secrets)
    assert len(set(secrets)) == 2


def test_the_images_hold_what_they_need_and_no_more(stack, capsys):
    """The screen has no torch; the engine has every bundled model."""
    sizes = {name: size_of(stack.environment[name]) for name in ("OSPO_SCREEN_IMAGE", "OSPO_ENGINE_IMAGE")}
    base = size_of("python:3.11-slim")

    look = "import importlib.util as u; print(u.find_spec('torch'))"
    torch = stack.compose("exec", "-T", "frontend", "python", "-c", look)
    bundled = "from ospo_core.models.bundled import BUNDLED_MODELS as b; print([one.installed for one in b])"
    installed = stack.compose("exec", "-T", "api", "python", "-c", bundled)

    with capsys.disabled():
        told = ", ".join(f"{name.split('_')[1].lower()} {size:.0f} MB" for name, size in sizes.items())
        print(f"\nimages: {told}; {base:.0f} MB of each are the base image")
    assert torch == "None"
    assert installed == "[True, True, True]"


def test_containers_are_confined(stack):
    """No root, no writable root folder, no capability, a limit of memory; one port, on this machine only."""
    own = [container for service in SERVICES for container in stack.containers(service)]

    found = json.loads(docker("inspect", *own))

    assert len(found) == len(SERVICES)
    assert all(one["Config"]["User"] not in ("", "root", "0") for one in found)
    assert all(one["HostConfig"]["ReadonlyRootfs"] for one in found)
    assert all(one["HostConfig"]["CapDrop"] == ["ALL"] for one in found)
    assert all(one["HostConfig"]["Memory"] > 0 for one in found)
    assert all(one["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped" for one in found)
    bound = [port for one in found for ports in one["HostConfig"]["PortBindings"].values() for port in ports]
    assert {port["HostIp"] for port in bound} == {"127.0.0.1"}


def test_only_the_screen_is_published_unless_asked(stack):
    """docker-compose.api.yml is what asks."""
    config = stack.compose("-f", "docker-compose.yml", "config")

    assert re.findall(r"published: \"?(\d+)|127\.0\.0\.1:(\d+):\d+", config) in (
        [(str(stack.port), "")],
        [("", str(stack.port))],
    )


def test_a_pasted_response_becomes_credit_through_the_published_port(stack, visit):
    """The journey of tests/e2e, on what a team installs."""
    page = visit("/?case=text").page

    write(page, RESPONSE)
    run(page)

    expect(page).to_have_url(RESULT)
    expect_credit(page, RESPONSE)
    rail = page.get_by_role("complementary", name="Pinned token")
    expect(rail.get_by_role("row", name=re.compile("^remove ")).first).not_to_contain_text("none")


def test_a_toy_run_is_trained_to_its_end_and_seen(stack, visit):
    """A worker takes it, its files are there for the service, the screen shows it."""
    job = stack.trained(stack.train(steps=10))

    page = visit(f"/runs?run={job['id']}").page

    assert (job["state"], job["step"]) == ("succeeded", 10)
    assert stack.api.get(f"/v1/jobs/{job['id']}/adapter").content[:2] == b"PK"
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_two_workers_share_the_line(stack):
    """Names of their own, one job at a time, none trained twice."""
    stack.up("--scale", "worker=2")
    jobs = [stack.train(steps=5) for _ in range(3)]

    ended = [stack.trained(job) for job in jobs]
    names = stack.sql("select count(*) from workers where beat > extract(epoch from clock_timestamp()) * 1e6 - 6e6")
    stack.up("--scale", "worker=1")

    assert [job["state"] for job in ended] == ["succeeded"] * 3
    assert [job["attempts"] for job in ended] == [1] * 3
    assert names == "2"


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_container_is_back_and_nothing_is_lost(stack, service, capsys):
    """Five times, with a run under way and a result just stored: ready within half a minute, every row still there."""
    job = stack.train(steps=20)
    seconds = []
    for number in range(5):
        stack.explain(f"Give her 240 mg, said {service} the {number}.")
        before = stack.seen()
        seconds.append(stack.kill(service))
        assert stack.seen() == before
    ended = stack.trained(job)

    with capsys.disabled():
        print(f"\n{service} killed 5 times: ready again after {', '.join(f'{one:.1f}' for one in seconds)} s")
        print(f"the run under way ended after {ended['attempts']} attempts")
    assert (ended["state"], ended["step"]) == ("succeeded", 20)
    assert max(seconds) < LIMIT_SECONDS


def test_down_and_up_finds_everything(stack):
    """Containers are made anew, volumes stay."""
    before, job = stack.seen(), stack.train(steps=20)

    stack.compose("down")
    stack.up()

    assert stack.trained(job)["state"] == "succeeded"
    assert set(before["/v1/results"]) == set(stack.seen()["/v1/results"])
    assert set(before["/v1/jobs"]) | {job} == set(stack.seen()["/v1/jobs"])


def test_backup_upgrade_restore(stack, tmp_path):
    """A database of the revision before is upgraded at the start and keeps every row; the backup brings all back."""
    before = stack.seen()
    stack.run("scripts/backup", tmp_path / "kept")
    stack.compose("stop", "frontend", "api", "worker")
    downgrade = (HERE / "downgrade_once.py").read_text("utf-8")
    revisions = stack.compose("run", "--rm", "-T", "--no-deps", "api", "python", "-", stdin=downgrade).split()
    stack.up()
    upgraded = stack.seen(), stack.sql("select version_num from alembic_version")
    lost = stack.explain("This one was never kept: 240 mg.")

    stack.run("scripts/restore", tmp_path / "kept")
    stack.wait()

    assert revisions[0] != revisions[1]
    assert upgraded[1] == revisions[0]
    assert upgraded[0] == before
    assert stack.seen() == before
    assert lost["id"] not in stack.seen()["/v1/results"]
    assert all(stack.api.get(f"/v1/jobs/{job}/adapter").status_code == 200 for job in before["/v1/jobs"])
    assert os.stat(tmp_path / "kept" / "data.tar").st_mode & 0o777 == 0o600
