from odoo.tests import tagged

from .common import envelope, package
from .common_offers import (
    TYPE,
    OffersCase,
    offer,
    price,
    price_type,
    price_types,
    prices,
    tax,
)

PRICELIST = "product.pricelist"


class PricesCase(OffersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.connection.company_id
        cls.currency = cls.company.currency_id.name

    def import_types(self, *rows):
        return self.import_offers(head=price_types(*rows))

    def import_prices(self, *rows, **values):
        """Import prices of the first goods; the price type is defined with them."""
        head = price_types(price_type(currency=self.currency))
        return self.import_offers(offer(prices(*rows)), head=head, **values)

    def get_price(self, product=None, pricelist=None, quantity=1):
        """What a product costs by the pricelist of the price type."""
        pricelist = pricelist or self.bound(PRICELIST, TYPE)
        return pricelist._get_product_price(product or self.product, quantity)

    def get_rules(self, pricelist=None):
        pricelist = pricelist or self.bound(PRICELIST, TYPE)
        domain = [("pricelist_id", "=", pricelist.id)]
        return self.env["product.pricelist.item"].search(domain)


@tagged("post_install", "-at_install")
class TestPriceTypes(PricesCase):
    def test_price_type_becomes_a_pricelist_in_its_currency(self):
        file = self.import_types(price_type(currency="руб."))
        pricelist = self.bound(PRICELIST, TYPE)
        self.assertEqual(pricelist.name, "Wholesale")
        self.assertEqual(pricelist.currency_id.name, "RUB")
        self.assertTrue(pricelist.currency_id.active)
        self.assertEqual(pricelist.company_id, self.company)
        self.assertEqual(self.get_counts(file), {"created": 1})
        again = self.import_types(price_type(currency="руб."))
        self.assertEqual(self.get_counts(again), {"unchanged": 1})

    def test_words_of_1c_for_currencies(self):
        words = {
            "руб": "RUB",
            "РУБ.": "RUB",
            "RUB": "RUB",
            "RUR": "RUB",
            "643": "RUB",
            "810": "RUB",
            "грн": "UAH",
            "грн.": "UAH",
            "UAH": "UAH",
            "980": "UAH",
            "EUR": "EUR",
            "978": "EUR",
            "usd": "USD",
            "₸": "KZT",
            "KZT": "KZT",
            "тг.": "KZT",
            "BYN": "BYN",
            "бел. руб.": "BYN",
            "TRY": "TRY",
        }
        rows = [price_type(f"type {word}", word, currency=word) for word in words]
        self.import_types(*rows)
        found = {
            word: self.bound(PRICELIST, f"type {word}").currency_id.name
            for word in words
        }
        self.assertEqual(found, words)

    def test_bare_roubles_are_those_of_the_company(self):
        currencies = self.env["res.currency"].with_context(active_test=False)
        self.company.currency_id = currencies.search([("name", "=", "BYN")])
        self.import_types(price_type(currency="руб"))
        self.assertEqual(self.bound(PRICELIST, TYPE).currency_id.name, "BYN")

    def test_unknown_currency_is_parked_and_the_type_waits_for_it(self):
        file = self.import_types(price_type(currency="у.е."), price_type("t", "T"))
        self.assertEqual(self.get_counts(file), {"created": 1, "waiting": 1})
        self.assertIn("у.е.", file.problem_ids.reason)
        self.assertFalse(self.bound(PRICELIST, TYPE))
        parked = self.env["b2b.1c.binding"].search([("external_id", "=", "у.е.")])
        self.assertEqual(parked.res_model, "res.currency")
        parked.record = self.env.ref("base.EUR")
        self.import_types()
        pricelist = self.bound(PRICELIST, TYPE)
        self.assertEqual(pricelist.currency_id, self.env.ref("base.EUR"))

    def test_renamed_price_type_stays_the_same_pricelist(self):
        self.import_types(price_type())
        pricelist = self.bound(PRICELIST, TYPE)
        self.import_types(price_type(name="Retail"))
        self.assertEqual(self.bound(PRICELIST, TYPE), pricelist)
        self.assertEqual(pricelist.name, "Retail")

    def test_people_name_pricelists_as_they_like(self):
        self.import_types(price_type())
        pricelist = self.bound(PRICELIST, TYPE)
        pricelist.name = "Mine"
        self.import_types(price_type(content=tax(True)))
        self.assertEqual(pricelist.name, "Mine")

    def _delete_type(self):
        mark = "<ПометкаУдаления>true</ПометкаУдаления>"
        return self.import_types(price_type(content=mark))

    def test_removed_price_type_is_archived(self):
        self.import_types(price_type())
        pricelist = self.bound(PRICELIST, TYPE)
        self._delete_type()
        self.assertFalse(pricelist.active)
        self.import_types(price_type(name="Back"))
        self.assertTrue(pricelist.active)

    def test_removed_price_type_that_odoo_never_saw_makes_nothing(self):
        self.assertEqual(self.get_counts(self._delete_type()), {"skipped": 1})
        self.assertFalse(self.bound(PRICELIST, TYPE))

    def test_people_decide_about_a_removed_price_type_that_a_contract_uses(self):
        self.import_types(price_type(currency=self.currency))
        pricelist = self.bound(PRICELIST, TYPE)
        entity = self.env["res.partner"].create({"name": "E", "is_company": True})
        contract = self.env["b2b.contract"].create(
            {
                "name": "7",
                "legal_entity_id": entity.id,
                "pricelist_id": pricelist.id,
            }
        )
        file = self._delete_type()
        self.assertTrue(pricelist.active)
        self.assertIn(contract.display_name, file.problem_ids.reason)
        conflict = self.env["b2b.1c.conflict"].search([("external_id", "=", TYPE)])
        self.assertEqual(conflict.state, "open")
        contract.pricelist_id = False
        self._delete_type()
        self.assertFalse(pricelist.active)

    def test_currency_changes_unless_a_contract_uses_it(self):
        self.import_prices(price(10))
        pricelist = self.bound(PRICELIST, TYPE)
        entity = self.env["res.partner"].create({"name": "E", "is_company": True})
        entity.specific_property_product_pricelist = pricelist
        file = self.import_types(price_type(currency="KZT"))
        self.assertEqual(self.get_counts(file), {"failed": 1})
        self.assertEqual(pricelist.currency_id.name, self.currency)
        entity.specific_property_product_pricelist = False
        self.import_types(price_type(currency="KZT"))
        self.assertEqual(pricelist.currency_id.name, "KZT")
        self.assertFalse(self.get_rules())

    def test_who_has_no_pricelist_gets_none_of_1c(self):
        group = self.env.ref("product.group_product_pricelist")
        self.env.ref("base.group_user")._apply_group(group)
        self.env[PRICELIST].search([]).active = False
        partner = self.env["res.partner"].create({"name": "P"})
        self.import_types(price_type())
        pricelist = self.bound(PRICELIST, TYPE)
        self.assertFalse(partner.property_product_pricelist)
        self.assertFalse(pricelist.website_id)
        pricelist.b2b_only_chosen = False
        partner.invalidate_recordset()
        self.assertEqual(partner.property_product_pricelist, pricelist)

    def test_setting_keeps_prices_out(self):
        self.connection.exchange_prices = False
        file = self.import_prices(price(10))
        self.assertEqual(self.get_counts(file), {"skipped": 2})
        self.assertFalse(self.bound(PRICELIST, TYPE))


@tagged("post_install", "-at_install")
class TestPrices(PricesCase):
    def test_price_becomes_a_rule_and_the_same_again_changes_nothing(self):
        file = self.import_prices(price("10,50"))
        self.assertEqual(self.get_price(), 10.5)
        self.assertEqual(self.get_counts(file), {"created": 2})
        again = self.import_prices(price("10.5"))
        self.assertEqual(self.get_counts(again), {"unchanged": 2})
        self.assertEqual(self.connection.date_prices, again.create_date)

    def test_changed_price_changes_its_rule(self):
        self.import_prices(price(10))
        rule = self.get_rules()
        file = self.import_prices(price(11))
        self.assertEqual(self.get_rules(), rule)
        self.assertEqual(self.get_price(), 11)
        self.assertEqual(self.get_counts(file), {"unchanged": 1, "updated": 1})

    def test_variants_have_prices_of_their_own(self):
        small, large = self._create_variants("good-2", "S", "L")
        self.import_offers(
            offer(prices(price(5)), "good-2"),
            offer(prices(price(7)), "good-2#L"),
            head=price_types(price_type()),
        )
        self.assertEqual(self.get_price(small), 5)
        self.assertEqual(self.get_price(large), 7)

    def test_price_of_a_box_is_brought_to_one(self):
        content = "<Единица>упак</Единица><Коэффициент>12</Коэффициент>"
        self.import_prices(price(100, content=content))
        self.assertAlmostEqual(self.get_price() * 12, 100, 4)

    def test_ratio_of_nothing_is_refused(self):
        file = self.import_prices(price(100, content="<Коэффициент>0</Коэффициент>"))
        self.assertEqual(file.failed, 1)
        self.assertFalse(self.get_rules())

    def test_negative_price_is_refused_beside_others(self):
        self._create_goods("good-2", "Axe")
        file = self.import_offers(
            offer(prices(price(-1))),
            offer(prices(price(3)), "good-2"),
            head=price_types(price_type()),
        )
        self.assertEqual(self.get_counts(file), {"created": 2, "failed": 1})
        self.assertEqual(file.problem_ids.external_id, "good-1")
        self.assertEqual(self.get_rules().fixed_price, 3)

    def test_refused_price_leaves_the_one_before(self):
        self.import_prices(price(10))
        self.import_prices(price(-1))
        self.assertEqual(self.get_price(), 10)

    def test_offers_without_prices_keep_theirs(self):
        self.import_prices(price(10))
        self.import_offers(offer("<Количество>5</Количество>"))
        self.assertEqual(self.get_price(), 10)

    def test_empty_list_of_prices_takes_them_away(self):
        self.import_prices(price(10))
        self.import_offers(offer("<Цены/>"))
        self.assertFalse(self.get_rules())

    def test_price_of_zero_or_without_amount_takes_it_away(self):
        for gone in (price(0), price("")):
            self.import_prices(price(10), price(20, "other"))
            self.import_types(price_type("other"))
            self.import_prices(gone)
            self.assertFalse(self.get_rules())
            self.assertEqual(
                self.get_price(pricelist=self.bound(PRICELIST, "other")), 20
            )

    def test_full_package_takes_away_prices_it_does_not_name(self):
        types = price_types(price_type(), price_type("other", "Other"))
        two = offer(prices(price(10), price(20, "other")), name="Saw")
        one = offer(prices(price(11)), name="Saw")
        self.import_offers(two, head=types)
        self.import_offers(one, head=types)
        other = self.bound(PRICELIST, "other")
        self.assertEqual(self.get_rules(other).fixed_price, 20)
        body = package(one, types).replace(
            "<ПакетПредложений>",
            '<ПакетПредложений СодержитТолькоИзменения="false">',
        )
        self.import_xml(body)
        self.assertFalse(self.get_rules(other))
        self.assertEqual(self.get_price(), 11)

    def _import_full(self, catalog, body, head):
        self.import_xml(
            package(body, head)
            .replace("cat-1", catalog)
            .replace(
                "<ПакетПредложений>",
                '<ПакетПредложений СодержитТолькоИзменения="false">',
            )
        )

    def test_full_package_leaves_prices_of_other_catalogues(self):
        retail = price_types(price_type("retail", "Retail"))
        wholesale = price_types(price_type("wholesale", "Wholesale"))
        for _time in range(2):
            self._import_full(
                "one", offer(prices(price(10, "retail")), name="Saw"), retail
            )
            self._import_full(
                "two", offer(prices(price(8, "wholesale")), name="Saw"), wholesale
            )
        for name, amount in (("retail", 10), ("wholesale", 8)):
            rules = self.get_rules(self.bound(PRICELIST, name))
            self.assertEqual(rules.fixed_price, amount)
        self._import_full("two", offer("<Цены/>", name="Saw"), wholesale)
        self.assertFalse(self.get_rules(self.bound(PRICELIST, "wholesale")))
        self.assertTrue(self.get_rules(self.bound(PRICELIST, "retail")))

    def test_offer_that_comes_twice_names_the_prices_of_both(self):
        head = price_types(price_type(), price_type("other", "Other"))
        both = offer(prices(price(10)), name="Saw") + offer(
            prices(price(20, "other")), name="Saw"
        )
        self._import_full("one", both, head)
        self.assertEqual(self.get_price(), 10)
        self.assertEqual(self.get_price(pricelist=self.bound(PRICELIST, "other")), 20)

    def test_price_that_cannot_be_read_leaves_the_price_as_it_is(self):
        types = price_types(price_type(), price_type("other", "Other"))
        two = offer(prices(price(10), price(20, "other")), name="Saw")
        self.import_offers(two, head=types)
        other = self.bound(PRICELIST, "other")
        for rows, expected in (
            ((price(11), price("by request", "other")), 11),
            ((price("by request"), price("soon", "other")), 11),
        ):
            body = package(offer(prices(*rows), name="Saw"), types).replace(
                "<ПакетПредложений>",
                '<ПакетПредложений СодержитТолькоИзменения="false">',
            )
            file = self.import_xml(body)
            self.assertEqual(self.get_rules(other).fixed_price, 20)
            self.assertEqual(self.get_price(), expected)
            self.assertIn("by request", "".join(file.problem_ids.mapped("reason")))
            self.assertEqual(file.failed, len(file.problem_ids))

    def test_rule_made_by_hand_is_taken_over(self):
        self.import_types(price_type())
        pricelist = self.bound(PRICELIST, TYPE)
        values = {
            "pricelist_id": pricelist.id,
            "applied_on": "1_product",
            "product_tmpl_id": self.template.id,
        }
        rules = self.env["product.pricelist.item"]
        mine = rules.create({**values, "compute_price": "percentage"})
        many = rules.create({**values, "min_quantity": 100, "fixed_price": 1})
        self.import_prices(price(10))
        self.assertEqual(self.get_rules(), mine | many)
        self.assertEqual(self.get_price(), 10)
        self.assertEqual(self.get_price(quantity=100), 1)

    # -- tax

    def _set_tax(self, price_include):
        self.template.taxes_id = self.env["account.tax"].create(
            {
                "name": f"VAT 20 {price_include}",
                "amount": 20,
                "company_id": self.company.id,
                "price_include_override": price_include,
            }
        )

    def _import_taxed(self, said):
        head = price_types(price_type(currency=self.currency, content=said))
        self.import_offers(offer(prices(price(120))), head=head)
        return self.get_price()

    def test_tax_is_taken_out_or_added_as_the_goods_ask_for(self):
        self._set_tax("tax_excluded")
        self.assertEqual(self._import_taxed(tax(True)), 100)
        self.assertEqual(self._import_taxed(tax(False)), 120)
        self._set_tax("tax_included")
        self.assertEqual(self._import_taxed(tax(True)), 120)
        self.assertEqual(self._import_taxed(tax(False)), 144)

    def test_tax_rule_of_the_type_is_kept_for_later_packages(self):
        self._set_tax("tax_excluded")
        self._import_taxed(tax(True))
        self.import_offers(offer(prices(price(240))))
        self.assertEqual(self.get_price(), 200)

    def test_price_that_says_nothing_of_tax_is_taken_as_it_is(self):
        self._set_tax("tax_excluded")
        self.assertEqual(self._import_taxed(""), 120)

    # -- currencies of prices

    def test_price_in_another_currency_than_its_type_is_refused(self):
        file = self.import_prices(price(10, content="<Валюта>KZT</Валюта>"))
        self.assertEqual(file.failed, 1)
        self.assertIn("KZT", file.problem_ids.reason)

    def test_price_in_an_unknown_currency_waits(self):
        file = self.import_prices(price(10, content="<Валюта>у.е.</Валюта>"))
        self.assertEqual(file.waiting, 1)
        parked = self.env["b2b.1c.binding"].search([("external_id", "=", "у.е.")])
        parked.record = self.company.currency_id
        self.import_offers()
        self.assertEqual(self.get_price(), 10)

    # -- what comes first

    def test_price_of_an_unknown_type_is_parked_and_waits(self):
        file = self.import_offers(offer(prices(price(10), price(20, "other"))))
        self.assertEqual(self.get_counts(file), {"waiting": 1})
        self.assertEqual(len(file.problem_ids), 2)
        self.assertTrue(all(file.problem_ids.mapped("waits")))
        parked = self.env["b2b.1c.binding"].search([("external_id", "=", "other")])
        parked.record = chosen = self.env[PRICELIST].create({"name": "Chosen"})
        self.import_types(price_type())
        self.assertEqual(self.get_price(), 10)
        self.assertEqual(self.get_price(pricelist=chosen), 20)
        self.assertFalse(self.env["b2b.1c.waiting"].search([]))

    def test_newer_price_wins_over_one_that_waits(self):
        self.import_offers(offer(prices(price(10))))
        self.import_prices(price(11))
        self.assertEqual(self.get_price(), 11)

    def test_prices_before_goods_wait_for_them(self):
        file = self.import_offers(
            offer(prices(price(9)), "late"), head=price_types(price_type())
        )
        self.assertEqual(self.get_counts(file), {"created": 1, "waiting": 1})
        self.import_offers(offer(prices(price(10)), "late"))
        product = self._create_goods("late", "Late")
        self.import_offers()
        self.assertEqual(self.get_price(product), 10)

    def test_prices_before_characteristics_wait_for_them(self):
        self.import_offers(
            offer(prices(price(9)), "good-1#blue"), head=price_types(price_type())
        )
        self.assertFalse(self.get_rules())
        self._bind("product.product", "good-1#blue", self.product)
        self.import_offers()
        self.assertEqual(self.get_rules().product_id, self.product)

    def test_incremental_layout_and_empty_packages(self):
        small, large = self._create_variants("good-2", "S", "L")
        self.import_types(price_type())
        one = (
            "<Предложение><Ид>good-2</Ид><ИдХарактеристики>L</ИдХарактеристики>"
            f"{prices(price(7))}</Предложение>"
        )
        self.import_offers(one, section="ИзмененияПакетаПредложений")
        self.assertEqual(self.get_price(large), 7)
        self.assertEqual(self.get_rules().product_id, large)
        for body in ("<ПакетПредложений/>", "<ИзмененияПакетаПредложений/>"):
            self.assertEqual(self.get_counts(self.import_xml(body)), {})

    def test_windows_1251(self):
        text = envelope(
            package(
                offer(prices(price(10, "опт"))),
                price_types(price_type("опт", "Опт", "руб")),
            )
        )
        content = f'<?xml version="1.0" encoding="windows-1251"?>{text}'
        self.run_import(self.receive(content.encode("windows-1251"), "offers.xml"))
        self.assertEqual(self.bound(PRICELIST, "опт").name, "Опт")
        self.assertEqual(self.get_price(pricelist=self.bound(PRICELIST, "опт")), 10)

    # -- sales prices

    def test_one_price_type_may_be_the_sales_price(self):
        self.import_prices(price(10))
        self.assertNotEqual(self.template.list_price, 10)
        self.connection.list_pricelist_id = self.bound(PRICELIST, TYPE)
        self.import_prices(price(10))
        self.assertEqual(self.template.list_price, 10)
        self.import_prices(price(0))
        self.assertEqual(self.template.list_price, 10)

    def test_sales_price_of_variants_is_the_highest_one(self):
        variants = self._create_variants("good-2", "S", "L")
        self.import_types(price_type(currency=self.currency))
        self.connection.list_pricelist_id = self.bound(PRICELIST, TYPE)
        self.import_offers(
            offer(prices(price(9)), "good-2#S"), offer(prices(price(7)), "good-2#L")
        )
        self.assertEqual(variants.product_tmpl_id.list_price, 9)

    def test_sales_price_is_in_the_currency_of_the_company(self):
        self.import_types(price_type(currency="KZT"))
        pricelist = self.bound(PRICELIST, TYPE)
        self.env["res.currency.rate"].create(
            {
                "currency_id": pricelist.currency_id.id,
                "company_id": self.company.id,
                "company_rate": 500,
            }
        )
        self.connection.list_pricelist_id = pricelist
        self.import_offers(offer(prices(price(1000))))
        self.assertEqual(self.template.list_price, 2)
