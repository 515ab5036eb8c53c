"""Every reason has a sentence, and its key in the log is stable."""

from dataclasses import is_dataclass
from pathlib import Path
from string import Formatter
from types import ModuleType
from typing import Any

import pytest

from bridge.messages import processor
from bridge.messages.processor import CpuRequested, CudaFailed, GpuFound, Processor
from bridge.messages.requests import UnknownStyle
from bridge.messages.snapshot import LoggedReason
from bridge.midi.smf import reason as file_reason
from bridge.midi.smf.reason import (
    AbsurdMetre,
    AbsurdTempo,
    BrokenFile,
    FileFault,
    FileNotRead,
    FileTooLarge,
    FileTooLong,
    FormatFault,
    RiffWrapper,
    UnusableFile,
    WrongTrackCount,
)
from bridge.playout import problem, time_reason
from bridge.playout.problem import (
    AmbiguousPort,
    ComposerFailed,
    LibraryMissing,
    LinkMissing,
    ModelUnusable,
    NoBackend,
    NoJackServer,
    NoMidiService,
    NoSuchPort,
    NoVirtualPorts,
    PluginFolderUnsafe,
    PluginPathTooLong,
    PluginRefused,
    PluginSocketRefused,
    PluginsTaken,
)
from bridge.playout.time_reason import Following, NoSource, SourceAbsent, SourceStopped
from bridge.sync.transport import Source
from bridge.synth import reason as synth_reason
from bridge.synth.policy import SynthReady
from bridge.synth.reason import NoSoundDevice, NoSoundFont, SynthNotInstalled
from bridge.system import child_exit, input_file, output_file
from bridge.system.child_exit import ChildExited
from bridge.system.input_file import InputTooLarge
from export.hearing import reason as sound_file_reason
from export.hearing.reason import AbsurdRate, Heard, HearingNotInstalled, SoundTooLong
from export.runtime.reasons import artefact, proposal
from export.runtime.reasons.artefact import (
    BadEntry,
    GraphNotFinite,
    GraphUnusable,
    NoOwnStyle,
)
from gui.wording.reasons import Reason, sentence_of
from gui.wording.sentence import Sentence
from tests.gui.wording.every_reason import kinds_in, values_of

MODULES = (
    time_reason,
    problem,
    synth_reason,
    processor,
    file_reason,
    sound_file_reason,
    input_file,
    output_file,
    child_exit,
    artefact,
    proposal,
)


def places(sentence: Sentence) -> int:
    return sum(name is not None for _, name, _, _ in Formatter().parse(sentence.pattern))


@pytest.mark.parametrize("kind", tuple(kinds_in(Reason)), ids=lambda kind: kind.__name__)
def test_every_reason_has_a_sentence_that_can_be_translated(kind: type) -> None:
    for reason in values_of(kind):
        parts = [sentence_of(reason)]
        for sentence in parts:
            assert sentence.context, reason
            assert len(sentence.arguments) == places(sentence), reason
            parts += [part for part in sentence.arguments if isinstance(part, Sentence)]
        assert str(parts[0])


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_reason_is_left_out(module: ModuleType) -> None:
    defined = {
        kind
        for kind in vars(module).values()
        if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
    }
    said: set[Any] = {*kinds_in(Reason), *kinds_in(processor.ProcessorReason)}
    assert defined
    assert defined <= said


