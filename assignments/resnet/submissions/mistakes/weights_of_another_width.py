"""The weights handed in are of a wider network.

loses: digits.artifact
artifact: wide.safetensors
hint: The table gives 16, 32 and 64 channels. Load your file into a fresh DigitNet before you hand it in.
"""
