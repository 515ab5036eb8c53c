"""The network's probabilities when it is told the truth, and when it reads its own output.

Both continuations of a trial, the true one (*forced*) and ours (*running*), are read token by
token, and the probability masses of `model.evaluation.masses` are those of the network alone, under
the grammar, before the rules of decoding. Where the two part, the network has been led to music
that it does not know: that is a defect of the decoding. Where the share of tokens of a class is not
its mass, rules or truncation have changed it.

The tokens of our continuation are those that were decided, in their order. A note that ends after
the onset of another in the same tick therefore still counts as sounding there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.history.takes import standalone_score
from export.runtime.take import Take
from export.sketch.prompt import Prompt
from model.evaluation.masses import ClassMasses
from model.tokens import tokenizer
from model.tokens import vocabulary as v

if TYPE_CHECKING:
    from bridge.messages.settings import Settings
    from export.evaluation.trials import Trial
    from export.runtime.artefact import Artefact
    from export.runtime.decoder import Decoder
    from export.runtime.stream import Stream
    from model.decoding.policy import Rules

FORCED, RUNNING = "forced", "running"


def forced_and_running(
    artefact: Artefact, decoder: Decoder, trial: Trial, settings: Settings, rules: Rules
) -> dict[str, ClassMasses]:
    """Return the masses of the true continuation and of one of ours, by `FORCED` and `RUNNING`."""
    prompt = Prompt(artefact, decoder, trial.prompt, trial.span, settings)
    while not prompt.is_read:
        prompt.step()
    return {
        FORCED: _forced(prompt, true_tokens(trial)),
        RUNNING: _running(prompt, settings, rules),
    }


def true_tokens(trial: Trial) -> list[int]:
    """Return the tokens of the true continuation from the end of the prompt on."""
    alone = tokenizer.normal_form(standalone_score(trial.prompt, trial.span, trial.truth))
    return tokenizer.encode(alone, end=False)[len(tokenizer.header_tokens(alone)) :]


def _forced(prompt: Prompt, tokens: list[int]) -> ClassMasses:
    stream, masses = prompt.stream(), ClassMasses()
    stream.state.grammar.set_instruments(prompt.instruments)
    for token in tokens:
        if stream.tick >= prompt.span.end:
            break
        _count(stream, token, masses)
        stream.append(token)
    return masses


def _running(prompt: Prompt, settings: Settings, rules: Rules) -> ClassMasses:
    stream, masses, span = prompt.stream(), ClassMasses(), prompt.span
    take = Take(span.begin, span.end, prompt.instruments, settings, rules=rules)
    take.start(stream.state)
    while stream.tick < span.end:
        token = take.sample(stream.state, stream.logits)
        _count(stream, token, masses)
        take.append(stream.state, token)
        stream.append(token)
    return masses


def _count(stream: Stream, token: int, masses: ClassMasses) -> None:
    state = stream.state
    event = v.event_of(token)
    masses.add(stream.logits.events, state.grammar.mask(), state.harmony.pitches, event)
