"""One model for many callers: rows that wait at the same time share batches, and each caller gets its own back.

Knows no model. There is no thread of its own and no timed wait: callers take turns in the order of their coming, and
whoever has the turn runs one batch, led by its own longest row and filled up with rows like it that others wait for.
Rows gather while the batch before runs; where nobody runs, to wait would only cost time. One batch a turn keeps a
caller with many rows from starving one with few.

A batch holds rows of one width, see `batch_budget`, or of many where the model's arithmetic is indifferent to it: a
row's bits do not depend on who else is there. (So measured for the bundled models on a CPU; other models and
processors keep to rounding, 1e-5.)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import torch

from ospo_core.models.batch_budget import BatchBudget, copies_needed
from ospo_core.models.sign_of_life import show_life

Content = TypeVar("Content")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[Content]):
    """One text for a model.

    Attributes:
        content: what the model is given.
        width: tokens it takes up, padding included.
        beginning: rows with different ones never share a batch.
        context: tokens it attends to beside its own.
    """

    content: Content
    width: int
    beginning: Hashable = None
    context: int = 0

    @property
    def shape(self) -> Hashable:
        """Equal for rows that may share a batch."""
        return self.beginning, self.width, self.context


@dataclass(eq=False, slots=True)
class _Caller(Generic[Content, Value]):
    """Somebody who waits: rows still to be run, widest last, and the values so far."""

    rows: Sequence[Row[Content]]
    waiting: list[int]
    values: dict[int, Value] = field(default_factory=dict)
    error: Exception | None = None

    def served(self) -> bool:
        return not self.waiting or self.error is not None


_Place = tuple[_Caller[Content, Value], int]


class SharedBatches(Generic[Content, Value]):
    """Runs `compute` on rows that are alike, never twice at once; it returns one value per row, in order.

    `compute` also gets the width of the widest. It must be such that a batch can be run again, in parts. Rows of one
    batch are `alike`: of one shape, unless a model that takes mixed widths says otherwise.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[Content], int], Iterable[Value]],
        budget: BatchBudget | None = None,
        alike: Callable[[Row[Content]], Hashable] = lambda row: row.shape,
    ) -> None:
        self._compute, self._alike = compute, alike
        self.budget = budget or BatchBudget()
        self._changed = threading.Condition()
        self._callers: list[_Caller[Content, Value]] = []
        self._line: deque[object] = deque()

    def values(self, rows: Sequence[Row[Content]]) -> list[Value]:
        """The value of each row, in order. Blocks until all are there; whoever leaves takes its rows along.

        Raises: what `compute` raised on a batch of this caller's rows alone; torch.OutOfMemoryError: on a single row.
        """
        widest_last = sorted(range(len(rows)), key=lambda row: rows[row].width)
        caller: _Caller[Content, Value] = _Caller(rows=rows, waiting=widest_last)
        with self._changed:
            self._callers.append(caller)
        try:
            while not caller.served():
                with self.turn(caller.served):
                    self._advance(caller)
        finally:
            with self._changed:
                self._callers.remove(caller)
        if caller.error is not None:
            raise caller.error
        return [caller.values[row] for row in range(len(rows))]

    @contextmanager
    def turn(self, needless: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """The model to oneself, after all who came before; at once, without it, when `needless` becomes true.

        Every turn that ends meanwhile is a sign of life to whoever waits (`sign_of_life`).
        """
        show_life()
        ticket = object()
        with self._changed:
            self._line.append(ticket)
        try:
            with self._changed:
                while not (self._line[0] is ticket or needless()):
                    self._changed.wait()
                    show_life()
            yield
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _advance(self, caller: _Caller[Content, Value]) -> None:
        """Run one batch, if the caller still needs one."""
        with self._changed:
            if caller.served():
                return
            batch = self._batch_led_by(caller)
        self._run(batch)

    def _batch_led_by(self, leader: _Caller[Content, Value]) -> list[_Place[Content, Value]]:
        """Rows like the leader's widest, its own first: too much for the memory fails at once."""
        first = leader.rows[leader.waiting[-1]]
        kind = self._alike(first)
        batch: list[_Place[Content, Value]] = []
        for caller in [leader, *(one for one in self._callers if one is not leader and one.error is None)]:
            batch += [(caller, row) for row in reversed(caller.waiting) if self._alike(caller.rows[row]) == kind]
        return batch[: self.budget.rows(_widths(batch), first.context)]

    def _run(self, batch: Sequence[_Place[Content, Value]]) -> None:
        """Deliver values, or the error to whoever's rows raise it; rows that did not fit go on waiting."""
        widths = _widths(batch)
        contents = [caller.rows[row].content for caller, row in batch]
        copies = [contents[0]] * copies_needed(widths)
        try:
            values = self._compute([*contents, *copies], max(widths))
        except Exception as error:
            self._failed(batch, error)
            return
        with self._changed:
            for (caller, row), value in zip(batch, values, strict=False):
                caller.values[row] = value
                caller.waiting.remove(row)

    def _failed(self, batch: Sequence[_Place[Content, Value]], error: Exception) -> None:
        if isinstance(error, torch.OutOfMemoryError) and len(batch) > 1:
            self.budget.halve(sum(_widths(batch)))
            return
        callers = list(dict.fromkeys(caller for caller, _ in batch))
        if len(callers) == 1:
            callers[0].error = error
            return
        for one in callers:
            self._run([place for place in batch if place[0] is one])


def _widths(batch: Sequence[tuple[_Caller[Any, Any], int]]) -> list[int]:
    return [caller.rows[row].width for caller, row in batch]