@pytest.mark.parametrize(
    "reason,text",
    [
        (Following(Source.PLUGIN), "Following the plugin's host."),
        (
            SourceStopped(Source.JACK, own_clock=False),
            "The JACK transport has stopped: playing freely.",
        ),
        (
            SourceAbsent(Source.CLOCK, own_clock=True),
            "Nothing comes from MIDI clock: Antiphon keeps the time.",
        ),
        (NoSource(own_clock=True), "Antiphon keeps the time."),
        (InputTooLarge(Path("a.sf2"), 2**30, 2**31), "a.sf2: is larger than 1073.74 MB."),
        (NoSource(own_clock=False), "Playing freely."),
        (NoSuchPort("harp", ()), 'There is no port "harp"; there are none.'),
        (NoSuchPort("harp", ("a", "b")), 'There is no port "harp"; there are: a, b.'),
        (AmbiguousPort("a", ("ab", "ac")), '"a" may be any of these ports: ab, ac.'),
        (
            NoVirtualPorts("in", ()),
            (
                "Windows makes no virtual MIDI ports: install a loopback driver and name the input "
                "port; there are: none."
            ),
        ),
        (
            NoBackend((LibraryMissing("jack", "not found"), NoMidiService(("ALSA",)))),
            (
                "The library of the jack back end does not load (not found), and no MIDI service "
                "of the system answers (tried: ALSA); Antiphon goes on without ports, and opens "
                "them when you start one of these."
            ),
        ),
        (NoJackServer(), "There is no JACK server; start JACK or PipeWire."),
        (ComposerFailed("ValueError", "odd"), "The composer has failed (ValueError: odd)."),
        (LinkMissing("pip install x"), "Ableton Link is not installed; type: pip install x"),
        (
            PluginsTaken(),
            "Another Antiphon is running, and plugins in a DAW are connected to that one.",
        ),
        (
            PluginFolderUnsafe("/a/b", "writable"),
            "Plugins in a DAW cannot connect: /a/b can be changed by other users; remove it.",
        ),
        (
            PluginPathTooLong("/a/plugin.sock", 107),
            (
                "Plugins in a DAW cannot connect: the path /a/plugin.sock has more than 107 bytes; "
                "set XDG_RUNTIME_DIR to a shorter folder."
            ),
        ),
        (
            PluginSocketRefused("/a/plugin.sock", "Permission denied"),
            "Plugins in a DAW cannot connect: /a/plugin.sock: Permission denied.",
        ),
        (
            PluginRefused("other-user", 3),
            "Refused where plugins of a DAW connect: connections of another user (3).",
        ),
        (SynthReady("ALSA", 0), "Antiphon sounds by itself, through ALSA."),
        (
            NoSoundDevice("oss"),
            (
                "There is no sound device that plays through oss; connect one, and Antiphon will "
                "sound."
            ),
        ),
        (
            NoSoundFont(),
            (
                "There is no sound font: install a General MIDI one (on Debian: "
                "fluid-soundfont-gm), or name yours."
            ),
        ),
        (
            SynthNotInstalled("pip install y"),
            "The built-in synth needs packages that are not installed; type: pip install y",
        ),
        (ChildExited("a.b", 3), "a.b ended with status 3 before it joined."),
        (Processor(is_gpu=True, threads=1, reason=GpuFound()), "GPU: an NVIDIA GPU is at hand"),
        (Processor(is_gpu=False, threads=1, reason=CpuRequested()), "CPU, 1 thread: asked for"),
        (
            Processor(is_gpu=False, threads=2, reason=CudaFailed("odd")),
            "CPU, 2 threads: CUDA does not run it (odd)",
        ),
        (
            Heard(Path("a.wav"), 12, is_one_voice=True, bpm=96.04, is_steady=True, begin_s=0.512),
            "a.wav: one voice, notes: 12; 96.0 bpm, the first bar begins at 0.51 s.",
        ),
        (
            Heard(Path("a.wav"), 30, is_one_voice=False, bpm=120.0, is_steady=False, begin_s=1.0),
            "a.wav: notes: 30; no steady beat, so 120 bpm; the first bar begins at 1.00 s.",
        ),
        (
            SoundTooLong(Path("a.wav"), 20.0),
            "a.wav: is longer than 20 minutes, the most that is heard.",
        ),
        (AbsurdRate(Path("a.wav"), 1), "a.wav: a sample rate of 1 Hz is not one of music."),
        (
            HearingNotInstalled(Path("a.wav"), "pip install z"),
            "a.wav: hearing needs packages that are not installed; type: pip install z",
        ),
        (UnusableFile(Path("a.mid"), FileFault.MISSING), "a.mid: no such file."),
        (
            FileTooLarge(Path("a.mid"), 200_000_000),
            "a.mid: 200 MB is too large for a piece of music.",
        ),
        (
            AbsurdTempo(Path("a.mid"), 6e6, 30),
            "a.mid: a tempo of 6e+06 bpm, at byte 30, cannot be played.",
        ),
        (
            AbsurdMetre(Path("a.mid"), 0, 4, 30),
            "a.mid: a metre of 0/4, at byte 30, cannot be counted.",
        ),
        (
            AbsurdMetre(Path("a.mid"), 4, 2**255, 30),
            "a.mid: a metre of 4/2^255, at byte 30, cannot be counted.",
        ),
        (
            BrokenFile(Path("a.mid"), FormatFault.NOT_DATA, 72),
            "a.mid: byte 72 is a status where a value is needed.",
        ),
        (
            RiffWrapper(Path("a.mid")),
            "a.mid: a RIFF file; the MIDI file in it is continued, and the rest is left out.",
        ),
        (
            WrongTrackCount(Path("a.mid"), 4, 2),
            "a.mid: the header promises 4 tracks; the file has 2.",
        ),
        (FileNotRead(Path("a.mid"), "odd"), "a.mid: cannot be read (odd)."),
        (
            FileTooLong(Path("a.mid"), 300_000),
            "a.mid: 300000 quarter notes are too long for a piece of music.",
        ),
        (
            UnknownStyle("chopan", ("chopin",)),
            "Style: there is no style 'chopan'; near it: chopin.",
        ),
        (
            UnknownStyle("q", ()),
            "Style: there is no style 'q'; near it: none; `antiphon styles` lists all.",
        ),
        (
            GraphUnusable(Path("cpu.onnx"), "bad node"),
            "cpu.onnx does not run: bad node.",
        ),
        (
            ModelUnusable(GraphNotFinite(Path("cpu.onnx"))),
            "cpu.onnx answers with numbers that are not finite.",
        ),
        (
            BadEntry(Path("m.json"), "config.width", "-1"),
            "m.json has 'config.width' as -1, which no network can have.",
        ),
        (NoOwnStyle("mine"), "there is no style 'mine' of your own."),
    ],
)
def test_a_printed_reason_is_in_english(reason: Reason, text: str) -> None:
    assert str(sentence_of(reason)) == text


def test_the_keys_of_reasons_in_the_log_are_stable() -> None:
    assert sorted(kind.key for kind in kinds_in(LoggedReason)) == [
        "ambiguous-port",
        "composer-failed",
        "following",
        "io-exited",
        "io-restarted",
        "io-silent",
        "jack-gone",
        "jack-refused",
        "jack-silent",
        "journal-full",
        "journal-lost",
        "journal-moved",
        "library-missing",
        "link-missing",
        "messages-lost",
        "model-unusable",
        "no-backend",
        "no-jack-server",
        "no-midi-service",
        "no-source",
        "no-such-port",
        "no-virtual-ports",
        "output-lost",
        "period-lost",
        "plugin-folder-unsafe",
        "plugin-path-too-long",
        "plugin-refused",
        "plugin-socket-refused",
        "plugin-version",
        "plugins-taken",
        "port-gone",
        "source-absent",
        "source-stopped",
        "system-refused",
        "unknown-style",
    ]
