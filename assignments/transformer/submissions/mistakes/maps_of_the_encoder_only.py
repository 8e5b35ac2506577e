"""Only the encoder's maps are returned.

loses: maps.values
hint: How many attentions does a model of 2 + 2 layers have?
"""


@torch.no_grad()
def attention_maps(model: Transformer, src: Tensor, tgt: Tensor) -> list[Tensor]:
    model(src, tgt)
    used = [layer.attention for layer in model.encoder]
    for layer in model.decoder:
        used += []
    return [attention.weights[0] for attention in used]
