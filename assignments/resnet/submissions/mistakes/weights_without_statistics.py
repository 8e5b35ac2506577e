"""The file holds parameters and no running statistics.

loses: digits.artifact
artifact: parameters.safetensors
hint: model.parameters() does not list buffers; model.state_dict() does. What does the network normalise with in
    evaluation mode?
"""
