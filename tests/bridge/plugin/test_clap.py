"""The plugin in a host that runs it block by block: emitted events, their frames and releases.

Each test is a short piece with two players: a DAW (`Track`) and an app (`App`). The DAW stops
between blocks, so expected frames are exact.
"""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.midi.instruments import LABELS, Instrument
from bridge.playout.schedule import THRU_CHANNEL
from bridge.plugin.wire import (
    VERSION,
    AppBye,
    AppHello,
    BlockFlags,
    Flush,
    FlushAll,
    FromApp,
    MidiIn,
    PlayAtPosition,
    PlayAtTime,
    Played,
    PlayNow,
    PluginBye,
    PluginHello,
    encode,
)
from bridge.system.clock import SystemClock
from tests.bridge.plugin.app import App
from tests.bridge.plugin.host import (
    APP,
    BYPASS,
    LISTENS,
    PLAYS,
    RATE_HZ,
    THRU,
    Emitted,
    Host,
    Track,
    sounding,
)

STRIKE = bytes((0x90, 60, 100))
RELEASE = bytes((0x80, 60, 64))
MS = 1_000_000


def at(track: Track, position_quarters: float, message: bytes, epoch: int | None = None) -> FromApp:
    """Plan a message at a position of the present epoch, or of another."""
    epoch = track.block().epoch if epoch is None else epoch
    return PlayAtPosition(track.instance, 1, epoch, position_quarters, message)


def strike(track: Track, message: bytes = STRIKE) -> None:
    """Start a note without a release."""
    assert [event.message for event in track.order(PlayNow(track.instance, 1, message))] == [
        message
    ]


def test_plays_at_the_frame_of_a_position_at_every_tempo(track: Track) -> None:
    for tempo_bpm in (60.0, 97.5, 174.0, 40.1, 300.0):
        track.play(tempo_bpm).run()
        epoch = track.block().epoch
        onset = round(track.position_quarters) + 1.3
        release = onset + 0.37
        orders = [at(track, onset, STRIKE, epoch), at(track, release, RELEASE, epoch)]
        emitted = track.order(*orders) + track.run_to(track.frame_of(release))
        assert emitted == [
            Emitted(track.frame_of(onset), STRIKE),
            Emitted(track.frame_of(release), RELEASE),
        ]
        track.stop()
        track.run()


@pytest.mark.parametrize("size", [1, 17, 64, 1000, 8192])
def test_blocks_of_every_size_play_at_the_same_frames(track: Track, size: int) -> None:
    track.play().run()
    epoch = track.block().epoch
    positions = [1 + step / 7 for step in range(10)]
    orders = [at(track, each, bytes((0xB0, 1, n)), epoch) for n, each in enumerate(positions)]
    emitted = track.order(*orders) + track.run_to(track.frame_of(positions[-1]), size)
    assert [event.frame for event in emitted] == [track.frame_of(each) for each in positions]


def test_a_position_means_quarters_whatever_the_metre_counts(track: Track) -> None:
    track.metre = (6, 8)
    track.play().run()
    block = track.block()
    assert (block.numerator, block.denominator, block.tempo_bpm) == (6, 8, 120)
    track.order(at(track, 4.25, STRIKE, block.epoch))
    assert track.run_to(track.frame_of(4.25)) == [Emitted(track.frame_of(4.25), STRIKE)]
    last = track.block()
    assert (last.bar, last.bar_start_quarters) == (1, 3.0)


def test_events_in_one_block_keep_their_order(track: Track) -> None:
    track.play().run()
    epoch = track.block().epoch
    other = bytes((0x91, 62, 1))
    track.order(
        at(track, 2.01, STRIKE, epoch),
        at(track, 2.0, STRIKE, epoch),
        at(track, 2.01, other, epoch),
        at(track, 2.002, RELEASE, epoch),
    )
    first, end, last = (track.frame_of(each) for each in (2.0, 2.002, 2.01))
    assert track.run_to(last, 8192) == [
        Emitted(first, STRIKE),
        Emitted(end, RELEASE),
        Emitted(last, STRIKE),
        Emitted(last, other),
    ]


def test_a_tempo_change_moves_planned_events(track: Track) -> None:
    track.play(120).run()
    track.order(at(track, 2.0, STRIKE))
    track.run(4800)
    track.play(90)
    assert track.run_to(track.frame_of(2.0)) == [Emitted(track.frame_of(2.0), STRIKE)]


