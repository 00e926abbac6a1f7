"""Writes XML as 1C does: UTF-8 with BOM, tabs, CRLF, empty elements for no text."""

from contextlib import contextmanager
from xml.sax.saxutils import escape, quoteattr

XS = "http://www.w3.org/2001/XMLSchema"


class XmlFile:
    """Use as a context: the root element is open inside.

    Nothing is kept in memory, so files may have any size.
    """

    def __init__(self, path, schema, namespace, made_on, **attributes):
        self.target = open(path, "w", encoding="utf-8-sig", newline="")
        self.depth = 0
        self.target.write('<?xml version="1.0" encoding="UTF-8"?>\r\n')
        names = {}
        if namespace:
            names = {"xmlns": namespace, "xmlns:xs": XS, "xmlns:xsi": f"{XS}-instance"}
        names |= {"ВерсияСхемы": schema, "ДатаФормирования": f"{made_on:%Y-%m-%dT%X}"}
        self.root = self.inside("КоммерческаяИнформация", names | attributes)

    def __enter__(self):
        self.root.__enter__()
        return self

    def __exit__(self, *error):
        self.root.__exit__(*error)
        self.target.close()

    def _line(self, text):
        indent = "\t" * self.depth
        self.target.write(f"{indent}{text}\r\n")

    @contextmanager
    def inside(self, name, attributes=None):
        """The element `name` is open inside."""
        self._line(f"<{name}{_attributes(attributes)}>")
        self.depth += 1
        try:
            yield self
        finally:
            self.depth -= 1
            self._line(f"</{name}>")

    def tag(self, name, text="", attributes=None):
        """An element with nothing but `text` in it."""
        head = f"{name}{_attributes(attributes)}"
        text = plain(text)
        self._line(f"<{head}>{escape(text)}</{name}>" if text else f"<{head}/>")

    def tags(self, **values):
        """Elements by their names, one after the other."""
        for name, value in values.items():
            self.tag(name, value)

    def requisites(self, values):
        """`ЗначенияРеквизитов` of pairs; nothing if there is none."""
        if values:
            with self.inside("ЗначенияРеквизитов"):
                for name, value in values:
                    with self.inside("ЗначениеРеквизита"):
                        self.tags(Наименование=name, Значение=value)


def plain(value):
    """`value` as 1C writes it: true and false, numbers without needless zeros."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return "" if value is None else str(value)


def _attributes(values):
    return "".join(
        f" {name}={quoteattr(plain(value))}" for name, value in (values or {}).items()
    )
