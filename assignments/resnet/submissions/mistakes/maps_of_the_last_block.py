"""All maps are the last block's.

loses: maps.values
hint: Which value has the name in your loop at the time when the hook is called?
"""


def feature_maps(model, x):
    maps, modes = {}, [(module, module.training) for module in model.modules()]
    names = [name for name, module in model.named_modules() if isinstance(module, BasicBlock)]
    hooks = [
        module.register_forward_hook(lambda _, __, out, names=names: maps.update(dict.fromkeys(names, out.detach().clone())))
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
