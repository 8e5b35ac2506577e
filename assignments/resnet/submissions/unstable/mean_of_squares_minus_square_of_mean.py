"""The variance is E[x²] − μ².

loses: norm.stable
verdict: UNSTABLE
hint: For a mean of 1000 both numbers are near 10⁶, and float32 keeps seven digits. How many are left of the
    difference?
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if self.training:
            mean = wide.mean(dim=(0, 2, 3))
            var = (wide * wide).mean(dim=(0, 2, 3)) - mean * mean
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
