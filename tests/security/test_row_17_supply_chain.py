"""Row 17: what is installed is what was tested, file by file, and at or above the releases that closed known holes."""

import json
import re
import subprocess
import sys
from importlib import metadata
from itertools import groupby

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.security import locks

HERE = ("engine", "screen", "test", "models")
CHECKED = {"--no-deps", "--require-hashes", "--only-binary"}
FLOORS = [
    ("filelock", "3.20.3", "CVE-2026-22701: a symlink between the check and the lock"),
    ("h11", "0.16.0", "CVE-2025-43859: chunked bodies read in two ways"),
    ("idna", "3.15", "CVE-2026-45409: quadratic encoding of a long name"),
    ("jinja2", "3.1.6", "CVE-2025-27516: a way out of the sandbox"),
    ("lxml", "6.1.0", "CVE-2026-41066: entities that read local files"),
    ("mako", "1.3.12", "CVE-2026-44307: files outside the folder of templates"),
    ("msgpack", "1.2.1", "GHSA-6v7p-g79w-8964: memory used after it was freed"),
    ("pillow", "12.3.0", "CVE-2026-54059: a font that unpacks without bound"),
    ("protobuf", "6.33.5", "CVE-2026-0994: nesting without bound"),
    ("pydantic-settings", "2.14.2", "GHSA-4xgf-cpjx-pc3j: secrets from outside their folder"),
    ("python-dotenv", "1.2.2", "CVE-2026-28684: a symlink written through"),
    ("python-multipart", "0.0.22", "CVE-2026-24486: uploads written outside their folder"),
    ("python-multipart", "0.0.30", "CVE-2026-53539: quadratic parsing of forms"),
    ("requests", "2.33.0", "CVE-2026-25645: a temporary file of somebody else"),
    ("setuptools", "78.1.1", "CVE-2025-47273: a download's name writes files elsewhere"),
    ("starlette", "0.49.1", "CVE-2025-62727: quadratic merging of Range"),
    ("starlette", "1.0.1", "CVE-2026-48710: a Host that changes the path which checks see"),
    ("starlette", "1.3.1", "CVE-2026-54283: forms without bound"),
    ("streamlit", "1.54.0", "CVE-2026-33682: requests to other machines, on Windows"),
    ("torch", "2.6.0", "CVE-2025-32434: torch.load runs code also with weights_only"),
    ("torch", "2.9.1", "CVE-2025-2999: memory corrupted by unpack_sequence"),
    ("transformers", "5.0.0", "CVE-2026-1839: Trainer unpickles rng_state.pth"),
    ("transformers", "5.3.0", "CVE-2026-4372: a private key of config.json names code of a hub"),
    ("transformers", "5.5.0", "CVE-2026-5241: a model's config.json sets trust_remote_code"),
    ("transformers", "5.10.0", "CVE-2026-9856: a chat template's name writes files elsewhere"),
    ("urllib3", "2.7.0", "CVE-2026-44432: answers unpacked without bound"),
    ("uv", "0.11.15", "GHSA-4gg8-gxpx-9rph: a package's entry point writes files elsewhere"),
    ("werkzeug", "3.1.5", "CVE-2026-21860: names of devices on Windows"),
]


@pytest.mark.parametrize("name", locks.NAMES)
def test_a_lock_is_pins_and_hashes_alone(name):
    """No range, no index, no address, no path, no version control; and no pin without a SHA-256."""
    lock = locks.text(name)

    pins = locks.pins(name)

    assert locks.strange_lines(lock) == []
    assert len(pins) == lock.count("==")
    assert [pin.name for pin in pins if not pin.hashes] == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.org/simple",
        "--find-links /opt/wheels",
        "-e .",
        "ospo @ git+https://example.org/ospo.git",
        "torch @ https://example.org/torch.whl \\",
        "./torch.whl",
        "numpy>=2.2 \\",
        "numpy==2.4.6",
        "    --hash=md5:0123456789abcdef0123456789abcdef",
    ],
)
def test_the_check_of_a_lock_sees_what_is_not_allowed(line):
    """Else the test above would say nothing."""
    assert locks.strange_lines(f"# A lock.\n{line}\n") == [line]


