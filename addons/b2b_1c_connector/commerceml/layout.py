"""Where in a file which rows stand (reference 2): names without namespace.

A file is: root → section (catalogue, package of offers…) → container (goods, offers,
groups…) → rows. Beside its containers a section has a header: id, name, owner.
Documents and counterparties stand in the root or in a container of the root.
"""

from .encoding import ROOT

# namespaces are few; a file that invents names must not fill the memory
CACHED = 1000
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

# what imitators put one level deeper
NESTED = {(section, CLASSIFIER) for section in SECTIONS - {CLASSIFIER}}
NESTED.add(("Контейнер", "Документы"))

STRUCTURE = {ROOT} | SECTIONS | CONTAINERS
KNOWN = SECTIONS | CONTAINERS | HEADERS | set(ROWS)


def local_name(tag):
    """The name of an element without its namespace; "" for an instruction."""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


class Names(dict):
    """What a tag means, by its local name; None if it is unknown.

    Looking into a dictionary by the whole tag is what makes reading fast: the local
    name is cut out only when a tag is met for the first time.
    """

    def __init__(self, known):
        super().__init__()
        self.known = known

    def __missing__(self, tag):
        meaning = self.known.get(local_name(tag))
        if len(self) < CACHED:
            self[tag] = meaning
        return meaning


# part of the structure → the rows that may stand in it
ROWS_IN = {
    place: Names({row: row for row, places in ROWS.items() if place in places})
    for place in STRUCTURE
}


def leads_on(place, name):
    """Whether an element is a part of the structure: a section, or a container of one
    or of the root. The same names stand elsewhere, too: warehouses in offers."""
    if place == ROOT:
        return name in SECTIONS or name in CONTAINERS
    return (place in SECTIONS and name in CONTAINERS) or (place, name) in NESTED


def is_kept(place, name):
    """Whether an element that is still open is needed as a whole."""
    return (place, name) in PLACES or (place in SECTIONS and name in HEADERS)


def section_of(row):
    """The section a row stands in, None for rows that stand in none."""
    section = row.getparent().getparent()
    if section is not None and local_name(section.tag) in SECTIONS:
        return section
    return None
