"""Another program on the JACK server: plays a MIDI file into a port and records another.

`jack_player.py FILE SECONDS` waits for Antiphon's ports. Half a second later it plays the file in
real time: a MIDI file, or a JSON list of [seconds, [byte, ...]] for what no MIDI file can hold. It
records what Antiphon plays until the seconds are over, and prints both as JSON: lists of [frame,
status, data, data]. It shares only the names of the ports with Antiphon.
"""

import json
import sys
import threading
from pathlib import Path

import jack
import mido

PLAYS_INTO, RECORDS = "Antiphon:in", "Antiphon:out"
_GLANCE_S, _GLANCES = 0.05, 600
_PAUSE = threading.Event()


def timeline(path: str, rate: int) -> list[tuple[int, bytes]]:
    """Return the file's messages with their frames from the start."""
    if path.endswith(".json"):
        events = json.loads(Path(path).read_text("utf-8"))
        return [(round(at_s * rate), bytes(message)) for at_s, message in events]
    seconds, messages = 0.0, []
    for message in mido.MidiFile(path):
        seconds += message.time
        if message.type in ("note_on", "note_off"):
            messages.append((round(seconds * rate), bytes(message.bytes())))
    return messages


def connect(client: jack.Client, source: jack.Port | str, into: jack.Port | str) -> None:
    """Connect two ports when both exist; a new port may not be active yet."""
    for glance in range(_GLANCES):
        try:
            client.connect(source, into)
        except jack.JackError:
            if glance == _GLANCES - 1:
                raise
            _PAUSE.wait(_GLANCE_S)
        else:
            return


def main() -> None:
    """Play, record, print."""
    client = jack.Client("Player", no_start_server=True)
    out = client.midi_outports.register("out")
    into = client.midi_inports.register("in")
    rate = client.samplerate
    pending: list[tuple[int, bytes]] = []
    played: list[list[int]] = []
    received: list[list[int]] = []
    over = threading.Event()

    def process(frames: int) -> None:
        begin = client.last_frame_time
        for at, message in into.incoming_midi_events():
            received.append([begin + at, *bytes(message)])
        out.clear_buffer()
        while pending and pending[0][0] < begin + frames:
            at_frame, message = pending.pop(0)
            out.write_midi_event(max(0, at_frame - begin), message)
            played.append([at_frame, *message])

    client.set_process_callback(process)
    with client:
        connect(client, out, PLAYS_INTO)
        connect(client, RECORDS, into)
        begin = client.frame_time + rate // 2
        pending.extend((begin + at, message) for at, message in timeline(sys.argv[1], rate))
        over.wait(float(sys.argv[2]))
    print(json.dumps({"rate": rate, "played": played, "received": received}))  # noqa: T201 - output


if __name__ == "__main__":
    main()
