"""Names of uploaded files, and zips unpacked without harm (reference 1.5, 1.6)."""

import os
import re
import stat
import unicodedata
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass

from .errors import BrokenArchive, HostileArchive, HostileFile, _

PIECE = 256 * 1024
# the folder of images: what 1C puts before it is a path of its own
IMAGES = "import_files"
DRIVE = re.compile(r"^[A-Za-z]:")
# bit 0 of an entry's flags, bit 11: the name is UTF-8
ENCRYPTED, UTF8 = 0x1, 0x800


@dataclass(slots=True)
class ArchiveLimits:
    """What is more than 1C ever puts into one zip.

    :param entries: files
    :param bytes: of all files unpacked
    :param ratio: how much larger the files may be than the zip, beyond `free_bytes`
    """

    entries: int = 100_000
    bytes: int = 4 * 1024**3
    ratio: int = 200
    free_bytes: int = 64 * 1024**2


def safe_name(name):
    """The relative path under which an uploaded file may be kept.

    Backslashes are folders; a drive or folders of 1C's own machine before the name or
    before the folder of images are cut off.

    :raise HostileFile: nothing safe can be made of it
    """
    path = _plain(name)
    is_absolute = DRIVE.match(path) or path.startswith("/")
    parts = _parts(DRIVE.sub("", path))
    if IMAGES in parts:
        parts = parts[parts.index(IMAGES) :]
    elif is_absolute:
        parts = parts[-1:]
    return "/".join(parts)


def _plain(name):
    path = unicodedata.normalize("NFC", name).replace("\\", "/").strip()
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in path):
        raise HostileFile(_("a file name with control characters"))
    return path


def _parts(path):
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts:
        raise HostileFile(_("an empty file name"))
    if ".." in parts:
        raise HostileFile(_("a file name that leaves its folder"))
    if len(parts) > 10 or any(len(part.encode()) > 255 for part in parts):
        raise HostileFile(_("a file name that is too long"))
    return parts


class Archive:
    """A zip that is read file by file; a context, which closes it.

    :param archive: a path or an open binary file
    :param ArchiveLimits limits:
    :ivar names: the relative paths of the files, in their order
    :raise BrokenArchive: it cannot be read
    :raise HostileArchive: it would leave its folder, or is encrypted
    """

    def __init__(self, archive, limits=None):
        self._limits = limits or ArchiveLimits()
        with _reading():
            self._source = zipfile.ZipFile(archive)
            self._entries = _entries(self._source, self._limits)
        self.names = list(self._entries)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._source.close()

    def check(self):
        """Read all of it once, so that nothing of a broken or hostile one is used.

        The real size counts, not what the archive says of it.

        :raise BrokenArchive: it cannot be read
        :raise HostileArchive: it is too large
        """
        limits = self._limits
        packed = self._source.fp.seek(0, os.SEEK_END)
        left = min(limits.bytes, max(limits.free_bytes, packed * limits.ratio))
        for name in self.names:
            for piece in self.read(name):
                left -= len(piece)
                if left < 0:
                    raise HostileArchive(_("the archive unpacks to too much"))

    def read(self, name, size=PIECE):
        """The content of a file.

        :param str name: one of `names`
        :param int size: bytes of a piece, at most
        :return: pieces, one after another
        """
        with _reading(), self._source.open(self._entries[name]) as packed:
            while piece := packed.read(size):
                yield piece


@contextmanager
def _reading():
    """What is wrong with a zip, as refusals."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise _unreadable(error) from error
    except (ValueError, UnicodeError, RuntimeError) as error:
        if isinstance(error, (BrokenArchive, HostileFile)):
            raise
        raise _unreadable(error) from error


def _unreadable(error):
    return BrokenArchive(_("the archive cannot be read: %(reason)s", reason=str(error)))


def _entries(source, limits):
    """Path → entry of all files; refused before anything is written."""
    if len(source.infolist()) > limits.entries:
        raise HostileArchive(_("the archive has too many files"))
    found, taken = {}, set()
    for entry in source.infolist():
        if entry.flag_bits & ENCRYPTED:
            raise HostileArchive(_("the archive is encrypted"))
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind and kind not in (stat.S_IFREG, stat.S_IFDIR):
            raise HostileArchive(_("the archive holds a link or device"))
        path = _entry_path(entry)
        if entry.is_dir() or path.endswith("/"):
            continue
        path = "/".join(_parts_of_entry(path))
        if path.casefold() in taken:
            raise HostileArchive(_("the archive holds %(path)s twice", path=path))
        taken.add(path.casefold())
        found[path] = entry
    for path in found:
        above = path.casefold()
        while "/" in above:
            above = above.rpartition("/")[0]
            if above in taken:
                raise HostileArchive(
                    _("the archive holds %(path)s as file and folder", path=above)
                )
    return found


def _entry_path(entry):
    """The name of an entry: in UTF-8, or in the code page of old Windows."""
    name = entry.orig_filename
    if not entry.flag_bits & UTF8:
        raw = name.encode("cp437")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("cp866")
    try:
        return _plain(name)
    except HostileFile as error:
        raise HostileArchive(error.reason) from error


def _parts_of_entry(path):
    if path.startswith("/") or DRIVE.match(path):
        raise HostileArchive(_("the archive names an absolute path"))
    try:
        return _parts(path)
    except HostileFile as error:
        raise HostileArchive(error.reason) from error
