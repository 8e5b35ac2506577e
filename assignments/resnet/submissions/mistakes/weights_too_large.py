"""The file is larger than two megabytes.

loses: digits.artifact
artifact: large.safetensors
hint: What else did you save: an optimiser's state, a second model?
"""
