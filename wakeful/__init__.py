"""Wakeful: the installed face of the project: the command (`cli`) and the public test driver (`testing`).

The code itself lives in `services` and `shared`. In a checkout they are found beside this folder; in an
installed wheel they lie in `wakeful/_house`, which is put on the path here, so that names as general as
`shared` never squat in anybody's site-packages.
"""

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_HOUSE = Path(__file__).parent / "_house"
if _HOUSE.is_dir() and str(_HOUSE) not in sys.path:
    sys.path.insert(0, str(_HOUSE))

try:
    __version__ = version("wakeful")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0"
