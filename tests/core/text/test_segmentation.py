import pytest

from ospo_core.errors import InputError, ModelMissing, SettingsError
from ospo_core.text import segmentation
from ospo_core.text.segmentation import Segmentation, Segmenter, choose_segmenter, looks_english


@pytest.mark.parametrize(
    ("levels", "wrong"),
    [
        ((), "in this order"),
        ((("sentence", (0,)),), "in this order"),
        ((("word", (0,)), ("sentence", (0,))), "in this order"),
        ((("chapter", (0,)), ("word", (0,))), "in this order"),
        ((("sentence", (0, 4)), ("sentence", (0, 4)), ("word", (0, 4))), "in this order"),
        ((("word", (1, 2)),), "begin at 0"),
        ((("word", ()),), "begin at 0"),
        ((("word", (0, 3, 3)),), "increase"),
        ((("sentence", (0, 4)), ("word", (0, 3))), "every sentence must start"),
    ],
)
def test_levels_that_do_not_nest_are_refused(levels, wrong):
    """A segmentation is checked when it is made."""
    with pytest.raises(InputError, match=wrong):
        Segmentation(levels)


def test_a_coarse_part_begins_every_finer_one():
    """Given word numbers, the finer levels inherit the starts of the coarser; a single paragraph is no level."""
    built = Segmentation.of_words((0, 3, 5, 9), [("paragraph", [0]), ("sentence", [0, 2]), ("clause", [3])])

    assert built.levels == (("sentence", (0, 5)), ("clause", (0, 5, 9)), ("word", (0, 3, 5, 9)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The tenant must give notice of thirty days.", True),
        ("Take 500 mg ibuprofen every six hours; maximum daily dose 2,400 mg.", True),
        ("Yes", True),
        ("Der Patient soll das Medikament jeden Tag nehmen, und es ist wichtig.", False),
        ("Le patient doit prendre le médicament tous les jours, et il est important de manger.", False),
        ("El paciente debe tomar el medicamento todos los días para no tener dolor.", False),
        ("De patiënt moet het geneesmiddel elke dag innemen, en het is belangrijk.", False),
        ("Patienten skal tage medicinen hver dag, og det er vigtigt at huske at spise.", False),
        ("患者应每四小时服用 the drug", False),
        ("مرحبا بالعالم", False),
        ("2024: 12 %", False),
    ],
)
def test_english_is_told_from_other_languages(text, expected):
    """Frequent words and ASCII letters tell; terse English counts as English."""
    assert looks_english(text) is expected


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("The dose is wrong.", "auto", "english"),
        ("Die Dosis ist falsch, und das ist schlecht.", "auto", "unicode"),
        ("The dose is wrong.", "unicode", "unicode"),
        ("患者", "english", "english"),
    ],
)
def test_the_segmenter_follows_the_language_unless_it_is_named(text, name, expected):
    """A name overrules the guess."""
    chosen = choose_segmenter(text, name)

    assert isinstance(chosen, Segmenter)
    assert chosen.name == expected


def test_an_unknown_segmenter_is_refused():
    """Only the three names are known."""
    with pytest.raises(SettingsError, match="auto, english or unicode"):
        choose_segmenter("text", "klingon")


def test_without_the_english_model_rules_are_used_or_the_lack_is_named(monkeypatch):
    """Where the model is not installed, auto takes the rules and english says what to install."""
    monkeypatch.setattr(segmentation, "SPACY_MODEL", "a_model_that_nobody_installed")

    assert choose_segmenter("The dose is wrong.").name == "unicode"
    with pytest.raises(ModelMissing, match="needs a_model_that_nobody_installed; install it"):
        choose_segmenter("The dose is wrong.", "english")
