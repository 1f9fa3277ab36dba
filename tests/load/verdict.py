"""Figures beside their bounds, printed as they are told; the exit code says whether all of them held."""

from __future__ import annotations


class Verdict:
    """Collects; `code` is 0 where every figure was below its bound."""

    def __init__(self) -> None:
        self.code = 0

    def below(self, name: str, figure: float, bound: float) -> None:
        """Print a figure that is to be below a bound."""
        held = figure < bound
        self.code |= int(not held)
        print(f"{'ok    ' if held else 'MISSED'} {name:44} {figure:10.3f}   below {bound:g}", flush=True)
