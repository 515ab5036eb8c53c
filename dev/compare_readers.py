"""Compare libraries that read MIDI files: which files they read, and what they keep of them.

    pip install mido symusic miditoolkit pretty_midi
    python dev/compare_readers.py tests/golden/odd_files

Each library reads every file of a folder and writes it again. A file is *kept* if all chunks after
the header are the same bytes. A library that is not installed is left out. The reader of this
project is not compared: it keeps the bytes as they are.
"""

import argparse
import contextlib
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

SUFFIXES = (".mid", ".kar", ".rmi")
Rewrite = Callable[[Path, Path], None]


def with_mido(source: Path, target: Path) -> None:
    """Write a file again with mido."""
    import_module("mido").MidiFile(source).save(target)


def with_mido_clip(source: Path, target: Path) -> None:
    """Write a file again with mido, which limits bad values."""
    import_module("mido").MidiFile(source, clip=True).save(target)


def with_symusic(source: Path, target: Path) -> None:
    """Write a file again with symusic."""
    import_module("symusic").Score(source).dump_midi(target)


def with_miditoolkit(source: Path, target: Path) -> None:
    """Write a file again with miditoolkit."""
    import_module("miditoolkit").MidiFile(str(source)).dump(str(target))


def with_pretty_midi(source: Path, target: Path) -> None:
    """Write a file again with pretty_midi."""
    import_module("pretty_midi").PrettyMIDI(str(source)).write(str(target))


LIBRARIES: dict[str, Rewrite] = {
    "mido": with_mido,
    "mido, clip": with_mido_clip,
    "symusic": with_symusic,
    "miditoolkit": with_miditoolkit,
    "pretty_midi": with_pretty_midi,
}


def main() -> None:
    """Print, for each library, how many files it reads and keeps."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    print(f"{len(files)} files")
    for name, rewrite in LIBRARIES.items():
        read = kept = 0
        with tempfile.TemporaryDirectory() as temporary:
            for path in files:
                target = Path(temporary) / "out.mid"
                # The libraries raise errors of many types on files that they cannot read.
                with contextlib.suppress(Exception):
                    rewrite(path, target)
                    read += 1
                    kept += target.read_bytes()[14:] == path.read_bytes()[14:]
        print(f"{name:12} reads {read:3}  keeps {kept:3}")


if __name__ == "__main__":
    main()
