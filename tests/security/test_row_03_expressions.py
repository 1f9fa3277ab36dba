"""Row 3: no text becomes code: no eval, no pickle, no YAML with tags, no shell, in any module of ours."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ospo_core", "backend", "frontend", "scripts")
RULES = {
    "S102": "exec('1')",
    "S301": "import pickle\npickle.loads(b'')",
    "S302": "import marshal\nmarshal.loads(b'')",
    "S307": "eval('1')",
    "S506": "import yaml\nyaml.load('', yaml.Loader)",
    "S602": "import subprocess\nsubprocess.run('ls', shell=True)",
    "S605": "import os\nos.system(input())",
    "S701": "import jinja2\njinja2.Environment(autoescape=False)",
}
"""Rules of flake8-bandit as ruff has them, each with a specimen of what it finds."""
NAMED = {"ospo_core/rewards/plain_yaml.py:S506": "the loader is a subclass of SafeLoader that takes less still"}
"""Findings that are none, with the reason."""


def found(*arguments, given=None):
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--ignore-noqa", "--output-format", "concise"]
    done = subprocess.run(
        [*command, "--select", ",".join(RULES), *arguments], cwd=ROOT, input=given, capture_output=True, text=True
    )
    rows = [row.split(":", 3) for row in done.stdout.splitlines() if ": S" in row]
    return {f"{path}:{message.split()[0]}" for path, _, _, message in rows}


@pytest.mark.parametrize(("rule", "specimen"), RULES.items())
def test_the_lint_finds_each_of_them(rule, specimen):
    """Else the next test would say nothing."""
    assert found("--stdin-filename", "specimen.py", "-", given=specimen) == {f"specimen.py:{rule}"}


def test_no_module_makes_code_of_a_text():
    """In the engine, the service, the screen and the scripts; what is excepted is named with its reason."""
    assert found(*ROOMS) == set(NAMED)


def test_no_module_names_what_unpickles():
    """By the names that ruff does not know."""
    unpickling = re.compile(r"torch\.load\(|read_pickle|joblib|cloudpickle|dill|shelve|allow_pickle=True")
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]

    assert len(sources) > 300
    assert [path for path in sources if unpickling.search(path.read_text("utf-8"))] == []


def test_a_reward_that_is_an_expression_is_refused(standing):
    """Rewards are kinds by name: there is none to evaluate."""
    expressions = ["lambda r: 1", "__import__('os').system('id')", "{{ 7 * 7 }}", "os.getcwd", "rubric; exec"]
    bodies = [{"prompt": "p", "response": "r", "reward": {"kind": one, "settings": {}}} for one in expressions]

    answers = [standing.post("/v1/attributions", json=one) for one in bodies]

    assert [answer.status_code for answer in answers] == [422] * len(expressions)
