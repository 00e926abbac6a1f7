"""Orders: how they are taken, whom they make, what goes back."""

import pytest

from .builders import company, order, person, reply
from .test_catalog import documents
from .test_replies import ALL


def take(make, site, profile, *orders, base=None):
    """Exchange orders only; returns the exchange."""
    site.orders = reply(*orders)
    exchange = make(profile, base=base, with_catalog=False, retries=0)
    exchange.good = exchange.run()
    return exchange


def send_back(make, site, exchange):
    """The next exchange, with nothing new from the site."""
    site.files.clear()
    return take(make, site, exchange.profile.name, base=exchange.base)


def sent(site):
    return [root for name, root in documents(site).items() if "contragents" not in name]


def requisites(node):
    rows = node.findall("ЗначенияРеквизитов/ЗначениеРеквизита")
    return {row.findtext("Наименование"): row.findtext("Значение") for row in rows}


@pytest.mark.parametrize("profile", ALL)
def test_order_is_taken_once_however_often_it_comes(make, site, profile):
    exchange = take(make, site, profile, order("100"))
    assert exchange.good and site.confirmed == 1
    again = take(make, site, profile, order("100"), base=exchange.base)
    assert again.good
    assert len(again.office.orders) == len(again.office.parties) == 1
    assert again.outcome.sent == []


@pytest.mark.parametrize("profile", ALL)
def test_one_bad_order(make, site, profile):
    exchange = take(make, site, profile, order("1"), order("2", party=""))
    assert not exchange.good
    assert site.confirmed == 0
    # УТ loads all documents of a reply or none
    kept = 0 if profile.startswith("ut") else 1
    assert len(exchange.office.orders) == kept


@pytest.mark.parametrize("profile", ["ut10", "ut11"])
def test_other_operations_abort_the_load(make, site, profile):
    payment = order("2", ХозОперация="Выплата безналичных денег")
    exchange = take(make, site, profile, order("1"), payment)
    assert not exchange.good
    assert exchange.office.orders == []


@pytest.mark.parametrize("profile", ["unf", "bitrix"])
def test_unf_and_the_module_take_payments(make, site, profile):
    payment = order("2", ХозОперация="Выплата безналичных денег")
    assert take(make, site, profile, order("1"), payment).good


def test_date_of_another_shape_cannot_be_matched(make, site):
    for time in ("9:05:00", "09:05:00.5", ""):
        exchange = take(make, site, "ut11", order("1", Время=time))
        again = take(make, site, "ut11", order("1", Время=time), base=exchange.base)
        assert len(again.office.orders) == 2
        assert "не прочитана" in exchange.journal.remarks[0]


def test_long_number_is_cut(make, site):
    exchange = take(make, site, "ut11", order("S00000000012"), order("S00000000013"))
    assert len(exchange.office.orders) == 1
    assert "обрезан" in exchange.journal.remarks[0]


def test_unknown_good_is_created_and_known_ones_are_not(make, site):
    exchange = take(make, site, "ut11", order("1", lines=[("no-such", 1, 5)]))
    assert list(exchange.base.state["items"]) == ["no-such"]
    good = exchange.base.good(2)
    id = f"{good.id}#{good.variants[0].id}"
    exchange = take(make, site, "ut11", order("1", lines=[(id, 1, 5), (id, 0, 5)]))
    assert exchange.base.state["items"] == {}
    assert len(exchange.office.orders[0]["lines"]) == 1
    assert exchange.journal.remarks == []


def test_sum_that_differs_is_noted(make, site):
    exchange = take(make, site, "ut11", order("1", Сумма=101))
    assert "не равна сумме строк" in exchange.journal.remarks[-1]


# -- counterparties


def test_ut11_finds_by_number_then_by_name(make, site):
    exchange = take(
        make,
        site,
        "ut11",
        order("1"),
        order("2", party=company("ООО  Ромашка ")),
        order("3", party=company("ООО Ромашка", kpp="770102002")),
        order("4", party=company("Филиал", kpp="770102002")),
        order("5", party=person()),
        order("6", party=company("ООО Ромашка", inn="", kpp="")),
    )
    parties = [order["party"] for order in exchange.office.orders]
    first, second, branch, other, man, by_name = parties
    assert first == second == branch == by_name
    assert other != first and man not in (first, other)
    assert "site-7" not in parties


def test_ut10_makes_a_contract_too(make, site):
    assert take(make, site, "ut10", order()).office.parties[0]["contract"]
    assert not take(make, site, "ut11", order()).office.parties[0]["contract"]


def test_unf_can_book_to_a_substitute(make, site):
    from dataclasses import replace

    site.orders = reply(order("1"))
    exchange = make("unf", with_catalog=False)
    exchange.office.rules = replace(exchange.profile.rules, substitute="Покупатель")
    assert exchange.run()
    [taken] = exchange.office.orders
    assert exchange.office.party(taken["party"])["name"] == "Покупатель"
    assert taken["given_party"]["inn"] == "7701234567"


def test_new_guid_comes_back_with_the_order(make, site):
    exchange = take(make, site, "ut11", order("1"))
    exchange.office.approve("1")
    send_back(make, site, exchange)
    party = sent(site)[0].find("Документ/Контрагенты/Контрагент")
    assert party.findtext("Ид") == exchange.office.parties[0]["id"]
    assert party.findtext("ИНН") == "7701234567"