def test_a_package_has_one_version_in_all_locks():
    """Screen, service, tests and tools are tried together."""
    versions = {(pin.name, pin.version) for pin in locks.pins(*locks.NAMES)}

    names = sorted(name for name, _ in versions)

    assert [name for name, group in groupby(names) if len(list(group)) > 1] == []


@pytest.mark.parametrize(
    ("names", "line"),
    [
        *((("engine",), line) for line in locks.ENGINE),
        *((("screen",), line) for line in locks.EXTRAS["screen"]),
        *((("engine", "screen", "test"), line) for line in locks.TEST),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_what_pyproject_asks_for_is_locked(names, line):
    """In the lock of the part that asks, at a version that it admits."""
    asked = Requirement(line)

    version = locks.versions(*names)[canonicalize_name(asked.name)]

    assert version in asked.specifier


@pytest.mark.parametrize(
    ("names", "asked"),
    [
        (("engine",), locks.ENGINE),
        (("screen",), locks.EXTRAS["screen"]),
        (("engine", "screen", "test"), [*locks.ENGINE, *locks.EXTRAS["screen"], *locks.TEST]),
    ],
    ids=["engine", "screen", "test"],
)
def test_a_lock_has_what_its_packages_need_and_nothing_else(names, asked):
    """Installing looks for no dependencies: what is missing in a lock is missing in the image."""
    locked = set(locks.versions(*names))

    needed = locks.needed(asked) - set(locks.versions("cuda"))

    assert needed - locked == set()
    assert locked - needed <= {"watchdog"}  # what Streamlit wants of it is there on Linux alone


def test_what_is_installed_is_what_is_locked():
    """Each package at its locked version, and none beside them but what the build of torch asks for."""
    installed = locks.installed()
    brought_along = {"ospo", "pip"} | locks.needed(["torch"])

    assert {name: installed.get(name) for name in locks.versions(*HERE)} == locks.versions(*HERE)
    assert set(installed) - set(locks.versions(*HERE)) - brought_along == set()


def test_what_is_installed_came_from_an_index():
    """Of anything else pip writes down where it was: an address, a folder, a repository."""
    origins = {one.name: one.read_text("direct_url.json") for one in metadata.distributions()}

    assert [name for name, origin in origins.items() if origin is not None] == ["ospo"]


@pytest.mark.parametrize(("name", "fixed", "hole"), FLOORS, ids=lambda value: value.split(":")[0])
def test_no_pin_is_older_than_the_release_that_closed_a_hole(name, fixed, hole):
    """Of the holes that reading found in what takes bytes from outside; `make audit` asks for all."""
    versions = [pin.version for pin in locks.pins(*locks.NAMES) if pin.name == name]

    assert versions != []
    assert Version(versions[0]) >= Version(fixed)


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_all_that_is_installed_is_checked_by_hash(file):
    """Only the project itself has none, and brings nothing along."""
    commands = locks.install_commands(file)

    own = [command for command in commands if command[-1] == "."]

    assert [{"--no-deps", "--no-build-isolation"} <= set(command) for command in own] == [True]
    assert [command for command in commands if command not in own and not set(command) >= CHECKED] == []
    assert len(commands) > 3


def test_every_change_is_checked_for_licences_listed_and_audited():
    """A gate that nothing calls is none; nothing stands behind one that would forgive it."""
    calls = (locks.ROOT / ".ci" / "run").read_text("utf-8")

    called = re.findall(r"^ *(?:timeout 600 )?make (licences|sbom|audit)$", calls, flags=re.MULTILINE)

    assert called == ["licences", "sbom", "audit"]


@pytest.fixture
def bill():
    """What `make sbom` writes of this environment; its tool is there after `make licences`, so in every `.ci/run`."""
    tool = locks.ROOT / ".tools" / "bin" / "cyclonedx-py"
    if not tool.exists():
        pytest.skip("no .tools: `make licences` installs them")
    command = [tool, "environment", "--pyproject", locks.ROOT / "pyproject.toml", sys.executable]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


@pytest.mark.slow
def test_the_bill_of_materials_lists_what_is_locked(bill):
    """Name by name and version by version; the other tests say that no more than this is installed."""
    listed = {canonicalize_name(one["name"]): Version(one["version"]).public for one in bill["components"]}

    root = bill["metadata"]["component"]

    assert locks.versions(*HERE).items() <= listed.items()
    assert listed | {root["name"]: root["version"]} == locks.installed()
