"""The shift is forgotten.

loses: affine.values, affine.gradients
hint: Which of the two parameters does your output not depend on?
"""


class Affine(Affine):
    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight
