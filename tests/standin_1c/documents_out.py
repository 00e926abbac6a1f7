"""Files with changed orders, the way each generation tells of them."""

from datetime import date, datetime

from . import assortment
from .office import ORDER
from .parties_out import write_party
from .xml_out import XmlFile

EMPTY_DATE = "0001-01-01"


class Documents:
    """Writes orders of an `office` in CommerceML 2.x."""

    def __init__(self, office, dialect):
        self.office = office
        self.base = office.base
        self.dialect = dialect

    def write(self, path, orders):
        names = self.dialect.schema, self.dialect.namespace
        with XmlFile(path, *names, self.base.now(), **self.root_attributes()) as xml:
            for order in orders:
                self.container(xml, order)

    def root_attributes(self):
        return {}

    def container(self, xml, order):
        with xml.inside("Документ"):
            self.order(xml, order)

    def order(self, xml, order):
        xml.tags(Ид=order["id"], Номер=order["site_document"])
        xml.tags(Дата=order["site_date"], ХозОперация=ORDER, Роль="Продавец")
        xml.tags(Валюта=order["currency"], Курс=order["rate"], Сумма=order["total"])
        self.party(xml, order)
        xml.tags(Время=order["site_time"], СрокПлатежа=EMPTY_DATE)
        xml.tag("Комментарий", order["comment"])
        self.taxes(xml, order)
        self.lines(xml, order, order["lines"])
        xml.requisites(self.requisites(order))

    def party(self, xml, order):
        with xml.inside("Контрагенты"):
            write_party(xml, self.office.party(order["party"]), role="Покупатель")

    def taxes(self, xml, order):
        with xml.inside("Налоги"), xml.inside("Налог"):
            xml.tags(Наименование="НДС", УчтеноВСумме=order["vat_included"])

    def lines(self, xml, order, lines):
        with xml.inside("Товары"):
            for line in lines:
                with xml.inside("Товар"):
                    self.line(xml, line)

    def line(self, xml, line):
        name, full, short, code = unit_of(line["unit"])
        attributes = {"Код": f"{code} ", "НаименованиеПолное": full}
        xml.tags(Ид=line["id"], Артикул=line["article"], Наименование=line["name"])
        xml.tag("БазоваяЕдиница", name, attributes)
        # in 1C's own files they stand before the price
        rows = [("ВидНоменклатуры", line["kind"]), ("ТипНоменклатуры", line["kind"])]
        xml.requisites(rows)
        self.amounts(xml, line)
        xml.tags(Единица=code, Коэффициент=1)

    def amounts(self, xml, line):
        price = line["total"] / line["quantity"] if line["quantity"] else 0
        xml.tag("ЦенаЗаЕдиницу", f"{price:.2f}")
        xml.tags(Количество=line["quantity"], Сумма=f"{line['total']:.2f}")

    def requisites(self, order):
        """Number, posted, paid, shipped: УТ 10 and 11 say no more than that."""
        rows = [
            ("Номер по 1С", order["number"].ljust(15)),
            ("Дата по 1С", ragged(order["date"])),
            ("ПометкаУдаления", order["deleted"]),
            ("Проведен", order["posted"]),
        ]
        if self.office.is_paid(order):
            rows += self._paper("оплаты", order["paid"][-1])
        if self.office.is_shipped(order):
            rows += self._paper("отгрузки", order["shipped"][-1])
        if order["cancelled"]:
            # false is not said
            rows.append(("Отменен", True))
        return rows

    def _paper(self, kind, paper):
        return [
            (f"Номер {kind} по 1С", paper["number"].ljust(15)),
            (f"Дата {kind} по 1С", ragged(paper["date"])),
        ]


class UnfDocuments(Documents):
    """УНФ: states of its own, payments and shipments as subordinate documents."""

    def container(self, xml, order):
        with xml.inside("Документ"):
            self.order(xml, order)
            if not order["paid"] and not order["shipped"]:
                return
            with xml.inside("ПодчиненныеДокументы"):
                for paper in order["paid"]:
                    self._payment(xml, order, paper)
                for paper in order["shipped"]:
                    self._shipment(xml, order, paper)

    def _payment(self, xml, order, paper):
        with xml.inside("ПодчиненныйДокумент"):
            self._head(xml, order, paper, "Выплата безналичных денег")
            xml.tag("Сумма", f"{paper['amount']:.2f}")

    def _shipment(self, xml, order, paper):
        lines = lines_of(order, paper)
        with xml.inside("ПодчиненныйДокумент"):
            self._head(xml, order, paper, "Отпуск товара")
            xml.tag("Сумма", f"{sum(line['total'] for line in lines):.2f}")
            self.lines(xml, order, lines)

    def _head(self, xml, order, paper, operation):
        day, _mark, clock = paper["date"].partition("T")
        xml.tags(Ид=paper["id"], Номер=paper["number"], Дата=day, Время=clock)
        xml.tags(ХозОперация=operation, Роль="Продавец", Валюта=order["currency"])
        xml.tags(Курс=order["rate"])

    def requisites(self, order):
        status, status_id = status_of(self.office, order)
        return [
            ("Номер по 1С", order["number"].ljust(15)),
            ("Дата по 1С", ragged(order["date"])),
            ("ПометкаУдаления", order["deleted"]),
            ("Проведен", order["posted"]),
            ("Оплачен", self.office.is_paid(order)),
            ("Отгружен", self.office.is_shipped(order)),
            ("Отменен", order["cancelled"]),
            ("Статус заказа", status),
            ("Статуса заказа ИД", status_id),
        ]


