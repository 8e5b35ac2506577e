"""No weights were handed in.

loses: lm.artifact
artifact: none
verdict: NOT_ATTEMPTED
hint: charlm.safetensors belongs next to the notebook, in the same folder or zip.
"""
