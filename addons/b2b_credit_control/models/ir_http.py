import logging

from werkzeug.exceptions import abort

from odoo import SUPERUSER_ID, models
from odoo.http import Response, request

# What stays open to whoever is kept out, by the beginning of the route: to pay, to
# promise, to leave, and what the pages are made of.
OPEN_ROUTES = (
    "/my/suspended",
    "/my/balance/pay",
    "/payment/",
    "/invoice/transaction/",
    "/web/assets/",
    "/web/bundle/",
    "/web/session/logout",
    "/web/session/destroy",
    "/web/webclient/translations",
    "/website/lang/",
    "/website/translations",
    "/logo",
    "/web/binary/company_logo",
)
# In addition, while the block is soft.
SOFT_ROUTES = (
    "/my/balance",
    "/my/help",
    "/my/journal/<int:document_id>/pdf",
    "/my/statement",
)
# Pictures of the pages that stay open.
OPEN_IMAGE_MODELS = {"payment.method", "payment.provider", "res.company", "website"}
OPEN_MIMETYPES = ("image/", "text/css", "text/javascript", "font/", "application/font")
# What a browser fetches for a page: to send it to another page makes no sense.
FILE_ROUTES = ("/web/content", "/web/image", "/websocket", "/bus/")
BLOCKED_PAGES = {"soft": "/my/balance", "hard": "/my/suspended"}


class IrHttp(models.AbstractModel):
    """The doors of the website: who is blocked meets them closed.

    A route stays open if it says so, ``@route(…, b2b_open="hard")`` (or ``"soft"``,
    while the block is soft), or begins as one of :data:`OPEN_ROUTES`.
    """

    _inherit = "ir.http"

    @classmethod
    def _get_translation_frontend_modules_name(cls):
        """Override of `http_routing`: the script of Balance says something too."""
        names = super()._get_translation_frontend_modules_name()
        return [*names, "b2b_credit_control"]

    @classmethod
    def _pre_dispatch(cls, rule, args):
        gate = cls._b2b_get_gate()
        if gate and not cls._b2b_is_open(gate, rule, args):
            cls._b2b_turn_away(gate, rule)
        return super()._pre_dispatch(rule, args)

    @classmethod
    def _serve_fallback(cls):
        """Override of `website`: pages and attachments by URL have no route."""
        gate = cls._b2b_get_gate()
        path = request.httprequest.path
        if (
            gate
            and path != BLOCKED_PAGES[gate]
            and not cls._b2b_is_open_attachment(path)
        ):
            cls._b2b_turn_away(gate)
        return super()._serve_fallback()

    @classmethod
    def _b2b_get_gate(cls):
        """Return the gate of whoever sends the running request, see
        :meth:`res.users._b2b_get_gate`.

        The session counts also where a route asks for no user.
        """
        uid = request.env.uid or request.session.uid
        if not uid:
            return ""
        return request.env(user=SUPERUSER_ID)["res.users"].browse(uid)._b2b_get_gate()

    @classmethod
    def _b2b_is_open(cls, gate, rule, args):
        """Tell whether a route stays open.

        :param str gate: ``soft`` or ``hard``
        :param rule: of the routing map
        :param dict args: of the route
        """
        open_to = rule.endpoint.routing.get("b2b_open")
        if open_to == "hard" or open_to == gate:
            return True
        if rule.rule.startswith("/web/image"):
            return args.get("model") in OPEN_IMAGE_MODELS
        routes = OPEN_ROUTES + (SOFT_ROUTES if gate == "soft" else ())
        return rule.rule.startswith(routes)

    @classmethod
    def _b2b_is_open_attachment(cls, path):
        """Tell whether an address without a route is that of a picture or a style."""
        # Nobody is the owner of such attachments: core too looks for them in sudo.
        attachment = request.env(user=SUPERUSER_ID)[
            "ir.attachment"
        ]._get_serve_attachment(path)
        return attachment.public and (attachment.mimetype or "").startswith(
            OPEN_MIMETYPES
        )

    @classmethod
    def _b2b_turn_away(cls, gate, rule=None):
        """End the request: a page leads to the one that stays open, anything else is
        refused."""
        if rule and rule.endpoint.routing["type"] != "http":
            error = request.env["res.users"]._b2b_door_error()
            # It is no incident.
            error.loglevel = logging.INFO
            raise error
        if rule and rule.rule.startswith(FILE_ROUTES):
            response = Response(status=403)
        else:
            response = request.redirect(BLOCKED_PAGES[gate])
            response.headers["Cache-Control"] = "no-store"
        abort(response)
