"""The map is the output of the second normalisation.

loses: maps.values
hint: The output of the block is asked for: behind the sum and the ReLU.
"""


def feature_maps(model, x):
    maps, modes = {}, [(module, module.training) for module in model.modules()]
    hooks = [
        module.bn2.register_forward_hook(lambda _, __, out, name=name: maps.__setitem__(name, out.detach().clone()))
        for name, module in model.named_modules()
        if isinstance(module, BasicBlock)
    ]
    model.eval()
    try:
        with torch.no_grad():
            model(x)
    finally:
        for hook in hooks:
            hook.remove()
        for module, training in modes:
            module.training = training
    return maps
