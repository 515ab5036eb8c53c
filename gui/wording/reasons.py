"""Every reason that a user is shown, and its sentence.

Reasons are values that are defined beside their causes and cross pipes. Each family of reasons has
a module in this package that makes its sentences; this module dispatches to it.
"""

from __future__ import annotations

from typing import assert_never

from bridge.messages.journal_reason import JournalReason
from bridge.messages.processor import Processor
from bridge.messages.requests import UnknownStyle
from bridge.midi.smf.reason import FileNotice, MidiFileReason
from bridge.playout.problem import ProblemReason
from bridge.playout.time_reason import TimeReason
from bridge.synth.policy import SynthReady
from bridge.synth.reason import SynthReason
from bridge.system.input_file import InputReason
from bridge.system.output_file import OutputReason
from export.hearing.reason import Heard, SoundReason
from export.runtime.reasons.artefact import ArtefactReason, StyleReason
from export.runtime.reasons.proposal import NoNotes, ProposalReason
from gui.wording.files import sentence_of_file
from gui.wording.inputs import sentence_of_input, sentence_of_sound
from gui.wording.journal import sentence_of_journal
from gui.wording.model_files import (
    sentence_of_artefact,
    sentence_of_style,
    sentence_of_unknown_style,
)
from gui.wording.outputs import sentence_of_output
from gui.wording.problems import sentence_of_problem
from gui.wording.processor import sentence_of_processor
from gui.wording.sentence import Sentence
from gui.wording.sound import sentence_of_synth
from gui.wording.whose_time import sentence_of_time

Reason = (
    TimeReason
    | ProblemReason
    | SynthReady
    | SynthReason
    | Processor
    | MidiFileReason
    | FileNotice
    | InputReason
    | SoundReason
    | Heard
    | OutputReason
    | JournalReason
    | ProposalReason
)


def sentence_of(reason: Reason) -> Sentence:
    """Return the sentence for any reason."""
    if isinstance(reason, TimeReason):
        return sentence_of_time(reason)
    if isinstance(reason, ProblemReason):
        return sentence_of_problem(reason)
    if isinstance(reason, SynthReady | SynthReason):
        return sentence_of_synth(reason)
    if isinstance(reason, Processor):
        return sentence_of_processor(reason)
    if isinstance(reason, _FileReason):
        return _of_files(reason)
    return _of_model(reason)


_FileReason = (
    MidiFileReason | FileNotice | InputReason | SoundReason | Heard | OutputReason | JournalReason
)


def _of_files(reason: _FileReason) -> Sentence:
    if isinstance(reason, InputReason):
        return sentence_of_input(reason)
    if isinstance(reason, SoundReason | Heard):
        return sentence_of_sound(reason)
    if isinstance(reason, OutputReason):
        return sentence_of_output(reason)
    if isinstance(reason, JournalReason):
        return sentence_of_journal(reason)
    return sentence_of_file(reason)


def _of_model(reason: ProposalReason) -> Sentence:
    if isinstance(reason, ArtefactReason):
        return sentence_of_artefact(reason)
    if isinstance(reason, StyleReason):
        return sentence_of_style(reason)
    match reason:
        case UnknownStyle():
            return sentence_of_unknown_style(reason)
        case NoNotes():
            return Sentence("Model", "There are no notes to continue.")
    assert_never(reason)
