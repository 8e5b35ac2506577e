"""The running variance collects the biased estimate.

loses: norm.running, block.values, norm.stable
hint: After one batch of 1, 3, 5, 7 the running variance is 0.9 + 0.1 · 20/3. By what do you divide the sum of
    squares, 20?
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if self.training:
            var, mean = torch.var_mean(wide, dim=(0, 2, 3), correction=0)
            m = x.numel() // x.shape[1]
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var - self.running_var)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.to(wide.dtype), self.running_var.to(wide.dtype)
        scale = self.weight * torch.rsqrt(var + self.eps)
        y = (wide - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]
        return y.to(x.dtype)
