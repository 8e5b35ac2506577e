"""The file says other sizes than its weights have.

loses: transformer.artifact
artifact: resized.safetensors
hint: Which sizes did you give to save_weights, and which to the model that you trained?
"""
