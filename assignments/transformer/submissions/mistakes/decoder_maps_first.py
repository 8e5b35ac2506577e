"""The decoder's maps come first.

loses: maps.values
hint: In which order does the model use its attentions?
"""


@torch.no_grad()
def attention_maps(model: Transformer, src: Tensor, tgt: Tensor) -> list[Tensor]:
    model(src, tgt)
    used = []
    for layer in model.decoder:
        used += [layer.self_attention, layer.cross_attention]
    used += [layer.attention for layer in model.encoder]
    return [attention.weights[0] for attention in used]
