"""Whether Antiphon sounds by itself."""

import pytest

from bridge.synth.policy import Sound, wants_synth


@pytest.mark.parametrize(
    "sound,plugins,named_output,wanted",
    [
        (Sound.AUTO, False, False, True),
        (Sound.AUTO, True, False, False),
        (Sound.AUTO, False, True, False),
        (Sound.AUTO, True, True, False),
        (Sound.ON, True, True, True),
        (Sound.OFF, False, False, False),
    ],
)
def test_who_is_likely_to_be_heard_elsewhere_does_not_sound(
    sound: Sound, *, plugins: bool, named_output: bool, wanted: bool
) -> None:
    assert wants_synth(sound, plugins=plugins, named_output=named_output) is wanted
