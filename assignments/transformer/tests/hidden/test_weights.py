"""How well the handed-in weights translate dates that were held out.

The last of the tests that share a child: what reads hidden data ends it.
"""

import torch

from autograder.checks import artifact, credit, criterion, data, require
from autograder.checks.observe import on_submission

BOS, EOS, SYMBOLS = 1, 2, "0123456789-"
LIMITS = {"d_model": 128, "heads": 128, "layers": 4, "d_ff": 512}
V_TGT, LENGTH = 14, 11


def held_out():
    """Source ids [B,Ls], target ids [B,11] and the number of source words, from lines "ids<tab>YYYY-MM-DD"."""
    words, *lines = data("dates.txt").read_text().split("\n")
    rows = [line.split("\t") for line in lines if line]
    sources = [torch.tensor([int(i) for i in row[0].split()]) for row in rows]
    targets = [[SYMBOLS.index(symbol) + 3 for symbol in row[1]] + [EOS] for row in rows]
    return torch.nn.utils.rnn.pad_sequence(sources, batch_first=True), torch.tensor(targets), int(words)


def sizes_of(metadata):
    """The keyword arguments of Transformer that save_weights writes next to the weights."""
    sizes = {}
    for name, most in LIMITS.items():
        value = metadata.get(name, "")
        require(
            value.isdecimal() and len(value) < 5 and 1 <= int(value) <= most,
            f"dates.safetensors does not say {name} = 1 … {most}. Write it with scaffold.save_weights().",
        )
        sizes[name] = int(value)
    require(sizes["d_model"] % sizes["heads"] == 0, "dates.safetensors says heads that do not divide d_model.")
    require(metadata.get("norm") in ("pre", "post"), "dates.safetensors does not say norm = pre or post.")
    return sizes | {"norm": metadata["norm"]}


def demand_same(found, weights):
    """The names and shapes of the file are those of the model that it says it is of."""
    missing, extra = sorted(set(found) - set(weights)), sorted(set(weights) - set(found))
    require(
        not missing and not extra,
        f"dates.safetensors is not of your Transformer: {len(missing)} of its parameters are not in the file, and "
        f"{len(extra)} in the file are none of its.",
    )
    wrong = [name for name in found if tuple(weights[name].shape) != found[name]]
    require(
        not wrong,
        f"{len(wrong)} tensors in dates.safetensors have other shapes than your Transformer of the sizes it states.",
    )


def written_by(model, src):
    """What the model writes [B,11], one symbol at a time; the right ones are never sent."""
    written = torch.full((len(src), 1), BOS)
    for _ in range(LENGTH):
        logits = model(src, written)
        require(
            logits.shape == (*written.shape, V_TGT) and bool(torch.isfinite(logits).all()),
            "With the weights handed in, forward(src[B,Ls], tgt[B,Lt]) does not give finite logits [B,Lt,14].",
        )
        written = torch.cat([written, logits[:, -1].detach().double().argmax(-1)[:, None]], dim=1)
    return written[:, 1:]


@criterion("transformer.artifact")
def test_held_out_dates():
    """dates.safetensors translates held-out dates: no points for half of them, all for 95%."""
    weights, metadata = artifact("dates.safetensors")
    sizes = sizes_of(metadata)
    src, target, words = held_out()

    def observe(impl):
        model = impl.Transformer(words, V_TGT, **sizes)
        demand_same({name: tuple(p.shape) for name, p in model.state_dict().items()}, weights)
        model.load_state_dict(weights)
        model.eval()
        return written_by(model, src)

    written = on_submission(observe, torch.float32, [])
    share = float((written == target).all(dim=1).double().mean())
    credit(
        (share - 0.5) / 0.45,
        f"Your model writes {share:.0%} of the held-out dates without an error. Half of them earn nothing, 95% all points.",
    )
