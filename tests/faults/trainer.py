"""A small real trainer that keeps the contract of docs/training.md: a linear model fitted by gradient descent.

Same seed, same weights to the bit, however often it was killed. Beside what the contract asks for it writes
`witness.jsonl`: who was at which step at what time, from which a test reads overlaps and steps that were done again.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from ospo_core.errors import OspoError
from ospo_core.training.lifeline import hold_lifeline

KEPT = 2
FEATURES = 8


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=Path)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--heartbeat", type=Path)
    parser.add_argument("--max-silence", type=float)
    parser.add_argument("--step-seconds", type=float, default=0.1)
    parser.add_argument("--start-seconds", type=float, default=0.0, help="as long as a model takes to load")
    parser.add_argument(
        "--end-at", type=int, nargs="+", default=[-1], help="step at which it ends, as --end-with says, by attempt"
    )
    parser.add_argument("--end-with", type=int, default=1, help="an exit code, or a signal where negative")
    parser.add_argument("--most-bytes", type=int, help="largest file: the disk is full beyond it")
    return parser.parse_args()


def durable(path, text):
    with path.open("w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync(folder):
    number = os.open(folder, os.O_RDONLY)
    os.fsync(number)
    os.close(number)


class Run:
    def __init__(self, given):
        self.given, self.config = given, yaml.safe_load(given.run.read_text())
        self.output = given.output
        self.weights, self.step, self.seconds = [0.0] * FEATURES, 0, 0.0
        self.stopping, self.sequence, self.attempt = False, 0, 1

    def train(self):
        hold_lifeline(self.output, self.given.heartbeat, self.given.max_silence)
        signal.signal(signal.SIGTERM, self.on_stop)
        signal.signal(signal.SIGINT, self.on_stop)
        self.recover_events()
        resumed = self.load()
        durable(self.output / "config.yaml", yaml.safe_dump(self.config))
        time.sleep(self.given.start_seconds)
        digest = hashlib.sha256((self.output / "config.yaml").read_bytes()).hexdigest()
        self.tell(
            "started",
            resumed_from=resumed,
            machine={},
            versions={},
            config_sha256=digest,
            steps=self.config["steps"],
        )
        while self.step < self.config["steps"] and not self.stopping:
            self.one_step()
        return self.finish()

    def one_step(self):
        self.witness("begins")
        number = random.Random(f"{self.config['seed']}.{self.step}")
        inputs = [number.gauss(0, 1) for _ in range(FEATURES)]
        error = sum(w * x for w, x in zip(self.weights, inputs, strict=True)) - sum(inputs)
        self.weights = [w - 0.05 * error * x for w, x in zip(self.weights, inputs, strict=True)]
        time.sleep(self.given.step_seconds)
        self.step += 1
        self.seconds += self.given.step_seconds
        self.witness("ends")
        self.tell("step", reward={"mean": -abs(error), "spread": 0.0}, loss=error * error, reward_calls=self.step)
        if self.step == self.given.end_at[min(self.attempt, len(self.given.end_at)) - 1]:
            self.end_early()
        if self.step % self.config["save_every"] == 0:
            self.save()

    def end_early(self):
        if self.given.end_with < 0:
            os.kill(os.getpid(), -self.given.end_with)
        os._exit(self.given.end_with)

    def finish(self):
        if self.step % self.config["save_every"]:
            self.save()
        if self.step < self.config["steps"]:
            self.tell("ended", reason="stopped", message="")
            return 75
        adapter = self.output / "adapter"
        adapter.mkdir(exist_ok=True)
        durable(adapter / "weights.json", json.dumps(self.weights))
        self.tell("ended", reason="done", message="")
        return 0

    def on_stop(self, number, frame):
        self.stopping = True

    def tell(self, kind, **fields):
        line = {
            "sequence": self.sequence,
            "kind": kind,
            "step": self.step,
            "attempt": self.attempt,
            "at": datetime.now(UTC).isoformat(),
            "seconds": self.seconds,
            **fields,
        }
        with (self.output / "events.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.sequence += 1

    def witness(self, what):
        line = {"pid": os.getpid(), "attempt": self.attempt, "step": self.step, "what": what, "at": time.monotonic()}
        number = os.open(self.output / "witness.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(number, json.dumps(line).encode() + b"\n")
        os.close(number)

    def recover_events(self):
        path = self.output / "events.jsonl"
        if not path.exists():
            return
        raw = path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            os.truncate(path, len(whole))
        if whole:
            last = json.loads(whole.splitlines()[-1])
            self.sequence, self.attempt = last["sequence"] + 1, last["attempt"] + 1

    def save(self):
        name = f"step-{self.step:06}"
        folder = self.output / "checkpoints"
        folder.mkdir(exist_ok=True)
        new = folder / f"{name}.tmp"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        state = json.dumps({"weights": self.weights, "step": self.step, "seconds": self.seconds})
        durable(new / "state.json", state)
        digest = hashlib.sha256(state.encode()).hexdigest()
        manifest = {"step": self.step, "files": {"state.json": {"size": len(state), "sha256": digest}}}
        durable(new / "manifest.json", json.dumps(manifest))
        shutil.rmtree(folder / name, ignore_errors=True)
        new.rename(folder / name)
        sync(folder)
        self.tell("checkpoint", folder=f"checkpoints/{name}")
        for old in sorted(folder.glob("step-??????"))[:-KEPT]:
            shutil.rmtree(old)

    def load(self):
        folder = self.output / "checkpoints"
        for half in folder.glob("*.tmp"):
            shutil.rmtree(half)
        for path in sorted(folder.glob("step-??????"), reverse=True):
            state = self.whole(path)
            if state is not None:
                self.weights, self.step, self.seconds = state["weights"], state["step"], state["seconds"]
                return self.step
            path.rename(path.with_name(f"{path.name}.corrupt"))
        return None

    @staticmethod
    def whole(path):
        try:
            raw = (path / "state.json").read_bytes()
            named = json.loads((path / "manifest.json").read_text())["files"]["state.json"]
        except (OSError, ValueError):
            return None
        return json.loads(raw) if hashlib.sha256(raw).hexdigest() == named["sha256"] else None


def main():
    given = arguments()
    if given.most_bytes is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (given.most_bytes, given.most_bytes))
    try:
        return Run(given).train()
    except OspoError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(error, file=sys.stderr)
        return 74


if __name__ == "__main__":
    sys.exit(main())
