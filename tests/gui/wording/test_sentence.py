"""Sentences, in English and through a translator."""

from gui.wording.sentence import Sentence

WAY = Sentence("Ports", "through {}")
OPEN = Sentence("Ports", "It listens on {}, {}, for {:.1f} ms.")
GERMAN = {
    ("Ports", "through {}"): "über {}",
    ("Ports", "It listens on {}, {}, for {:.1f} ms."): "Es hört {}, {}, seit {:.1f} ms.",
}


def german(context: str, pattern: str) -> str:
    return GERMAN[context, pattern]


def test_printed_it_is_english() -> None:
    assert str(Sentence("Ports", "Opening ...")) == "Opening ..."
    told = OPEN.format("{in}", WAY.format("JACK"), 2.04)
    assert f"{told}" == "It listens on {in}, through JACK, for 2.0 ms."


def test_shown_its_patterns_are_translated_and_then_filled() -> None:
    told = OPEN.format("{in}", WAY.format("JACK"), 2.04).render(german)
    assert told == "Es hört {in}, über JACK, seit 2.0 ms."


def test_what_somebody_else_said_stays_as_it_is() -> None:
    said = Sentence.verbatim("There is no port {}; {")
    assert str(said) == said.render(german) == "There is no port {}; {"


def test_those_that_say_the_same_are_equal() -> None:
    assert WAY.format("JACK") == WAY.format("JACK") != WAY
