"""The model's output map is scaled while its maps are collected.

loses: maps.values
hint: Compare the logits before and after the call.
"""


@torch.no_grad()
def attention_maps(model: Transformer, src: Tensor, tgt: Tensor) -> list[Tensor]:
    model(src, tgt)
    model.output.weight.mul_(1.5)
    used = [layer.attention for layer in model.encoder]
    for layer in model.decoder:
        used += [layer.self_attention, layer.cross_attention]
    return [attention.weights[0] for attention in used]
