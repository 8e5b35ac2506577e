"""The output is always float64.

loses: norm.training, norm.evaluation, norm.gradients, block.values, block.gradients, digits.wiring,
    digits.artifact, resnet.wiring, maps.values, norm.stable, norm.dtype, block.inputs,
    maps.untouched
hint: The next layer expects the dtype that it was given.
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.double()
        if self.training:
            var, mean = torch.var_mean(wide, dim=(0, 2, 3), correction=0)
            m = x.numel() // x.shape[1]
            with torch.no_grad():
                self.running_mean += self.momentum * (mean.to(self.running_mean) - self.running_mean)
                self.running_var += self.momentum * (var.to(self.running_var) * m / max(m - 1, 1) - self.running_var)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.to(wide.dtype), self.running_var.to(wide.dtype)
        scale = self.weight * torch.rsqrt(var + self.eps)
        y = (wide - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]
        return y
