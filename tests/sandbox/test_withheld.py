"""Functions of torch that a question bans are not in the child, by whatever name they are called."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from autograder.sandbox.backends.process import ProcessBackend
from autograder.sandbox.child import Child
from autograder.sandbox.protocol import Ref

from .conftest import LIMITS

X = "x = torch.randn(2, 3, 4)\n"
WITHHELD = {
    "layer_norm": [
        "F.layer_norm(x, [4])",
        "torch.layer_norm(x, [4])",
        "nn.LayerNorm(4)(x)",
        "torch.native_layer_norm(x, [4], None, None, 1e-5)",
        "torch.native_layer_norm(x.requires_grad_(), [4], None, None, 1e-5)",
        "torch.inference_mode()(lambda: torch.layer_norm(x, [4]))()",
        "torch.ops.aten.native_layer_norm.default(x, [4], None, None, 1e-5)",
        "torch.ops.aten.layer_norm.default.decompose(x, [4])",
        "torch.jit.trace(lambda y: torch.layer_norm(y, [4]), x)",
        "torch.vmap(lambda y: torch.layer_norm(y, [4]))(x)",
        "torch.func.jvp(lambda y: torch.layer_norm(y, [4]), (x,), (x,))",
        "torch._refs.native_layer_norm(x, [4], None, None, 1e-5)",
        "torch._decomp.decomposition_table[torch.ops.aten.native_layer_norm.default](x, [4], None, None, 1e-5)",
        "F.group_norm(x.reshape(6, 1, 4), 1)",
        "F.instance_norm(x)",
        "F.batch_norm(x.reshape(6, 4).T, None, None, training=True)",
        "nn.TransformerEncoderLayer(4, 2, 4, batch_first=True).eval()(x)",
    ],
    "lstm": [
        "nn.LSTM(4, 5)(x)",
        "torch.no_grad()(nn.LSTM(4, 5).eval())(x)",
        "torch._VF.lstm(x, [x[:1], x[:1]], [torch.ones(16, 4)] * 2, False, 1, 0.0, False, False, False)",
        "torch.lstm(x, [x[:1], x[:1]], [torch.ones(16, 4)] * 2, False, 1, 0.0, False, False, False)",
        "torch.ops.aten.mkldnn_rnn_layer(x, *[torch.ones(16, 4)] * 2, *[torch.ones(16)] * 2, x[:1], x[:1],"
        " False, [], 2, 4, 1, True, False, False, True)",
    ],
    "lstm_cell": [
        "nn.LSTMCell(4, 4)(x[0])",
        "torch.lstm_cell(x[0], (x[0], x[0]), torch.ones(16, 4), torch.ones(16, 4))",
        "torch._VF.lstm_cell(x[0], (x[0], x[0]), torch.ones(16, 4), torch.ones(16, 4))",
    ],
    "scaled_dot_product_attention": [
        "F.scaled_dot_product_attention(x, x, x)",
        "torch.vmap(F.scaled_dot_product_attention)(x, x, x)",
        "torch._scaled_dot_product_attention_math(x[None], x[None], x[None])",
        "torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(x[None], x[None], x[None])",
        "nn.MultiheadAttention(4, 2, batch_first=True)(x, x, x)",
        "torch.no_grad()(nn.MultiheadAttention(4, 2, batch_first=True).eval())(x, x, x, need_weights=False)",
        "F.multi_head_attention_forward(x, x, x, 4, 1, torch.ones(12, 4), None, None, None, False, 0.0, torch.ones(4, 4), None)",
    ],
    "softmax": ["x.softmax(-1)", "F.softmax(x, -1)", "nn.Softmax(-1)(x)", "F.softmin(-x, -1)", "torch.special.softmax(x, -1)",
                "torch.ops.aten._safe_softmax(x, -1)", "torch._softmax(x, -1, False)", "torch._refs.softmax(x, -1)"],
    "conv2d": ["F.conv2d(x[None], torch.ones(1, 2, 2, 2))", "nn.Conv2d(2, 1, 2)(x[None])",
               "torch.convolution(x[None], torch.ones(1, 2, 2, 2), None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1)",
               "F.conv3d(x[None, None], torch.ones(1, 1, 2, 2, 2))", "F.conv_transpose2d(x[None], torch.ones(2, 1, 2, 2))"],
    "rms_norm": ["F.rms_norm(x, [4])", "nn.RMSNorm(4)(x)", "torch.ops.aten._fused_rms_norm(x, [4], None, 1e-5)"],
    "cross_entropy": ["F.cross_entropy(x[0], torch.tensor([1, 2, 0]))", "nn.CrossEntropyLoss()(x[0], torch.tensor([1, 2, 0]))"],
    "einsum": ["torch.einsum('abc,abc->a', x, x)"],
}  # fmt: skip
STILL_THERE = {
    "layer_norm": ["x.var(-1, correction=0)", "x.softmax(-1)", "F.normalize(x)", "torch.func.jvp(torch.sin, (x,), (x,))"],
    "lstm": ["nn.LSTMCell(4, 4)(x[0])", "nn.GRUCell(4, 4)(x[0])", "torch.sigmoid(x)"],
    "lstm_cell": ["nn.LSTM(4, 5)(x)"],
    "scaled_dot_product_attention": ["(x @ x.mT).softmax(-1) @ x", "F.dropout(x)", "torch.einsum('abc,abc->a', x, x)"],
    "softmax": ["x.log_softmax(-1)", "F.cross_entropy(x[0], torch.tensor([1, 2, 0]))", "x.exp()"],
    "conv2d": ["F.unfold(x[None], 2)", "F.max_pool2d(x, 2)", "F.batch_norm(x, None, None, training=True)"],
    "mm": ["torch.addmm(x[0, :, :3], x[0], x[0].T)", "torch.bmm(x, x.mT)"],
}  # fmt: skip


@pytest.fixture(scope="module")
def backend() -> Iterator[ProcessBackend]:
    opened = ProcessBackend()
    yield opened
    opened.close()


def child_without(backend: ProcessBackend, name: str) -> Child:
    child = backend.open(LIMITS).fork()
    answer = child.request("withhold", {"names": [name]}, 10)
    assert answer.error is None, answer.error
    return child


def evaluated(child: Child, expression: str) -> tuple[str, tuple[str, ...]]:
    """(text of its error, banned functions that were called)."""
    source = (
        f"import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n{X}def f():\n    {expression}\n"
    )
    data = np.frombuffer(source.encode(), dtype=np.uint8)
    assert child.request("load", {"label": "cell 1", "source": data}, 10).error is None
    answer = child.request("call", {"target": Ref(None, "f"), "args": ()}, 10)
    return answer.error.text if answer.error else "", answer.banned


@pytest.mark.parametrize("name", WITHHELD)
def test_it_is_gone_by_every_name(backend: ProcessBackend, name: str) -> None:
    child, plain = child_without(backend, name), backend.open(LIMITS).fork()
    for expression in WITHHELD[name]:
        text, banned = evaluated(child, expression)
        assert "is not to be used here" in text, (expression, text)
        assert banned == (name,), expression
        assert evaluated(plain, expression) == ("", ()), expression
    child.close()
    plain.close()


@pytest.mark.parametrize("name", STILL_THERE)
def test_nothing_else_is(backend: ProcessBackend, name: str) -> None:
    child = child_without(backend, name)
    for expression in STILL_THERE[name]:
        assert evaluated(child, expression) == ("", ()), expression
    child.close()


def test_of_several_each_is_told_by_its_name(backend: ProcessBackend) -> None:
    child = backend.open(LIMITS).fork()
    assert child.request("withhold", {"names": ["lstm", "lstm_cell"]}, 10).error is None
    assert evaluated(child, "nn.LSTMCell(4, 4)(x[0])")[1] == ("lstm_cell",)
    assert evaluated(child, "nn.LSTM(4, 4)(x)")[1] == ("lstm",)
    child.close()


def test_a_name_that_torch_does_not_have(backend: ProcessBackend) -> None:
    child = backend.open(LIMITS).fork()
    answer = child.request("withhold", {"names": ["layernorm"]}, 10)
    assert answer.error is not None
    assert answer.error.text == "NoSuchFunction: layernorm"
    child.close()


def test_every_kernel_of_an_operator_is_known():
    """What the dispatcher says of an operator in one text is what it answers key by key."""
    import torch

    from autograder.child import withheld

    asked = torch._C._dispatch_has_kernel_for_dispatch_key
    operators = [one for some in withheld._operators().values() for one in some][::7]
    assert len(operators) > 300
    for operator in operators:
        assert set(withheld._registered(operator)) == {key for key in withheld._keys() if asked(operator, key)}
