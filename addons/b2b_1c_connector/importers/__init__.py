from . import importer
from . import group
