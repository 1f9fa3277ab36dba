"""A tokenizer of a few lines, texts that are hard to cut, and a way to write a segmentation down."""

from dataclasses import dataclass

from hypothesis import strategies as st

from ospo_core.text.segmentation import Segmentation

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
PIECES = (
    *(
        "a",
        "The dose",
        " is 2,400 mg",
        "wrong.",
        " ",
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "\u00a0",
        "\u2029",
        "- ",
        "1. ",
        "**",
    ),
    *(
        "Dr.",
        "e.g.",
        "U.S.",
        "...",
        "!",
        "?",
        ";",
        ":",
        ", ",
        " – ",
        "—",
        "[2]",
        "[12].",
        "x[0].y",
        "```",
        "(",
        '"',
        "”",
        "'",
    ),
    *(FAMILY, "👋🏽", "🇩🇪🇫🇷", "🇩", "e\u0301", "\u0301", "\u200d", "\u0600", "각", "ﬁ", "Å", "1\ufe0f\u20e3"),
    *("患者", "。", "「", "」", "，", "テスト", "です", "が\u3099", "สวัสดี", "مرحبا", "؟", "، ", "हिन्दी", "।", "क्ष"),
)
characters = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
texts = st.text(characters, min_size=1, max_size=60) | st.lists(st.sampled_from(PIECES), min_size=1).map("".join)


@dataclass(frozen=True)
class ByteTokenizer:
    """One token per byte of UTF-8, each with the offsets of its whole character, as byte-level tokenizers give them."""

    name: str = "bytes"

    def offsets(self, text: str) -> list[tuple[int, int]]:
        return [(at, at + 1) for at, character in enumerate(text) for _ in character.encode()]


@dataclass(frozen=True)
class FixedOffsets:
    """Whatever it was given, for any text."""

    given: tuple[tuple[int, int], ...]
    name: str = "fixed"

    def offsets(self, text: str) -> list[tuple[int, int]]:
        return list(self.given)


@dataclass(frozen=True)
class FixedSegmenter:
    """Whatever it was given, for any text."""

    given: Segmentation
    name: str = "fixed"

    def segment(self, text: str) -> Segmentation:
        return self.given


class NeverSegmenter:
    """Fails the test that lets a text come so far."""

    name = "never"

    def segment(self, text: str) -> Segmentation:
        raise AssertionError("the text was to be refused before it is segmented")


def pieces(text: str, starts: tuple[int, ...]) -> list[str]:
    """The pieces of a text, their outer spaces removed."""
    return [text[a:b].strip() for a, b in zip(starts, (*starts[1:], len(text)), strict=True)]


def parts(segmentation: Segmentation, text: str, kind: str) -> list[str]:
    """The parts of one kind."""
    return pieces(text, dict(segmentation.levels)[kind])


def outline(segmentation: Segmentation, text: str) -> list[str]:
    """One line per sentence, its clauses parted by || and their phrases by |."""
    levels = {kind: set(starts) for kind, starts in segmentation.levels}
    lines: list[str] = []
    for start, phrase in zip(sorted(levels["phrase"]), parts(segmentation, text, "phrase"), strict=True):
        if start in levels["sentence"]:
            lines.append(phrase)
        else:
            lines[-1] += (" || " if start in levels["clause"] else " | ") + phrase
    return lines
