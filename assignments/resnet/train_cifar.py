"""Train the answer key's ResNet-18 on CIFAR-10 and write its weights.

    gradus data cifar10 --path cifar-10-binary.tar.gz
    python assignments/resnet/train_cifar.py cifar10.safetensors resnet18.safetensors --epochs 30

Meant for a GPU; `--device cpu` works, at an hour or more an epoch. Padding by 4 and random crops, mirrored half of the
time (He et al. 2015, section 4.2); SGD with Nesterov's momentum, its rate rising for a fifth of the steps and falling
to 0 along a line. Prints the accuracy on the 10,000 test images after every epoch.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (its usual name)

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "solutions" / "resnet"))

import resnet  # noqa: E402

PADDING, BATCH, RATE, DECAY, SMOOTHING, RISE = 4, 256, 0.2, 5e-4, 0.1, 0.2


def moved(images: Tensor, generator: torch.Generator) -> Tensor:
    """Images [N,3,32,32], each moved by up to PADDING pixels in both directions, and half of them mirrored."""
    N, _, H, W = images.shape
    device = images.device
    padded = F.pad(images, [PADDING] * 4)
    top, left = (torch.randint(2 * PADDING + 1, (N, 1), generator=generator).to(device) for _ in range(2))
    rows, columns = top + torch.arange(H, device=device), left + torch.arange(W, device=device)
    mirrored = torch.rand(N, 1, generator=generator).to(device) < 0.5
    columns = torch.where(mirrored, columns.flip(1), columns)
    place = torch.arange(N, device=device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[place, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


@torch.no_grad()
def accuracy(model: torch.nn.Module, images: Tensor, labels: Tensor) -> float:
    """The part of the images that the model names rightly, in evaluation mode."""
    model.eval()
    right = sum(int((model(x).argmax(1) == y).sum()) for x, y in zip(images.split(500), labels.split(500), strict=True))
    return right / len(labels)


def network(classes: int) -> torch.nn.Module:
    """The answer key's, with the stem for small images."""
    return resnet.ResNet18(classes, stem="cifar")


def main(
    data: Path,
    out: Path,
    *,
    epochs: int,
    device: str,
    seed: int,
    batch: int = BATCH,
    build: Callable[[int], torch.nn.Module] = network,
) -> float:
    """Train, write and return the last accuracy."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    tensors = {name: value.to(device) for name, value in load_file(data).items()}
    pixels = tensors["train_images"].float()
    mean, spread = pixels.mean((0, 2, 3), keepdim=True), pixels.std((0, 2, 3), keepdim=True)
    images, labels = (pixels - mean) / spread, tensors["train_labels"]
    asked, shown = (tensors["test_images"].float() - mean) / spread, tensors["test_labels"]
    model = build(int(labels.max()) + 1).to(device)
    optimizer = torch.optim.SGD(model.parameters(), RATE, momentum=0.9, weight_decay=DECAY, nesterov=True)
    steps = epochs * -(-len(labels) // batch)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, RATE, total_steps=steps, pct_start=RISE, anneal_strategy="linear", cycle_momentum=False
    )
    found, start = 0.0, time.perf_counter()
    for epoch in range(1, epochs + 1):
        model.train()
        for chosen in torch.randperm(len(labels), generator=generator).to(device).split(batch):
            logits = model(moved(images[chosen], generator))
            loss = F.cross_entropy(logits, labels[chosen], label_smoothing=SMOOTHING)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            scheduler.step()
        found = accuracy(model, asked, shown)
        print(f"epoch {epoch}: {found:.4f} after {time.perf_counter() - start:.0f} s", flush=True)
    save_file({name: value.cpu() for name, value in model.state_dict().items()}, out)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, help="what `gradus data` wrote")
    parser.add_argument("out", type=Path, help="the weights to write")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    main(given.data, given.out, epochs=given.epochs, device=given.device, seed=given.seed)