# -- what goes back


@pytest.mark.parametrize("profile", ["ut10", "ut11"])
def test_ut_says_number_posted_paid_shipped_and_no_more(make, site, profile):
    exchange = take(make, site, profile, order("1"))
    office = exchange.office
    office.approve("1")
    office.pay("1", 10)
    office.ship("1", 0.5)
    send_back(make, site, exchange)
    node = sent(site)[0].find("Документ")
    assert node.findtext("Номер") == "1"
    assert node.findtext("Дата") == "2026-03-01"
    assert node.findtext("Ид") == office.orders[0]["id"]
    said = requisites(node)
    assert set(said) == {"Номер по 1С", "Дата по 1С", "ПометкаУдаления", "Проведен"}
    assert said["Проведен"] == "true"
    assert said["Номер по 1С"].endswith(" ")
    office = take(make, site, profile, base=exchange.base).office
    assert not office.changed_orders()
    office.pay("1")
    office.ship("1")
    send_back(make, site, exchange)
    said = requisites(sent(site)[0].find("Документ"))
    assert {"Номер оплаты по 1С", "Номер отгрузки по 1С"} <= set(said)
    office.take_payment_back("1")
    send_back(make, site, exchange)
    said = requisites(sent(site)[0].find("Документ"))
    assert "Номер оплаты по 1С" not in said


def test_unf_sends_payments_and_shipments_as_subordinate(make, site):
    exchange = take(make, site, "unf", order("1"))
    exchange.office.approve("1")
    exchange.office.pay("1", 40)
    exchange.office.ship("1", 0.5)
    send_back(make, site, exchange)
    [root] = sent(site)
    payment, shipment = root.findall(
        "Документ/ПодчиненныеДокументы/ПодчиненныйДокумент"
    )
    assert payment.findtext("Сумма") == "40.00"
    assert payment.findtext("ХозОперация") == "Выплата безналичных денег"
    assert shipment.findtext("ХозОперация") == "Отпуск товара"
    assert shipment.findtext("Товары/Товар/Количество") == "1"
    said = requisites(root.find("Документ"))
    assert (said["Оплачен"], said["Отгружен"]) == ("false", "false")


def test_module_sends_containers_and_counterparties(make, site):
    exchange = take(make, site, "bitrix", order("1"))
    exchange.office.approve("1")
    exchange.office.pay("1")
    exchange.office.ship("1")
    send_back(make, site, exchange)
    [root] = sent(site)
    taken, payment, shipment = root.findall("Контейнер/Документ")
    assert taken.findtext("Ид") == "site-1"
    assert taken.findtext("Номер1С").strip() == exchange.office.orders[0]["number"]
    assert taken.find("Товары/Товар/Цена") is not None
    assert payment.findtext("Основание") == shipment.findtext("Основание") == "site-1"
    assert any("contragents" in name for name in site.files)


def test_lines_changed_by_the_manager_go_back(make, site):
    lines = [("a", 4, 10), ("b", 1, 5)]
    exchange = take(make, site, "ut11", order("1", lines=lines))
    exchange.office.set_quantity("1", 0, 3)
    exchange.office.set_quantity("1", 1, 0)
    exchange.office.add_line("1", exchange.base.good(17), 1, 300)
    exchange.office.approve("1")
    send_back(make, site, exchange)
    node = sent(site)[0].find("Документ")
    rows = [
        (row.findtext("Количество"), row.findtext("Сумма"))
        for row in node.findall("Товары/Товар")
    ]
    assert rows == [("3", "30.00"), ("1", "300.00")]
    assert float(node.findtext("Сумма")) == 330


def test_approved_order_is_not_changed_by_a_repetition(make, site):
    exchange = take(make, site, "ut11", order("1"))
    exchange.office.approve("1")
    again = order("1", lines=[("good-1", 9, 50)])
    exchange = take(make, site, "ut11", again, base=exchange.base)
    assert exchange.office.orders[0]["lines"][0]["quantity"] == 2
    # what came in this run is not echoed in it, and not forgotten
    assert exchange.outcome.sent == []
    assert send_back(make, site, exchange).outcome.sent == ["1"]


@pytest.mark.parametrize("profile", ALL)
def test_import_of_orders(make, site, profile):
    exchange = take(make, site, profile, order("1"))
    exchange.office.approve("1")
    site.calls.clear()
    send_back(make, site, exchange)
    comes = profile not in ("ut10", "unf")
    assert ("import" in site.modes("sale")) is comes
    with_init = profile in ("unf-bitrix", "bitrix", "bitrix-2.09")
    before = site.modes("sale")[: site.modes("sale").index("query")]
    assert ("init" in before) is with_init


def test_orders_refused_by_the_site_are_sent_again(make, site):
    exchange = take(make, site, "ut11", order("1"))
    exchange.office.approve("1")
    site.replies["sale", "file"] = [b"failure\nno"]
    assert not send_back(make, site, exchange).good
    assert send_back(make, site, exchange).outcome.sent == ["1"]
    assert send_back(make, site, exchange).outcome.sent == []
