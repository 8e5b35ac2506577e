"""The weights handed in were never trained.

loses: digits.artifact
artifact: untrained.safetensors
hint: One in ten is what a die gets right. Did you save the weights before training, or of another model than
    the one you trained?
"""
