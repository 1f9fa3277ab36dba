"""A folder of a run as a zip, made while it is sent: nothing is copied to disk, and memory holds one piece.

Every file is opened before the first byte goes out, so that a checkpoint that is replaced meanwhile is still whole.
None is opened by a link.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from backend.jobs.folder import regular_files
from backend.unlinked import unlinked

PIECE_BYTES = 1_000_000
_LEAST_YEAR = (1980, 1, 1, 0, 0, 0)


class Archive:
    """The files of a folder below `root`, open. Raises: OSError: one went away."""

    def __init__(self, folder: Path, root: Path) -> None:
        opener = unlinked(root)
        with ExitStack() as stack:
            self._files = [
                (str(path.relative_to(folder)), stack.enter_context(open(path, "rb", opener=opener)))
                for path in regular_files(folder)
            ]
            self._opened = stack.pop_all()

    def pieces(self) -> Iterator[bytes]:
        """The zip, piece by piece; the files are closed at its end. Not compressed: weights do not shrink."""
        sink = _Sink()
        with self._opened, zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
            for name, file in self._files:
                yield from self._added(archive, sink, name, file)
        yield sink.taken()

    def _added(self, archive: zipfile.ZipFile, sink: _Sink, name: str, file: BinaryIO) -> Iterator[bytes]:
        entry = zipfile.ZipInfo(name, _LEAST_YEAR)
        with archive.open(entry, "w", force_zip64=True) as target:
            while piece := file.read(PIECE_BYTES):
                target.write(piece)
                yield sink.taken()
        yield sink.taken()


class _Sink(io.RawIOBase):
    """Takes what is written; cannot be sought, so that sizes follow each file's bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride] - bytes are all it gets
        self._pieces.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
