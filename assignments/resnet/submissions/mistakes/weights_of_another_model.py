"""The weights handed in have other names than DigitNet's.

loses: digits.artifact
artifact: renamed.safetensors
hint: Load your file into a fresh DigitNet before you hand it in: load_state_dict says which names differ.
"""
