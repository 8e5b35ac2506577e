"""The hooks stay on the model.

loses: maps.untouched
hint: What happens in the next forward pass, and in the one after your hundredth call? A handle can be removed.
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
            pass
        for module, training in modes:
            module.training = training
    return maps
