"""Writes requirements/: all that is installed anywhere, every file of it by its SHA-256. `make locks` runs it.

uv resolves for the oldest Python that pyproject.toml allows, on Linux, and lists every file of a release, for whatever
it is. What is pinned stays pinned; `make locks UPGRADE=--upgrade` asks for the newest releases,
`UPGRADE='--upgrade-package numpy'` for one. By hand are models.txt, whose packages are wanted without what they depend
on, and cpu.txt, whose are not on PyPI.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = PROJECT["project"]["optional-dependencies"]
TOOLS = ("cyclonedx-bom", "pip-audit", "pip-licenses", "uv")
MEANINGS = {
    "engine": "The service, its workers and the command line.",
    "cuda": "What torch needs besides, where it is the build that PyPI has for Linux.",
    "screen": "The screen.",
    "test": "What tests need that neither engine.txt nor screen.txt has.",
    "tools": "What looks at the others and locks them; in .tools, so that it is not looked at itself.",
}
UV = (
    str(Path(sys.executable).with_name("uv")),
    *("pip", "compile", "--generate-hashes", "--no-build", "--python-platform", "x86_64-manylinux_2_28"),
    *("--no-header", "--annotation-style", "line", "--no-config", "--quiet"),
)
"""Nothing is built to be looked at, and no index or path of the machine gets into a lock."""

Entries = dict[str, str]
"""By name: a pin with its marker and its hashes, as it stands in a lock."""


def main(options: list[str]) -> None:
    """Resolve and write every lock; options are uv's own, such as --upgrade. Takes a minute, and the network.

    Raises:
        subprocess.CalledProcessError: uv found no versions that go together, and has said why.
    """
    engine = resolve(engine_requirements(), (), options)
    cuda = {name: engine.pop(name) for name in list(engine) if re.match("cuda|nvidia|triton", name)}
    write("engine", engine)
    write("cuda", cuda)
    screen = resolve(EXTRAS["screen"], ("engine",), options)
    write("screen", screen)
    everything = [line for lines in EXTRAS.values() for line in lines if not line.startswith("ospo[")]
    test = resolve([*engine_requirements(), *everything], ("engine", "cuda", "screen"), options)
    write("test", {name: entry for name, entry in test.items() if name not in engine | cuda | screen})
    write("tools", resolve(TOOLS, ("engine", "cuda", "screen", "test"), options))


def engine_requirements() -> list[str]:
    """What `all` asks for without the screen, and what the project is built with."""
    rest = [line for name in EXTRAS if name not in ("screen", "bench", "all", "dev") for line in EXTRAS[name]]
    return [*PROJECT["build-system"]["requires"], *PROJECT["project"]["dependencies"], *rest]


def resolve(asked: Iterable[str], agreeing_with: tuple[str, ...], options: list[str]) -> Entries:
    """Pins and hashes of all that is needed, at the versions of the locks that are there unless options say otherwise.

    The locks named in agreeing_with are held to.
    """
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder, "lock.txt")
        output.write_text("".join(path.read_text("utf-8") for path in _written()), "utf-8")
        constraints = [word for name in agreeing_with for word in ("--constraint", str(FOLDER / f"{name}.txt"))]
        command = [*UV, "--python-version", _oldest_python(), *constraints, *options, "--output-file", str(output), "-"]
        subprocess.run(command, cwd=ROOT, input="\n".join(asked), text=True, check=True, stdout=subprocess.DEVNULL)
        return entries(output.read_text("utf-8"))


def _written() -> list[Path]:
    return [path for name in MEANINGS if (path := FOLDER / f"{name}.txt").exists()]


def _oldest_python() -> str:
    return PROJECT["project"]["requires-python"].removeprefix(">=")


def entries(lock: str) -> Entries:
    """The parts of a lock, by the name of the package."""
    parts = re.findall(r"^[^\s#].*\n(?:[ \t]+.*\n)*", lock, flags=re.MULTILINE)
    return {re.split("[=<>~! ;]", part)[0]: part for part in parts}


def write(name: str, lock: Entries) -> None:
    """A lock, under what it is for."""
    heading = f"# {MEANINGS[name]} `make locks` writes this file.\n"
    (FOLDER / f"{name}.txt").write_text(heading + "".join(lock.values()), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
