"""A loop over the channels.

loses: norm.speed
hint: mean and var take several axes at once: dim=(0, 2, 3).
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if self.training:
            moments = [torch.var_mean(wide[:, c], correction=0) for c in range(x.shape[1])]
            var, mean = (torch.stack(part) for part in zip(*moments))
            m = x.numel() // x.shape[1]
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * m / max(m - 1, 1) - self.running_var)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.to(wide.dtype), self.running_var.to(wide.dtype)
        scale = self.weight * torch.rsqrt(var + self.eps)
        y = torch.stack([(wide[:, c] - mean[c]) * scale[c] + self.bias[c] for c in range(x.shape[1])], dim=1)
        return y.to(x.dtype)
