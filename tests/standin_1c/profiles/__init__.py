"""The generations of 1C, by the name the command line knows."""

from .bitrix import Bitrix209, Bitrix31
from .unf import Unf, UnfBitrix
from .ut10 import Ut10
from .ut11 import Ut11

PROFILES = {
    profile.name: profile
    for profile in (Ut10, Ut11, Unf, UnfBitrix, Bitrix209, Bitrix31)
}
