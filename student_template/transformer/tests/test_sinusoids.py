"""Public tests of `sinusoids`: numbers on paper."""

import math

import torch


def test_first_rows(impl):
    """Row 0 is 0, 1, 0, 1; row 1 for d = 4 is (sin 1, cos 1, sin 0.01, cos 0.01)."""
    encodings = impl.sinusoidal_positions(3, 4)
    assert encodings.shape == (3, 4)
    assert encodings[0].tolist() == [0, 1, 0, 1]
    wanted = torch.tensor([math.sin(1), math.cos(1), math.sin(0.01), math.cos(0.01)])
    torch.testing.assert_close(encodings[1].float(), wanted)


def test_pairs_are_points_of_a_circle(impl):
    """sin² + cos² = 1 for the two columns of each pair."""
    encodings = impl.sinusoidal_positions(50, 12)
    torch.testing.assert_close((encodings**2).unflatten(1, (6, 2)).sum(-1), torch.ones(50, 6))
