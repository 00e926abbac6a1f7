from werkzeug.exceptions import NotFound
from werkzeug.urls import url_encode

from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.http import request, route

from odoo.addons.b2b_portal.controllers.query import parse_id
from odoo.addons.payment.controllers.portal import PaymentPortal

from ..models.b2b_payment_choice import MAX_DOCUMENTS

PAY_URL = "/my/balance/pay"
KINDS = ("line", "request", "ahead")


class B2bPay(PaymentPortal):
    """Paying chosen documents, payment requests or in advance.

    The address says what is chosen: ``line=ID``, ``request=ID`` and ``ahead=ID`` (a
    contract), any number of times, and their amounts as ``line-ID=AMOUNT``. What that
    comes to is read from the database each time.
    """

    @route(PAY_URL, type="http", auth="user", methods=["GET"], website=True)
    def portal_my_balance_pay(self, **query):
        if not request.env.user._is_portal():
            raise NotFound()
        values = self._prepare_pay_values()
        return request.render("b2b_credit_control.portal_my_balance_pay", values)

    @route(f"{PAY_URL}/transaction", type="jsonrpc", auth="user", website=True)
    def portal_my_balance_pay_transaction(
        self, amount=None, access_token=None, **kwargs
    ):
        """Create the transaction of what the address says and return its values.

        :param float amount: what the page has shown
        :param str access_token: core's form sends it; the user's role decides instead
        :param dict kwargs: see :meth:`PaymentPortal._create_transaction`
        :raise UserError: if something has changed since, saying what
        """
        self._validate_transaction_kwargs(kwargs)
        allocations = request.env["b2b.payment.allocation"]
        payables = allocations._claim_payables(self._parse_choice())
        first = payables[0]
        total = self._get_total(payables)
        if not amount or first["currency"].compare_amounts(amount, total):
            raise UserError(
                request.env._("The amounts have changed. Please check them once more.")
            )
        entity = first["legal_entity"]
        self._check_provider(first, total, kwargs)
        kwargs |= {
            "amount": total,
            "currency_id": first["currency"].id,
            "partner_id": entity.id,
            "reference_prefix": "-".join(
                payable["record"].name for payable in payables[:3]
            ),
            "landing_route": PAY_URL,
            "is_validation": False,
        }
        tx_sudo = self._create_transaction(
            custom_create_values={
                "b2b_allocation_ids": [
                    Command.create(allocations._prepare_allocation_values(payable))
                    for payable in payables
                ]
            },
            **kwargs,
        )
        tx_sudo.landing_route = f"{PAY_URL}/done/{tx_sudo.id}"
        return tx_sudo._get_processing_values()

    @route(
        f"{PAY_URL}/done/<int:transaction_id>",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
    )
    def portal_my_balance_paid(self, transaction_id, **kw):
        allocations_sudo = self._find_allocations(transaction_id)
        return request.render(
            "b2b_credit_control.portal_my_balance_paid",
            {
                "page_name": "b2b_balance_paid",
                "tx_sudo": allocations_sudo.transaction_id,
                "allocations_sudo": allocations_sudo,
            },
        )

    @route(
        f"{PAY_URL}/release",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
    )
    def portal_my_balance_pay_release(self, **kw):
        """Give up payments that were begun for the documents that the address chooses,
        and show their form again.
        """
        payables = self._prepare_payables()
        domain = request.env["b2b.payment.allocation"]._get_claim_domain()
        items = [
            payable["record"].sudo().move_line_id.id
            for payable in payables
            if payable["kind"] == "line"
        ]
        requests = [
            payable["record"].id for payable in payables if payable["kind"] == "request"
        ]
        # The documents are the user's own; allocations are not for dealers to write.
        claims_sudo = (
            request.env["b2b.payment.allocation"]
            .sudo()
            .search(
                domain
                & (
                    Domain("move_line_id", "in", items)
                    | Domain("payment_request_id", "in", requests)
                )
            )
        )
        claims_sudo.filtered(
            lambda claim: request.env.user._b2b_may("pay", claim.legal_entity_id)
        )._release()
        return request.redirect(f"{PAY_URL}?{self._get_query(payables)}")

    # === WHAT IS CHOSEN === #

    def _parse_choice(self):
        """Return what the address says is to be paid; see
        :meth:`b2b.payment.allocation._prepare_payables`."""
        args = request.httprequest.args
        choice = []
        for kind in KINDS:
            for word in args.getlist(kind):
                if record_id := parse_id(word):
                    amount = args.get(f"{kind}-{record_id}")
                    if kind == "ahead" and amount is None:
                        amount = args.get("amount")
                    choice.append((kind, record_id, amount))
        # What is named twice is paid once.
        return list(dict.fromkeys(choice))

    def _get_choice(self):
        """Return what the address chooses, or what should be paid first."""
        allocations = request.env["b2b.payment.allocation"]
        return self._parse_choice() or allocations._get_default_choice()

    def _prepare_payables(self):
        """Return what of the choice can be paid together, see :data:`MAX_DOCUMENTS`."""
        allocations = request.env["b2b.payment.allocation"]
        return allocations._prepare_payables(self._get_choice())

    def _get_total(self, payables):
        """Return the sum of payables of one group."""
        currency = payables[0]["currency"]
        return currency.round(sum(payable["amount"] for payable in payables))

    def _get_query(self, payables):
        """Return the words of an address that choose these payables."""
        words = []
        for payable in payables:
            kind, record_id = payable["kind"], payable["record"].id
            words.append((kind, record_id))
            if payable["amount"] and not payable["error"]:
                words.append((f"{kind}-{record_id}", payable["amount"]))
        return url_encode(words)

    # === THE PAYMENT FORM === #

    def _prepare_pay_values(self):
        """Return the values of the page: the first group that is paid together with its
        payment form, and the others with links."""
        allocations = request.env["b2b.payment.allocation"]
        choice = self._get_choice()
        payables = allocations._prepare_payables(choice)
        groups, reasons = allocations._group_payables(payables)
        group = groups[0] if groups else []
        errors = [payable for payable in group if payable["error"]]
        values = {
            "page_name": "b2b_balance_pay",
            "payables": group,
            "others": [
                {
                    "payables": other,
                    "total": self._get_total(other),
                    "url": f"{PAY_URL}?{self._get_query(other)}",
                }
                for other in groups[1:]
            ],
            "reasons": reasons,
            "has_errors": bool(errors),
            "has_claims": any(payable["claimed"] for payable in group),
            "max_documents": MAX_DOCUMENTS,
            "left_count": max(len(choice) - MAX_DOCUMENTS, 0),
            "query": self._get_query(group),
            "total": self._get_total(group) if group else 0.0,
            "currency": group[0]["currency"] if group else None,
        }
        if group and not errors:
            values |= self._prepare_payment_form(group, values["total"])
        return values

    def _prepare_payment_form(self, payables, total):
        """Return the values of core's payment form.

        :param list[dict] payables: of one group, without errors
        :param float total: their sum
        """
        first = payables[0]
        entity_sudo = first["legal_entity"]
        report = {}
        providers_sudo = self._get_providers(first, total, report)
        # Providers and methods are not for dealers to read.
        methods_sudo = (
            request.env["payment.method"]
            .sudo()
            ._get_compatible_payment_methods(
                providers_sudo.ids,
                entity_sudo.id,
                currency_id=first["currency"].id,
                report=report,
            )
        )
        tokens_sudo = (
            request.env["payment.token"]
            .sudo()
            ._get_available_tokens(providers_sudo.ids, entity_sudo.id)
        )
        return {
            "amount": total,
            "partner_id": entity_sudo.id,
            "providers_sudo": providers_sudo,
            "payment_methods_sudo": methods_sudo,
            "tokens_sudo": tokens_sudo,
            "availability_report": report,
            "show_tokenize_input_mapping": self._compute_show_tokenize_input_mapping(
                providers_sudo
            ),
            "transaction_route": f"{PAY_URL}/transaction?{self._get_query(payables)}",
            "landing_route": PAY_URL,
            "access_token": "",
            "res_company": first["company"],
        }

    def _get_providers(self, payable, total, report=None):
        """Return the providers (sudo) that a group can be paid with."""
        return (
            request.env["payment.provider"]
            .sudo()
            ._get_compatible_providers(
                payable["company"].id,
                payable["legal_entity"].id,
                total,
                currency_id=payable["currency"].id,
                report=report,
            )
        )

    def _check_provider(self, payable, total, kwargs):
        """Refuse a provider that the form has not offered.

        :raise UserError: in this case
        """
        provider_id = kwargs.get("provider_id")
        is_offered = provider_id in self._get_providers(payable, total).ids
        if kwargs.get("flow") == "token":
            # Whose token it is, core checks; not that it is one of this provider.
            tokens_sudo = request.env["payment.token"].sudo()
            token_sudo = tokens_sudo.browse(parse_id(kwargs.get("token_id"))).exists()
            is_offered = is_offered and token_sudo.provider_id.id == provider_id
        if not is_offered:
            raise UserError(
                request.env._("This way of paying is not available. Choose another.")
            )

    def _find_allocations(self, transaction_id):
        """Return what a transaction pays (sudo), if it is the user's to see."""
        allocations_sudo = (
            request.env["b2b.payment.allocation"]
            .sudo()
            .search([("transaction_id", "=", transaction_id)])
        )
        own = request.env.user.sudo().b2b_legal_entity_ids
        if not allocations_sudo or allocations_sudo.legal_entity_id - own:
            raise NotFound()
        return allocations_sudo
