"""The colours of the reports: ten stops of credit and blame, and the neutrals, for a light and a dark page.

The stops were built in OKLCH so that blue and orange of one step are equally light; ink on any stop has a contrast of
at least 4.5. Only data has colour: a hue means credit (blue) or blame (orange) and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Theme:
    """One page: its neutrals by name, and the stops from step 1 to step 5 of each side, as #rrggbb."""

    scheme: str
    neutrals: dict[str, str]
    credit: tuple[str, str, str, str, str]
    blame: tuple[str, str, str, str, str]

    @property
    def page(self) -> str:
        """The colour of zero."""
        return self.neutrals["bg"]

    @property
    def ink(self) -> str:
        """The one text colour, on the page and on every stop."""
        return self.neutrals["ink"]

    def fill(self, step: int) -> str | None:
        """The stop of a step -5..5; None for zero, which has no fill."""
        if step == 0:
            return None
        return self.credit[step - 1] if step > 0 else self.blame[-step - 1]

    def css_variables(self) -> str:
        """The declarations of this theme: --bg and its kin, --p1..--p5 for credit, --n1..--n5 for blame."""
        return " ".join([*self._declarations(), f"color-scheme:{self.scheme};"])

    def _declarations(self) -> Iterator[str]:
        yield from (f"--{name}:{colour};" for name, colour in self.neutrals.items())
        yield from (f"--p{step}:{colour};" for step, colour in enumerate(self.credit, start=1))
        yield from (f"--n{step}:{colour};" for step, colour in enumerate(self.blame, start=1))


LIGHT = Theme(
    scheme="light",
    neutrals={
        "bg": "#fcfbf8",
        "raise": "#f5f3ee",
        "sunk": "#efece6",
        "ink": "#17191c",
        "ink-2": "#4c5056",
        "ink-3": "#666a70",
        "rule": "#e3e0d9",
        "rule-2": "#c6c2b9",
    },
    credit=("#e0effe", "#bcddfe", "#96c9ff", "#71b3fb", "#519bf3"),
    blame=("#fce9d7", "#f8d1ac", "#f3b680", "#eb9855", "#dd7c31"),
)
DARK = Theme(
    scheme="dark",
    neutrals={
        "bg": "#14161a",
        "raise": "#1a1d22",
        "sunk": "#20242a",
        "ink": "#eceae5",
        "ink-2": "#b4b5b8",
        "ink-3": "#90939a",
        "rule": "#2a2e34",
        "rule-2": "#474c54",
    },
    credit=("#1a2c3d", "#183a5b", "#174879", "#1b5697", "#2363b2"),
    blame=("#372619", "#502f15", "#693812", "#814213", "#974c19"),
)


def css_variables() -> str:
    """The light theme, the dark one for readers who prefer it, and the light one again for paper."""
    dark = f"@media (prefers-color-scheme:dark){{:root{{{DARK.css_variables()}}}}}"
    paper = f"@media print{{:root{{{LIGHT.css_variables()}}}}}"
    return f":root{{{LIGHT.css_variables()}}}\n{dark}\n{paper}\n"
