"""A post-norm model is handed in as a pre-norm one.

loses: transformer.artifact
artifact: post.safetensors
hint: Which `norm` did you train with, and which one did you tell save_weights?
"""
