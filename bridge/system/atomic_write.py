"""Write a file completely or not at all.

The bytes go to a temporary file in the same folder, which is renamed when it is complete. So a full
disk, a crash or a pulled cable leaves the old file.
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
    """Yield a stream to write to; its content replaces the file when the block ends.

    Raises:
        OSError: the file cannot be written; the old file is left.

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
    # The umask can be read only by setting it. A temporary file is private; the user's file is not.
    mask = os.umask(0)
    os.umask(mask)
    return mask
