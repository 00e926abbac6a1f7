"""What newer modules ask for in `mode=info` to fill their tables (reference 1.10)."""

from lxml import etree

ENCODING = "windows-1251"
# With a Latin C, as Bitrix writes it: by this name modules look for it.
STATUSES = "Cтатусы"
PAYMENTS = "ПлатежныеСистемы"


def write_info(statuses, payments):
    """The XML of statuses of orders and ways of payment.

    :param statuses: (id, name) as orders tell them
    :param payments: (id, name) as orders tell them
    :rtype: bytes
    """
    root = etree.Element("Справочник")
    _add(root, STATUSES, statuses)
    for element in _add(root, PAYMENTS, payments):
        # of those that Bitrix knows none fits: it is there, and empty
        etree.SubElement(element, "ТипОплаты").text = ""
    body = etree.tostring(root, encoding=ENCODING, xml_declaration=False)
    return f'<?xml version="1.0" encoding="{ENCODING}"?>\n'.encode() + body


def _add(root, name, pairs):
    parent = etree.SubElement(root, name)
    # opened and closed though empty, as Bitrix writes it
    parent.text = ""
    for identifier, title in pairs:
        element = etree.SubElement(parent, "Элемент")
        etree.SubElement(element, "Ид").text = str(identifier)
        etree.SubElement(element, "Название").text = title
    return list(parent)
