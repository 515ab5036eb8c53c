"""The network: a decoder-only transformer that continues music.

Every position is the sum of its inputs: the token, its musical time (`model.tokens.features`), the
requested style and the allowed instruments. The style is a vector, not a token. A blend of styles
is a weighted mean of vectors. Because it is an input, it can change between two notes without
recomputing earlier tokens.

    x = event parts + velocity + six musical-time rows + style + instruments        (B, T, D)
    x = x + attention(norm(x)); x = x + swiglu(norm(x))                             L times
    event logits = norm(x) @ event rows       (B, T, events)
    velocity logits = norm(x) @ velocity rows (B, T, instruments x 16)
    critic logit = norm(x) @ critic           (B, T)   from the corpus (high) or from a model (low)?

A token's embedding is the sum of learned parts: kind, instrument, pitch, pitch class, the event's
own residual, and the velocity level of the instrument. A rare combination thus learns from common
ones. The output rows are the same parts (tied), and only events are scored, not all combinations
with sixteen velocities: the probability of a token is p(event) * p(velocity | event's instrument).

Pre-norm RMSNorm (Zhang and Sennrich 2019), rotary positions (Su et al. 2021; half-split layout, as
in onnxruntime's GroupQueryAttention), grouped-query attention (Ainslie et al. 2023), SwiGLU
(Shazeer 2020), no biases. Dimensions: B batch, T time, D width, H heads, K key-value heads, A width
of a head, F inner width.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F  # noqa: N812 - the name that every torch reader expects
from torch import Tensor, nn

from bridge.midi.instruments import Instrument
from model.tokens import features
from model.tokens import vocabulary as v
from model.tokens.inputs import TOKEN_VELOCITY_ROW, VELOCITY_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NO_INSTRUMENT = len(Instrument)
NORM_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Config:
    """The size of a network; everything else follows from it."""

    layers: int
    width: int
    heads: int
    inner: int
    styles: int = 0
    kv_heads: int = 2
    rope_base: float = 10_000.0

    @property
    def head_width(self) -> int:
        """Width of one attention head."""
        return self.width // self.heads

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for a manifest."""
        return asdict(self)


SIZES: Mapping[str, Config] = {
    "tiny": Config(layers=2, width=64, heads=2, inner=128),  # tests
    "small": Config(layers=6, width=256, heads=4, inner=704),  # 5 M: trains on a CPU
    "base": Config(layers=8, width=512, heads=8, inner=1408),  # 24 M: the shipped one
}


def rope_table(length: int, config: Config) -> tuple[Tensor, Tensor]:
    """Return cosine and sine of the rotary angles, each (length, A/2)."""
    half = torch.arange(0, config.head_width, 2, dtype=torch.float32) / config.head_width
    angles = torch.arange(length, dtype=torch.float32)[:, None] * config.rope_base**-half
    return angles.cos(), angles.sin()


