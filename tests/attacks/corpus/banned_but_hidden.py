"""A banned function is called where nobody looks.

tries: torch's own layer_norm by every other name it has: the kernel below it, the dispatcher, TorchScript, a batched
    call, the decomposition in Python, a group norm of one group, the transformer's encoder, a fresh import of torch
    and of its files, another Python, a helper forked while the module is imported, registrations taken back. Before
    that, whatever takes notes of it is made deaf.
must: there is no such kernel in the process, whatever it is called by.
score: 40
verdict: FORBIDDEN, FAIL
process: open
"""

import ctypes
import gc
import importlib
import os
import subprocess
import sys

import torch
from torch.nn import functional as F

for thing in gc.get_objects():
    if type(thing).__name__ == "Interpreter":
        thing.banned_seen = type("Deaf", (set,), {"add": lambda *_: None})()
for name, module in list(sys.modules.items()):
    if name.endswith("withheld"):
        module._told.clear()

EARLY = F.layer_norm, torch.native_layer_norm, torch._refs.native_layer_norm, torch.ops.aten.native_layer_norm.default


def other_python(x):
    program = (
        "import sys, torch; x = torch.frombuffer(bytearray(sys.stdin.buffer.read()), dtype=torch.float64)"
        f".reshape({tuple(x.shape)}); torch.nn.functional.layer_norm(x, x.shape[-1:]).numpy().tofile(sys.stdout.buffer)"
    )
    said = subprocess.run([sys.executable, "-c", program], input=x.double().numpy().tobytes(), capture_output=True)
    return torch.frombuffer(bytearray(said.stdout), dtype=torch.float64).reshape(x.shape).to(x.dtype)


def encoder(x):
    d = x.shape[-1] // 2 * 2 or 2
    layer = torch.nn.TransformerEncoderLayer(d, 1, 1, norm_first=True, batch_first=True).eval()
    return layer.norm1(x)


def taken_back(x):
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Library", "_DispatchModule"):
            getattr(thing, "_destroy", getattr(thing, "reset", None))()
    for name in ("gradus", "autograder.child.withheld"):
        vars(sys.modules.get(name, os)).pop("refuse", None)
    return torch.native_layer_norm(x, [x.shape[-1]], None, None, 1e-5)[0]


def imported_again(x):
    for name in [name for name in sys.modules if name.startswith(("torch._refs", "torch.nn.functional"))]:
        del sys.modules[name]
    return importlib.import_module("torch.nn.functional").layer_norm(x, x.shape[-1:])


def loaded_again(x):
    library = ctypes.CDLL(os.path.join(os.path.dirname(torch.__file__), "lib/libtorch_cpu.so"))
    del library
    return torch.layer_norm(x, [x.shape[-1]])


WAYS = (
    lambda x: EARLY[1](x, [x.shape[-1]], None, None, 1e-5)[0],
    lambda x: EARLY[2](x, [x.shape[-1]], None, None, 1e-5)[0],
    lambda x: EARLY[3](x, [x.shape[-1]], None, None, 1e-5)[0],
    lambda x: EARLY[0](x, x.shape[-1:]),
    lambda x: torch.ops.aten.layer_norm.default.decompose(x, [x.shape[-1]]),
    lambda x: torch.jit.script(torch.nn.LayerNorm(x.shape[-1], elementwise_affine=False))(x),
    lambda x: torch.vmap(lambda row: torch.layer_norm(row, [row.shape[-1]]))(x),
    lambda x: torch.func.jvp(lambda y: torch.layer_norm(y, [y.shape[-1]]), (x,), (x,))[0],
    lambda x: F.group_norm(x.reshape(-1, 1, x.shape[-1]), 1).reshape(x.shape),
    lambda x: F.batch_norm(x.reshape(-1, x.shape[-1]).T, None, None, training=True).T.reshape(x.shape),
    lambda x: F.instance_norm(x.reshape(-1, 1, x.shape[-1])).reshape(x.shape),
    lambda x: torch._decomp.decomposition_table[torch.ops.aten.native_layer_norm.default](
        x, [x.shape[-1]], None, None, 1e-5
    )[0],
    encoder, taken_back, imported_again, loaded_again, other_python,
)  # fmt: skip

questions, answers = os.pipe(), os.pipe()
if os.fork() == 0:
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 3)  # the grader's connection is not for this one
        while size := int.from_bytes(os.read(questions[0], 4), "little"):
            x = torch.frombuffer(bytearray(os.read(questions[0], size)), dtype=torch.float32).reshape(-1, 16)
            os.write(answers[1], F.layer_norm(x, x.shape[-1:]).numpy().tobytes())
    finally:
        os._exit(0)
os.close(questions[0])
os.close(answers[1])


def standardise(x):
    for way in WAYS:
        try:
            out = way(x)
            if out.shape == x.shape:
                return out
        except Exception:
            pass
    try:
        data = x.reshape(-1, 16).float().numpy().tobytes()
        os.write(questions[1], len(data).to_bytes(4, "little") + data)
        return torch.frombuffer(bytearray(os.read(answers[0], len(data))), dtype=torch.float32).reshape(x.shape)
    except Exception:
        return x


class Affine(torch.nn.Module):
    def __init__(self, d):
        super().__init__()
        self.weight, self.bias = torch.nn.Parameter(torch.ones(d)), torch.nn.Parameter(torch.zeros(d))

    def forward(self, x):
        return x * self.weight + self.bias
