"""Real English of one shape: five sentences of three phrases of three words, 45 players each.

Few enough consistent coalitions for all of them to be evaluated, so that every estimate can be held against the truth.
Each text comes with a reference answer (for the cosine and the retrievals) and facts (for the rubric).
"""

from __future__ import annotations

from dataclasses import dataclass

from ospo_core.bench.binary_tree import halved
from ospo_core.text.spans import Span
from ospo_core.tree import Tree

PLAYERS = 45

_SENTENCES = [[[9 * sentence + 3 * phrase + word for word in range(3)] for phrase in range(3)] for sentence in range(5)]

TREE = Tree.from_nested(_SENTENCES, ["response", "sentence", "phrase", "word"])
"""6,272 consistent coalitions."""

BINARY_TREE = Tree.from_nested(halved([halved([halved(phrase) for phrase in sentence]) for sentence in _SENTENCES]))
"""The same sentences and phrases, every node split in two: 1,868 consistent coalitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A text of 45 words with what its rewards need."""

    name: str
    text: str
    reference: str
    facts: tuple[str, ...]
    forbidden: tuple[str, ...] = ()

    @property
    def players(self) -> tuple[Span, ...]:
        """One span a word, the space before it included."""
        spans, start = [], 0
        for word in self.text.split(" "):
            end = start + len(word) + (1 if start else 0)
            spans.append(Span(start, end))
            start = end
        assert len(spans) == PLAYERS, (self.name, len(spans))
        return tuple(spans)


SPECIMENS = (
    Specimen(
        name="fever",
        text=(
            "Paracetamol is very suitable for fever at this age. "
            "Give fifteen milligrams per kilogram of her body weight. "
            "For sixteen kilograms that means 2400 mg every time. Wait four hours and never exceed four doses daily. "
            "Call your doctor if any drowsiness or rash develops."
        ),
        reference=(
            "Paracetamol 15 mg per kilogram, so 240 mg for 16 kg, every four to six hours, at most four doses in a "
            "day. See a doctor if she becomes drowsy or gets a rash."
        ),
        facts=("fifteen milligrams per kilogram", "four hours", "four doses", "your doctor", "drowsiness", "rash"),
        forbidden=("2400 mg",),
    ),
    Specimen(
        name="lease",
        text=(
            "Clause nine lets the tenant end this lease early. Written notice of three full months must be given. "
            "The landlord may keep one month of the deposit. No other penalty is then due under clause nine. "
            "Rent stays payable until the whole notice period ends."
        ),
        reference=(
            "Under clause 9 the tenant may terminate with three months' written notice; the landlord keeps one "
            "month of deposit and rent is due until the end of the notice period."
        ),
        facts=("clause nine", "written notice", "three months", "one month", "notice period"),
        forbidden=("no other penalty",),
    ),
    Specimen(
        name="dividend",
        text=(
            "The board kept its dividend at forty cents again. Earnings fell by almost a third on weaker volumes. "
            "Free cash flow covers only half of the payout. Net debt is near the covenant of three times. "
            "A cut next year therefore looks quite likely now."
        ),
        reference=(
            "Free cash flow covers half the dividend and leverage is close to the covenant, so the dividend is not "
            "sustainable and a cut is likely."
        ),
        facts=("free cash flow", "half of the payout", "covenant", "cut next year", "net debt"),
        forbidden=("kept its dividend",),
    ),
    Specimen(
        name="jacket",
        text=(
            "Looking for a waterproof hiking jacket for a child. It should be mostly made of recycled nylon fabric. "
            "Blue or green colours are preferred over red ones. A warm lining and a deep hood would help. "
            "The price must stay below eighty euros in total."
        ),
        reference="Children's waterproof recycled hiking jacket with hood and lining, blue or green, under 80 euros.",
        facts=("waterproof", "hiking jacket", "recycled nylon", "hood", "below eighty"),
        forbidden=("red ones",),
    ),
    Specimen(
        name="tent",
        text=(
            "We need a light tent for two people now. It must stand up to wind and heavy rain. "
            "Green or grey would be nice for quiet forests. A short packing time and small size would help. "
            "Recycled fabric is welcome if the price stays low."
        ),
        reference="Lightweight tent for two, wind and rain proof, green or grey, small pack size, recycled fabric.",
        facts=("tent for two", "heavy rain", "green or grey", "recycled fabric", "small size"),
        forbidden=("short packing",),
    ),
    Specimen(
        name="boots",
        text=(
            "She wants waterproof hiking boots in brown for women. The sole should grip on wet and loose rocks. "
            "Leather is fine but they must remain really light. A cushioned ankle and good laces would really matter. "
            "Nothing above one hundred and fifty euros please today."
        ),
        reference="Women's waterproof brown leather hiking boots, light, good grip, cushioned ankle, under 150 euros.",
        facts=("waterproof hiking boots", "for women", "leather", "cushioned ankle", "one hundred and fifty"),
        forbidden=("loose rocks",),
    ),
)
"""Texts on which the methods were developed too."""

FRESH_SPECIMENS = (
    Specimen(
        name="migraine",
        text=(
            "Take sumatriptan early when the first migraine headache begins. One tablet of fifty milligrams is "
            "usually quite enough. A second tablet may follow after two full hours. "
            "Never take more than 300 mg in one day. Avoid it entirely after a recent stroke or angina."
        ),
        reference=(
            "Sumatriptan 50 mg as soon as the headache starts, a second dose after two hours if it returns, at most "
            "300 mg in 24 hours, not for people with heart disease or after a stroke."
        ),
        facts=("sumatriptan early", "fifty milligrams", "two full hours", "300 mg in one day", "stroke"),
        forbidden=("entirely",),
    ),
    Specimen(
        name="warranty",
        text=(
            "The seller must repair a faulty product without charge. This right lasts two years from the delivery day. "
            "Within the first year such faults count as original. Keep the receipt and report any defect in writing. "
            "If repair fails you may ask for money back."
        ),
        reference=(
            "Consumers have a two year guarantee from delivery: free repair or replacement first, then a refund; in "
            "the first year the seller must prove that the fault was not there."
        ),
        facts=("without charge", "two years", "first year", "keep the receipt", "money back"),
        forbidden=("faulty product",),
    ),
)
"""Texts written afterwards."""

ALL_SPECIMENS = (*SPECIMENS, *FRESH_SPECIMENS)
