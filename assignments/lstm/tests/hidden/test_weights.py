"""How well the handed-in weights predict a play that nobody has seen.

The last of the tests that share a child: what reads hidden data ends it.
"""

from functools import cache
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from autograder.checks import artifact, credit, criterion, data, require
from autograder.checks.ngram import witten_bell_losses
from autograder.checks.observe import on_submission

VOCABULARY = "\n !',-.:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
STREAMS, WARM_UP, SCORED = 128, 12, 40


def positions(length):
    """[WARM_UP + SCORED + 1, STREAMS]: where in the text each stream reads; streams do not overlap."""
    rows = WARM_UP + SCORED + 1
    starts = torch.arange(STREAMS) * (length // STREAMS)
    return starts + torch.arange(rows)[:, None]


def read_alone(model, ids):
    """Losses [SCORED, STREAMS] of a model that, after WARM_UP characters, gets one of each stream at a time.

    The next characters are never sent before the model has answered, so they cannot be looked up.
    """
    _, state = model(ids[:WARM_UP])
    losses = []
    for t in range(WARM_UP, len(ids) - 1):
        logits, state = model(ids[t : t + 1], state)
        require(
            logits.shape == (1, ids.shape[1], len(VOCABULARY)) and bool(torch.isfinite(logits).all()),
            "With the weights handed in, forward(ids[1,B]) does not give finite logits [1,B,62].",
        )
        losses.append(cross_entropy(logits[0].double(), ids[t + 1], reduction="none"))
    return torch.stack(losses)


@criterion("lm.artifact")
def test_held_out_text():
    """charlm.safetensors predicts a new play: no points for a bigram's loss, all for a trigram's."""
    weights, sizes = artifact("charlm.safetensors")
    hidden, layers = size(sizes, "hidden", 256), size(sizes, "layers", 2)
    text = encoded(data("heldout.txt"))
    place = positions(len(text))

    def observe(impl):
        model = impl.CharLM(len(VOCABULARY), hidden, layers)
        model.load_state_dict(weights)
        model.eval()
        return read_alone(model, text[place])

    loss = float(on_submission(observe, torch.float32, []).detach().mean())
    bigram, trigram = (ngram_loss(data("heldout.txt"), order) for order in (2, 3))
    credit(
        (bigram - loss) / (bigram - trigram),
        f"On a play it has not seen your model loses {min(loss, 99):.2f} nats per character. "
        f"A bigram model loses {bigram:.2f} (no points), a trigram model {trigram:.2f} (all points).",
    )


def size(sizes, name, most):
    """One of the numbers that save_weights writes next to the weights."""
    value = sizes.get(name, "")
    require(
        value.isdecimal() and len(value) < 5 and 1 <= int(value) <= most,
        f"charlm.safetensors does not say {name} = 1 … {most}. Write it with scaffold.save_weights().",
    )
    return int(value)


def encoded(path):
    """ids [N] of a text file."""
    table = torch.full((128,), -1)
    table[torch.tensor([ord(symbol) for symbol in VOCABULARY])] = torch.arange(len(VOCABULARY))
    return table[torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8).long()]


@cache  # the same for every submission
def ngram_loss(heldout, order):
    """The mean loss of an n-gram model at the very characters that the model is scored on."""
    text, train = encoded(heldout), encoded(Path(__file__).parents[2] / "data" / "train.txt")
    place = positions(len(text))
    losses = witten_bell_losses(train.numpy(), text.numpy(), len(VOCABULARY), order)
    return float(losses[place[WARM_UP + 1 :].flatten().numpy() - (order - 1)].mean())
