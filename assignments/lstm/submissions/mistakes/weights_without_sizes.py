"""The file does not say how large the model is.

loses: lm.artifact
artifact: sizeless.safetensors
hint: Use the given save_weights: it writes hidden and layers into the file, so that the model can be
    rebuilt.
"""
