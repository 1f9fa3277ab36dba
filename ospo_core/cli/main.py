"""The `ospo` program: its commands, and every error as one line and exit code 2."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

import click

from ospo_core.errors import OspoError, RewardError

BAD_INPUT = 2
INTERRUPTED = 130
EXCERPT = 80


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="ospo", message="%(version)s")
def ospo() -> None:
    """Owen credit of every token of a response, beside GRPO's flat advantage."""


def _add_commands() -> None:
    from ospo_core.cli.bench import bench
    from ospo_core.cli.compare import compare
    from ospo_core.cli.explain import explain
    from ospo_core.cli.listings import examples, models, rewards
    from ospo_core.cli.train import train

    for command in (explain, compare, train, examples, rewards, models, bench):
        ospo.add_command(command)


def run(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code: 0, 2 for bad input, 130 when stopped."""
    _quiet_libraries()
    _add_commands()
    try:
        return ospo.main(args=arguments, prog_name="ospo", standalone_mode=False) or 0
    except click.exceptions.Abort:
        return _complain("stopped", INTERRUPTED)
    except click.ClickException as error:
        return _complain(" ".join(error.format_message().split()), BAD_INPUT)
    except RewardError as error:
        return _complain(f"{error}{_which(error)}", BAD_INPUT)
    except OspoError as error:
        return _complain(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        return _complain("stopped", INTERRUPTED)


def main() -> None:
    """Entry point of the console script."""
    sys.exit(run())


def _which(error: RewardError) -> str:
    """The text at fault, for the user's own terminal: errors themselves never carry it in their message."""
    if error.text is None:
        return ""
    excerpt = error.text if len(error.text) <= EXCERPT else error.text[:EXCERPT] + "..."
    return f": {excerpt!r}"


def _complain(message: str, code: int) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"ospo: {line}\n" if code == INTERRUPTED else f"ospo: error: {line}\n")
    return code


def _quiet_libraries() -> None:
    """Model loading prints bars and notes of its own; ours is the only bar on the screen."""
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
