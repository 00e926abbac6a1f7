"""Files of CommerceML as the separate Bitrix module splits them: 2.09 and 3.1."""

from base64 import b64encode

from . import assortment, catalog_2
from .parties_out import write_party
from .xml_out import XmlFile

NAMESPACE = "urn:1C.ru:commerceml_3"


class Split:
    """Writes the files of one export; `dialect` says which version."""

    def __init__(self, base, dialect):
        self.base = base
        self.dialect = dialect

    @property
    def is_new(self):
        return self.dialect.schema.startswith("3")

    def open(self, path):
        extra = {"Ид": self.base.maker.guid("обмен")} if self.is_new else {}
        return XmlFile(
            path,
            self.dialect.schema,
            self.dialect.namespace,
            self.base.now(),
            **extra,
        )

    def version_of(self, good):
        """A version of the row, as its base64."""
        digits = good.version.to_bytes(8, "big")
        return f"{b64encode(digits).decode()}={good.number}"

    # -- classifiers, each in a file of its own

    def classifier(self, path, write):
        with self.open(path) as xml:
            with xml.inside("Классификатор", {"СодержитТолькоИзменения": False}):
                xml.tag("Ид", self.base.catalog_id)
                xml.tag("Наименование", "Основной каталог товаров")
                write(xml)

    def groups(self, xml):
        with xml.inside("Группы"):
            for root, below in self.base.maker.groups():
                with xml.inside("Группа"):
                    self._group(xml, root)
                    if below:
                        with xml.inside("Группы"):
                            for name in below:
                                with xml.inside("Группа"):
                                    self._group(xml, name)

    def _group(self, xml, name):
        xml.tag("Ид", self.base.maker.group_id(name))
        xml.tags(НомерВерсии="AAAAAQAAAAE=", ПометкаУдаления=False, Наименование=name)

    def units(self, xml):
        with xml.inside("ЕдиницыИзмерения"):
            for name, (full, short, code) in assortment.UNITS.items():
                with xml.inside("ЕдиницаИзмерения"):
                    xml.tags(Ид=code, НомерВерсии="AAAAAQAAAAI=", ПометкаУдаления=False)
                    xml.tags(Код=f"{code} ", НаименованиеКраткое=name)
                    xml.tags(НаименованиеПолное=full, МеждународноеСокращение=short)

    def storages(self, xml):
        catalog_2.warehouses(xml, self.base, versions=self.is_new)

    def price_lists(self, xml):
        catalog_2.price_types(xml, self.base, self.dialect, versions=self.is_new)

    def properties(self, rows, mark):
        """A function that writes the properties `rows`."""

        def write(xml):
            with xml.inside("Свойства"):
                for row in rows.values():
                    catalog_2.write_property(xml, row, mark, versions=True)

        return write

    # -- goods and what is offered of them

    def goods(self, path, numbers, full):
        with self.open(path) as xml:
            with xml.inside("Каталог", {"СодержитТолькоИзменения": not full}):
                id = self.base.catalog_id
                xml.tags(Ид=id, ИдКлассификатора=id, Наименование="Основной каталог")
                with xml.inside("Товары"):
                    for number in numbers:
                        self._good(xml, self.base.good(number))

    def _good(self, xml, good):
        with xml.inside("Товар"):
            xml.tags(Ид=good.id, НомерВерсии=self.version_of(good))
            xml.tags(ПометкаУдаления=good.deleted, Штрихкод=good.barcode)
            xml.tags(Артикул=good.article, Наименование=good.name)
            # only the code: what it means was said with the units
            xml.tag("БазоваяЕдиница", f"{assortment.UNITS[good.unit][2]} ")
            with xml.inside("Группы"):
                xml.tag("Ид", self.base.maker.group_id(good.group))
            xml.tag("Описание", good.description)
            for picture in self.dialect.picture_paths(good):
                xml.tag("Картинка", picture)
            catalog_2.property_values(xml, self.base, good)
            catalog_2.taxes(xml, good)
            kind = "Услуга" if good.service else "Товар"
            rows = [("ВидНоменклатуры", good.kind), ("ТипНоменклатуры", kind)]
            rows += [("Полное наименование", good.name), ("Код", good.code)]
            if good.is_html:
                rows.append(("ОписаниеВФорматеHTML", True))
            xml.requisites(rows)
            xml.tag("Вес", good.weight)

    def package(self, path, numbers, full, write, head=None):
        """A package of offers; `write(xml, good, variant)` says one of them.

        `head(xml)` defines what they refer to, where no file of its own does.
        """
        with self.open(path) as xml:
            with xml.inside("ПакетПредложений", {"СодержитТолькоИзменения": not full}):
                catalog_2.package_head(xml, self.base)
                if head:
                    head(xml)
                with xml.inside("Предложения"):
                    for number in numbers:
                        good = self.base.good(number)
                        for variant in good.variants or [None]:
                            write(xml, good, variant)

    def offer(self, xml, good, variant):
        with xml.inside("Предложение"):
            xml.tag("Ид", catalog_2.full_id(good, variant))
            xml.tags(НомерВерсии=self.version_of(good), ПометкаУдаления=good.deleted)
            xml.tag("Наименование", catalog_2.full_name(good, variant))
            xml.tag("Штрихкод", variant.barcode if variant else good.barcode)
            if variant:
                catalog_2.characteristics(xml, self.base, variant)
                catalog_2.variant_values(xml, self.base, variant)

    def price(self, xml, good, variant):
        prices = self.base.prices(good, variant)
        if prices:
            with xml.inside("Предложение"):
                xml.tag("Ид", catalog_2.full_id(good, variant))
                catalog_2.write_prices(xml, self.dialect, good, prices)

    def rest(self, xml, good, variant):
        stock = self.base.stock(good, variant)
        if stock:
            with xml.inside("Предложение"):
                xml.tag("Ид", catalog_2.full_id(good, variant))
                catalog_2.write_stock(xml, self.dialect, stock)

    def parties(self, path, rows):
        """The counterparties 1C knows."""
        with self.open(path) as xml, xml.inside("Контрагенты"):
            for row in rows:
                write_party(xml, row, versions=True)
