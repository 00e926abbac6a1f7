"""In which encoding a file really is, and where its root element begins.

1C writes UTF-8 with BOM; windows-1251 and UTF-16 exist, and the declaration is wrong in
both directions, missing, there twice, or after junk (reference 2.1). So the declaration
is not asked: the name of the root element, whose letters are Cyrillic, tells.
"""

import codecs
import re

from .errors import BrokenFile, HostileFile, NotCommerceML, Place, _

ROOT = "КоммерческаяИнформация"
# so much of a file is looked through for the root element
HEAD = 64 * 1024
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "cp866", "koi8-r")
# the root element with or without a prefix
START = re.compile(rf"<(?:[\w.-]{{1,50}}:)?{ROOT}(?=[\s/>])")


def find_root(head):
    """Look through the first bytes of a file.

    :param bytes head: up to `HEAD` bytes from its beginning
    :return: encoding, bytes before the root element, line feeds in these
    :raise NotCommerceML: there is no root element
    :raise HostileFile: there is a document type before it
    """
    for encoding in ENCODINGS:
        position = head.find(ROOT.encode(encoding))
        if position < 0:
            continue
        # bytes of UTF-16 are counted from the beginning, in pairs
        text = head.decode(encoding, errors="ignore")
        start = START.search(text)
        if not start:
            continue
        before = text[: start.start()]
        _refuse_document_type(before)
        element = start[0].encode(encoding)
        offset = head.find(element)
        return encoding, offset, before.count("\n")
    raise NotCommerceML(_what_else(head))


def _refuse_document_type(text):
    """CommerceML has none: entities and external files come in through it."""
    for word in ("<!DOCTYPE", "<!ENTITY"):
        if word in text:
            line = text.count("\n", 0, text.index(word)) + 1
            raise HostileFile(
                _("the file declares a document type or entities"), Place(line=line)
            )


def _what_else(head):
    start = head[:1000].lstrip(codecs.BOM_UTF8).lstrip().lower()
    if not start:
        return _("the file is empty")
    if head.startswith(b"PK"):
        return _("the file is an archive")
    if start.startswith((b"<!doctype html", b"<html")):
        return _("the file is a page of HTML")
    return _("no element %(name)s at the beginning of the file", name=ROOT)


def transcoder(encoding):
    """A function from bytes of `encoding`, and whether they are the last, to UTF-8.

    None for UTF-8 itself: there the parser checks the bytes.
    """
    if encoding == "utf-8":
        return None
    # one byte of cp1251 stands for nothing, and is no reason to refuse a file
    errors = "strict" if encoding.startswith("utf-16") else "replace"
    decoder = codecs.getincrementaldecoder(encoding)(errors)

    def transcode(data, final):
        try:
            return decoder.decode(data, final).encode("utf-8")
        except UnicodeError as error:
            raise BrokenFile(
                _("bytes that are not %(encoding)s", encoding=encoding)
            ) from error

    return transcode
