"""Builders shared by the tests: a supplier, a dealer with two legal entities, their
contracts and users. Everything is made here, nothing is taken from demo data."""

from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user


class B2bBuilders:
    """Mixin for :class:`TransactionCase` and :class:`HttpCase`."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, no_reset_password=True)
        )
        cls.company = cls.env.company
        if not cls.company.chart_template:
            cls.env["account.chart.template"].try_loading(
                "generic_coa", cls.company, install_demo=False
            )
        cls.currency = cls.company.currency_id
        cls.product = cls._create_product("Oil filter", "OF-100", 100.0)
        cls.dealer = cls._create_entity("Horns and Hooves")
        cls.entity = cls._create_entity("Hooves Trade", parent=cls.dealer)
        cls.contract = cls._create_contract(cls.dealer, "D-1")
        cls.entity_contract = cls._create_contract(cls.entity, "E-1")
        cls.dealer_user = cls._create_dealer_user("b2b_dealer", cls.dealer)
        cls.stranger = cls._create_entity("Stranger")
        cls.stranger_contract = cls._create_contract(cls.stranger, "S-1")
        cls.stranger_user = cls._create_dealer_user("b2b_stranger", cls.stranger)
        cls.staff_user = new_test_user(
            cls.env,
            login="b2b_staff",
            groups="b2b_portal.group_b2b_manager,sales_team.group_sale_salesman",
        )

    @classmethod
    def _create_product(cls, name, code, price, **values):
        """Return a storable product that is published in the shop."""
        return cls.env["product.product"].create(
            {
                "name": name,
                "default_code": code,
                "list_price": price,
                "type": "consu",
                "is_storable": True,
                "invoice_policy": "delivery",
                "is_published": True,
                "taxes_id": [Command.clear()],
                **values,
            }
        )

    @classmethod
    def _activate_currency(cls, code, **rates):
        """Return an active currency; rates as ``day_2026_01_01=1.1``."""
        currency = (
            cls.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "=", code)])
        )
        currency.active = True
        for day, rate in rates.items():
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "company_id": cls.company.id,
                    "name": day.removeprefix("day_").replace("_", "-"),
                    "rate": rate,
                }
            )
        return currency

    @classmethod
    def _set_stock(cls, product, quantity):
        """Put a quantity of a product on the shelf of the main warehouse."""
        warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        cls.env["stock.quant"]._update_available_quantity(
            product, warehouse.lot_stock_id, quantity
        )

    @classmethod
    def _create_entity(cls, name, parent=None, **values):
        """Return a legal entity with a complete address."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "parent_id": parent.id if parent else False,
                "street": "Main street 1",
                "city": "Brussels",
                "zip": "1000",
                "country_id": cls.env.ref("base.be").id,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "phone": "+32470000000",
                **values,
            }
        )

    @classmethod
    def _create_contract(cls, entity, number, **values):
        return cls.env["b2b.contract"].create(
            {
                "name": number,
                "legal_entity_id": entity.id,
                "company_id": cls.company.id,
                **values,
            }
        )

    @classmethod
    def _create_dealer_user(cls, login, entity, **values):
        """Return a portal user who is a contact of a legal entity."""
        user = new_test_user(
            cls.env,
            login=login,
            groups="base.group_portal",
            name=f"User {login}",
            email=f"{login}@example.com",
            **values,
        )
        user.partner_id.write(
            {
                "parent_id": entity.id,
                "street": "Main street 1",
                "city": "Brussels",
                "zip": "1000",
                "country_id": cls.env.ref("base.be").id,
                "phone": "+32470000001",
            }
        )
        user._b2b_sync_memberships()
        return user

    @classmethod
    def _create_order(cls, contract=None, quantity=1.0, price=100.0, **values):
        """Return a draft order of one line on a contract."""
        contract = contract or cls.contract
        return cls.env["sale.order"].create(
            {
                "partner_id": contract.legal_entity_id.id,
                "b2b_contract_id": contract.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                        }
                    )
                ],
                **values,
            }
        )

    @classmethod
    def _create_invoice(
        cls, entity=None, amount=100.0, move_type="out_invoice", post=True, **values
    ):
        """Return a customer invoice or credit note of one line without tax."""
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (entity or cls.dealer).id,
                "invoice_date": values.pop("invoice_date", "2026-01-15"),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": cls.product.id,
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _register_payment(cls, moves, amount=None, **values):
        """Pay invoices together through the wizard and return the payments."""
        if amount is not None:
            values["amount"] = amount
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=moves.ids)
            .create({"group_payment": True, **values})
        )
        return wizard._create_payments()


class B2bCommon(B2bBuilders, TransactionCase):
    """Tests of models."""


class B2bHttpCommon(B2bBuilders, HttpCase):
    """Tests over HTTP and in the browser."""
