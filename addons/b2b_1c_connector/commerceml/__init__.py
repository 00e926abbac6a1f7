"""CommerceML of 1C: reading, unpacking, writing. Pure Python and lxml, no Odoo.

`read(path)` gives dataclasses of `model`; `check(path)` says beforehand whether a file
can be read to its end; `Archive(zip)` takes archives apart safely. What is
refused raises a `RefusedFile`. `write_orders(documents, formed)` gives 1C its orders.
"""

from . import codec, model
from .archive import Archive, ArchiveLimits, safe_name
from .errors import (
    BrokenArchive,
    BrokenFile,
    HostileArchive,
    HostileFile,
    NotCommerceML,
    Place,
    RefusedFile,
    Sentence,
    TruncatedFile,
)
from .reader import Reader, check, read
from .reference import write_info
from .stream import Limits
from .writer import OrderError, check_order, write_orders
