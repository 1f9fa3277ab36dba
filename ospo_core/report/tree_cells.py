"""The readout strip under the tree: whether every node is the sum of its parts, how large it is, what exact needs."""

from __future__ import annotations

from ospo_core.report import numbers
from ospo_core.report.nesting import KINDS
from ospo_core.report.readout import TOLERANCE, Cell
from ospo_core.report.subject import Subject


def tree_cells(subject: Subject) -> list[Cell]:
    """The four cells, always in this order."""
    return [_sums(subject), _size(subject), _consistent(subject), _unconstrained(subject)]


def _sums(subject: Subject) -> Cell:
    parts = subject.nesting.parts
    gaps = [abs(part.credit - sum(parts[child].credit for child in part.children)) for part in parts if part.children]
    largest = max(gaps, default=0.0)
    detail = f"largest residual {numbers.residual(largest)}"
    if largest > TOLERANCE * max(1.0, abs(subject.gain)):
        return Cell(
            caption="Not conserved at every node", value="children differ from parent", detail=detail, alarm=True
        )
    return Cell(caption="Conserved at every node", value="children sum to parent", detail=detail)


def _size(subject: Subject) -> Cell:
    counts = {kind: len(subject.nesting.of_kind(kind)) for kind in KINDS if kind not in ("response", "token")}
    told = [numbers.plural(count, kind) for kind, count in counts.items() if count]
    words = told.pop() if counts["word"] else ""
    tokens = numbers.plural(len(subject.credit), "token")
    return Cell(caption="Tree", value=", ".join(told) or "no levels", detail=f"{words}, {tokens}" if words else tokens)


def _consistent(subject: Subject) -> Cell:
    method = subject.document["method"]
    detail = "all of them evaluated" if method["exact"] else "exact when the budget allows"
    return Cell(caption="Consistent coalitions", value=numbers.count(method["consistent_coalitions"]), detail=detail)


def _unconstrained(subject: Subject) -> Cell:
    players = sum(not part.children for part in subject.nesting.parts)
    detail = f"plain Shapley on {subject.document['players']}s"
    return Cell(caption="Unconstrained", value=f"2{numbers.superscript(players)}", detail=detail)
