"""The rows of a file one after another, memory flat in its size.

lxml parses piece by piece and builds its tree. After each piece what has ended is
looked for in it and taken out: rows and sections are handed over, elements that nobody
knows are counted. To be told of each element by an event would take half as long again.
The parser has no access to files or network, no document type, and the limits of
libxml2 (depth 256, a text 10 MB); on top of these come `Limits`.
"""

import re
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass

from lxml import etree

from . import layout
from .encoding import HEAD, ROOT, find_root, transcoder
from .errors import BrokenFile, HostileFile, Place, TruncatedFile, _
from .layout import local_name

PIECE = 64 * 1024
# goes before the root: the only event that is asked for leads to the tree
HOOK = b"<?b2b?>"
# libxml2: a limit was reached, a name is too long, entities run in a circle
LIMIT_CODES = {89, 110, 114, 115}
# libxml2: its dictionary of names is full
NO_ROOM_CODE = 2
# libxml2: the document or an element is not ended
END_CODES = {77, 73, 5000}
# libxml2: something follows the root
EXTRA_CODE = 5
# so many names of unknown elements are counted one by one
UNKNOWN_NAMES = 500
OTHERS = "…"


# the default namespace in the start tag of the root element
NAMESPACE = re.compile(rb"""^<[^>]*?(\sxmlns\s*=\s*(?:"[^"<]*"|'[^'<]*'))""", re.DOTALL)
# a start tag: its name, and the rest
TAG = re.compile(rb"""(<[^\s/>]++)((?:[^<>"']|"[^"<]*"|'[^'<]*')*+>)""")
# prefixes that imitators use without saying what they stand for
PREFIXES = {
    b"xsi": b"http://www.w3.org/2001/XMLSchema-instance",
    b"xs": b"http://www.w3.org/2001/XMLSchema",
}
NAME = rb"(?:[\w.-]{1,50}:)?" + ROOT.encode()
ROOT_START = re.compile(rb"<" + NAME + rb"(?=[\s/>])")
ROOT_END = re.compile(rb"</" + NAME + rb"\s*>")
# a tag of the root with blanks in it may be cut into two pieces
OVERLAP = 256


@dataclass(slots=True)
class Limits:
    """What is more than 1C ever sends.

    :param file_bytes: size of a file
    :param row_bytes: size of one row (goods, document, property with all its variants,
        group with all groups below)
    """

    file_bytes: int = 4 * 1024**3
    row_bytes: int = 32 * 1024**2


def _without_namespace(start):
    """The beginning of a file with blanks for the default namespace.

    Local names are all that is asked for, and lxml tells names without namespace
    faster: it makes a sixth of the time.
    """
    found = NAMESPACE.match(start)
    if not found:
        return start
    first, last = found.span(1)
    return start[:first] + b" " * (last - first) + start[last:]


def _with_prefixes(start):
    """The beginning of a file with `PREFIXES` declared, as far as they are not.

    :return: the bytes, and how many of them were put in
    """
    tag = TAG.match(start)
    if not tag:
        return start, 0
    missing = b"".join(
        b' xmlns:%s="%s"' % (prefix, name)
        for prefix, name in PREFIXES.items()
        if not re.search(rb"\sxmlns:%s\s*=" % prefix, tag[2])
    )
    place = tag.end(1)
    return start[:place] + missing + start[place:], len(missing)


def _read_head(file):
    """The first bytes of a file that may give them in small portions."""
    head = b""
    while len(head) < HEAD and (piece := file.read(HEAD - len(head))):
        head += piece
    return head


