"""SiLU is applied to `up`, not to `gate`.

loses: feedforward.swiglu
hint: Which of the two arms is called gate, and which goes through the non-linearity?
"""


class SwiGLU(nn.Module):
    def __init__(self, d: int, d_ff: int) -> None:
        super().__init__()
        self.gate = nn.Linear(d, d_ff, bias=False)
        self.up = nn.Linear(d, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(self.gate(x) * nn.functional.silu(self.up(x)))
