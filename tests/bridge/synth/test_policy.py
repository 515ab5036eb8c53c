"""Whether the built-in synth plays."""

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
def test_the_synth_plays_unless_notes_go_to_a_daw(
    sound: SynthPolicy, *, plugins: bool, named_output: bool, wanted: bool
) -> None:
    assert wants_synth(sound, plugins=plugins, named_output=named_output) is wanted
