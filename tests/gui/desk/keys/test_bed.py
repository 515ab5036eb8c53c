"""The geometry of the keys, and the key at a point."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from gui.desk.keys.bed import KeyboardLayout, is_black


def bed_of(width: float, first: int = 60, last: int = 77) -> KeyboardLayout:
    return KeyboardLayout.fit(QRectF(2, 17, width, 61), first, last)


def test_the_width_limits_the_octaves() -> None:
    assert [bed_of(width).octaves for width in (260, 500, 600, 800, 3000)] == [2, 3, 4, 5, 5]


def test_in_a_wide_rectangle_the_keys_are_centred() -> None:
    bed = bed_of(3000)
    assert bed.white_width == 40
    assert abs(bed.rect.center().x() - 1502) <= 1


@given(st.integers(240, 3000), st.integers(2, 8))
def test_the_requested_range_is_among_the_keys(width: int, octave: int) -> None:
    bed = bed_of(width, 12 * octave, 12 * octave + 17)
    assert bed.lowest <= 12 * octave
    assert bed.highest >= 12 * octave + 17
    assert bed.lowest % 12 == 0


@given(st.integers(240, 3000), st.data())
def test_a_key_is_found_at_its_position(width: int, data: st.DataObject) -> None:
    bed = bed_of(width)
    pitch = data.draw(st.sampled_from(bed.pitches))
    place = bed.key_rect(pitch)
    low = 0.5 if is_black(pitch) else 0.9
    assert bed.pitch_at(QPointF(place.center().x(), place.top() + low * place.height())) == pitch


@given(st.integers(240, 3000), st.floats(0, 1), st.floats(0, 1))
def test_every_point_of_the_keyboard_is_on_a_key(width: int, x: float, y: float) -> None:
    bed = bed_of(width)
    room = bed.rect
    point = QPointF(room.left() + x * room.width(), room.top() + y * room.height())
    pitch = bed.pitch_at(point)
    assert pitch is not None
    assert bed.key_rect(pitch).contains(point)


def test_outside_the_keyboard_there_is_no_key() -> None:
    bed = bed_of(3000)
    for x, y in ((bed.rect.left() - 1, 40), (bed.rect.right() + 1, 40), (1500, 10), (1500, 79)):
        assert bed.pitch_at(QPointF(x, y)) is None


def test_white_keys_lie_side_by_side_on_whole_pixels() -> None:
    bed = bed_of(853)
    whites = [bed.key_rect(pitch) for pitch in bed.pitches if not is_black(pitch)]
    lefts = [place.left() for place in whites]
    assert [place.right() for place in whites[:-1]] == lefts[1:]
    assert all(left == round(left) for left in lefts)


def test_depth_is_measured_along_the_key() -> None:
    bed = bed_of(853)
    for pitch in (60, 61):
        place = bed.key_rect(pitch)
        assert bed.depth_at(place.topLeft(), pitch) == 0
        assert bed.depth_at(place.bottomLeft(), pitch) == 1
