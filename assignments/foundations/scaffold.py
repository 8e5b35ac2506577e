"""Given code for the assignment `foundations`: landscapes to descend, word vectors, and a set of spirals.

You need not change anything here. The same file stands beside your notebook when it is graded.
Axes: d width, V words, B examples.
"""

from __future__ import annotations

import numpy as np

# ── landscapes: the height at x [..., d], and its gradient at x [d] ──────────────────────────────────────────────


def square(x):
    """f(x) = Σ x², with its lowest point at 0. x [..., d] → [...]."""
    return (x * x).sum(axis=-1)


def square_gradient(x):
    """∇f(x) = 2x for f = Σ x². x [d] → [d]."""
    return 2 * x


def valley(x):
    """f(x) = ½ Σ k_i x_i² with curvatures k = 1, 2, 3, …, d: a long valley. x [..., d] → [...]."""
    return (_curvatures(x) * x * x).sum(axis=-1) / 2


def valley_gradient(x):
    """∇f(x)_i = k_i x_i with k = 1, 2, 3, …, d. x [d] → [d]."""
    return _curvatures(x) * x


def waves_gradient(x):
    """∇f(x) = x − ½ sin(2x) for f = Σ ½ x² + ¼ cos(2x): no straight line. x [d] → [d]."""
    return x - np.sin(2 * x) / 2


def _curvatures(x):
    return np.arange(1, x.shape[-1] + 1, dtype=np.result_type(x, np.float32))


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────

# Made by hand, so that every direction has a meaning; real vectors are learned from text and have 300 numbers.
_MEANINGS = ("royal", "woman", "young", "person", "town", "french", "italian", "ongoing", "water", "legs", "animal")
_WORDS = {
    "king": "royal person", "queen": "royal woman person", "prince": "royal young person",
    "princess": "royal woman young person", "man": "person", "woman": "woman person", "boy": "young person",
    "girl": "woman young person", "Paris": "town french", "France": "french", "Rome": "town italian",
    "Italy": "italian", "walk": "legs", "walking": "legs ongoing", "swim": "water", "swimming": "water ongoing",
    "cat": "animal legs", "kitten": "animal legs young", "fish": "animal water", "town": "town",
}  # fmt: skip


def words():
    """(words, table): a list of V words, and their vectors, table [V,d] with d = 11."""
    noise = np.random.default_rng(4)
    rows = [[float(meaning in text.split()) for meaning in _MEANINGS] for text in _WORDS.values()]
    table = np.array(rows) + 0.08 * noise.normal(size=(len(_WORDS), len(_MEANINGS)))
    return list(_WORDS), table


# ── data for a classifier ────────────────────────────────────────────────────────────────────────────────────────


def spirals(examples=300, classes=3, seed=0):
    """Interleaved spirals: x [B,2], and their labels y [B], whole numbers 0 … classes − 1."""
    chance = np.random.default_rng(seed)
    y = np.arange(examples) % classes
    radius = np.sqrt(chance.uniform(0.02, 1, examples))
    angle = 4 * radius + 2 * np.pi * y / classes + 0.12 * chance.normal(size=examples)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), y


def fresh_parameters(inputs, hidden, classes, seed=0):
    """{"W1" [I,H], "b1" [H], "W2" [H,C], "b2" [C]}: normal numbers with deviation 1/√(rows), and biases of zero."""
    chance = np.random.default_rng(seed)
    return {
        "W1": chance.normal(size=(inputs, hidden)) / np.sqrt(inputs),
        "b1": np.zeros(hidden),
        "W2": chance.normal(size=(hidden, classes)) / np.sqrt(hidden),
        "b2": np.zeros(classes),
    }
