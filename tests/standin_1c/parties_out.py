"""Writes counterparties as 1C does."""


def write_party(xml, row, versions=False, role=None):
    """`Контрагент`; numbers only of a length that makes them valid."""
    with xml.inside("Контрагент"):
        xml.tag("Ид", row["id"])
        if versions:
            deleted = bool(row.get("deleted"))
            xml.tags(НомерВерсии="AAAAAQAAAAM=", ПометкаУдаления=deleted)
        xml.tag("Наименование", row["name"])
        if role:
            xml.tag("Роль", role)
        if row["is_company"]:
            xml.tag("ОфициальноеНаименование", row["full_name"])
        else:
            xml.tag("ПолноеНаименование", row["full_name"])
        if len(row["inn"]) in (10, 12):
            xml.tag("ИНН", row["inn"])
        if len(row["kpp"]) == 9:
            xml.tag("КПП", row["kpp"])
        if row["okpo"]:
            xml.tag("ОКПО", row["okpo"])
        if row["address"]:
            name = "ЮридическийАдрес" if row["is_company"] else "АдресРегистрации"
            with xml.inside(name):
                xml.tag("Представление", row["address"])
