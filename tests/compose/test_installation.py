"""docker compose up for a team, on a real engine: built, used, killed, ended, upgraded, backed up, restored."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.compose.stack import SERVICES, docker, size_of
from tests.e2e.test_explore_in_browser import RESPONSE, RESULT, expect_credit, run, write

HERE = Path(__file__).parent
LIMIT_SECONDS = 30
OWN_MB = {"OSPO_SCREEN_IMAGE": 600, "OSPO_ENGINE_IMAGE": 2100}
"""The most that an image may add to its base."""
MEMORY_GB = {"frontend": 2, "api": 6, "worker": 8, "postgres": 2}
PROCESSES = {"frontend": 512, "api": 1024, "worker": 1024, "postgres": 512}
KEPT = "from pathlib import Path; import os; file = Path(os.environ['HF_HOME'], 'kept'); "
LIKELY = ("--reward", "likelihood", "--set", "reference=240 mg.", "--prompt", "How much?", "--response", "Give 240 mg.")


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
    """The screen has no torch; the engine has every bundled model; neither has grown."""
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
    assert {name for name, size in sizes.items() if size - base > OWN_MB[name]} == set()


@pytest.mark.parametrize("asked", [("--example", "product_search"), LIKELY], ids=["embeddings", "language model"])
def test_the_engine_explains_without_a_network(stack, asked):
    """All that the bundled models need is in the image: parser, tokenizer, embeddings, language model."""
    words = "--budget", "64", "--json", "-"

    alone = "--rm", "--network", "none", "--env", "OMP_NUM_THREADS=1", stack.environment["OSPO_ENGINE_IMAGE"]
    result = json.loads(docker("run", *alone, "ospo", "explain", *asked, *words))

    assert result["kind"] == "explain"
    assert any(token["credit"] != 0 for token in result["tokens"])


def test_containers_are_confined(stack):
    """No root, no writable root folder, no capability, limits; one port, on this machine only."""
    own = [container for service in SERVICES for container in stack.containers(service)]

    found = json.loads(docker("inspect", *own))

    assert len(found) == len(SERVICES)
    assert all(one["Config"]["User"] not in ("", "root", "0") for one in found)
    assert all(one["HostConfig"]["ReadonlyRootfs"] for one in found)
    assert all(one["HostConfig"]["CapDrop"] == ["ALL"] for one in found)
    assert _limits(found, "Memory") == {service: size * 2**30 for service, size in MEMORY_GB.items()}
    assert _limits(found, "PidsLimit") == PROCESSES
    assert _limits(found, "NanoCpus") == {service: round(cpus * 1e9) for service, cpus in stack.cpus.items()}
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


@pytest.mark.parametrize(
    ("service", "price"), [("frontend", [0]), ("api", [0]), ("worker", [5]), ("postgres", range(6))]
)
def test_a_killed_container_is_back_and_nothing_is_lost(stack, service, price, capsys):
    """Five times, a run being trained and a result just stored: ready within half a minute, every text still there.

    The run pays with an attempt for each kill of its worker, and with none for one of the service or the screen.
    """
    seconds, jobs = [], []
    for number in range(5):
        stack.explain(f"Give her 240 mg, said {service} the {number}.")
        stack.at_work(jobs, steps=40)
        before = stack.seen()
        seconds.append(stack.kill(service))
        assert stack.lost(before) == []
    ended = [stack.trained(job) for job in jobs]
    further = sum(job["attempts"] - 1 for job in ended)

    with capsys.disabled():
        print(f"\n{service} killed 5 times: ready again after {', '.join(f'{one:.1f}' for one in seconds)} s")
        print(f"{len(jobs)} runs under way took {further} further attempts; {len(stack.seen())} documents compared")
    assert [(job["state"], job["step"]) for job in ended] == [("succeeded", 40)] * len(jobs)
    assert further in price
    assert max(seconds) < LIMIT_SECONDS


def test_down_and_up_finds_everything(stack):
    """Containers are made anew, volumes stay, the models' among them."""
    before, job = stack.seen(), stack.train(steps=20)
    kept = stack.compose("exec", "-T", "api", "python", "-c", f"{KEPT}file.write_text('x'); print(os.getuid())")

    stack.compose("down")
    stack.up()

    assert kept == "10001"
    assert stack.compose("exec", "-T", "worker", "python", "-c", f"{KEPT}print(file.read_text())") == "x"
    assert stack.trained(job)["state"] == "succeeded"
    assert stack.lost(before) == []


def test_backup_upgrade_restore(stack, tmp_path):
    """A database of the revision before is upgraded at the start and keeps every row; the backup brings all back."""
    jobs = []
    stack.at_work(jobs, steps=40)
    before = stack.seen()
    stack.run("scripts/backup", tmp_path / "kept")
    under_way = stack.job(jobs[-1])["state"]
    stack.compose("stop", "frontend", "api", "worker")
    downgrade = (HERE / "downgrade_once.py").read_text("utf-8")
    revisions = stack.compose("run", "--rm", "-T", "--no-deps", "api", "python", "-", stdin=downgrade).split()
    stack.up()
    upgraded = stack.lost(before), stack.sql("select version_num from alembic_version")
    unkept = stack.explain("This one was never kept: 240 mg.")

    stack.run("scripts/restore", tmp_path / "kept")
    stack.wait()

    assert under_way == "running"
    assert revisions[0] != revisions[1]
    assert upgraded[1] == revisions[0]
    assert [path for path in upgraded[0] if not path.startswith("/v1/audit")] == []
    assert stack.lost(before) == []
    assert set(stack.seen()) == set(before)
    assert f"/v1/attributions/{unkept['id']}" not in stack.seen()
    assert stack.trained(jobs[-1])["step"] == 40
    adapters = [f"{path}/adapter" for path in before if path.startswith("/v1/jobs/")]
    assert {stack.api.get(adapter).status_code for adapter in adapters} == {200}
    assert os.stat(tmp_path / "kept" / "data.tar").st_mode & 0o777 == 0o600


def test_a_backup_without_the_service_is_none(stack, tmp_path):
    """It fails, and leaves nothing that looks like a backup."""
    stack.compose("stop", "api")

    failed = stack.run("scripts/backup", tmp_path / "kept", check=False)
    stack.up()

    assert failed.returncode != 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["database.dump", "data.tar"])
@pytest.mark.parametrize("left", [0, 0.5, 0.99], ids=["empty", "half", "end missing"])
def test_half_a_backup_is_not_restored(stack, backup, tmp_path, name, left):
    """It is refused in one line, and the stack answers as before, with every row, no process of it ended."""
    shutil.copytree(backup, tmp_path / "cut")
    os.truncate(tmp_path / "cut" / name, int((backup / name).stat().st_size * left))
    before, running = stack.seen(), [stack.containers(service) for service in SERVICES]

    failed = stack.run("scripts/restore", tmp_path / "cut", check=False)

    assert failed.returncode == 1
    said = [line for line in failed.stderr.splitlines() if "restore" in line]
    assert said == failed.stderr.splitlines()[-1:]
    assert said[0].startswith(f"scripts/restore: {name} cannot be read to its end; nothing was changed")
    assert stack.ready()
    assert [stack.containers(service) for service in SERVICES] == running
    assert stack.lost(before) == []
    assert stack.sql("select datname from pg_database where datname = 'restored'") == ""


def _limits(found: list[dict], name: str) -> dict[str, int]:
    return {one["Config"]["Labels"]["com.docker.compose.service"]: one["HostConfig"][name] for one in found}
