"""Given code for the assignment `lstm`: text and ids, weight files, the training loop, and measuring tools.

You need not change anything here. The same file stands beside your notebook when it is graded.
Axes: B batch, T time, H hidden units, V symbols of the vocabulary.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

VOCABULARY = "\n !',-.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"  # V = 62, id = position
POSITION = {symbol: position for position, symbol in enumerate(VOCABULARY)}

# Losses on data/valid.txt, in nats per character, of Witten-Bell n-gram models counted on data/train.txt.
BIGRAM_VALID, TRIGRAM_VALID = 2.508, 2.110


def encode(text: str) -> Tensor:
    """Text → ids [len(text)], int64; raises ValueError for a symbol outside the vocabulary."""
    unknown = sorted(set(text) - set(VOCABULARY))
    if unknown:
        raise ValueError(f"these symbols are not in the vocabulary: {unknown}")
    return torch.tensor([POSITION[symbol] for symbol in text], dtype=torch.int64)


def decode(ids: Tensor) -> str:
    """ids [T] → text."""
    return "".join(VOCABULARY[i] for i in ids.tolist())


def columns(ids: Tensor, batch: int) -> Tensor:
    """One long text ids [N] → [N // batch, batch]: column b is the b-th of `batch` consecutive pieces."""
    rows = len(ids) // batch
    return ids[: rows * batch].reshape(batch, rows).T.contiguous()


def save_weights(model: nn.Module, path: str | Path, *, hidden: int, layers: int) -> None:
    """Write the weights of CharLM(62, hidden, layers) to a .safetensors file that can be handed in."""
    from safetensors.torch import save_file

    weights = {name: value.detach().cpu().clone().contiguous() for name, value in model.state_dict().items()}
    save_file(weights, str(path), metadata={"hidden": str(hidden), "layers": str(layers)})


def load_weights(path: str | Path) -> tuple[dict[str, Tensor], int, int]:
    """The weights in a file of save_weights, with its `hidden` and `layers`."""
    from safetensors import safe_open

    with safe_open(str(path), framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        sizes = file.metadata()
    return weights, int(sizes["hidden"]), int(sizes["layers"])


def train(
    model: nn.Module,
    truncated_bptt: Callable[[nn.Module, Tensor, int], Iterator[Tensor]],
    text: str,
    *,
    epochs: int,
    batch: int = 64,
    steps: int = 64,
    rate: float = 4e-3,
    clip: float = 1.0,
    seconds: float = math.inf,
) -> list[float]:
    """Train with Adam on the chunks that truncated_bptt yields; stops after `seconds`.

    The learning rate falls along half a cosine to a twentieth. Gradients longer than `clip` are cut to that
    length. Returns the loss of every chunk, nats per character.
    """
    ids = columns(encode(text), batch)
    chunks = epochs * math.ceil((len(ids) - 1) / steps)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    start, losses = time.perf_counter(), []
    for epoch in range(epochs):
        # Another place to cut the text each time, so that no character always starts a chunk.
        for loss in truncated_bptt(model, ids[epoch % steps :], steps):
            done = max(len(losses) / chunks, (time.perf_counter() - start) / seconds)
            if done >= 1:
                return losses
            for group in optimiser.param_groups:
                group["lr"] = rate * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * done)))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimiser.step()
            losses.append(loss.item())
    return losses


@torch.no_grad()
def evaluate(model: nn.Module, text: str, *, batch: int = 64, steps: int = 64) -> float:
    """Loss of the model on a text, nats per character, read in `batch` pieces with carried state."""
    ids, state, total = columns(encode(text), batch), None, 0.0
    for first in range(0, len(ids) - 1, steps):
        chunk = ids[first : first + steps + 1]
        loss, state = model.loss(chunk, state)
        total += loss.item() * (len(chunk) - 1)
    return total / (len(ids) - 1)


