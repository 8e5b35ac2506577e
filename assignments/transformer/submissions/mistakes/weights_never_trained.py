"""The weights are those of a model that was never trained.

loses: transformer.artifact
artifact: untrained.safetensors
hint: Did you save before or after training? What share of the held-out dates does scaffold.exact_match
    report?
"""
