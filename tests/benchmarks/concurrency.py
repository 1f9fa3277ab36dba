"""Eight attributions at a time against the same eight one after another: time and the largest difference of credit.

    python tests/benchmarks/concurrency.py [similarity|likelihood] [repeats] [method]

Both ways in turn, paired, with the bundled models.
"""

import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ospo_core import Options, attribute, build_reward
from ospo_core.cases.case import case_names, load_case

# Fewer than a user would want, so that pairs of runs stand near in time.
WORK = {"similarity": {"budget": 256}, "likelihood": {"budget": 64, "players": "phrase"}}


def main(kind: str = "similarity", repeats: str = "3", method: str = "auto") -> None:
    cases = [load_case(name) for name in case_names()]
    reward = build_reward(kind, {"reference": cases[0].responses[0]})
    subjects = [(case.prompt, response) for case in cases for response in case.responses[:2]]

    def credit(subject):
        return attribute(*subject, reward, Options(method=method, **WORK[kind])).estimate.credit

    credit(subjects[0])
    ratios, gaps = [], []
    for _ in range(int(repeats)):
        alone, alone_seconds = timed(lambda: [credit(subject) for subject in subjects])
        with ThreadPoolExecutor(len(subjects)) as pool:
            together, together_seconds = timed(lambda: list(pool.map(credit, subjects)))
        ratios.append(together_seconds / alone_seconds)
        gaps.append(max(np.abs(a - b).max() for a, b in zip(alone, together, strict=True)))
        print(
            f"{kind}: in sequence {alone_seconds:.2f} s, together {together_seconds:.2f} s, ratio {ratios[-1]:.3f}, "
            f"largest difference {gaps[-1]:.1e}",
            flush=True,
        )
    print(f"{kind}: median ratio {statistics.median(ratios):.3f}, largest difference {max(gaps):.1e}")


def timed(work):
    started = time.perf_counter()
    return work(), time.perf_counter() - started


if __name__ == "__main__":
    main(*sys.argv[1:])
