"""The weights handed in were never trained.

loses: lm.artifact
artifact: untrained.safetensors
hint: A loss near ln 62 = 4.13 is that of a fair die. Did you save the weights before training, or of
    another model than the one you trained?
"""
