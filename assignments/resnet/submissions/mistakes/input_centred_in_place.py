"""The mean is subtracted from x itself.

loses: norm.running, norm.gradients, norm.state, block.gradients, norm.stable, norm.inputs,
    block.depth
hint: x -= … writes into the tensor that you were given.
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if self.training:
            var, mean = torch.var_mean(wide, dim=(0, 2, 3), correction=0)
            m = x.numel() // x.shape[1]
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * m / max(m - 1, 1) - self.running_var)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.to(wide.dtype), self.running_var.to(wide.dtype)
        scale = self.weight * torch.rsqrt(var + self.eps)
        with torch.no_grad():
            x.sub_(mean[:, None, None].to(x.dtype))
        y = (wide - (0 if wide is x else mean[:, None, None])) * scale[:, None, None] + self.bias[:, None, None]
        return y.to(x.dtype)
