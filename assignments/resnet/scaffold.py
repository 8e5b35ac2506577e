"""Given code for the assignment `resnet`: the digits, the training loop, weight files, and measuring tools.

You need not change anything here. The same file stands beside your notebook when it is graded.
Axes: N images, C and K channels in and out, H height, W width.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (its usual name)
from torch.overrides import TorchFunctionMode

# Share of the last 450 digits that k nearest neighbours among the first 1347 name rightly (Euclidean distance).
ONE_NEIGHBOUR, THREE_NEIGHBOURS = 0.9622, 0.9711


# ── the digits ───────────────────────────────────────────────────────────────────────────────────────────────────────


def load_digits(path: str | Path = "data/digits.npz") -> tuple[Tensor, Tensor]:
    """images [1347,1,8,8] float32 in 0 … 1, and what they show: labels [1347], int64."""
    import numpy as np

    with np.load(path) as file:
        images, labels = file["images"], file["labels"]
    return torch.from_numpy(images).float()[:, None] / 16, torch.from_numpy(labels).long()


def jittered(images: Tensor, generator: torch.Generator) -> Tensor:
    """Every image [N,1,H,W] turned, stretched, sheared and moved a little, by chance: new handwriting for free."""
    n = len(images)

    def chance(size: float) -> Tensor:
        return size * (2 * torch.rand(n, generator=generator) - 1)

    angle, shear, wide, high = chance(0.2), chance(0.2), 1 + chance(0.12), 1 + chance(0.12)
    rows = torch.stack(
        [
            torch.stack([wide * angle.cos(), -angle.sin() + shear, chance(0.2)], dim=1),
            torch.stack([angle.sin(), high * angle.cos(), chance(0.2)], dim=1),
        ],
        dim=1,
    )  # [N,2,3]
    grid = F.affine_grid(rows.to(images), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epochs: int = 30,
    batch: int = 64,
    rate: float = 1.5e-2,
    decay: float = 0.5,
    jitter: bool = True,
    seed: int = 0,
    seconds: float = math.inf,
) -> list[float]:
    """Train with AdamW on shuffled batches; the rate rises for a tenth of the time, then falls along half a cosine.

    Stops after `seconds`. Leaves the model in training mode. Returns the loss of every step, nats per image.
    """
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    steps, start, losses = epochs * (len(images) // batch), time.perf_counter(), []
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(images), generator=generator)
        for chosen in order[: len(order) // batch * batch].split(batch):
            done = max(len(losses) / steps, (time.perf_counter() - start) / seconds)
            if done >= 1:
                return losses
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, (done + 1e-3) * 10) * (0.01 + 0.495 * (1 + math.cos(math.pi * done)))
            x = jittered(images[chosen], generator) if jitter else images[chosen]
            loss = F.cross_entropy(model(x), labels[chosen], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    return losses


@torch.no_grad()
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Share of the images that the model names rightly, in evaluation mode; the mode is put back."""
    was_training = model.training
    model.eval()
    right = torch.cat([model(part).argmax(dim=1) for part in images.split(256)]) == labels
    model.train(was_training)
    return float(right.float().mean())


def nearest_neighbours(images: Tensor, labels: Tensor, asked: Tensor, k: int) -> Tensor:
    """What the k nearest of `images` show most often, for each image that is `asked` [M,1,H,W] → [M]."""
    distance = torch.cdist(asked.flatten(1), images.flatten(1))
    nearest = labels[distance.topk(k, largest=False).indices]  # [M,k]
    return F.one_hot(nearest, int(labels.max()) + 1).sum(dim=1).argmax(dim=1)


def save_weights(model: nn.Module, path: str | Path) -> None:
    """Write the weights and running statistics of a DigitNet to a .safetensors file that can be handed in."""
    from safetensors.torch import save_file

    save_file({name: value.detach().cpu().clone().contiguous() for name, value in model.state_dict().items()}, path)


def load_weights(path: str | Path) -> dict[str, Tensor]:
    """The state dict in a file of save_weights."""
    from safetensors.torch import load_file

    return load_file(path)


# ── measuring tools ──────────────────────────────────────────────────────────────────────────────────────────────────


def spread(tensor: Tensor) -> Tensor:
    """The same numbers in a tensor that does not lie packed in memory: every second element of a larger one."""
    for axis in range(tensor.dim()):
        tensor = tensor.repeat_interleave(2, dim=axis)
    return tensor[(slice(None, None, 2),) * tensor.dim()]


def with_strided_inputs(function: Callable[..., Tensor], *inputs: Tensor, **options: int) -> Tensor:
    """function(*inputs, **options) on strided copies of the inputs."""
    return function(*(spread(one) for one in inputs), **options)


def apply_all(blocks: list[nn.Module], x: Tensor) -> Tensor:
    """The modules one after the other."""
    for block in blocks:
        x = block(x)
    return x


