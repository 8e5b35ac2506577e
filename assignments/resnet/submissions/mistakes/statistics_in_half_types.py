"""Means and variances of bfloat16 numbers are bfloat16.

loses: norm.dtype
hint: Around 100, neighbouring bfloat16 numbers are ½ apart. What does a mean of 100.25 become?
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x
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
        y = (wide - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]
        return y.to(x.dtype)
