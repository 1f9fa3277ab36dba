"""docs/configuration.md says what the settings classes and the compose files say."""

from scripts.configuration_page import PAGE, page


def test_the_committed_page_is_current():
    """Whoever changes a setting runs `python -m scripts.configuration_page`."""
    assert PAGE.read_text("utf-8") == page()
