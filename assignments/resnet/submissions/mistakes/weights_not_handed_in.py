"""No weights were handed in.

loses: digits.artifact
artifact: none
verdict: NOT_ATTEMPTED
hint: digitnet.safetensors belongs next to the notebook, in the same folder or zip.
"""
