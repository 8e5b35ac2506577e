"""In each decoder layer the map of cross-attention comes first.

loses: maps.values
hint: In which order does a decoder layer use its two attentions?
"""


@torch.no_grad()
def attention_maps(model: Transformer, src: Tensor, tgt: Tensor) -> list[Tensor]:
    model(src, tgt)
    used = [layer.attention for layer in model.encoder]
    for layer in model.decoder:
        used += [layer.cross_attention, layer.self_attention]
    return [attention.weights[0] for attention in used]