class Stream:
    """Iterate over (name, element) of a file: rows, and sections as they end.

    The first is the root as it begins. An element belongs to the caller until he asks
    for the next one.

    :param source: a path or an open binary file
    :param Limits limits: what is refused as hostile
    """

    def __init__(self, source, limits=None):
        self.source = source
        self.limits = limits or Limits()
        self.unknown = Counter()
        self.root = None
        self.offset = 0
        self._lines_before = 0
        self._open = (None, 0)
        self._hook = None
        # bytes of ours before those of the file in its first line
        self._put_in = len(HOOK)
        # the last two pieces
        self._fed_last = (b"", b"")
        self._ended = False
        # whether there are processing instructions among the elements
        self._has_instructions = False

    def __iter__(self):
        parser = etree.XMLPullParser(
            ("pi",),
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            # whitespace between elements says nothing
            remove_blank_text=True,
            collect_ids=False,
        )
        parser.feed(HOOK)
        pieces = self._pieces()
        for piece in pieces:
            self._fed_last = (self._fed_last[1], piece)
            yield from self._fed(parser, lambda piece=piece: parser.feed(piece), pieces)
            if self._ended:
                return
        yield from self._fed(parser, parser.close, pieces, ended=True)

    def _fed(self, parser, step, pieces, ended=False):
        """What has ended after a step of the parser, then its fault if it has one."""
        fault = None
        try:
            step()
        except etree.XMLSyntaxError as error:
            fault = error
            if self._is_after_root(error, pieces, ended):
                self.count_unknown(f"{ROOT}: what follows its end")
                fault, ended, self._ended = None, True, True
        for _event, node in parser.read_events():
            self._has_instructions = self._hook is not None
            self._hook = node if self._hook is None else self._hook
        if self.root is None:
            self.root = next(self._hook.itersiblings("*"), None)
            if self.root is not None:
                yield local_name(self.root.tag), self.root
        if self.root is not None:
            yield from self._take(self.root, ended and not fault)
        if fault:
            raise self._refusal(fault, parser) from fault

    def _is_after_root(self, fault, pieces, ended):
        """Whether a fault is only that something follows the root, and no second file:
        zeros, or what a program of an imitator says at its end."""
        if fault.code != EXTRA_CODE:
            return False
        last = self._fed_last[0][-OVERLAP:] + self._fed_last[1]
        end = ROOT_END.search(last)
        if ended and not end:
            # what is cut off may be told by the same code
            return False
        last = last[end.end() :] if end else last
        while not ROOT_START.search(last):
            piece = next(pieces, None)
            if piece is None:
                return True
            last = last[-OVERLAP:] + piece
        return False

    # -- what has ended

    def _take(self, node, ended):
        """Hand over what has ended in a part of the structure, and take it out.

        The last child of an element that goes on is left: libxml2 may be writing to it.
        """
        name = local_name(node.tag)
        children = list(node)
        open_child = children.pop() if children and not ended else None
        rows = layout.ROWS_IN[name]
        for child in children:
            row = rows[child.tag]
            if row:
                if self._has_instructions:
                    etree.strip_tags(child, etree.PI)
                yield row, child
            else:
                yield from self._take_other(name, child)
        if not ended:
            self._drop(node, name, children)
        if open_child is not None:
            yield from self._take_open(name, open_child)

    def _take_other(self, parent_name, child):
        """Hand over what has ended and is no row."""
        name = local_name(child.tag)
        if layout.leads_on(parent_name, name):
            yield from self._take(child, True)
            if name in layout.SECTIONS:
                yield name, child
        elif not layout.is_kept(parent_name, name):
            self.count_unknown(f"{parent_name}/{name}")

    def _take_open(self, parent_name, child):
        """Hand over what has ended in an element that goes on; keep it small."""
        name = local_name(child.tag)
        if layout.leads_on(parent_name, name):
            yield from self._take(child, False)
        elif layout.is_kept(parent_name, name):
            self._watch_size(child)
        elif name:
            for node in self._last_elements(child):
                if len(node) > 1:
                    del node[:-1]

    def _drop(self, node, name, ended):
        """Take out what has ended; a section keeps one header of each name."""
        if name not in layout.SECTIONS:
            del node[: len(ended)]
            return
        headers = set()
        for child in ended:
            child_name = local_name(child.tag)
            if child_name in layout.HEADERS - headers:
                headers.add(child_name)
            else:
                node.remove(child)

    def line(self, element):
        """The line of the file where an element begins, 0 if it is not known."""
        line = element.sourceline or 0
        # libxml2 keeps larger numbers with the text inside an element only
        if line >= 65535 and not len(element):
            return 0
        return line + self._lines_before

    def count_unknown(self, path):
        """Remember an element that nobody knows."""
        unknown = self.unknown
        if path not in unknown and len(unknown) >= UNKNOWN_NAMES:
            path = OTHERS
        unknown[path] += 1

    # -- bytes

    def _pieces(self):
        """The file from its root element on, in UTF-8."""
        with self._file() as file:
            head = _read_head(file)
            encoding, start, self._lines_before = find_root(head)
            transcode = transcoder(encoding)
            self.offset = len(head)
            piece = head[start:]
            while piece:
                if self.offset > self.limits.file_bytes:
                    raise HostileFile(_("the file is too large"), self.place())
                following = file.read(PIECE)
                piece = self._transcoded(transcode, piece, not following)
                yield piece if self.root is not None else self._begun(piece)
                piece = following
                self.offset += len(piece)

    def _begun(self, piece):
        """The first piece, with what makes it easier to parse."""
        piece, put_in = _with_prefixes(_without_namespace(piece))
        self._put_in += put_in
        return piece

    def _file(self):
        if hasattr(self.source, "read"):
            return nullcontext(self.source)
        return open(self.source, "rb")

    def _transcoded(self, transcode, piece, final):
        if not transcode:
            return piece
        try:
            return transcode(piece, final)
        except BrokenFile as error:
            raise BrokenFile(error.reason, self.place()) from error

    # -- faults

    def _refusal(self, error, parser):
        line, column = error.position
        code, reason = error.code, error.msg or _("not well-formed")
        log = parser.feed_error_log
        if not line and log:
            # lxml knows that something failed, libxml2 said what before
            line, column = log[0].line, log[0].column
            code, reason = log[0].type, log[0].message
        reason = reason.partition(", line ")[0].strip()
        place = self.place(line or None, column or None)
        if code == NO_ROOM_CODE:
            return HostileFile(_("too many different names"), place)
        if code in LIMIT_CODES:
            return HostileFile(reason, place)
        if code in END_CODES:
            return TruncatedFile(_("the file ends too early"), place)
        return BrokenFile(reason, place)

    def place(self, line=None, column=None):
        if line == 1 and column:
            column = max(column - self._put_in, 1)
        if line:
            line += self._lines_before
        names = (local_name(node.tag) for node in self._last_elements(self.root))
        path = "/".join(filter(None, names))
        return Place(self.offset, line, column, path)

    def _last_elements(self, node):
        """An element, its last child, the last child of that, …"""
        while node is not None:
            yield node
            node = next(node.iterchildren(reversed=True), None)

    def _watch_size(self, node):
        """Refuse an element that goes on for too long."""
        known, since = self._open
        if known is not node:
            self._open = (node, self.offset)
        elif self.offset - since > self.limits.row_bytes:
            name = local_name(node.tag)
            raise HostileFile(
                _("one element %(name)s is too large", name=name), self.place()
            )
