"""The cage of student code: the protocol, the limits, and the backends that start a child."""
