"""Mean and variance are those of each image.

loses: norm.training, norm.running, norm.evaluation, norm.gradients, block.values, block.shortcut,
    block.gradients, norm.stable, norm.dtype, norm.speed
hint: Over how many numbers do you average? For x[4,3,5,2] it should be 4·5·2 = 40 a channel.
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        wide = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
        if self.training:
            var, mean = torch.var_mean(wide, dim=(2, 3), correction=0, keepdim=True)
            m = x[0, 0].numel()
            with torch.no_grad():
                self.running_mean += self.momentum * (mean.mean((0, 2, 3)) - self.running_mean)
                self.running_var += self.momentum * (var.mean((0, 2, 3)) * m / max(m - 1, 1) - self.running_var)
                self.num_batches_tracked += 1
        else:
            mean, var = self.running_mean.to(wide.dtype)[:, None, None], self.running_var.to(wide.dtype)[:, None, None]
        scale = self.weight[:, None, None] * torch.rsqrt(var + self.eps)
        y = (wide - mean) * scale + self.bias[:, None, None]
        return y.to(x.dtype)
