from ospo_core.text.clauses import clause_starts
from ospo_core.text.parsed_word import ParsedWord


def parsed(*rows):
    return [ParsedWord(text=f" {text}", head=head, relation=dep, part_of_speech=pos) for text, head, dep, pos in rows]


def test_an_interrupted_clause_becomes_one_part_before_and_one_after():
    """A relative clause stands alone; what surrounds it is two runs, because parts are contiguous."""
    words = parsed(
        ("the", 1, "det", "DET"),
        ("deposit,", 5, "nsubjpass", "NOUN"),
        ("which", 4, "nsubjpass", "PRON"),
        ("was", 4, "auxpass", "AUX"),
        ("paid,", 1, "relcl", "VERB"),
        ("returned", 5, "ROOT", "VERB"),
    )

    assert clause_starts(words, 0, 6) == [0, 2, 5]


def test_a_conjunction_goes_with_the_clause_it_introduces():
    """The parser hangs "and" on the first verb; a reader hears it with the second."""
    words = parsed(
        ("stop", 0, "ROOT", "VERB"),
        ("it", 0, "dobj", "PRON"),
        ("and", 0, "cc", "CCONJ"),
        ("call", 0, "conj", "VERB"),
        ("me", 3, "dobj", "PRON"),
    )

    assert clause_starts(words, 0, 5) == [0, 2]


def test_coordinated_nouns_are_no_clauses():
    """Only verbs head clauses."""
    words = parsed(
        ("stop", 0, "ROOT", "VERB"),
        ("pain", 0, "dobj", "NOUN"),
        ("and", 1, "cc", "CCONJ"),
        ("fever", 1, "conj", "NOUN"),
    )

    assert clause_starts(words, 0, 4) == [0]


def test_colons_and_spaced_dashes_part_clauses_without_a_verb():
    """The dash leads the part that follows it."""
    words = parsed(
        ("Dose:", 0, "ROOT", "NOUN"),
        ("4", 2, "nummod", "NUM"),
        ("g", 0, "dep", "NOUN"),
        ("–", 0, "punct", "PUNCT"),
        ("daily", 0, "advmod", "ADV"),
    )

    assert clause_starts(words, 0, 5) == [0, 1, 3]


def test_bullets_go_with_what_follows_and_citations_with_what_precedes():
    """Words the parser did not see never begin a clause inside a sentence, nor make one of their own."""
    words = [
        ParsedWord(text="-", head=0),
        *parsed(("stop", 1, "ROOT", "VERB"), ("it", 1, "dobj", "PRON")),
        ParsedWord(text="[2]", head=3),
        *parsed(("if", 6, "mark", "SCONJ"), ("fever", 6, "nsubj", "NOUN"), ("starts", 1, "advcl", "VERB")),
    ]

    assert clause_starts(words, 0, 7) == [0, 4]
