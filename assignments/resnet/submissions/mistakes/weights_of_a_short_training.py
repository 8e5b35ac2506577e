"""The weights handed in are those of a training that was far too short.

loses: digits.artifact
artifact: short.safetensors
hint: How does the loss go on after the last epoch you trained? Train for longer, with jitter.
"""
