"""Largest memory of a process that scores coalitions of a long case with the bundled language model.

    python tests/benchmarks/memory.py [coalitions ...]

A prompt of 2,000 tokens and a response of 500 words; each number of coalitions (2,000 by default) in a process of its
own. Prints the peak of the resident set, Linux's VmHWM, as it goes on and at the end. Takes an hour on two cores.
"""

import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ospo_core import build_reward
from ospo_core.cases.case import case_names, load_case
from ospo_core.games.ledger import Ledger
from ospo_core.games.masking import Drop
from ospo_core.games.response_game import response_game
from ospo_core.text.spans import Span

PROMPT_TOKENS, RESPONSE_WORDS = 2000, 500


def main(*sizes: str) -> None:
    for size in sizes or ("2000",):
        subprocess.run([sys.executable, "-W", "ignore", __file__, "measure", size], check=True)


def measure(coalitions: int) -> None:
    import numpy as np

    texts = [response for name in case_names() for response in load_case(name).responses]
    reward = build_reward("likelihood", {"reference": texts[0]})
    words = " ".join(texts).split() * 20
    text = " ".join(words[:RESPONSE_WORDS])
    game = response_game(
        prompt=" ".join(words[: int(PROMPT_TOKENS / 1.35)]),
        text=text,
        players=players(text),
        reward=reward,
        masking=Drop(),
    )
    rng = np.random.default_rng(0)
    present = rng.random((coalitions, RESPONSE_WORDS)) < rng.random((coalitions, 1))
    ledger = Ledger(game, max_evaluations=coalitions + 2, watch=Peaks())
    before, started = peak(), time.perf_counter()
    ledger.worths(present)
    print(
        f"{coalitions} coalitions: peak {peak() / 2**30:.2f} GB ({before / 2**30:.2f} GB with the model loaded), "
        f"{ledger.forward_tokens:,} tokens, {time.perf_counter() - started:.0f} s",
        flush=True,
    )


class Peaks:
    """Says how much memory it has taken so far."""

    def on_progress(self, done: int, planned: int) -> None:
        print(f"{done:6,} coalitions: peak {peak() / 2**30:.2f} GB", flush=True)

    def should_stop(self) -> bool:
        return False


def players(text: str) -> list[Span]:
    """One span a word, the space before it included."""
    ends = [at for at, character in enumerate(text) if character == " "] + [len(text)]
    return [Span(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def peak() -> int:
    """Bytes."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(int(sys.argv[2]))
    else:
        main(*sys.argv[1:])
