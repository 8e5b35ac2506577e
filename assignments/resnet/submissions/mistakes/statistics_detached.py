"""Mean and variance of the batch are taken as constants in the gradient.

loses: norm.gradients, block.gradients
hint: Add a constant to x: y does not change. So the gradient of x sums to 0 over a channel; does yours? What
    cuts the way through mean and variance?
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if self.training:
            var, mean = torch.var_mean(wide.detach(), dim=(0, 2, 3), correction=0)
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
