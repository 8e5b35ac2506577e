"""The character model: what the logits see, what the loss is.

Parameter names of CharLM are the student's own, so nothing here sets them: the model is compared with itself.
"""

import math

import torch
from torch.nn.functional import cross_entropy

from autograder.checks import (
    close,
    criterion,
    draw_ints,
    finite_under,
    observed,
    require,
)

V, H, LAYERS = 11, 6, 2


def lively(impl, scale=4.0):
    """A CharLM whose parameters are `scale` times larger than at first, so that its logits vary."""
    return impl.scaffold.scaled_model(impl.CharLM, V, H, LAYERS, scale=scale)


def same(a, b, rounding=1e-9):
    return torch.allclose(a.double(), b.double(), rtol=rounding, atol=rounding)


def mean_loss(logits, targets, reduction="mean"):
    """−ln softmax(logits)[target]: logits [T,B,V], targets [T,B]."""
    return cross_entropy(logits.double().flatten(0, 1), targets.flatten(), reduction=reduction)


@criterion("lm.forward")
def test_shapes():
    """ids [T,B] give logits [T,B,V] and (h, c), each [layers,B,H]; the recurrent part is called rnn."""
    ids = draw_ints(V, 5, 3)

    def observe(impl):
        model = impl.CharLM(V, H, LAYERS)
        logits, (h, c) = model(ids)
        return {
            "logits [T,B,V]": logits,
            "h [layers,B,H]": h,
            "c [layers,B,H]": c,
            "named": float("rnn.weight_hh_l1" in model.state_dict()),
        }

    require(
        observed(observe)["named"] == 1,
        "CharLM(vocab, hidden, 2) has no parameter rnn.weight_hh_l1: its LSTM must be the attribute rnn.",
    )


def forward_symptoms(impl, ids):
    """Which rows move when ids[2,0] changes, and whether two pieces make the whole, as flags."""
    model, changed = lively(impl), ids.clone()
    changed[2, 0] = (ids[2, 0] + 1) % V
    logits, (h, c) = model(ids)
    moved = (logits - model(changed)[0]).abs().amax(dim=2) > 1e-12  # [T,B]
    first, state = model(ids[:3])
    second, (h_2, c_2) = model(ids[3:], state)
    return {
        "earlier rows": float(moved[:2, 0].any()),
        "other column": float(moved[:, 1].any()),
        "own row": float(moved[2, 0]),
        "later rows": float(moved[3:, 0].all()),
        "state used": float(not same(second, model(ids[3:])[0], 1e-4)),
        "two pieces": float(same(torch.cat([first, second]), logits, 1e-4)),
        "state of two pieces": float(same(h_2, h, 1e-4) and same(c_2, c, 1e-4)),
    }


@criterion("lm.forward")
def test_logits_depend_on_the_past_alone():
    """A changed character moves the logits of its own row and of later rows, and no earlier one."""
    ids = draw_ints(V, 6, 2)

    def observe(impl):
        return forward_symptoms(impl, ids)

    seen = observed(observe, "float64")
    for place, should_move, message in (
        ("earlier rows", 0, "The logits of a row depend on a character that comes later."),
        ("other column", 0, "The logits of one sequence depend on another sequence of the batch."),
        ("own row", 1, "logits[t] do not depend on the character ids[t]."),
        ("later rows", 1, "logits[t] do not depend on the characters before ids[t]."),
    ):
        require(seen[place] == should_move, message, explain=observe)


@criterion("lm.forward")
def test_state_is_carried():
    """Reading in two pieces with the state handed over gives the logits and the state of one reading."""
    ids = draw_ints(V, 7, 2)

    def observe(impl):
        return forward_symptoms(impl, ids)

    seen = observed(observe, "float64")
    require(
        seen["two pieces"] == seen["state of two pieces"] == 1,
        "Seven characters at once, and 3 + 4 with the state handed over, give different logits or states.",
        explain=observe,
    )


def loss_symptoms(impl, ids):
    """What the loss equals, as flags: a mistake and a submission with the same ones share the idea."""
    model = lively(impl)
    loss, logits = model.loss(ids)[0].double(), model(ids)[0]
    nexts, own = mean_loss(logits[:-1], ids[1:]), mean_loss(logits[:-1], ids[:-1])
    candidates = {
        "mean of the next characters": nexts,
        "sum": nexts * (len(ids) - 1) * ids.shape[1],
        "sum over time": nexts * (len(ids) - 1),
        "sum over the batch": nexts * ids.shape[1],
        "bits": nexts / math.log(2),
        "same characters": own,
        "probabilities for logits": mean_loss(logits[:-1].softmax(dim=-1), ids[1:]),
        "other order": mean_loss(logits[:-1].transpose(0, 1), ids[1:]),
    }
    state, whole = model.loss(ids)[1], model(ids)[1]
    carried = {
        "state after the last target": same(state[0], whole[0], 1e-5),
        "loss depends on the state": not same(loss, model.loss(ids, whole)[0].double(), 1e-5),
        "last row depends on the first": not same(logits[-1], model(ids[1:])[0][-1], 1e-5),
        "forward depends on the state": not same(logits, model(ids, whole)[0], 1e-5),
    }
    equal = {name: same(loss, value, 1e-5) for name, value in candidates.items()}
    return {name: float(flag) for name, flag in (equal | carried).items()}


