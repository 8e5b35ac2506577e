"""No weights were handed in.

loses: transformer.artifact
artifact: none
verdict: NOT_ATTEMPTED
hint: dates.safetensors belongs next to the notebook, in the same folder or zip.
"""
