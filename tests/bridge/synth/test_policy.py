"""Whether Antiphon sounds by itself."""

import pytest

from bridge.synth.policy import SynthPolicy, wants_synth


@pytest.mark.parametrize(
    "sound,plugins,named_output,wanted",
    [
        (SynthPolicy.AUTO, False, False, True),
        (SynthPolicy.AUTO, True, False, False),
        (SynthPolicy.AUTO, False, True, False),
        (SynthPolicy.AUTO, True, True, False),
        (SynthPolicy.ON, True, True, True),
        (SynthPolicy.OFF, False, False, False),
    ],
)
def test_who_is_likely_to_be_heard_elsewhere_does_not_sound(
    sound: SynthPolicy, *, plugins: bool, named_output: bool, wanted: bool
) -> None:
    assert wants_synth(sound, plugins=plugins, named_output=named_output) is wanted