class Chain(nn.Module):
    """`depth` blocks BasicBlock(c, c) one after the other; the last γ of each is `gamma`."""

    def __init__(self, BasicBlock: type[nn.Module], c: int, depth: int, gamma: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList([BasicBlock(c, c) for _ in range(depth)])
        for block in self.blocks:
            nn.init.constant_(block.bn2.weight, gamma)

    def forward(self, x: Tensor) -> Tensor:
        """x [N,c,H,W] → the same shape."""
        return apply_all(list(self.blocks), x)


class OddNet(nn.Module):
    """Three blocks at unusual places, among other modules, to try feature_maps on."""

    def __init__(self, BasicBlock: type[nn.Module]) -> None:
        super().__init__()
        self.entry = nn.Conv2d(2, 3, 1)
        self.body = nn.ModuleDict({"first": BasicBlock(3, 3), "more": nn.Sequential(BasicBlock(3, 5, 2), nn.Dropout())})
        self.top = BasicBlock(5, 4)

    def steps(self, x: Tensor) -> dict[str, Tensor]:
        """x [N,2,H,W] → the output of every block, by its name."""
        first = self.body["first"](self.entry(x))
        second = self.body["more"][0](first)
        return {"body.first": first, "body.more.0": second, "top": self.top(self.body["more"][1](second))}

    def forward(self, x: Tensor) -> Tensor:
        """x [N,2,H,W] → [N,4]."""
        return self.steps(x)["top"].mean(dim=(2, 3))


def odd_net(BasicBlock: type[nn.Module], x: Tensor) -> OddNet:
    """An OddNet in training mode, whose running statistics have seen one batch like x [N,2,H,W]."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = OddNet(BasicBlock).to(x.dtype).train()
        net(x.flip(0).sin())
    return net


def maps_and_steps(feature_maps: Callable[..., dict[str, Tensor]], net: OddNet, x: Tensor) -> list[dict[str, Tensor]]:
    """feature_maps(net, x), and what the blocks give in evaluation mode, both sorted by name."""
    maps = feature_maps(net, x)
    steps = net.eval().steps(x)
    return [dict(sorted(maps.items())), dict(sorted(steps.items()))]


def left_as_it_was(feature_maps: Callable[..., dict[str, Tensor]], net: OddNet, x: Tensor) -> dict[str, bool]:
    """What of a net with mixed modes is the same before and after feature_maps(net, x)."""

    def hooks() -> int:
        return sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules())

    net.top.eval()
    modes, hung = [(module, module.training) for module in net.modules()], hooks()
    state = {name: value.clone() for name, value in net.state_dict().items()}
    feature_maps(net, x)
    after = net.state_dict()
    return {
        "modes": all(module.training == mode for module, mode in modes),
        "hooks": hooks() == hung,
        "state": all(bool((value == after[name]).all()) for name, value in state.items()),
    }


class _Unfilled(TorchFunctionMode):
    """Random first values are left out: eleven million of them take longer than everything else about a network."""

    def __torch_function__(self, func: Callable, types: object, args: tuple = (), kwargs: dict | None = None) -> object:
        kwargs = kwargs or {}
        if getattr(func, "__name__", "") in ("normal_", "uniform_", "kaiming_normal_", "kaiming_uniform_"):
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def unfilled(build: Callable[..., nn.Module], *args: int, **options: str) -> nn.Module:
    """build(*args, **options), whose weights may hold anything; the global generator stays as it was."""
    with torch.random.fork_rng(devices=[]), _Unfilled():
        return build(*args, **options)


def outline(build: Callable[..., nn.Module], *args: int, **options: str) -> dict[str, list[int]]:
    """Name → shape of everything in build(*args, **options).state_dict()."""
    return {name: list(value.shape) for name, value in unfilled(build, *args, **options).state_dict().items()}


def fill(model: nn.Module) -> None:
    """Give the model weights and running statistics that are always the same and cost little; He's spread."""
    some = torch.randn(9973, generator=torch.Generator().manual_seed(0))  # a prime: no two rows are alike
    for name, value in model.state_dict().items():
        if value.dim() > 1:
            spread = math.sqrt(2 / (value.shape[0] * value[0, 0].numel()))
            value.copy_((spread * some).repeat(value.numel() // len(some) + 1)[: value.numel()].reshape(value.shape))
        elif value.dim() == 1:
            value.copy_(
                (some[: len(value)].abs() / 5 + 0.7) if name.endswith(("var", "weight")) else some[: len(value)] / 5
            )


@torch.no_grad()
def step_by_step(build: Callable[..., nn.Module], *args: int, x: Tensor, pool: bool = False, **options: str) -> dict:
    """Logits of a network in evaluation mode, and the same from its own parts, called here one after the other.

    The parts are conv1, bn1, ReLU, a max pool where `pool` says so, every block of layer1, layer2, …, the mean over
    the image, and fc. Also gives [H,W] behind the stem and behind every layer. All weights and running statistics are
    set (`fill`), so that whatever is left out is seen.
    """
    model = unfilled(build, *args, **options).to(x.dtype).eval()
    fill(model)
    named = dict(model.named_modules())
    h = F.relu(named["bn1"](named["conv1"](x)))
    if pool:
        h = F.max_pool2d(h, 3, 2, 1)
    sizes, layer = [list(h.shape[2:])], 1
    while f"layer{layer}.0" in named:
        place = 0
        while f"layer{layer}.{place}" in named:
            h = named[f"layer{layer}.{place}"](h)
            place += 1
        sizes.append(list(h.shape[2:]))
        layer += 1
    return {"logits": model(x), "by parts": named["fc"](h.mean(dim=(2, 3))), "sizes": sizes}
