"""Sentences, in English and translated."""

from gui.wording.sentence import Sentence

WAY = Sentence("Ports", "through {}")
OPEN = Sentence("Ports", "It listens on {}, {}, for {:.1f} ms.")
GERMAN = {
    ("Ports", "through {}"): "über {}",
    ("Ports", "It listens on {}, {}, for {:.1f} ms."): "Es hört {}, {}, seit {:.1f} ms.",
}


def german(context: str, pattern: str) -> str:
    return GERMAN[context, pattern]


def test_a_printed_sentence_is_in_english() -> None:
    assert str(Sentence("Ports", "Opening ...")) == "Opening ..."
    sentence = OPEN.format("{in}", WAY.format("JACK"), 2.04)
    assert f"{sentence}" == "It listens on {in}, through JACK, for 2.0 ms."


def test_patterns_are_translated_and_then_filled() -> None:
    text = OPEN.format("{in}", WAY.format("JACK"), 2.04).render(german)
    assert text == "Es hört {in}, über JACK, seit 2.0 ms."


def test_the_text_of_another_program_is_not_translated() -> None:
    said = Sentence("", "{}", ("There is no port {}; {",))
    assert str(said) == said.render(german) == "There is no port {}; {"


def test_sentences_with_the_same_content_are_equal() -> None:
    assert WAY.format("JACK") == WAY.format("JACK") != WAY
