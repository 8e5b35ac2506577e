"""Ends the process while the module is imported, with the exit code of success.

loses: standardise.values, standardise.stable, affine.values, affine.gradients
verdict: CRASH
"""

import os

os._exit(0)
