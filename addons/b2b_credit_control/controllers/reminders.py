from odoo.exceptions import AccessError
from odoo.http import request, route

from odoo.addons.b2b_portal.controllers.query import parse_id
from odoo.addons.portal.controllers.portal import CustomerPortal


class B2bReminders(CustomerPortal):
    """Whoever pays for a dealer switches its payment reminders."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "b2b_reminder_count" in counters:
            partners = request.env["res.partner"]
            values["b2b_reminder_count"] = len(
                partners._b2b_get_reminded(request.env.user)
            )
        return values

    @route("/my/reminders", type="http", auth="user", methods=["GET"], website=True)
    def portal_my_reminders(self, **kw):
        entities = request.env["res.partner"]._b2b_get_reminded(request.env.user)
        if not entities:
            return request.redirect("/my")
        return request.render(
            "b2b_credit_control.portal_my_reminders",
            {
                "page_name": "b2b_reminders",
                "entities": entities.sorted("name"),
                "is_saved": bool(kw.get("saved")),
            },
        )

    @route(
        "/my/reminders/save",
        type="http",
        auth="user",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def portal_my_reminders_save(self, **kw):
        wanted = {parse_id(word) for word in request.httprequest.form.getlist("entity")}
        try:
            request.env["res.partner"]._b2b_switch_reminders(request.env.user, wanted)
        except AccessError:
            return request.redirect("/my")
        return request.redirect("/my/reminders?saved=1")
