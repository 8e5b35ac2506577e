"""The running averages hold the graph of every batch.

loses: norm.running
hint: Does running_mean.requires_grad after a step of training? Memory then grows with every step.
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if self.training:
            var, mean = torch.var_mean(wide, dim=(0, 2, 3), correction=0)
            m = x.numel() // x.shape[1]
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * var * m / max(m - 1, 1)
            self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.to(wide.dtype), self.running_var.to(wide.dtype)
        scale = self.weight * torch.rsqrt(var + self.eps)
        y = (wide - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]
        return y.to(x.dtype)
