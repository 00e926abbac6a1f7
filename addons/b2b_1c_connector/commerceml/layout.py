"""Where in a file which rows stand (reference 2): names without namespace.

A file is: root → section (catalogue, package of offers…) → container (goods, offers,
groups…) → rows. Beside its containers a section has a header: id, name, owner.
Documents and counterparties stand in the root or in a container of the root.
"""

from functools import lru_cache

from .encoding import ROOT

CLASSIFIER = "Классификатор"
CATALOG = "Каталог"
PACKAGE = "ПакетПредложений"
CHANGES = "ИзмененияПакетаПредложений"
SECTIONS = {CLASSIFIER, CATALOG, PACKAGE, CHANGES}

# what stands in a section beside its containers
HEADERS = {
    "Ид",
    "НомерВерсии",
    "ПометкаУдаления",
    "Наименование",
    "Владелец",
    "Описание",
    "ИдКлассификатора",
    "ИдКаталога",
    "СодержитТолькоИзменения",
    "ДействительноС",
    "ДействительноДо",
}

# row → the containers it may stand in
ROWS = {
    "Группа": {"Группы"},
    "Категория": {"Категории"},
    "Свойство": {"Свойства"},
    "СвойствоНоменклатуры": {"Свойства", "СвойстваНоменклатуры"},
    "ТипЦены": {"ТипыЦен"},
    "Склад": {"Склады"},
    "ЕдиницаИзмерения": {"ЕдиницыИзмерения"},
    "Товар": {"Товары"},
    "Предложение": {"Предложения"},
    "Контрагент": {"Контрагенты"},
    "Документ": {"Документы", "Контейнер", ROOT},
}
CONTAINERS = set().union(*ROWS.values()) - {ROOT}
PLACES = {(container, row) for row, places in ROWS.items() for container in places}

WATCHED = [ROOT, *sorted(SECTIONS), *ROWS]
STRUCTURE = {ROOT} | SECTIONS | CONTAINERS
KNOWN = SECTIONS | CONTAINERS | HEADERS | set(ROWS)


def local_name(tag):
    """The name of an element without its namespace."""
    return tag.rpartition("}")[2]


def is_kept(parent, element):
    """Whether an element that is still open is needed as a whole."""
    place, name = local_name(parent.tag), local_name(element.tag)
    return (place, name) in PLACES or (place in SECTIONS and name in HEADERS)


@lru_cache(1000)
def _row_at(container_tag, tag):
    """The names of container and row, None if such a row does not stand there."""
    place, row = local_name(container_tag), local_name(tag)
    return (place, row) if (place, row) in PLACES else None


def row_name(element):
    """The name of the row that an element is, None if it is none.

    The same names stand elsewhere, too: goods in documents, warehouses in offers.
    """
    container = element.getparent()
    if container is None:
        return None
    found = _row_at(container.tag, element.tag)
    if not found:
        return None
    place, row = found
    if place == ROOT:
        return row
    section = container.getparent()
    return row if local_name(section.tag) in SECTIONS | {ROOT} else None


def section_of(row):
    """The section a row stands in, None for rows that stand in none."""
    section = row.getparent().getparent()
    if section is not None and local_name(section.tag) in SECTIONS:
        return section
    return None
