"""A file that is written whole or not at all.

What is written goes to a file beside it, which takes its name when all is there. So a full disk, a
crash or a cable that is pulled leaves what was there before.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """Give a stream to write to; what is in it when the block ends becomes the file.

    Raises:
        OSError: the file cannot be written; the one that was there is left.

    """
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as stream:
            temporary = Path(stream.name)
            yield stream
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    # The only way to read it is to set it; a temporary file is private, what the user asked for is
    # not.
    mask = os.umask(0)
    os.umask(mask)
    return mask
