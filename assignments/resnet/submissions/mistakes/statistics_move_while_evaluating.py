"""The running statistics are moved in evaluation mode, too.

loses: norm.evaluation, norm.gradients, block.values, digits.wiring, resnet.wiring, maps.values,
    maps.untouched
hint: Call the layer twice in evaluation mode and print running_mean before and after.
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if True:
            var, mean = torch.var_mean(wide, dim=(0, 2, 3), correction=0)
            m = x.numel() // x.shape[1]
            with torch.no_grad():
                self.running_mean += self.momentum * (mean - self.running_mean)
                self.running_var += self.momentum * (var * m / max(m - 1, 1) - self.running_var)
                self.num_batches_tracked += 1
        if not self.training:
            mean, var = self.running_mean.to(wide.dtype), self.running_var.to(wide.dtype)
        scale = self.weight * torch.rsqrt(var + self.eps)
        y = (wide - mean[:, None, None]) * scale[:, None, None] + self.bias[:, None, None]
        return y.to(x.dtype)
