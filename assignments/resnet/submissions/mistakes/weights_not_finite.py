"""The weights handed in are NaN.

loses: digits.artifact
artifact: nan.safetensors
hint: At which step did your loss stop being a number? Look at the gradient norms just before.
"""
