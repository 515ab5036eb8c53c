"""Playing beside others: what the network expects of them, for us, means that time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bridge.midi.notes import TICKS_PER_QUARTER
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHARE_PER_QUARTER, MAX_SHARE = 0.15, 0.6
"""The share of the others' expected notes that an instrument beside them plays itself."""
_MIN_MASS = 1e-12
_IS_ON = v.EVENT_KIND == v.Kind.ON
_IS_OFF = v.EVENT_KIND == v.Kind.OFF
_IS_WAIT = v.EVENT_KIND == v.Kind.WAIT


def redistribute_others(
    events: NDArray[np.float32],
    own_events: NDArray[np.bool_],
    rest_ticks: int,
    held_ticks: int,
) -> NDArray[np.float32]:
    """Return event logits (E,) for a player of `own_events` (E,), while others play the rest.

    The others' events are not ours to generate. For us they mean that time passes, so their
    probability goes to the waits. Otherwise it would go to the few events that we may have, which
    are mostly note-offs. But a network that has read a piano alone expects it to go on alone. So
    our note-ons get a share of the probability of the others' note-ons, which grows with our rest,
    and our note-offs get a share of the probability of theirs, which grows with the time that we
    have held a note. Our notes then begin and end where notes do.
    """
    mass = np.exp(events - events.max())
    onset_mass, release_mass = (float(mass[~own_events & kind].sum()) for kind in (_IS_ON, _IS_OFF))
    onset_share, release_share = (
        min(MAX_SHARE, max(0, ticks) / TICKS_PER_QUARTER * SHARE_PER_QUARTER)
        for ticks in (rest_ticks, held_ticks)
    )
    beside = events.copy()
    for kind, gained in (
        (own_events & _IS_ON, onset_share * onset_mass),
        (own_events & _IS_OFF, release_share * release_mass),
        (_IS_WAIT, (1 - onset_share) * onset_mass + (1 - release_share) * release_mass),
    ):
        beside[kind] += np.float32(np.log1p(gained / max(float(mass[kind].sum()), _MIN_MASS)))
    return beside
