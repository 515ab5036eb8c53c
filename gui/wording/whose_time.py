"""Why the session uses its present transport, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from bridge.playout.time_reason import Following, NoSource, SourceAbsent, SourceStopped
from bridge.sync.transport import Source
from gui.wording.sentence import Sentence

if TYPE_CHECKING:
    from bridge.playout.time_reason import TimeReason

_FOLLOWING = {
    Source.PLUGIN: Sentence("Time", "Following the plugin's host."),
    Source.JACK: Sentence("Time", "Following the JACK transport."),
    Source.CLOCK: Sentence("Time", "Following MIDI clock."),
    Source.LINK: Sentence("Time", "Following Ableton Link."),
}
_STOPPED = {
    Source.PLUGIN: Sentence("Time", "The plugin's host has stopped: {}."),
    Source.JACK: Sentence("Time", "The JACK transport has stopped: {}."),
    Source.CLOCK: Sentence("Time", "MIDI clock has stopped: {}."),
    Source.LINK: Sentence("Time", "Ableton Link has stopped: {}."),
}
_ABSENT = {
    Source.PLUGIN: Sentence("Time", "Nothing comes from the plugin's host: {}."),
    Source.JACK: Sentence("Time", "Nothing comes from the JACK transport: {}."),
    Source.CLOCK: Sentence("Time", "Nothing comes from MIDI clock: {}."),
    Source.LINK: Sentence("Time", "Nothing comes from Ableton Link: {}."),
}


def sentence_of_time(reason: TimeReason) -> Sentence:
    """Return the sentence for the reason of the present time source."""
    match reason:
        case Following(source):
            return _FOLLOWING[source]
        case SourceStopped(source, own_clock):
            return _STOPPED[source].format(_instead(own_clock=own_clock))
        case SourceAbsent(source, own_clock):
            return _ABSENT[source].format(_instead(own_clock=own_clock))
        case NoSource(own_clock):
            if own_clock:
                return Sentence("Time", "Antiphon keeps the time.")
            return Sentence("Time", "Playing freely.")
    assert_never(reason)


def _instead(*, own_clock: bool) -> Sentence:
    if own_clock:
        return Sentence("Time", "Antiphon keeps the time")
    return Sentence("Time", "playing freely")
