"""Public tests of `sampling`: on your own CharLM."""

import torch


def lively(impl):
    """A CharLM with larger weights, whose logits depend on what it has read."""
    torch.manual_seed(0)
    model = impl.CharLM(11, 12, 1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= 5
    return model


def test_greedy(impl):
    """At temperature 0 the n new ids are the argmax, one after the other; the prime is not returned."""
    model, prime = lively(impl), torch.tensor([3, 1, 4, 1, 5])
    ids = prime
    for _ in range(6):
        ids = torch.cat([ids, model(ids[:, None])[0][-1, 0].argmax(keepdim=True)])
    written = model.sample(prime, 6, 0.0, torch.Generator().manual_seed(0))
    assert written.shape == (6,), f"sample(prime[5], 6) has shape {tuple(written.shape)}, (6,) is asked"
    assert written.tolist() == ids[5:].tolist()


def test_the_generator_is_the_only_chance(impl):
    """The same seed gives the same text whatever the global generator does, which stays where it was."""
    model, prime, texts = lively(impl), torch.tensor([3, 1, 4]), []
    for global_seed in (1, 2):
        torch.manual_seed(global_seed)
        before = torch.get_rng_state()
        texts.append(model.sample(prime, 20, 1.0, torch.Generator().manual_seed(7)).tolist())
        assert torch.equal(before, torch.get_rng_state()), "the global generator was used or seeded"
    assert texts[0] == texts[1], "the text depends on the global generator"
