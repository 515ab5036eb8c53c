"""The policy of decoding, on logits that a test can predict."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.midi.instruments import Instrument
from model.decoding.policy import NO_RULES, Policy, Rules
from model.decoding.sampling import SamplingParams
from model.decoding.state import StreamState
from model.tokens import vocabulary as v

PIANO, BASS, DRUMS = Instrument.PIANO, Instrument.BASS, Instrument.DRUMS
VELOCITIES = np.zeros((len(Instrument), v.VELOCITY_LEVELS), np.float32)
OFF = replace(NO_RULES, wait_top_p=1.0)
ALL = SamplingParams(1.0, 1.0)


def state_after(words: str) -> StreamState:
    return StreamState.after(v.parse_tokens(f"start clock:grid tempo:120 metre:4/4 {words}"))


def free_state_after(words: str) -> StreamState:
    return StreamState.after(v.parse_tokens(f"start clock:free {words}"))


def logits(**shares: float) -> NDArray[np.float32]:
    """Return logits of events by name; others have a vanishing probability."""
    found = np.full(v.EVENT_COUNT, -30, np.float32)
    for name, share in shares.items():
        kind, _, rest = name.partition("_")
        if kind == "wait":
            found[v.wait_id(int(rest))] = np.log(share)
        else:
            instrument, _, pitch = rest.partition("_")
            of = v.on_event if kind == "on" else v.off_id
            found[of(Instrument[instrument.upper()], int(pitch))] = np.log(share)
    return found


def drawn(
    state: StreamState,
    events: NDArray[np.float32],
    rules: Rules,
    *instruments: Instrument,
    params: SamplingParams = ALL,
    begin_tick: int = 0,
    end_tick: int | None = None,
    count: int = 600,
) -> dict[str, float]:
    """Return how often each event is chosen, by its spelling without the velocity."""
    policy = Policy(instruments, begin_tick, params, np.random.default_rng(0), rules)
    if end_tick is not None:
        policy.end_at(end_tick)
    state.grammar.set_instruments(instruments)
    tokens = (policy.sample(state, events, VELOCITIES) for _ in range(count))
    hits = Counter(v.EVENTS[v.event_of(token)] for token in tokens)
    return {
        f"{spelt.kind.name} {spelt.value or spelt.pitch}": n / count for spelt, n in hits.items()
    }


def test_classes_are_drawn_by_their_exact_mass() -> None:
    """Many small releases are as likely together as one large onset; top-p removes none."""
    sounding = " ".join(f"piano:v80:{name}4" for name in ("C", "D", "E", "F", "G"))
    state = state_after(f"{sounding} wait:12")
    releases = {f"off_piano_{pitch}": 0.05 for pitch in (60, 62, 64, 65, 67)}
    events = logits(wait_12=0.5, on_piano_72=0.25, **releases)
    found = drawn(state, events, OFF, PIANO, params=SamplingParams(1.0, 0.3))
    assert sum(share for name, share in found.items() if name.startswith("OFF")) == pytest.approx(
        0.25, abs=0.06
    )


def test_pitches_are_truncated_within_their_class() -> None:
    events = logits(wait_12=0.6, on_piano_60=0.3, on_piano_61=0.1)
    found = drawn(state_after(""), events, OFF, PIANO, params=SamplingParams(1.0, 0.7))
    assert found["ON 60"] == pytest.approx(0.4, abs=0.06)
    assert "ON 61" not in found


def test_temperature_0_is_the_likeliest_event() -> None:
    events = logits(wait_12=0.4, on_piano_60=0.35, on_piano_62=0.25)
    assert drawn(state_after(""), events, OFF, PIANO, params=SamplingParams(0.0)) == {"WAIT 12": 1}


def test_a_note_that_is_too_long_ends() -> None:
    eighths = "piano:v80:C4 wait:24 piano:v0:C4 " * 16
    state = state_after(f"{eighths} piano:v80:E4 " + "wait:96 " * 2)
    events = logits(wait_12=0.999, off_piano_64=0.001)
    assert drawn(state, events, OFF, PIANO).get("OFF 64", 0) < 0.02
    assert drawn(state, events, Rules(), PIANO)["OFF 64"] > 0.5


def test_a_note_as_long_as_the_others_goes_on() -> None:
    long = "piano:v80:C4 wait:192 piano:v0:C4 " * 16
    state = state_after(f"{long} piano:v80:E4 wait:180")
    events = logits(wait_12=0.97, off_piano_64=0.03)
    assert drawn(state, events, Rules(), PIANO)["WAIT 12"] > 0.9


def test_a_note_is_not_cut_shorter_than_the_others() -> None:
    state = state_after("piano:v80:C4 wait:24 piano:v0:C4 " * 40 + "piano:v80:D4 wait:3")
    events = logits(wait_12=0.5, off_piano_62=0.5)
    assert drawn(state, events, OFF, PIANO)["OFF 62"] > 0.4
    assert drawn(state, events, replace(OFF, releases=True), PIANO).get("OFF 62", 0) < 0.1
    usual = state_after("piano:v80:C4 wait:24 piano:v0:C4 " * 40 + "piano:v80:D4 wait:24")
    assert drawn(usual, events, replace(OFF, releases=True), PIANO)["OFF 62"] > 0.4


def test_an_instrument_that_was_asked_for_enters() -> None:
    state = state_after("piano:v80:C4 wait:24 piano:v0:C4 " * 16)
    events = logits(wait_12=0.999, on_bass_40=0.001)
    entered = {
        bars: drawn(
            state, events, Rules(density=0), PIANO, BASS, begin_tick=state.tick - bars * 192
        )
        for bars in (0, 2)
    }
    assert entered[0].get("ON 40", 0) < 0.02
    assert entered[2]["ON 40"] > 0.5


def test_an_instrument_that_was_not_heard_plays_as_densely_as_its_kind() -> None:
    """The rarer it is, compared with what is usual, the likelier its onsets become."""
    events = logits(wait_12=0.99, on_bass_40=0.01)
    state = state_after("piano:v80:C4 wait:24 piano:v0:C4 " * 16)
    policy = Policy((PIANO, BASS), state.tick, ALL, np.random.default_rng(1))
    shares = []
    for music in ("", "bass:v80:E2 wait:12 bass:v0:E2 wait:12 " * 16):
        for token in v.parse_tokens(music):
            state.push(token)
        state.grammar.set_instruments((BASS,))
        tokens = [policy.sample(state, events, VELOCITIES) for _ in range(600)]
        shares.append(np.mean([v.event_of(token) == v.on_event(BASS, 40) for token in tokens]))
    assert shares[0] > 0.3
    assert shares[1] < 0.03


def test_a_line_ends_its_note_before_the_next() -> None:
    state = state_after("bass:v80:E2 wait:48")
    events = logits(wait_12=0.01, on_bass_43=0.99)
    assert drawn(state, events, OFF, BASS)["ON 43"] > 0.9
    assert drawn(state, events, Rules(), BASS)["OFF 40"] > 0.9


def test_the_expected_harmony_makes_its_pitches_likelier() -> None:
    bars = ("C E G", "D G B", "C E A", "C F A")
    chords = " ".join(
        f"{' '.join(f'piano:v80:{n}4' for n in names)} wait:192 "
        f"{' '.join(f'piano:v0:{n}4' for n in names)}"
        for names in map(str.split, bars * 2)
    )
    state = state_after(chords)
    events = logits(on_piano_67=0.5, on_piano_69=0.5)  # G and A, over C major
    found = drawn(state, events, Rules(), PIANO, begin_tick=state.tick)
    assert found["ON 67"] > 0.8
    even = drawn(state, events, OFF, PIANO, begin_tick=state.tick)
    assert even["ON 67"] == pytest.approx(0.5, abs=0.07)


def test_a_clash_is_less_likely() -> None:
    state = state_after("piano:v80:C4 wait:12")
    events = logits(on_piano_73=0.5, on_piano_74=0.5)
    found = drawn(state, events, Rules(clash=2), PIANO)
    assert found["ON 73"] < 0.2


def test_drums_keep_their_groove() -> None:
    bar = "drums:v80:C2 wait:48 drums:v80:D2 wait:48 drums:v80:C2 wait:48 drums:v80:D2 wait:48 "
    state = state_after(bar * 4)
    events = logits(on_drums_36=0.5, on_drums_38=0.5)
    assert drawn(state, events, Rules(), DRUMS, begin_tick=state.tick)["ON 36"] > 0.9


def test_in_free_time_waits_reach_the_pulse() -> None:
    state = free_state_after("piano:v80:C4 wait:20 piano:v0:C4 wait:21 " * 24)
    events = logits(wait_30=0.25, wait_41=0.25, wait_50=0.25, wait_61=0.25)
    found = drawn(state, events, Rules(), PIANO, begin_tick=state.tick)
    assert found["WAIT 41"] > 0.7
    even = drawn(state, events, Rules(pulse=0), PIANO, begin_tick=state.tick)
    assert even["WAIT 41"] == pytest.approx(0.25, abs=0.06)


def test_where_there_are_bars_waits_are_left_alone() -> None:
    state = state_after("piano:v80:C4 wait:24 piano:v0:C4 wait:24 " * 24)
    events = logits(wait_36=0.5, wait_48=0.5)
    found = drawn(state, events, Rules(), PIANO, begin_tick=state.tick)
    assert found["WAIT 48"] == pytest.approx(0.5, abs=0.07)


def test_in_free_time_a_note_ends_before_one_that_it_clashes_with() -> None:
    legato = "piano:v80:C4 wait:24 piano:v80:C#4 wait:2 piano:v0:C4 wait:24 piano:v0:C#4 " * 16
    state = free_state_after(f"{legato} piano:v80:G4 wait:24")
    events = logits(on_piano_68=0.99, wait_12=0.01)
    assert drawn(state, events, Rules(), PIANO, begin_tick=state.tick)["OFF 67"] > 0.85
    off = Rules(resolve=False)
    assert "OFF 67" not in drawn(state, events, off, PIANO, begin_tick=state.tick)
    bars = state_after("piano:v80:G4 wait:24")
    assert "OFF 67" not in drawn(bars, events, Rules(), PIANO, begin_tick=bars.tick)


def test_where_long_clashes_were_heard_they_may_come() -> None:
    long = "piano:v80:C4 wait:24 piano:v80:C#4 wait:40 piano:v0:C4 wait:24 piano:v0:C#4 " * 16
    state = free_state_after(f"{long} piano:v80:G4 wait:24")
    events = logits(on_piano_68=0.99, wait_12=0.01)
    assert drawn(state, events, Rules(), PIANO, begin_tick=state.tick)["ON 68"] > 0.85


def test_a_pitch_that_is_repeated_for_too_long_is_less_likely() -> None:
    heard = "bass:v80:E2 wait:24 bass:v0:E2 bass:v80:G2 wait:24 bass:v0:G2 " * 8
    state = state_after(heard)
    policy = Policy((BASS,), state.tick, ALL, np.random.default_rng(0))
    state.grammar.set_instruments((BASS,))
    events = logits(on_bass_40=0.9, on_bass_43=0.1)
    shares = []
    for quarters in (2, 8):
        for token in v.parse_tokens("bass:v80:E2 wait:24 bass:v0:E2 wait:24 " * quarters):
            state.push(token)
        tokens = [policy.sample(state, events, VELOCITIES) for _ in range(600)]
        shares.append(np.mean([v.event_of(token) == v.on_event(BASS, 40) for token in tokens]))
    assert shares[0] > 0.8
    assert shares[1] < 0.3


def test_velocities_spread_as_before() -> None:
    loud, soft = v.velocity_of(11), v.velocity_of(6)
    pair = "piano:v{}:C4 wait:24 piano:v0:C4 "
    state = state_after((pair.format(loud) + pair.format(soft)) * 16)
    stuck = np.full_like(VELOCITIES, -8)
    stuck[:, 6] = 0.0
    levels = {}
    for name, rules in (("on", Rules()), ("off", Rules(velocity=0))):
        policy = Policy((PIANO,), state.tick, ALL, np.random.default_rng(0), rules)
        state.grammar.set_instruments((PIANO,))
        tokens = [policy.sample(state, logits(on_piano_60=1.0), stuck) for _ in range(300)]
        levels[name] = np.array([v.velocity_level(token) for token in tokens])
    assert levels["on"].std() > 1
    assert levels["off"].std() < 0.7


def test_a_take_that_ends_holds_its_last_note() -> None:
    """No wait passes the half of the last bar; there a note begins, and sounds to the end."""
    scale = " ".join(f"piano:v80:{n}4 wait:24 piano:v0:{n}4" for n in "CDEFGABGECGGECEC")
    events = logits(
        wait_192=0.3, wait_36=0.3, on_piano_60=0.1, on_piano_62=0.1, off_piano_60=0.1,
        off_piano_62=0.1,
    )  # fmt: skip
    held = {}
    for ends in (True, False):
        found = []
        for seed in range(20):
            state = state_after(scale)
            rng = np.random.default_rng(seed)
            policy = Policy((PIANO,), state.tick, ALL, rng, Rules(lines=False))
            end = state.tick + 192
            if ends:
                policy.end_at(end)
            state.grammar.set_instruments((PIANO,))
            onsets = [0]
            while state.tick < end:
                token = policy.sample(state, events, VELOCITIES)
                if v.TOKEN_KIND[token] == v.Kind.ON:
                    onsets.append(state.tick)
                state.push(token)
            sounding = map(state.grammar.onset_tick, state.grammar.sounding)
            found.append(onsets[-1] == end - 96 and end - 96 in sounding)
        held[ends] = sum(found)
    assert held[True] == 20
    assert held[False] < 5


def test_the_last_note_is_of_the_tonic_triad() -> None:
    state = state_after(" ".join(f"piano:v80:{n}4 wait:24 piano:v0:{n}4" for n in "CDEFGABGEC"))
    policy = Policy((PIANO,), state.tick, ALL, np.random.default_rng(0), Rules(form=0))
    policy.end_at(state.tick + 144)  # its final tick is 48 ticks later, on the half of a bar
    state.grammar.set_instruments((PIANO,))
    events = logits(wait_12=0.5, on_piano_72=0.25, on_piano_74=0.25)
    shares = []
    for wait in (0, 48):
        for token in v.wait_ids(wait):
            policy.sample(state, events, VELOCITIES)
            state.push(token)
        tokens = [policy.sample(state, events, VELOCITIES) for _ in range(400)]
        drawn_events = [v.event_of(token) for token in tokens]
        tonic, second = (drawn_events.count(v.on_event(PIANO, pitch)) for pitch in (72, 74))
        shares.append(tonic / (tonic + second))
    assert shares[0] < 0.6
    assert shares[1] > 0.85


def test_the_same_seed_makes_the_same_choices() -> None:
    events = np.random.default_rng(5).normal(size=v.EVENT_COUNT).astype(np.float32)
    takes = []
    for _ in range(2):
        state = state_after("piano:v80:C4 wait:24 bass:v80:E2")
        policy = Policy((PIANO, BASS), 0, ALL, np.random.default_rng(3))
        tokens = []
        for _ in range(200):
            token = policy.sample(state, events, VELOCITIES)
            state.push(token)
            tokens.append(token)
        takes.append(tokens)
    assert takes[0] == takes[1]


LOOP = " ".join(
    f"{' '.join(f'piano:v80:{n}4' for n in names)} wait:192 "
    f"{' '.join(f'piano:v0:{n}4' for n in names)}"
    for names in map(str.split, ("C E G", "D G B", "C E A", "C F A") * 2)
)
"""Two rounds of four chords, a bar each."""


@pytest.mark.parametrize("temperature", [0.0, 1.0, 5.0])
def test_strict_rules_exclude_notes_at_any_temperature(temperature: float) -> None:
    events = logits(on_piano_61=0.6, on_piano_65=0.39, on_piano_67=0.01)
    params, state = SamplingParams(temperature, 1.0), state_after(LOOP)

    def classes(rules: Rules) -> set[int]:
        """Return the pitch classes that are played."""
        found = drawn(state, events, rules, PIANO, params=params, begin_tick=state.tick)
        return {int(name.split()[1]) % 12 for name in found if name.startswith("ON")}

    assert 1 in classes(OFF)
    assert classes(Rules(strict_form=True)) <= {0, 4, 7}
    assert classes(Rules(form=0, strict_key=True)) <= {0, 2, 4, 5, 7, 9, 11}


def test_strict_rules_leave_the_drums_alone() -> None:
    events = logits(on_drums_37=0.6, on_piano_61=0.4)
    rules = Rules(strict_form=True, strict_key=True)
    for temperature in (0.0, 1.0):
        params = SamplingParams(temperature, 1.0)
        found = drawn(state_after(LOOP), events, rules, DRUMS, PIANO, params=params)
        assert found.get("ON 37", 0) > 0.5


def test_rules_change_at_the_next_token() -> None:
    state, events = state_after(LOOP), logits(on_piano_61=1.0, on_piano_67=1e-6)
    state.grammar.set_instruments((PIANO,))
    policy = Policy((PIANO,), state.tick, ALL, np.random.default_rng(0), OFF)
    excluded = v.on_event(PIANO, 61)
    assert v.event_of(policy.sample(state, events, VELOCITIES)) == excluded
    policy.change_rules(Rules(strict_key=True))
    assert v.event_of(policy.sample(state, events, VELOCITIES)) != excluded