def test_a_ramp_is_no_jump(track: Track) -> None:
    track.play(60).run(1024)
    epoch = track.block().epoch
    for step in range(1, 200):
        track.play(60 + step).run(1024)
    assert track.block().epoch == epoch


def test_ticks_are_no_jumps(track: Track) -> None:
    # The host counts in 1/480 of a quarter note, rounded down.
    track.play().run(64)
    begin = track.position_quarters
    epoch = track.block().epoch
    for block in range(500):
        quarters = begin + block * 64 * 2 / RATE_HZ
        track.locate(int(quarters * 480) / 480)
        track.run(64)
    assert track.block().epoch == epoch


def stop(track: Track) -> None:
    track.stop()


def jump(track: Track) -> None:
    track.locate(track.position_quarters + 3)


def nudge(track: Track) -> None:
    track.locate(track.position_quarters + 0.01)


def loop(track: Track) -> None:
    track.locate(0.0)


@pytest.mark.parametrize("course", [stop, jump, nudge, loop])
def test_a_break_releases_in_the_same_block(track: Track, course: Callable[[Track], None]) -> None:
    track.play().run()
    epoch = track.block().epoch
    strike(track)
    strike(track, bytes((0xB3, 64, 127)))
    track.order(at(track, track.position_quarters + 0.2, bytes((0x90, 62, 100)), epoch))
    course(track)
    begin = track.frame
    lift = bytes((0xB3, 64, 0))
    assert track.run() == [Emitted(begin, RELEASE), Emitted(begin, lift)]
    assert track.block().epoch == epoch + 1
    # Plans for the old epoch are dropped, also those that arrive later.
    track.order(at(track, track.position_quarters + 0.1, STRIKE, epoch))
    assert track.run_to(track.frame + RATE_HZ) == []


def test_a_start_is_a_new_epoch_and_a_stopped_host_has_none(track: Track) -> None:
    track.run()
    epoch = track.block().epoch
    track.locate(7.5)
    track.run()
    assert track.block().epoch == epoch
    track.play().run()
    block = track.block()
    assert block.epoch == epoch + 1
    assert block.position_quarters == 7.5


def test_position_and_bar_below_zero(track: Track) -> None:
    track.locate(-4.5)
    track.play().run()
    block = track.block()
    assert (block.position_quarters, block.bar, block.bar_start_quarters) == (-4.5, -2, -8.0)
    track.order(at(track, -2.125, STRIKE, block.epoch), at(track, 0.0, RELEASE, block.epoch))
    assert track.run_to(track.frame_of(0.0)) == [
        Emitted(track.frame_of(-2.125), STRIKE),
        Emitted(track.frame_of(0.0), RELEASE),
    ]
    assert track.block().epoch == block.epoch


def test_a_block_has_the_position_of_the_host(track: Track) -> None:
    track.play(97.5)
    position = track.position_quarters
    before_ns = SystemClock().now_ns()
    track.run(500)
    block = track.block()
    assert block.position_quarters == pytest.approx(position, abs=1e-9)
    assert (block.rate_hz, block.frames, block.tempo_bpm) == (RATE_HZ, 500, 97.5)
    assert block.flags == (BlockFlags.PLAYING | BlockFlags.POSITION_VALID | BlockFlags.LISTENS)
    # The plugin's clock is the session clock; the line through its readings is some blocks off.
    assert abs(block.time_ns - before_ns) < 1000 * MS


def test_the_players_events_have_exact_positions(track: Track) -> None:
    track.play(97.5).run()
    begin = track.frame
    played = [(0, STRIKE), (77, RELEASE), (255, bytes((0xE0, 1, 2)))]
    assert track.run(256, played) == []
    block = track.block()
    for frame, message in played:
        midi_in = track.app and track.app.expect(MidiIn)
        assert midi_in
        assert (midi_in.frame, midi_in.message, midi_in.epoch) == (frame, message, block.epoch)
        assert midi_in.position_quarters == pytest.approx(
            track.position_of(begin + frame), abs=1e-9
        )
        assert midi_in.time_ns - block.time_ns == round(frame * 1e9 / RATE_HZ)


def test_a_program_change_has_two_bytes(track: Track, app: App) -> None:
    track.run(64, [(3, bytes((0xC0, 5, 0)))])
    assert app.expect(MidiIn).message == bytes((0xC0, 5))


