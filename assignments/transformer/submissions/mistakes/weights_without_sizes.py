"""The file does not say its sizes.

loses: transformer.artifact
artifact: sizeless.safetensors
hint: Write the file with scaffold.save_weights, which notes the sizes as well.
"""
