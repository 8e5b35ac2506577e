"""The functions of torch for mean and variance, and one fused multiply-add."""

from torch import addcmul


def standardise(x: Tensor) -> Tensor:
    variance, mean = torch.var_mean(x, dim=-1, unbiased=False, keepdim=True)
    return (x - mean) * (variance + EPS).rsqrt()


class Affine(Affine):
    def forward(self, x: Tensor) -> Tensor:
        return addcmul(self.bias, x, self.weight)