def test_late_note_ons_are_dropped_and_releases_never(track: Track) -> None:
    track.play().run_to(RATE_HZ)
    epoch = track.block().epoch
    strike(track)
    late = track.position_quarters - 0.07  # 35 ms at 120 bpm
    little_late = track.position_quarters - 0.05
    emitted = track.order(
        at(track, late, RELEASE, epoch),
        at(track, late, bytes((0x90, 61, 1)), epoch),
        at(track, little_late, bytes((0x90, 62, 1)), epoch),
    )
    assert [event.message for event in emitted] == [RELEASE, bytes((0x90, 62, 1))]
    assert track.block().dropped_late == 1


def test_a_second_note_on_ends_the_first(track: Track) -> None:
    strike(track)
    emitted = track.order(PlayNow(track.instance, 2, STRIKE))
    assert [event.message for event in emitted] == [RELEASE, STRIKE]
    twice = [PlayNow(track.instance, 3, bytes((0x90, 60, 0)))] * 2
    assert [event.message for event in track.order(*twice)] == [bytes((0x90, 60, 0))]


def test_played_events_are_reported(track: Track, app: App) -> None:
    track.play().run()
    onset = track.position_quarters + 0.7
    track.order(PlayAtPosition(track.instance, 77, track.block().epoch, onset, STRIKE))
    track.run_to(track.frame_of(onset))
    played = app.expect(Played, lambda played: played.tag == 77)
    assert played.message == STRIKE
    # Half a frame, because a position lies between two frames.
    assert abs(played.played_ns - played.wanted_ns) <= 1e9 / RATE_HZ / 2 + 1
    assert track.run_to(track.frame + 10) == []
    assert track.block().emitted == 1


def test_events_at_times_are_played_while_the_host_is_stopped(track: Track, app: App) -> None:
    begin_ns = SystemClock().now_ns()
    track.order(PlayAtTime(track.instance, 5, begin_ns + 30 * MS, STRIKE))
    assert next(track.until_emitted()).message == STRIKE
    played = app.expect(Played, lambda played: played.tag == 5)
    assert played.wanted_ns == pytest.approx(begin_ns + 30 * MS, abs=2)
    assert played.played_ns >= played.wanted_ns - 1e9 / RATE_HZ


def test_flush_drops_releases_and_goes_on(track: Track) -> None:
    track.play().run()
    epoch = track.block().epoch
    strike(track)
    planned = at(track, track.position_quarters + 0.5, bytes((0x90, 61, 1)), epoch)
    assert [event.message for event in track.order(planned, Flush(track.instance))] == [RELEASE]
    onset = track.position_quarters + 1
    track.order(at(track, onset, STRIKE, epoch))
    assert track.run_to(track.frame_of(onset)) == [Emitted(track.frame_of(onset), STRIKE)]
    assert track.block().epoch == epoch


def test_midi_thru_survives_a_flush_and_a_jump_but_not_the_app(track: Track, app: App) -> None:
    track.play().run()
    thru_on, thru_off = (
        bytes((0x90 | THRU_CHANNEL, 72, 90)),
        bytes((0x80 | THRU_CHANNEL, 72, 64)),
    )
    strike(track)
    strike(track, thru_on)
    assert [event.message for event in track.order(Flush(track.instance))] == [RELEASE]
    jump(track)
    assert track.run() == []
    emitted = track.order(PlayNow(track.instance, 1, thru_off))
    assert [event.message for event in emitted] == [thru_off]
    strike(track, thru_on)
    emitted = track.order(FlushAll(track.instance))
    assert [event.message for event in emitted] == [thru_off]
    strike(track, thru_on)
    app.close()
    assert next(track.until_emitted()).message == thru_off


def test_bypass_releases_and_plays_nothing(track: Track) -> None:
    strike(track)
    track.set(BYPASS, 1)
    begin = track.frame
    assert track.run() == [Emitted(begin, RELEASE)]
    assert BlockFlags.BYPASSED in track.block().flags
    assert track.order(PlayNow(track.instance, 1, STRIKE)) == []
    # A bypassed effect passes everything on.
    assert track.run(64, [(9, STRIKE)]) == [Emitted(track.frame - 64 + 9, STRIKE)]
    track.set(BYPASS, 0)
    assert [event.message for event in track.run()] == [RELEASE]
    assert track.order(PlayNow(track.instance, 1, STRIKE))


def test_thru_passes_the_player_on_and_releases_every_note(track: Track) -> None:
    assert track.run(64, [(5, STRIKE)]) == []
    track.set(THRU, 1)
    assert track.run(64, [(5, STRIKE)]) == [Emitted(track.frame - 59, STRIKE)]
    track.set(THRU, 0)
    assert track.run(64) == [Emitted(track.frame - 64, RELEASE)]


