"""The batch axis is left in.

loses: maps.values
hint: How many axes has [heads,Lq,Lk]?
"""


@torch.no_grad()
def attention_maps(model: Transformer, src: Tensor, tgt: Tensor) -> list[Tensor]:
    model(src, tgt)
    used = [layer.attention for layer in model.encoder]
    for layer in model.decoder:
        used += [layer.self_attention, layer.cross_attention]
    return [attention.weights for attention in used]
