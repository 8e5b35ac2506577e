"""Public tests of `decoding`: on your own Transformer."""

import torch


def lively(impl):
    torch.manual_seed(0)
    model = impl.Transformer(9, 12, 8, 2, 2, 12).double()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter *= 2.5
    return model, torch.randint(1, 9, (6, 5))


def test_greedy(impl):
    """Without an eos: each symbol is the argmax after bos and those before it."""
    model, src = lively(impl)
    written = impl.greedy_decode(model, src, 5, 1, -1, use_cache=False)
    assert written.shape == (6, 5), f"greedy_decode(…, max_len=5) gives {tuple(written.shape)}, (6, 5) is asked"
    read = torch.cat([torch.ones(6, 1, dtype=torch.int64), written[:, :-1]], dim=1)
    assert torch.equal(model(src, read).argmax(-1), written)


def test_eos(impl):
    """A row ends with its eos, and zeros follow; n is the length of the longest row."""
    model, src = lively(impl)
    free = impl.greedy_decode(model, src, 5, 1, -1, use_cache=False)
    eos = int(free[0, 1])
    written = impl.greedy_decode(model, src, 5, 1, eos, use_cache=False)
    for row, all_of_it in zip(written.tolist(), free.tolist(), strict=True):
        end = all_of_it.index(eos) + 1 if eos in all_of_it else 5
        assert row == (all_of_it[:end] + [0] * 5)[: len(row)]


def test_cache(impl):
    """With the cache the same is written."""
    model, src = lively(impl)
    plain, cached = (impl.greedy_decode(model, src, 6, 1, -1, use_cache=flag) for flag in (False, True))
    assert torch.equal(plain, cached)
