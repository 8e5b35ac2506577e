"""torch's own batch normalisation is called.

loses: norm.training, norm.running, norm.evaluation, norm.gradients, norm.state, norm.stable,
    norm.dtype, norm.inputs, norm.speed
verdict: FORBIDDEN
hint: The question asks you to build it from means and variances.
"""


class BatchNorm2d(BatchNorm2d):
    def forward(self, x):
        if self.training:
            self.num_batches_tracked += 1
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, self.training, self.momentum, self.eps
        )