class ToyLM(nn.Module):
    """A small stand-in for CharLM, so that truncated BPTT can be tried without it.

    A leaky memory c and a read-out h of it, both [1,B,H]: c ← decay·c + E[id], h = tanh(c W), logits = h U.
    """

    def __init__(self, vocab: int, hidden: int) -> None:
        super().__init__()
        self.E = nn.Parameter(torch.randn(vocab, hidden))
        self.W = nn.Parameter(torch.randn(hidden, hidden) / math.sqrt(hidden))
        self.R = nn.Parameter(torch.randn(hidden, hidden) / math.sqrt(hidden))
        self.U = nn.Parameter(torch.randn(hidden, vocab))
        self.decay = nn.Parameter(torch.tensor(0.8))

    def forward(self, ids: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """ids [T,B] → logits [T,B,V] and (h, c), each [1,B,H]."""
        if state is None:
            state = (self.E.new_zeros(1, ids.shape[1], self.E.shape[1]),) * 2
        h, c = state[0][0], state[1][0]
        logits = []
        for row in ids:
            c = self.decay * c + self.E[row]
            h = torch.tanh(c @ self.W + h @ self.R)
            logits.append(h @ self.U)
        return torch.stack(logits), (h[None], c[None])

    def loss(self, ids: Tensor, state: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """ids [T+1,B] → mean loss of the next characters in nats, and the final state."""
        scores, state = self(ids[:-1], state)
        wanted = nn.functional.one_hot(ids[1:], scores.shape[-1]).to(scores)
        return -(wanted * scores.log_softmax(dim=-1)).sum() / wanted.sum(), state


def record_bptt(
    truncated_bptt: Callable[[nn.Module, Tensor, int], Iterator[Tensor]],
    weights: dict[str, Tensor],
    ids: Tensor,
    steps: int,
) -> list[dict[str, object]]:
    """What truncated_bptt yields on a ToyLM with these weights: the loss and the gradients of each chunk.

    Draws the losses one by one, as a training loop does, and calls backward after each draw.
    """
    model = ToyLM(*weights["E"].shape).to(weights["E"].dtype)
    model.load_state_dict(weights)
    chunks = []
    for loss in truncated_bptt(model, ids, steps):
        model.zero_grad()
        if loss.requires_grad:
            loss.backward(retain_graph=True)
        gradients = {
            name: torch.zeros_like(p) if p.grad is None else p.grad.clone() for name, p in model.named_parameters()
        }
        chunks.append({"loss": loss.detach(), "gradients": gradients})
    return chunks


@torch.no_grad()
def losses_while_weights_change(
    truncated_bptt: Callable[[nn.Module, Tensor, int], Iterator[Tensor]],
    weights: dict[str, Tensor],
    ids: Tensor,
    steps: int,
) -> list[Tensor]:
    """The losses of truncated_bptt on a ToyLM whose weights all shrink by a tenth after every chunk."""
    model = ToyLM(*weights["E"].shape).to(weights["E"].dtype)
    model.load_state_dict(weights)
    losses = []
    with torch.enable_grad():
        for loss in truncated_bptt(model, ids, steps):
            losses.append(loss.detach())
            for parameter in model.parameters():
                parameter.data = 0.9 * parameter.data
    return losses


def with_strided_inputs(
    lstm_cell: Callable[..., tuple[Tensor, Tensor]], x: Tensor, state: tuple[Tensor, Tensor], *weights: Tensor
) -> tuple[Tensor, Tensor]:
    """lstm_cell on the same numbers in tensors that do not lie packed in memory."""

    def spread(tensor: Tensor) -> Tensor:
        """Every second element of each axis of a tensor that is twice as long."""
        for axis in range(tensor.dim()):
            tensor = tensor.repeat_interleave(2, dim=axis)
        return tensor[(slice(None, None, 2),) * tensor.dim()]

    return lstm_cell(spread(x), (spread(state[0]), spread(state[1])), *(spread(weight) for weight in weights))


def slope_of_loss(model: nn.Module, ids: Tensor, size: float = 1e-5) -> tuple[Tensor, Tensor]:
    """How fast model.loss(ids) changes along a random direction of all weights: by backward, by trying."""
    generator = torch.Generator().manual_seed(0)
    parameters = list(model.parameters())
    directions = [torch.randn(p.shape, generator=generator).to(p) for p in parameters]
    model.zero_grad()
    model.loss(ids)[0].backward()
    slope = sum((p.grad * d).sum() for p, d in zip(parameters, directions, strict=True) if p.grad is not None)
    losses = []
    with torch.no_grad():
        for step in (size, -2 * size, size):
            for parameter, direction in zip(parameters, directions, strict=True):
                parameter += step * direction
            losses.append(model.loss(ids)[0])
    return torch.as_tensor(slope).to(losses[0]), (losses[0] - losses[1]) / (2 * size)


def scaled_model(
    CharLM: type[nn.Module], vocab: int, hidden: int, layers: int, *, scale: float, seed: int = 0
) -> nn.Module:
    """CharLM(vocab, hidden, layers) with all its parameters `scale` times larger: its logits then vary a lot.

    Initialised under a seed of its own; the global generator is as it was afterwards.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = CharLM(vocab, hidden, layers)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= scale
    return model


@torch.no_grad()
def lively_model(CharLM: type[nn.Module], vocab: int, hidden: int, layers: int) -> nn.Module:
    """CharLM(vocab, hidden, layers) with parameters so large that its logits are spread by 2 or more."""
    model = scaled_model(CharLM, vocab, hidden, layers, scale=2.0)
    ids = torch.arange(5 * vocab).reshape(5, vocab) % vocab
    for _ in range(20):
        if model(ids)[0].std() >= 2:
            break
        for parameter in model.parameters():
            parameter *= 1.4
    return model


def sources_of_chance(model: nn.Module, prime: Tensor, seed: int) -> dict[str, bool]:
    """What model.sample depends on: the generator's seed, torch's global seed, or neither."""

    def write(own: int, shared: int) -> list[int]:
        torch.manual_seed(shared)
        return model.sample(prime, 8, 1.0, torch.Generator().manual_seed(own)).tolist()

    with torch.random.fork_rng(devices=[]):
        text = write(seed, 1)
        after = torch.get_rng_state()
        torch.manual_seed(1)
        return {
            "global generator stays": torch.equal(after, torch.get_rng_state()),
            "global seed does not matter": text == write(seed, 2),
            "other seeds, other texts": text != write(seed + 1, 1) and text != write(seed + 2, 1),
        }
