"""The file holds weights of another architecture.

loses: transformer.artifact
artifact: renamed.safetensors
hint: Print the names in the file next to those of your model's state_dict.
"""
