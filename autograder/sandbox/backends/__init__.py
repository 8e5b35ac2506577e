"""The backends, strongest first: docker, bubblewrap, uid, process; and what they are made of."""