class ModuleDocuments(Documents):
    """The Bitrix module, 3.1: an order in a container with what was done about it."""

    def root_attributes(self):
        return {"Ид": self.base.maker.guid("обмен")}

    def container(self, xml, order):
        with xml.inside("Контейнер"):
            with xml.inside("Документ"):
                self.order(xml, order)
            for paper in order["paid"]:
                with xml.inside("Документ"):
                    self._head(xml, order, paper, "Выплата безналичных денег")
                    xml.tag("Сумма", f"{paper['amount']:.2f}")
                    xml.tag("Основание", order["site_id"])
            for paper in order["shipped"]:
                lines = lines_of(order, paper)
                with xml.inside("Документ"):
                    self._head(xml, order, paper, "Отпуск товара")
                    xml.tag("Сумма", f"{sum(line['total'] for line in lines):.2f}")
                    xml.tag("Основание", order["site_id"])
                    self.lines(xml, order, lines)

    def _head(self, xml, order, paper, operation):
        day, _mark, clock = paper["date"].partition("T")
        xml.tags(Ид=paper["id"], НомерВерсии="AAAAAQAAAAU=", ПометкаУдаления=False)
        xml.tags(Номер=paper["number"], Номер1С=paper["number"])
        xml.tags(Дата=day, Дата1С=day, Время=clock, ХозОперация=operation)
        xml.tags(Роль="Продавец", Валюта=order["currency"], Курс=order["rate"])

    def order(self, xml, order):
        xml.tags(Ид=order["site_id"], НомерВерсии=f"AAAAAQAA{order['version']:03d}=")
        xml.tag("ПометкаУдаления", order["deleted"])
        xml.tags(Номер=order["site_document"], Номер1С=order["number"].ljust(15))
        xml.tags(Дата=order["site_date"], Дата1С=order["date"][:10])
        xml.tags(Время=order["site_time"], ХозОперация=ORDER, Роль="Продавец")
        xml.tags(Валюта=order["currency"], Курс=order["rate"], Сумма=order["total"])
        said = f"Номер документа на сайте: {order['site_document']}"
        xml.tag("Комментарий", f"{said}\n{order['comment']}".strip())
        self.party(xml, order)
        self.taxes(xml, order)
        self.lines(xml, order, order["lines"])
        xml.requisites(self.requisites(order))

    def line(self, xml, line):
        name, full, _short, code = unit_of(line["unit"])
        xml.tags(Ид=line["id"], Артикул=line["article"], Наименование=line["name"])
        with xml.inside("Единица"):
            xml.tags(Ид=code, Код=f"{code} ", НаименованиеКраткое=name)
            xml.tag("НаименованиеПолное", full)
        rows = [("ВидНоменклатуры", line["kind"]), ("ТипНоменклатуры", line["kind"])]
        rows.append((f"СвойствоКорзины#{line['id']}", line["name"]))
        xml.requisites(rows)
        price = line["total"] / line["quantity"] if line["quantity"] else 0
        xml.tag("Цена", f"{price:.2f}")
        xml.tags(Количество=line["quantity"], Сумма=f"{line['total']:.2f}")
        xml.tag("Коэффициент", 1)

    def requisites(self, order):
        status, status_id = status_of(self.office, order)
        return [
            ("Отменен", order["cancelled"]),
            ("Проведен", order["posted"]),
            ("Статус заказа", status),
            ("Статуса заказа ИД", status_id),
            ("Заказ оплачен", self.office.is_paid(order)),
        ]


def unit_of(said):
    """Name, full name, short name and code of a unit, however the site has said it."""
    for name, row in assortment.UNITS.items():
        if said in (name, *row):
            return (name, *row)
    return ("шт", *assortment.UNITS["шт"])


def lines_of(order, paper):
    """The lines of a shipment, with its quantities."""
    by_id = {line["id"]: line for line in order["lines"]}
    found = []
    for row in paper["lines"]:
        line = by_id.get(row["line"])
        if line:
            share = row["quantity"] / line["quantity"]
            total = round(line["total"] * share, 2)
            found.append({**line, "quantity": row["quantity"], "total": total})
    return found


def status_of(office, order):
    """The state of an order and its identifier, as Bitrix names them."""
    if order["cancelled"]:
        return "Отменён", "C"
    if office.is_shipped(order):
        return "Выполнен", "F"
    return ("В работе", "P") if order["posted"] else ("Принят", "N")


def ragged(moment):
    """1C's date and time as text: the hour without a leading zero."""
    found = datetime.fromisoformat(moment)
    day = date.isoformat(found.date())
    return f"{day}T{found.hour}:{found:%M:%S}"
