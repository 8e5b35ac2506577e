"""The model is in evaluation mode afterwards.

loses: maps.untouched
hint: What would your next training step do with the statistics of its batch?
"""


def feature_maps(model, x):
    maps, modes = {}, [(module, module.training) for module in model.modules()]
    hooks = [
        module.register_forward_hook(lambda _, __, out, name=name: maps.__setitem__(name, out.detach().clone()))
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
            pass
    return maps
