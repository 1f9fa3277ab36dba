"""Files below a folder, opened without following a link anywhere on the way: whoever plants one gets nothing read.

A link is not there, and neither is what is no regular file: FileNotFoundError, as for a name that does not exist.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from functools import partial
from itertools import chain, takewhile
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_IN_THE_WAY = (errno.ELOOP, errno.ENOTDIR, errno.ENXIO)
"""What a link, and a pipe that nobody reads, are told by."""


def unlinked(root: Path) -> Callable[[str, int], int]:
    """An `opener` for `open`, of paths below `root`; the root itself may be a link."""
    return partial(_opened, root)


def holds_link(root: Path, folder: Path) -> bool:
    """Whether a link lies between `root` and a folder below it, or in the folder. For readers that take a path."""
    way = takewhile(lambda path: path != root, (folder, *folder.parents))
    inside = (Path(top) / name for top, folders, files in os.walk(folder) for name in (*folders, *files))
    return any(path.is_symlink() for path in chain(way, inside))


def _opened(root: Path, path: str, flags: int) -> int:
    *folders, name = Path(path).relative_to(root).parts
    if ".." in folders or name == "..":
        raise _absent(path)
    here = os.open(root, _FOLDER)
    try:
        for folder in folders:
            below = os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = below
        # Not blocking: a pipe would be waited for.
        return _regular(path, os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666, dir_fd=here))
    except OSError as error:
        if error.errno in _IN_THE_WAY:
            raise _absent(path) from None
        raise
    finally:
        os.close(here)


def _regular(path: str, handle: int) -> int:
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise _absent(path)


def _absent(path: str) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, "a link, or no regular file, is not opened", str(path))
