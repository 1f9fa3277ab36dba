"""`ospo train`: a run from its file or a preset, gone on with where it stopped. docs/training.md is its contract."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from ospo_core.errors import InputError, ModelMissing, OspoError
from ospo_core.training.presets import PRESETS
from ospo_core.training.sharding import refuse_sharding

if TYPE_CHECKING:
    from ospo_core.training.run_file import RunFile

CRASHED = 1
DISK_REFUSED = 74
STOPPED = 75


@click.command()
@click.argument("run_file", metavar="[RUN.yaml]", required=False, type=click.Path(path_type=Path))
@click.option("--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="The run's folder.")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="Instead of a file.")
@click.option("--max-steps", type=click.IntRange(1, 100_000), metavar="N", help="Overrides the steps of the run.")
@click.option("--heartbeat", metavar="FILE", type=click.Path(path_type=Path), help="End when FILE is not touched.")
@click.option("--max-silence", type=click.FloatRange(0.1), metavar="SECONDS", help="How long FILE may rest.")
def train(
    run_file: Path | None,
    output: Path,
    preset: str | None,
    max_steps: int | None,
    heartbeat: Path | None,
    max_silence: float | None,
) -> int:
    """Fine-tune a language model by GRPO with token credit.

    Without a file or a preset the run in DIR goes on. Exit codes: 0 done; 75 stopped, saved, can go on; 2 bad input;
    74 the disk refused.
    """
    from ospo_core.training.disk import DiskRefused

    try:
        return _train(run_file, output, preset, max_steps, heartbeat, max_silence)
    except DiskRefused as error:
        return _say(error, DISK_REFUSED)
    except (InputError, ModelMissing):
        raise
    except OspoError as error:
        return _say(error, CRASHED)


def _train(
    run_file: Path | None,
    output: Path,
    preset: str | None,
    max_steps: int | None,
    heartbeat: Path | None,
    max_silence: float | None,
) -> int:
    from ospo_core.training.run_file import halves

    refuse_sharding(os.environ)
    if (heartbeat is None) != (max_silence is None):
        raise InputError("--heartbeat and --max-silence belong together; give both or neither")
    run = _asked_for(run_file, output, preset)
    if max_steps is not None:
        run = run.model_copy(update={"steps": max_steps})
    for name, half in halves(run).items():
        code = _one(half, output / name, heartbeat, max_silence)
        if code:
            return code
    return 0


def _asked_for(run_file: Path | None, output: Path, preset: str | None) -> RunFile:
    from ospo_core.training.run_file import read_run, run_of
    from ospo_core.training.run_folder import RunFolder

    if run_file is not None and preset is not None:
        raise InputError("give a run file or --preset, not both; a file may name a preset itself")
    if run_file is not None:
        return read_run(run_file)
    if preset is not None:
        return run_of({"preset": preset}, folder=Path(), where="--preset")
    config = RunFolder(output).config
    if not config.is_file():
        raise InputError("give a run file or --preset; there is no run in --output to go on with")
    return read_run(config)


def _one(run: RunFile, output: Path, heartbeat: Path | None, max_silence: float | None) -> int:
    """Train one run, in a folder that this process holds from now on."""
    from ospo_core.training.run_folder import RunFolder
    from ospo_core.training.stopping import heeding_signals

    folder = RunFolder(output)
    folder.hold(heartbeat, max_silence)
    with heeding_signals() as wish:
        folder.claim(run)
        # Not at the top: this brings torch and TRL, and whoever mistypes an option should not wait for them.
        from ospo_core.cli.training_bar import training_bar
        from ospo_core.training.training_run import Outcome, train_run

        with training_bar(Console(stderr=True), run) as bar:
            outcome = train_run(run, folder, wish, [bar])
    return STOPPED if outcome is Outcome.STOPPED else 0


def _say(error: OspoError, code: int) -> int:
    click.echo(f"ospo: error: {' '.join(str(error).split())}", err=True)
    return code
