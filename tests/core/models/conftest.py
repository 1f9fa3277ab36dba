import pytest

from tests.core.models.tiny_models import write_tiny_models


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A folder with one tiny model a sub-folder."""
    return write_tiny_models(tmp_path_factory.mktemp("tiny"))