def test_a_plugin_that_does_not_listen_sends_no_events(track: Track, app: App) -> None:
    track.set(LISTENS, 0)
    track.run(64, [(5, STRIKE)])
    assert BlockFlags.LISTENS not in track.block().flags
    track.fence()
    assert app.received(MidiIn) == []


def test_the_instruments_are_those_of_the_app(track: Track) -> None:
    labels = [track.host.ask("text", track.number, PLAYS, value) for value in range(15)]
    assert labels == ["everything", *LABELS]
    track.run()
    assert track.block().plays is None
    track.set(PLAYS, 1 + Instrument.DRUMS)
    track.run()
    assert track.block().plays is Instrument.DRUMS


def test_parameters_are_saved_with_the_project(host: Host, track: Track) -> None:
    for parameter, value in ((PLAYS, 9), (LISTENS, 0), (THRU, 1)):
        track.set(parameter, value)
    track.run()
    state = host.ask("save", track.number)
    other = Track(host)
    host.ask("load", other.number, state)
    assert [other.get(each) for each in (BYPASS, PLAYS, LISTENS, THRU)] == [0, 9, 0, 1]


def test_two_instances_are_independent(host: Host, app: App) -> None:
    one = Track(host, app)
    other = Track(host)
    other.join(app, one.instance)
    other.fence()
    one.set(PLAYS, 1 + Instrument.BASS)
    other.set(PLAYS, 1 + Instrument.HARP)
    one.run()
    other.run()
    assert (one.block().plays, other.block().plays) == (Instrument.BASS, Instrument.HARP)
    one.play().run()
    assert one.block().epoch == 2
    strike(one)
    assert other.fence() == []
    host.ask("drop", other.number)
    assert app.expect(PluginBye).instance == other.instance
    assert one.order(Flush(one.instance))[0].message == RELEASE


def test_an_app_that_dies_leaves_nothing_sounding(track: Track, app: App) -> None:
    strike(track)
    app.close()
    assert next(track.until_emitted()).message == RELEASE
    assert track.get(APP) == 0


def test_an_app_without_hello_for_a_second_is_gone(track: Track, app: App) -> None:
    strike(track)
    begin_ns = SystemClock().now_ns()
    app.mute()
    assert next(track.until_emitted()).message == RELEASE
    # Its last hello may be up to a quarter of a second old.
    assert SystemClock().now_ns() - begin_ns > 700 * MS


@pytest.mark.parametrize("farewell", [AppBye, lambda instance: AppHello(instance, 1)])
def test_an_app_that_leaves_or_is_replaced(
    track: Track, app: App, farewell: Callable[[int], FromApp]
) -> None:
    strike(track)
    app.send(farewell(track.instance))
    assert next(track.until_emitted()).message == RELEASE


@pytest.mark.parametrize("way", ["", "tcp:"])
def test_an_app_may_start_later_and_again(
    clap_host: Callable[[str], Host], folder: Path, way: str
) -> None:
    at = f"{way}{folder}"
    host = clap_host(at)
    track = Track(host)
    track.play()
    for _ in range(2):
        assert track.run_to(track.frame + 10_000) == []
        app = App(at)
        track.join(app)
        assert track.get(APP) == 1
        strike(track)
        app.close()
        assert next(track.until_emitted()).message == RELEASE
    host.close()


def test_another_version_is_refused_with_ours(track: Track, app: App) -> None:
    strike(track)
    app.mute()
    app.received(PluginHello)
    hello = bytearray(encode(AppHello(track.instance, 1)))
    hello[4] = VERSION + 1
    app.send_raw(track.instance, bytes(hello))
    assert next(track.until_emitted()).message == RELEASE
    assert track.get(APP) == 2
    app.expect(PluginHello)
    app.expect(PluginHello)  # it connects again, and is not answered
    app.send(PlayNow(track.instance, 1, STRIKE))
    for _ in range(1000):  # the plugin sends nothing any more, so there is no message to wait for
        assert track.run(1) == []
    assert track.get(APP) == 2