@criterion("lm.loss")
def test_loss_is_the_mean_in_nats():
    """loss(ids[T+1,B]) is the mean over T·B predictions of −ln p(next character), by its own logits."""
    ids = draw_ints(V, 6, 3)

    def observe(impl):
        model = lively(impl)
        logits, state = model(ids[:-1])
        loss, state_of_loss = model.loss(ids)
        return {"logits": logits, "loss": loss, "state": list(state), "state of loss": list(state_of_loss)}

    seen = observed(observe, "float64")
    require(
        same(seen["loss"], mean_loss(seen["logits"], ids[1:])),
        "loss(ids) is not the mean over all T·B positions of −ln softmax(logits)[next character], "
        "computed from your own logits.",
        explain=lambda impl: loss_symptoms(impl, ids),
    )
    require(
        all(map(same, seen["state"], seen["state of loss"])),
        "loss(ids) and forward(ids[:-1]) end in different states.",
        explain=lambda impl: loss_symptoms(impl, ids),
    )


@criterion("lm.loss")
def test_loss_continues_from_a_state():
    """loss(ids, state) starts where the state says, for T = 1 and B = 1 too."""
    ids = draw_ints(V, 5, 1)

    def observe(impl):
        model = lively(impl)
        state = model(ids[:3])[1]
        logits = model(ids[3:4], state)[0]
        return {"loss": model.loss(ids[3:], state)[0], "anew": model.loss(ids[3:])[0], "logits": logits}

    seen = observed(observe, "float64")
    same_without = same(seen["loss"], seen["anew"])
    require(
        not same_without,
        "loss(ids, state) is the same whatever state is handed in.",
        explain=lambda impl: loss_symptoms(impl, ids),
    )
    require(
        same_without or same(seen["loss"], mean_loss(seen["logits"], ids[4:])),
        "loss(ids, state) is not the mean loss of the logits that forward(ids[:-1], state) gives.",
        explain=lambda impl: loss_symptoms(impl, ids),
    )


@criterion("lm.loss")
def test_loss_has_the_gradient_of_its_value():
    """The gradient of a one-step loss predicts how it changes when all weights move a little."""
    ids = draw_ints(V, 2, 4)
    slope, measured = observed(lambda impl: impl.scaffold.slope_of_loss(lively(impl), ids), "float64")
    close(slope, measured, "That the gradient of loss(ids[2,B]) is the slope of your own loss", rtol=1e-5)


@criterion("lm.initial")
def test_initial_loss_is_that_of_a_fair_die():
    """Before training, the loss of CharLM(62, 32, 1) on random characters is within 0.1 of ln 62."""
    ids = draw_ints(62, 21, 16)
    loss = float(observed(lambda impl: impl.CharLM(62, 32, 1).loss(ids)[0]).detach())
    require(
        abs(loss - math.log(62)) < 0.1,
        f"The untrained CharLM(62, 32, 1) loses {min(loss, 99):.2f} nats per character; ln 62 is {math.log(62):.2f}.",
        explain=lambda impl: loss_symptoms(impl, ids[:5, :3] % V),
    )


@criterion("lm.stable")
def test_loss_of_huge_logits_is_finite():
    """With all weights 2000 times larger the loss is a finite number, in float32 too."""
    ids = draw_ints(V, 6, 3)
    finite_under(lambda impl: {"loss": lively(impl, scale=2000.0).loss(ids)[0]})


@criterion("lm.stable")
def test_loss_of_huge_logits_is_not_capped():
    """With weights twice as large again, all logits double, and so does the loss."""
    ids = draw_ints(V, 6, 3)
    small, large = (
        float(finite_under(lambda impl, scale=scale: {"loss": lively(impl, scale).loss(ids)[0]})["loss"].detach())
        for scale in (2000.0, 4000.0)
    )
    require(
        1.5 < large / small < 2.5,
        "When all logits are huge and double, the loss does not: something caps or drowns it.",
    )
