"""The heads are averaged.

loses: maps.values
hint: What do the heads do differently? A mean over them cannot tell.
"""


@torch.no_grad()
def attention_maps(model: Transformer, src: Tensor, tgt: Tensor) -> list[Tensor]:
    model(src, tgt)
    used = [layer.attention for layer in model.encoder]
    for layer in model.decoder:
        used += [layer.self_attention, layer.cross_attention]
    return [attention.weights[0].mean(0, keepdim=True).expand_as(attention.weights[0]) for attention in used]
