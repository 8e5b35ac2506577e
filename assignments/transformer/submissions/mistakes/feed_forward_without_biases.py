"""The maps have no bias.

loses: feedforward.relu, layers.encoder, layers.decoder, layers.gradients, transformer.values,
    transformer.sees, transformer.artifact, maps.values
hint: List your parameters. Which ones does the notebook ask for?
"""


class FeedForward(nn.Module):
    def __init__(self, d: int, d_ff: int) -> None:
        super().__init__()
        self.up = nn.Linear(d, d_ff, bias=False)
        self.down = nn.Linear(d_ff, d, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down(torch.relu(self.up(x)))
