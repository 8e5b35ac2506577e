"""The images of the assignment `resnet`, and the training on CIFAR-10 at a size that takes seconds."""

from __future__ import annotations

import runpy
from pathlib import Path

COURSE = Path(__file__).parents[2]
SLUG = "resnet"


def test_the_digits_are_those_of_scikit_learn_in_its_order():
    """1347 to train with and 450 to be judged on; three nearest neighbours name 437 of them rightly, one 433."""
    import numpy as np

    parts = []
    for path in ("data/digits.npz", "tests/hidden/data/heldout.npz"):
        with np.load(COURSE / "assignments" / SLUG / path) as file:
            parts.append((file["images"].reshape(-1, 64).astype(float), file["labels"].astype(int)))
    (images, labels), (asked, shown) = parts
    assert (images.shape, asked.shape) == ((1347, 64), (450, 64))
    assert labels[:10].tolist() == list(range(10))
    distance = ((asked[:, None] - images) ** 2).sum(-1)
    nearest = labels[distance.argsort(axis=1, kind="stable")]
    assert int((nearest[:, 0] == shown).sum()) == 433
    votes = [np.bincount(row, minlength=10).argmax() for row in nearest[:, :3]]
    assert int((np.array(votes) == shown).sum()) == 437


def test_training_on_cifar_learns_what_can_be_learnt(tmp_path):
    """Four classes of one colour each: a small network names every image of the test rightly after two epochs."""
    import torch
    from safetensors.torch import load_file, save_file

    dice = torch.Generator().manual_seed(0)
    colours = torch.tensor([[200, 50, 50], [50, 200, 50], [50, 50, 200], [180, 180, 40]])

    def images(count):
        labels = torch.arange(count) % 4
        noise = torch.randint(-40, 40, (count, 3, 32, 32), generator=dice)
        return (colours[labels][:, :, None, None] + noise).to(torch.uint8), labels

    def network(classes):
        mean = [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(8, classes)]
        return torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.ReLU(), *mean)

    (train_images, train_labels), (test_images, test_labels) = images(128), images(20)
    save_file(
        {
            "train_images": train_images,
            "train_labels": train_labels,
            "test_images": test_images,
            "test_labels": test_labels,
        },
        tmp_path / "data",
    )
    training = runpy.run_path(str(COURSE / "assignments" / SLUG / "train_cifar.py"))
    options = {"epochs": 2, "device": "cpu", "seed": 0, "batch": 8}
    assert training["main"](tmp_path / "data", tmp_path / "weights", build=network, **options) == 1.0
    assert set(load_file(tmp_path / "weights")) == {"0.weight", "0.bias", "4.weight", "4.bias"}


def test_a_moved_image_is_a_piece_of_the_padded_one():
    """Every image comes back as one of the 9·9·2 pieces that it may be, and not always as the same."""
    import torch
    from torch.nn import functional as F  # noqa: N812 (its usual name)

    training = runpy.run_path(str(COURSE / "assignments" / SLUG / "train_cifar.py"))
    images = torch.randn(12, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    found = training["moved"](images, torch.Generator().manual_seed(1))
    seen = set()
    for image, one in zip(F.pad(images, [4] * 4), found, strict=True):
        pieces = {(t, u, False): image[:, t : t + 32, u : u + 32] for t in range(9) for u in range(9)}
        pieces |= {(t, u, True): piece.flip(2) for (t, u, _), piece in pieces.items()}
        [place] = [place for place, piece in pieces.items() if torch.equal(piece, one)]
        seen.add(place)
    assert len(seen) > 6
    assert {mirrored for _, _, mirrored in seen} == {True, False}