def apply_rope(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate queries or keys (B, H, T, A) by the angles of their positions (T, A/2)."""
    first, second = x.chunk(2, dim=-1)
    return torch.cat((first * cos - second * sin, second * cos + first * sin), dim=-1)


class LayerCache:
    """Keys and values that a layer has computed, with room for `capacity` positions."""

    def __init__(self, capacity: int) -> None:
        self.length, self._capacity = 0, capacity
        self._keys_and_values: tuple[Tensor, Tensor] | None = None

    def append(self, k: Tensor, v_: Tensor) -> tuple[Tensor, Tensor]:
        """Append keys and values (B, K, T, A); return all."""
        if self._keys_and_values is None:
            shape = (*k.shape[:2], self._capacity, k.shape[3])
            self._keys_and_values = k.new_empty(shape), v_.new_empty(shape)
        end = self.length + k.shape[2]
        for kept, fresh in zip(self._keys_and_values, (k, v_), strict=True):
            kept[:, :, self.length : end] = fresh
        self.length = end
        return self._keys_and_values[0][:, :, :end], self._keys_and_values[1][:, :, :end]


class Attention(nn.Module):
    """Causal self-attention with fewer key-value heads than query heads."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        narrow = config.kv_heads * config.head_width
        self.query = nn.Linear(config.width, config.width, bias=False)
        self.key = nn.Linear(config.width, narrow, bias=False)
        self.value = nn.Linear(config.width, narrow, bias=False)
        self.out = nn.Linear(config.width, config.width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, cache: LayerCache | None) -> Tensor:
        """Map (B, T, D) to (B, T, D), after the cached positions."""
        batch, time, _ = x.shape

        def heads(y: Tensor) -> Tensor:  # (B, T, H*A) -> (B, H, T, A)
            return y.view(batch, time, -1, self.config.head_width).transpose(1, 2)

        q = apply_rope(heads(self.query(x)), cos, sin)
        k = apply_rope(heads(self.key(x)), cos, sin)
        v_ = heads(self.value(x))
        first = cache is None or cache.length == 0
        assert first or time == 1, "after the first chunk a cache takes a token at a time"
        if cache is not None:
            k, v_ = cache.append(k, v_)
        repeats = self.config.heads // self.config.kv_heads
        k, v_ = (y.repeat_interleave(repeats, dim=1) for y in (k, v_))
        y = F.scaled_dot_product_attention(q, k, v_, is_causal=first)
        return self.out(y.transpose(1, 2).reshape(x.shape))  # type: ignore[no-any-return]


class FeedForward(nn.Module):
    """SwiGLU: one half gates the other."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.gate = nn.Linear(config.width, config.inner, bias=False)
        self.up = nn.Linear(config.width, config.inner, bias=False)
        self.down = nn.Linear(config.inner, config.width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (B, T, D) to (B, T, D)."""
        return self.down(F.silu(self.gate(x)) * self.up(x))  # type: ignore[no-any-return]


class Block(nn.Module):
    """One layer: attention, then feed-forward, each on a normed copy and added back."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.attention_norm = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.attention = Attention(config)
        self.feed_norm = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.feed = FeedForward(config)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, cache: LayerCache | None) -> Tensor:
        """Map (B, T, D) to (B, T, D), after the cached positions."""
        x = x + self.attention(self.attention_norm(x), cos, sin, cache)
        return x + self.feed(self.feed_norm(x))  # type: ignore[no-any-return]


class Embedding(nn.Module):
    """The learned parts of the embeddings of tokens, musical time, style and instruments."""

    # More than 12 attributes: each is one table of parameters, named in the checkpoint.

    def __init__(self, config: Config) -> None:
        super().__init__()
        d = config.width
        self.kind = nn.Embedding(len(v.Kind), d)
        self.instrument = nn.Embedding(NO_INSTRUMENT + 1, d)
        self.pitch = nn.Embedding(129, d)
        self.pitch_class = nn.Embedding(13, d)
        self.event = nn.Embedding(v.EVENT_COUNT, d)  # each event's own residual
        self.velocity = nn.Embedding(VELOCITY_ROWS, d)
        self.time = nn.ModuleList(nn.Embedding(rows, d) for rows in features.SIZES)
        self.style = nn.Embedding(max(1, config.styles), d)
        self.allowed = nn.Linear(len(Instrument), d, bias=False)
        kinds, instruments, pitches, classes = (torch.from_numpy(c.copy()) for c in _event_parts())
        self.event_kind: Tensor
        self.event_instrument: Tensor
        self.event_pitch: Tensor
        self.event_class: Tensor
        self.token_event: Tensor
        self.token_velocity: Tensor
        self.register_buffer("event_kind", kinds, persistent=False)
        self.register_buffer("event_instrument", instruments, persistent=False)
        self.register_buffer("event_pitch", pitches, persistent=False)
        self.register_buffer("event_class", classes, persistent=False)
        self.register_buffer(
            "token_event", torch.from_numpy(v.TOKEN_EVENT.copy()), persistent=False
        )
        self.register_buffer(
            "token_velocity", torch.from_numpy(TOKEN_VELOCITY_ROW.copy()), persistent=False
        )

    def event_rows(self) -> Tensor:
        """Return the composed rows of all events (E, D)."""
        rows: Tensor = (
            self.kind(self.event_kind)
            + self.instrument(self.event_instrument)
            + self.pitch(self.event_pitch)
            + self.pitch_class(self.event_class)
            + self.event.weight
        )
        return rows

    def forward(self, tokens: Tensor, time: Tensor, style: Tensor, allowed: Tensor) -> Tensor:
        """Return the sum of the inputs of each position.

        tokens (B, T) int64, time (B, T, 6) int64, style (B, D), allowed (B, 14) multi-hot -> (B, T,
        D).
        """
        velocity = F.pad(self.velocity.weight, (0, 0, 0, 1))
        x = F.embedding(self.token_event[tokens], self.event_rows())
        x = x + F.embedding(self.token_velocity[tokens], velocity)
        for index, table in enumerate(self.time):
            x = x + table(time[..., index])
        return x + (style + self.allowed(allowed))[:, None]  # type: ignore[no-any-return]


def _event_parts() -> tuple[Any, Any, Any, Any]:
    """Return kind, instrument, pitch and pitch class of each event.

    The last index of each table means none.
    """
    unpitched = (v.EVENT_KIND != v.Kind.ON) & (v.EVENT_KIND != v.Kind.OFF)
    instrument = v.EVENT_INSTRUMENT.copy()
    instrument[unpitched] = NO_INSTRUMENT
    pitch, pitch_class = v.EVENT_PITCH.copy(), v.EVENT_PITCH % 12
    pitch[unpitched], pitch_class[unpitched] = 128, 12
    # The keys of a drum kit are not pitches: 36 is a kick, not a C.
    drums = v.EVENT_INSTRUMENT == Instrument.DRUMS
    pitch[drums], pitch_class[drums] = 128, 12
    return v.EVENT_KIND, instrument, pitch, pitch_class


class Transformer(nn.Module):
    """The complete network."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embedding = Embedding(config)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.RMSNorm(config.width, eps=NORM_EPSILON)
        self.critic = nn.Linear(config.width, 1, bias=False)
        self._initialise()

    def _initialise(self) -> None:
        """Draw small weights.

        Weights that write into the residual stream start at zero, so that every block begins as the
        identity.
        """
        for name, parameter in self.named_parameters():
            if name.endswith("norm.weight"):
                continue
            if name.endswith((".out.weight", ".down.weight", "critic.weight")):
                nn.init.zeros_(parameter)
            elif name.startswith("embedding"):
                nn.init.normal_(parameter, std=0.02)
            else:
                nn.init.normal_(parameter, std=parameter.shape[-1] ** -0.5)

    def make_cache(self, capacity: int) -> list[LayerCache]:
        """Return an empty cache for `hidden_states`, with room for `capacity` positions."""
        return [LayerCache(capacity) for _ in self.blocks]

    def hidden_states(
        self,
        tokens: Tensor,
        time: Tensor,
        style: Tensor,
        allowed: Tensor,
        cache: Sequence[LayerCache] | None = None,
    ) -> Tensor:
        """Return the normed last state of each position (B, T, D).

        Inputs as in `Embedding.forward`. With a cache, the positions follow the cached ones.
        """
        x = self.embedding(tokens, time, style, allowed)
        return self.norm(self.run_blocks(x, cache))  # type: ignore[no-any-return]

    def run_blocks(self, x: Tensor, cache: Sequence[LayerCache] | None) -> Tensor:
        """Map the input of each position to its last state, both (B, T, D)."""
        begin = cache[0].length if cache else 0
        cos, sin = rope_table(begin + x.shape[1], self.config)
        cos, sin = cos[begin:].to(x.device), sin[begin:].to(x.device)
        for index, block in enumerate(self.blocks):
            x = block(x, cos, sin, cache[index] if cache else None)
        return x

    def output_logits(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return event logits (..., E), velocity logits (..., 14 * 16) and critic logits (...)."""
        events = hidden @ self.embedding.event_rows().T
        velocities = hidden @ self.embedding.velocity.weight.T
        return events, velocities, self.critic(hidden)[..., 0]

    def forward(
        self, tokens: Tensor, time: Tensor, style: Tensor, allowed: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return the logits after each position.

        Inputs as in `Embedding.forward`, outputs as in `output_logits`.
        """
        return self.output_logits(self.hidden_states(tokens, time, style, allowed))

    def style_vectors(self, weights: Tensor) -> Tensor:
        """Return the style vectors (B, D) of weighted styles (B, S).

        All-zero weights give no style.
        """
        return weights @ self.embedding.style.weight[: weights.shape[1]]

    def nll(self, events: Tensor, velocities: Tensor, targets: Tensor) -> Tensor:
        """Return the negative log likelihood in nats of each target (B, T); 0 where it is -1."""
        known = targets >= 0
        target = targets.clamp(min=0)
        event = self.embedding.token_event[target]
        loss = F.cross_entropy(events.float().flatten(0, 1), event.flatten(), reduction="none")
        row = self.embedding.token_velocity[target].flatten()
        is_onset = row < VELOCITY_ROWS
        levels = velocities.float().reshape(-1, len(Instrument), v.VELOCITY_LEVELS)
        instrument = (row // v.VELOCITY_LEVELS).clamp(max=len(Instrument) - 1)
        of_instrument = levels[torch.arange(len(row), device=row.device), instrument]
        chosen = F.cross_entropy(of_instrument, row % v.VELOCITY_LEVELS, reduction="none")
        return (loss + chosen * is_onset).view_as(targets) * known


def parameter_count(network: nn.Module) -> int:
    """Return the number of weights of a network."""
    return sum(parameter.numel() for parameter in network.parameters())
