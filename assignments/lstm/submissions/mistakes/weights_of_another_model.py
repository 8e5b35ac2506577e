"""The weights handed in have other names than CharLM's parameters.

loses: lm.artifact
artifact: renamed.safetensors
hint: Load your file into a fresh CharLM before you hand it in: load_state_dict says which names differ.
"""
