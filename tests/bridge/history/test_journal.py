"""The lines of a journal: there and back, torn anywhere, and damaged anywhere."""

import random
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets import DEMO_PHRASES
from bridge.history.journal import (
    FORMAT,
    Beginning,
    CaptureEntry,
    CurrentEntry,
    Entry,
    NoteEntry,
    SettingsEntry,
    TimeEntry,
    TransportEntry,
    decode,
    encode,
)
from bridge.history.takes import RootNode, Span, TakeTree
from bridge.messages.originality import Run
from bridge.messages.settings import Mode, Settings
from bridge.messages.snapshot import RollNote
from bridge.messages.time_settings import TimeSettings
from bridge.midi import smf
from bridge.midi.instruments import Instrument
from bridge.midi.notes import MetreChange
from bridge.sync.transport import Source, Transport

SETTINGS = Settings(
    style=(("bach", 0.5), ("jazz", 0.25)),
    instruments=(Instrument.PIANO, Instrument.DRUMS),
    mode=Mode.TRADE,
    time=TimeSettings(sync=Source.JACK, bpm=96.5, metre=(6, 8)),
)
SCORE = smf.read(DEMO_PHRASES / "minuet.mid").score
TAKES = (
    TakeTree()
    .with_root(SCORE, "a\nname, ü\x1b")
    .with_take(0, Span(96, 192), SCORE.notes[:3], SETTINGS, "made by a test")
    .with_take(
        0, Span(96, 192), SCORE.notes[:2], SETTINGS, "", Run(30, "Żal", Instrument.PIANO, 96, 190)
    )
)
NOTE = RollNote(Instrument.BASS, 40, 90, 5_000_000_000, 6_000_000_000, answered=True)
ENTRIES: tuple[Entry, ...] = (
    Beginning(FORMAT, "Antiphon", "2026-11-28T17:42:00+01:00"),
    SettingsEntry(SETTINGS, "made by a test"),
    TransportEntry(-5, Transport(Source.JACK, 3, metre=MetreChange(96, 7, 8), bar=12)),
    NoteEntry(NOTE),
    NoteEntry(RollNote(Instrument.PIANO, 60, 1, 7, None)),
    TimeEntry(8_000_000_000),
    *TAKES.nodes,
    CurrentEntry(1, (0,)),
    CurrentEntry(None),
    CaptureEntry("/home/a b/Antiphon/ü.mid"),
)
LINES = [encode(entry) for entry in ENTRIES]


def test_entries_come_back_as_they_were() -> None:
    journal = decode(b"".join(LINES))
    assert journal.entries == ENTRIES
    assert (journal.damaged_count, journal.is_torn) == (0, False)


def test_an_entry_is_one_line_of_text() -> None:
    for line in LINES:
        assert line.count(b"\n") == 1
        assert line.isascii()
        checksum, body = line.rstrip(b"\n").split(b" ", 1)
        assert int(checksum, 16) == crc32(body)


def test_a_journal_torn_anywhere_loses_its_last_line_only() -> None:
    content = b"".join(LINES)
    for length in range(len(content) + 1):
        journal = decode(content[:length])
        whole = content[:length].count(b"\n")
        assert journal.entries == ENTRIES[:whole]
        assert journal.damaged_count == 0
        assert journal.is_torn is (length > 0 and content[length - 1 : length] != b"\n")


def test_a_damaged_byte_costs_one_line_or_joins_two() -> None:
    content, chance = b"".join(LINES), random.Random(1)
    for _ in range(2000):
        at, byte = chance.randrange(len(content)), chance.randrange(256)
        if content[at] == byte:
            continue
        damaged = content[:at] + bytes([byte]) + content[at + 1 :]
        journal = decode(damaged)
        lost = [entry for entry in ENTRIES if entry not in journal.entries]
        assert len(lost) <= 2
        assert journal.damaged_count or journal.is_torn
        assert set(map(repr, journal.entries)) <= set(map(repr, ENTRIES))


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    journal = decode(content)
    assert journal.entries == ()
    assert journal.damaged_count == content.count(b"\n")
    assert journal.is_torn is (content != b"" and not content.endswith(b"\n"))


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"3",
        b'["note"]',
        b'["note",{}]',
        b'["note",{"note":3}]',
        b'["note",{"note":["bass",128,90,1,2,true]}]',
        b'["note",{"note":["bass",40,-1,1,2,true]}]',
        b'["note",{"note":["bass",40,90,2,1,true]}]',
        b'["note",{"note":["bass",40,90,1.5,2,true]}]',
        b'["note",{"note":["kazoo",40,90,1,2,true]}]',
        b'["note",{"note":[["bass"],40,90,1,2,true]}]',
        b'["tuba",{}]',
        b'[["note"],{}]',
        b'["settings",{"settings":{"temperature":1e999},"text":""}]',
        b'["settings",{"settings":{"mode":"sing"},"text":""}]',
        b'["time",{"now_ns":"x"}]',
        b"[" * 100_000,
    ],
)
def test_a_line_of_another_program_is_skipped(body: bytes) -> None:
    line = b"%08x %s\n" % (crc32(body), body)
    journal = decode(LINES[3] + line + LINES[5])
    assert journal.entries == (ENTRIES[3], ENTRIES[5])
    assert journal.damaged_count == 1


def test_a_field_of_a_later_version_is_ignored() -> None:
    body = b'["time",{"now_ns":3,"weather":"fine"}]'
    assert decode(b"%08x %s\n" % (crc32(body), body)).entries == (TimeEntry(3),)


def test_a_later_format_is_not_read() -> None:
    line = encode(Beginning(FORMAT + 1, "Antiphon", ""))
    assert decode(line + LINES[3]).is_newer
    assert isinstance(ENTRIES[6], RootNode)