def test_invalid_messages_are_ignored(track: Track, app: App) -> None:
    track.play().run()
    before = track.block()
    epoch = before.epoch
    good = encode(PlayNow(track.instance, 1, STRIKE))
    invalid = [
        good[:5] + b"\x77" + good[6:],  # an unknown kind
        encode(PlayNow(track.instance ^ 1, 1, STRIKE)),  # for another instance
        encode(PlayNow(track.instance, 1, bytes((0xF8,)))),
        encode(PlayNow(track.instance, 1, STRIKE[:2])),
        encode(PlayNow(track.instance, 1, bytes((0x90, 200, 1)))),
        *(
            encode(PlayAtPosition(track.instance, 1, epoch, number, STRIKE))
            for number in (float("nan"), float("inf"), -float("inf"), 1e300, -1e300)
        ),
        *(
            encode(PlayAtTime(track.instance, 1, time_ns, STRIKE))
            for time_ns in (-(2**63), 2**63 - 1, SystemClock().now_ns() + 3600 * 1000 * MS)
        ),
    ]
    for data in invalid:
        app.send_raw(track.instance, data)
    assert track.fence() == []
    after = track.block()
    assert after.dropped_late == 1  # -1e300 is a position, a very early one
    assert after.lost - before.lost == len(invalid) - 1
    strike(track)


@pytest.mark.parametrize("position", [1e300, 1e9])
def test_a_release_that_is_far_ahead_ends_all_notes(track: Track, position: float) -> None:
    track.play().run()
    strike(track)
    epoch = track.block().epoch
    emitted = track.order(PlayAtPosition(track.instance, 1, epoch, position, RELEASE))
    assert [event.message for event in emitted] == [RELEASE]


def test_a_release_at_a_wrong_time_ends_all_notes(track: Track) -> None:
    strike(track)
    emitted = track.order(PlayAtTime(track.instance, 1, 2**63 - 1, RELEASE))
    assert [event.message for event in emitted] == [RELEASE]


@pytest.mark.parametrize(
    "rubbish",
    [
        b"XNTP" + bytes(12),
        b"ANTP" + bytes((VERSION, 0x82, 15, 0)) + bytes(8),  # shorter than a header
        b"ANTP" + bytes((VERSION, 0x82, 93, 0)) + bytes(8),  # longer than any message
        b"\0" * 16,
        random.Random(1).randbytes(100_000),
    ],
)
def test_rubbish_ends_the_connection_and_every_note(track: Track, app: App, rubbish: bytes) -> None:
    strike(track)
    app.send_raw(track.instance, rubbish)
    assert next(track.until_emitted()).message == RELEASE
    app.expect(PluginHello, lambda hello: hello.time_ns > 0)
    track.join(app)  # it connects again
    strike(track)


def test_deactivation_releases_in_the_next_block(host: Host, track: Track) -> None:
    track.play().run()
    epoch = track.block().epoch
    strike(track)
    track.set(THRU, 1)
    passed_on = bytes((0x91, 70, 1))
    assert [event.message for event in track.run(64, [(0, passed_on)])] == [passed_on]
    host.ask("deactivate", track.number)
    host.ask("activate", track.number, RATE_HZ)
    begin = track.frame
    assert track.run() == [Emitted(begin, RELEASE), Emitted(begin, bytes((0x81, 70, 64)))]
    assert track.block().epoch == epoch + 1


def test_a_release_that_the_host_has_no_room_for_comes_later(host: Host, track: Track) -> None:
    strike(track)
    host.ask("refuse", 0)
    assert track.app
    track.app.send(Flush(track.instance))
    while track.block().lost == 0:
        assert track.run() == []
    host.ask("refuse", 1000)
    begin = track.frame
    assert track.run() == [Emitted(begin, RELEASE)]


@pytest.mark.parametrize("seed", range(5))
def test_every_note_on_has_exactly_one_release(track: Track, app: App, seed: int) -> None:
    dice = random.Random(seed)
    emitted: list[Emitted] = []
    epoch = 1
    for _ in range(150):
        status = dice.choice((0x80, 0x90)) | dice.choice((0, THRU_CHANNEL))
        message = bytes((status, dice.randrange(60, 64), dice.randrange(128)))
        near = track.position_quarters + dice.uniform(-0.1, 0.2)
        match dice.randrange(12):
            case 0:
                track.play(dice.choice((60, 120, 240)))
            case 1:
                track.stop()
            case 2:
                track.locate(dice.uniform(-4, 100))
            case 3:
                app.send(dice.choice((Flush, FlushAll))(track.instance))
            case 4:
                track.set(BYPASS, dice.randrange(2))
            case 5 | 6:
                app.send(PlayNow(track.instance, 1, message))
            case _:
                app.send(PlayAtPosition(track.instance, 1, epoch, near, message))
        emitted += track.run(dice.choice((16, 256, 2048)))
        epoch = track.block().epoch
        sounding(emitted)
    track.set(BYPASS, 0)
    emitted += track.run()
    emitted += track.order(FlushAll(track.instance))
    assert sounding(emitted) == set()
