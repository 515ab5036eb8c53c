"""What is wrong with an artefact or a style, and what a take copies, in sentences that name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.system.input_file import InputReason
from export.runtime.reasons.artefact import (
    ArtefactCount,
    BadEntry,
    BadNumbers,
    BadStyleName,
    BadTable,
    ChecksumMismatch,
    ChecksumMissing,
    ContentReason,
    EntryMissing,
    FileReason,
    FormatMismatch,
    GraphMismatch,
    GraphNotFinite,
    GraphReason,
    GraphUnusable,
    MismatchReason,
    NoOwnStyle,
    NotAnObject,
    NotAStyle,
    NotJson,
    OwnStyleExists,
    OwnStyleWidth,
    StyleIncomplete,
    StyleNameTaken,
    VectorWidth,
    VocabularyMismatch,
)
from gui.wording.inputs import sentence_of_input
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.messages.originality import Run
    from bridge.messages.requests import UnknownStyle
    from export.runtime.reasons.artefact import ArtefactReason, StyleReason


def sentence_of_unknown_style(reason: UnknownStyle) -> Sentence:
    """Return the sentence for an unknown style."""
    return Sentence("Model", "Style: {}.").format(no_such_style(reason))


def no_such_style(reason: UnknownStyle) -> Sentence:
    """Return the unknown style and the names near it, as the end of a sentence."""
    none = Sentence("Model", "none; `antiphon styles` lists all")
    told = Sentence("Model", "there is no style {!r}; near it: {}")
    return told.format(reason.name, ", ".join(reason.near) or none)


def sentence_of_artefact(reason: ArtefactReason) -> Sentence:
    """Return the sentence for what is wrong with an artefact."""
    if isinstance(reason, FileReason):
        return _of_file(reason)
    if isinstance(reason, MismatchReason):
        return _of_mismatch(reason)
    return _of_graph(reason) if isinstance(reason, GraphReason) else _of_content(reason)


def _of_content(reason: ContentReason) -> Sentence:
    match reason:
        case EntryMissing(path, entry):
            return Sentence("Model", "{} has no {!r}.").format(str(path), entry)
        case BadEntry(path, entry, found):
            told = Sentence("Model", "{} has {!r} as {}, which no network can have.")
            return told.format(str(path), entry, found)
        case ChecksumMissing(path, file):
            told = Sentence("Model", "{} has no checksum for {}, which this program needs.")
            return told.format(str(path), file)
        case StyleIncomplete(path):
            told = Sentence("Model", "{}: a style has no name of its own, no vector or no place.")
            return told.format(str(path))
        case BadNumbers(path, owner):
            told = Sentence(
                "Model", "{}: numbers of {!r} are missing, not finite or far too large."
            )
            return told.format(str(path), owner)
        case BadTable(path, error):
            told = Sentence("Model", "{}: cannot be read as an index of pieces ({}).")
            return told.format(str(path), error)
    assert_never(reason)


def _of_graph(reason: GraphReason) -> Sentence:
    match reason:
        case GraphUnusable(path, error):
            return Sentence("Model", "{} does not run: {}.").format(str(path), error)
        case GraphNotFinite(path):
            told = Sentence("Model", "{} answers with numbers that are not finite.")
            return told.format(str(path))
    assert_never(reason)


def sentence_of_run(run: Run) -> Sentence:
    """Return how many notes are as in which piece, without a full stop."""
    return Sentence("Takes", "{} notes as in {}").format(run.notes, run.title)


def sentence_of_style(reason: StyleReason) -> Sentence:
    """Return the sentence for what is wrong with a style of the user's own."""
    match reason:
        case NotAStyle(path, name):
            told = Sentence(
                "Model",
                "{}: is not a style that can be used, and is left out; type: antiphon style remove "
                '"{}"',
            )
            return told.format(str(path), name)
        case BadStyleName(name):
            told = Sentence(
                "Model",
                "{!r} cannot name a style: no comma, colon, quote or slash, and only what is seen.",
            )
            return told.format(name)
        case StyleNameTaken(name, artefact):
            told = Sentence("Model", "{!r} is a style of {} already; choose another name.")
            return told.format(name, artefact)
        case OwnStyleExists(name):
            return Sentence("Model", "there is a style {!r} of your own already.").format(name)
        case NoOwnStyle(name):
            return Sentence("Model", "there is no style {!r} of your own.").format(name)
    assert_never(reason)


def _of_file(reason: FileReason) -> Sentence:
    if isinstance(reason, InputReason):
        return sentence_of_input(reason)
    match reason:
        case ArtefactCount(folder, count):
            told = Sentence("Model", "{} holds {} artefacts where there must be 1.")
            return told.format(str(folder), count)
        case NotJson(path, error):
            return Sentence("Model", "{} is not JSON: {}.").format(str(path), error)
        case NotAnObject(path, kind):
            told = Sentence("Model", "{} holds a {} and should hold an object.")
            return told.format(str(path), kind)
    assert_never(reason)


def _of_mismatch(reason: MismatchReason) -> Sentence:
    match reason:
        case ChecksumMismatch(path, found, manifest, stated):
            told = Sentence("Model", "{} has sha256 {} and {} says {}.")
            return told.format(str(path), found, manifest, stated)
        case FormatMismatch(path, found, expected):
            told = Sentence("Model", "{} has format {} and this program reads format {}.")
            return told.format(str(path), found, expected)
        case VocabularyMismatch(path, found, expected):
            told = Sentence("Model", "{} names vocabulary {} and this program has vocabulary {}.")
            return told.format(str(path), found, expected)
        case GraphMismatch(path, side, name, found, stated):
            told = Sentence("Model", "{} has {} {} as {} and the manifest as {}.")
            return told.format(str(path), side, name, found, stated)
        case VectorWidth(path, owner, found_width, width):
            told = Sentence(
                "Model", "{}: the vector of {} has {} numbers and the network a width of {}."
            )
            return told.format(str(path), owner, found_width, width)
        case OwnStyleWidth(style, found_width, artefact, width):
            told = Sentence("Model", "style {!r} has {} numbers and {} a width of {}.")
            return told.format(style, found_width, artefact, width)
    assert_never(reason)
