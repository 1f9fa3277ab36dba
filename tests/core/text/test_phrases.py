from ospo_core.text.parsed_word import ParsedWord
from ospo_core.text.phrases import phrase_starts


def parsed(*rows):
    return [ParsedWord(text=f" {text}", head=head, relation=dep, part_of_speech=pos) for text, head, dep, pos in rows]


def phrases(words):
    starts = phrase_starts(words, 0, len(words))
    return ["".join(word.text for word in words[a:b]).strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]


def test_a_preposition_stays_with_its_noun_and_a_number_with_its_unit():
    """The parts a reader would point at."""
    words = parsed(
        ("must", 1, "aux", "AUX"),
        ("give", 1, "ROOT", "VERB"),
        ("2,400", 3, "nummod", "NUM"),
        ("mg", 1, "dobj", "NOUN"),
        ("every", 6, "det", "DET"),
        ("four", 6, "nummod", "NUM"),
        ("hours", 1, "npadvmod", "NOUN"),
        ("for", 1, "prep", "ADP"),
        ("16", 9, "nummod", "NUM"),
        ("kg", 7, "pobj", "NOUN"),
    )

    assert phrases(words) == ["must give", "2,400 mg", "every four hours", "for 16 kg"]


def test_a_single_word_joins_the_neighbour_it_depends_on():
    """A verb takes a short object; a comma keeps them apart."""
    words = parsed(
        ("call", 0, "ROOT", "VERB"), ("a", 2, "det", "DET"), ("doctor,", 0, "dobj", "NOUN"), ("now", 0, "advmod", "ADV")
    )

    assert phrases(words) == ["call a doctor,", "now"]


def test_a_number_stays_with_what_it_numbers_even_where_the_parse_errs():
    """Section 8 and Table 2 are one name; so are the parties of a case."""
    words = parsed(
        ("in", 0, "ROOT", "ADP"),
        ("Table", 0, "pobj", "NOUN"),
        ("2", 5, "punct", "NUM"),
        ("Roe", 5, "nsubj", "PROPN"),
        ("v.", 3, "prep", "ADP"),
        ("Wade", 5, "pobj", "PROPN"),
    )

    assert phrases(words) == ["in Table 2", "Roe v. Wade"]


def test_an_amount_keeps_its_unit_even_where_the_parse_errs():
    """A dose is one phrase, apart from the drug."""
    words = parsed(
        ("Give", 0, "ROOT", "VERB"),
        ("ibuprofen", 0, "dative", "PROPN"),
        ("2,400", 0, "dobj", "NUM"),
        ("mg", 0, "npadvmod", "PROPN"),
    )

    assert phrases(words) == ["Give ibuprofen", "2,400 mg"]


def test_a_citation_ends_the_phrase_it_supports():
    """What the parser did not see never begins a phrase after a word."""
    words = [*parsed(("was", 0, "ROOT", "AUX"), ("wrong", 0, "acomp", "ADJ")), ParsedWord(text=" [2].", head=2)]

    assert phrases(words) == ["was wrong [2]."]


def test_a_long_noun_phrase_is_cut_and_no_part_ends_in_a_function_word():
    """Nine words of one noun are cut evenly; the cut moves back before an article."""
    words = parsed(
        *((f"w{number}", 8, "compound", "DET" if number == 2 else "NOUN") for number in range(8)),
        ("end", 8, "ROOT", "NOUN"),
    )

    assert phrases(words) == ["w0 w1", "w2 w3 w4 w5", "w6 w7 end"]
