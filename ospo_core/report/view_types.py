"""The views as types: plain JSON data that any screen can draw from. What is printed is a string already.

A view holds parallel arrays, one entry a token or a node of the tree; a node is named by its place in the preorder.
Floats have six significant digits.
"""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from ospo_core.report.sentence import Sentence

VIEW_VERSION = 1

Pieces = list[tuple[str, str, str, int]]
"""The stream of one map, as (act, text, css, index): see ospo_core.report.specimen.Piece."""


class ScaleView(TypedDict):
    """The one scale of all maps, from -domain to domain, with nine printed ticks; under `least` nothing has colour.

    `words`: what the lower and the upper half mean: blame and credit, but of a step lowered and raised.
    """

    domain: float
    ticks: list[str]
    least: str
    words: list[str]


class Cues(TypedDict):
    """Which second cues the maps use: hatching (`uncertain`), a corner (`beyond`)."""

    uncertain: bool
    beyond: bool


class CellView(TypedDict):
    """A cell of a readout strip; `alarm` when a check failed."""

    caption: str
    value: str
    detail: str
    alarm: bool


class FlatView(TypedDict):
    """GRPO's map: the same value on every token."""

    value: float
    text: str
    summary: str
    pieces: Pieces


class OwnView(TypedDict):
    """The map of the credit or of the advantages that follow from it."""

    title: str
    summary: str
    pieces: Pieces


class TokenColumns(TypedDict):
    """One entry a token.

    `start`, `end`: code points of the response. `interval`: half-width, null where the method has none. `shown`: what
    the map shows, credit or advantage. `error`: the standard error in print. `mark`: class names of the map. `ladder`:
    places of the nodes around it, coarse first.
    """

    text: list[str]
    start: list[int]
    end: list[int]
    credit: list[float]
    interval: list[float | None]
    shown: list[float]
    value: list[str]
    margin: list[str]
    error: list[str]
    advantage: list[str]
    where: list[str]
    label: list[str]
    mark: list[str]
    ladder: list[list[int]]


class PartColumns(TypedDict):
    """One entry a node of the tree, in preorder.

    `number` counts within the kind. `first`: its first token. `tokens`: how many it holds, not whole where one
    straddles its edge. `mean`: per token, in the unit of the maps; `step` -5..5 its colour. `shown`: the rows of its
    waterfall, at its finest level of at most 14.
    """

    kind: list[str]
    number: list[int]
    title: list[str]
    quote: list[str]
    start: list[int]
    end: list[int]
    parent: list[int | None]
    first: list[int | None]
    tokens: list[float]
    credit: list[float]
    interval: list[float | None]
    mean: list[float]
    step: list[int]
    value: list[str]
    margin: list[str]
    mark: list[str]
    label: list[str]
    children: list[list[int]]
    shown: list[list[int]]


class Ends(TypedDict):
    """The ends of an axis, in reward units."""

    low: float
    high: float


class EstimatesView(TypedDict):
    """Every estimate for the largest words: heads (name, what it promises), rows (quote, one (value, margin) each)."""

    heads: list[tuple[str, str]]
    rows: list[tuple[str, list[tuple[str, str]]]]


class ExplainView(TypedDict):
    """One explained response.

    `flat` is null without a group; then the maps show credit in reward units, else advantages in sigma. `order`: tokens
    by absolute credit, largest first. `largest`: the places of the largest words. `pinned`: the token shown first.
    `selected`: the node shown first in the tree. `tree_sentences`: one per node of kind response, paragraph, sentence,
    clause or phrase, null for the others.
    """

    kind: Literal["explain"]
    schema_version: int
    id: str | None
    state: str
    prompt: str
    response: str
    sentence: Sentence
    notice: str
    unit: str
    has_group: bool
    rule: str
    scale: ScaleView
    cues: Cues
    flat: FlatView | None
    own: OwnView
    levels: list[str]
    bands: list[str]
    finest: str
    tokens: TokenColumns
    owners: dict[str, list[int | None]]
    order: list[int]
    parts: PartColumns
    ladder: Ends
    largest: list[int]
    pinned: int
    selected: int
    cells: list[CellView]
    tree_sentences: list[Sentence | None]
    tree_cells: list[CellView]
    estimates: EstimatesView | None
    notes: list[Sentence]
    rule_note: str
    reward_spec: str
    method_spec: str
    decimals: int


class Dot(TypedDict):
    """A reward on the axis of its group, and the mean and one sigma to both sides: shares of the axis, 0 to 1."""

    at: float
    mean: float
    low: float
    high: float


MapName = Literal["flat", "rule", "difference"]


class CompareRow(TypedDict):
    """One response of a group.

    `tokens`: how many. `disagreement`: 0 to 1. `barcode`: colours of the tokens in order, as steps -5..5. `maps` break
    their lines at the same places; `means` stands over each, `labels` tells its tokens. `notice`: how far a stopped run
    came, else empty.
    """

    response: str
    reward: float
    reward_text: str
    advantage: float
    advantage_text: str
    eos_text: str
    tokens: int
    sign_flips: float
    sign_flips_text: str
    disagreement: float
    disagreement_text: str
    dot: Dot
    barcode: dict[MapName, list[int]]
    standing: str
    notice: str
    maps: dict[MapName, Pieces]
    means: dict[MapName, str]
    labels: dict[MapName, list[str]]


class CompareView(TypedDict):
    """A group of responses under one rule.

    `rules`: all that this group was compared under. `clip`: the bound in words, empty where nothing is clipped.
    `selected`: the response shown first. `notes`: what each rule does badly, by its name; `note` is this rule's.
    """

    kind: Literal["compare"]
    schema_version: int
    id: str | None
    state: str
    prompt: str
    sentence: Sentence
    unit: str
    scale: ScaleView
    cues: Cues
    rule: str
    rules: list[str]
    clip: str
    selected: int
    mean: float
    std: float
    rows: list[CompareRow]
    cells: list[CellView]
    invariant: str
    note: str
    without_credit: str
    notes: dict[str, str]
    reward_spec: str


ColumnName = Literal["left", "right", "difference"]


class SideView(TypedDict):
    """One of two results: what tells it from the other, and what it came to."""

    id: str | None
    title: str
    detail: str
    prompt: str
    response: str


class Match(TypedDict):
    """For each token of one side the token of the other that it is held against, null where there is none."""

    left: list[int | None]
    right: list[int | None]


class PairView(TypedDict):
    """Two results in one unit on one scale, and their difference, right minus left.

    Where the texts are the same the difference stands on that text; else on the right one, and only where both sides
    have the token: the others have the class `only`. `rows`: (words, left, right, difference), the largest difference
    first.
    """

    kind: Literal["pair"]
    schema_version: int
    left: SideView
    right: SideView
    same_text: bool
    sentence: Sentence
    unit: str
    scale: ScaleView
    cues: Cues
    columns: dict[ColumnName, Pieces]
    means: dict[ColumnName, str]
    labels: dict[ColumnName, list[str]]
    match: Match
    rows: list[tuple[str, str, str, str]]
    cells: list[CellView]
    note: str
