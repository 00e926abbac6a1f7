from werkzeug.urls import url_encode

from odoo.exceptions import UserError
from odoo.http import request, route
from odoo.tools import float_repr

from odoo.addons.b2b_portal.controllers.query import parse_date
from odoo.addons.portal.controllers.portal import CustomerPortal

from ..models.b2b_payment_choice import MAX_DOCUMENTS


class B2bSuspended(CustomerPortal):
    """Why the account is closed, what opens it, and the promise to pay."""

    @route(
        "/my/suspended",
        type="http",
        auth="user",
        methods=["GET"],
        website=True,
        sitemap=False,
        b2b_open="hard",
    )
    def portal_my_suspended(self, **kw):
        values = self._prepare_suspended_values()
        if not values["blocks"]:
            return request.redirect("/my")
        return request.render("b2b_credit_control.portal_my_suspended", values)

    @route(
        "/my/suspended/promise",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
        b2b_open="hard",
    )
    def portal_my_suspended_promise(self, date=None, **kw):
        promises = request.env["b2b.payment.promise"]
        try:
            promises._promise(request.env.user._b2b_get_blocks(), parse_date(date))
        except UserError as error:
            values = self._prepare_suspended_values() | {"error": error.args[0]}
            return request.render("b2b_credit_control.portal_my_suspended", values)
        return request.redirect("/my/suspended")

    def _prepare_suspended_values(self):
        """Return the values of the page. Blocks come sudoed: whoever they keep out is
        told of them."""
        user = request.env.user
        blocks = user._b2b_get_blocks()
        promises = request.env["b2b.payment.promise"]
        plan = blocks._prepare_plan_values(user)
        return {
            "page_name": "b2b_suspended",
            "gate": user._b2b_get_gate(),
            "blocks": blocks,
            "managers": request.env["res.users"]
            .sudo()
            .union(*(block._get_manager() for block in blocks)),
            "company": (blocks.company_id or request.website.company_id.sudo())[:1],
            **plan,
            "max_documents": MAX_DOCUMENTS,
            "pay_url": self._get_pay_url(plan["plan"]),
            "promise_refusal": promises._get_refusal_reason(user, blocks),
            "promise_last_day": promises._get_last_day(blocks),
        }

    def _get_pay_url(self, plan):
        """Return the address of the paying page with the documents of the plan chosen.

        :param plan: settlement lines and amounts, oldest first
        """
        words = []
        for line, amount in plan[:MAX_DOCUMENTS]:
            amount = float_repr(amount, line.currency_id.decimal_places)
            words += [("line", line.id), (f"line-{line.id}", amount)]
        return f"/my/balance/pay?{url_encode(words)}"
