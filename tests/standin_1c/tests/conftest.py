import io

import pytest

from ..exchange import Exchange, Options
from ..infobase import Infobase
from ..journal import Journal
from ..profiles import PROFILES
from ..transport import Connection
from .site import PASSWORD, USER, Site


@pytest.fixture
def site():
    with Site() as found:
        yield found


@pytest.fixture
def make(site):
    """A function that makes the exchange of a base with `site`."""

    def exchange(profile, base=None, size=24, **options):
        connection = Connection(site.url, USER, PASSWORD)
        base = base or Infobase(size=size)
        journal = Journal(io.StringIO())
        profile = PROFILES[profile]()
        return Exchange(profile, base, connection, journal, Options(**options))

    return exchange
