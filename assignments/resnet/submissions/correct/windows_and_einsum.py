"""Windows of strides and einsum; statistics from sums; networks of lists; hooks on a copy."""


import math


def conv2d(x, w, b=None, stride=1, padding=0):
    windows = F.pad(x, [padding] * 4).unfold(2, w.shape[2], stride).unfold(3, w.shape[3], stride)
    y = torch.einsum("nchwij,kcij->nkhw", windows, w)
    if b is not None:
        y = y + b.reshape(1, -1, 1, 1)
    return y


class BatchNorm2d(nn.Module):
    def __init__(self, c, eps=1e-5, momentum=0.1):
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.register_buffer("running_mean", torch.zeros(c))
        self.register_buffer("running_var", torch.ones(c))
        self.register_buffer("num_batches_tracked", torch.zeros((), dtype=torch.long))
        self.register_parameter("weight", nn.Parameter(torch.full((c,), 1.0)))
        self.register_parameter("bias", nn.Parameter(torch.full((c,), 0.0)))

    def forward(self, x):
        shape, dtype = (1, -1, 1, 1), x.dtype
        work = torch.promote_types(dtype, torch.float32)
        x = x.to(work)
        if self.training:
            count = x.numel() / x.size(1)
            mean = x.sum((0, 2, 3)) / count
            centred = x - mean.view(shape)
            var = (centred * centred).sum((0, 2, 3)) / count
            self.running_mean.mul_(1 - self.momentum).add_(mean.detach(), alpha=self.momentum)
            self.running_var.mul_(1 - self.momentum).add_(var.detach(), alpha=self.momentum * count / (count - 1))
            self.num_batches_tracked.add_(1)
        else:
            centred, var = x - self.running_mean.to(work).view(shape), self.running_var.to(work)
        y = centred / (var + self.eps).sqrt().view(shape)
        return (y * self.weight.to(work).view(shape) + self.bias.to(work).view(shape)).to(dtype)


class BasicBlock(nn.Module):
    def __init__(self, c_in, c_out, stride=1):
        super().__init__()
        self.conv1, self.bn1 = Conv2d(c_in, c_out, 3, stride, 1), BatchNorm2d(c_out)
        self.conv2, self.bn2 = Conv2d(c_out, c_out, 3, 1, 1), BatchNorm2d(c_out)
        self.relu = nn.ReLU(inplace=True)
        if stride > 1 or c_in != c_out:
            self.downsample = nn.Sequential(Conv2d(c_in, c_out, 1, stride), BatchNorm2d(c_out))
        else:
            self.downsample = nn.Identity()

    def forward(self, x):
        y = self.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        y += self.downsample(x)
        return self.relu(y)


class ResNet18(nn.Module):
    def __init__(self, num_classes, stem="imagenet"):
        super().__init__()
        large = stem == "imagenet"
        self.conv1 = Conv2d(3, 64, 7 if large else 3, 2 if large else 1, 3 if large else 1)
        self.bn1, self.relu = BatchNorm2d(64), nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1) if large else None
        width = 64
        for number in range(4):
            after = 64 << number
            blocks = [BasicBlock(width, after, 1 if number == 0 else 2), BasicBlock(after, after)]
            self.add_module(f"layer{number + 1}", nn.ModuleList(blocks))
            width = after
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512, num_classes)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))
        if self.maxpool is not None:
            x = self.maxpool(x)
        for number in range(1, 5):
            for block in getattr(self, f"layer{number}"):
                x = block(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))


def receptive_field(layers):
    total = 1
    for place, (kernel, _) in enumerate(layers):
        total += (kernel - 1) * math.prod(stride for _, stride in layers[:place])
    return total


@torch.no_grad()
def feature_maps(model, x):
    import copy

    model, found = copy.deepcopy(model).eval(), {}
    for name, module in model.named_modules():
        if type(module) is BasicBlock:
            module.register_forward_hook(lambda module, args, out, name=name: found.update({name: out}))
    model(x)
    return found
