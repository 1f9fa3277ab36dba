"""Figures beside their bounds, printed as they are told; the exit code says whether all of them held."""

from __future__ import annotations


class Verdict:
    """Collects; `code` is 0 where every figure held, `lines` are what was printed."""

    def __init__(self) -> None:
        self.code = 0
        self.lines: list[str] = []

    def below(self, name: str, figure: float, bound: float) -> None:
        """Print a figure that is to be below a bound."""
        self._tell(name, figure, f"below {bound:g}", held=figure < bound)

    def at_most(self, name: str, count: int, bound: int) -> None:
        """Print a count that may reach a bound."""
        self._tell(name, count, f"at most {bound}", held=count <= bound)

    def _tell(self, name: str, figure: float, bound: str, *, held: bool) -> None:
        shown = f"{figure:6}    " if isinstance(figure, int) else f"{figure:10.3f}"
        self.code |= int(not held)
        self.lines.append(f"{'ok    ' if held else 'MISSED'} {name:52} {shown}   {bound}")
        print(self.lines[-1], flush=True)
