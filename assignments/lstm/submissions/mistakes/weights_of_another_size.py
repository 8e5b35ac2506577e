"""The sizes written in the file are not those of its weights.

loses: lm.artifact
artifact: resized.safetensors
hint: save_weights writes down hidden and layers. Are the numbers you gave it those of the model you
    trained?
"""
