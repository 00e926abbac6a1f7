# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The supplier's website: his colours, his address in place of Odoo's samples.

Only the website of the demo is changed, as a designer would do it in the browser.
"""

COLORS = {"o-color-1": "#0b5c8a", "o-color-2": "#5f6b76"}
PALETTE = "/website/static/src/scss/options/colors/user_color_palette.scss"
HIDDEN = ("website.header_call_to_action", "website_sale.product_terms_and_conditions")
# A telephone has no pointer to hover with: the button of the cart always shows.
UNUSED_CLASSES = {
    "o_wsale_products_opt_actions_onhover",
    "o_wsale_products_opt_has_wishlist",
    "o_wsale_products_opt_wishlist_fixed",
}
FOOTER = """
<data inherit_id="website.layout">
    <xpath expr="//div[@id='footer']" position="replace">
        <div id="footer" class="oe_structure oe_structure_solo border text-break"
             t-ignore="true" t-if="not no_footer">
            <section class="s_text_block pt24 pb16" data-snippet="s_text_block">
                <div class="container">
                    <div class="row">
                        <div class="col-md-4 pt16">
                            <h5>{name}</h5>
                            <p>{street}<br/>{city} {zip}</p>
                        </div>
                        <div class="col-md-4 pt16">
                            <h5>Contact us</h5>
                            <ul class="list-unstyled">
                                <li><i class="fa fa-phone fa-fw me-2"/>
                                    <a href="tel:{phone}">{phone}</a></li>
                                <li><i class="fa fa-envelope fa-fw me-2"/>
                                    <a href="mailto:{email}">{email}</a></li>
                            </ul>
                        </div>
                        <div class="col-md-4 pt16">
                            <h5>Useful Links</h5>
                            <ul class="list-unstyled">
                                <li><a href="/shop">Shop</a></li>
                                <li><a href="/my">My Account</a></li>
                                <li><a href="/terms">Terms and Conditions</a></li>
                            </ul>
                        </div>
                    </div>
                </div>
            </section>
        </div>
    </xpath>
</data>
"""
WORDS = {
    "ru_RU": ("Контакты", "Полезные ссылки", "Магазин", "Личный кабинет", "Условия"),
    "uk_UA": ("Контакти", "Корисні посилання", "Магазин", "Мій кабінет", "Умови"),
    "tr_TR": ("İletişim", "Bağlantılar", "Mağaza", "Hesabım", "Koşullar"),
}
FOOTER_WORDS = (
    "Contact us",
    "Useful Links",
    "Shop",
    "My Account",
    "Terms and Conditions",
)


def load(env):
    """Make the sample website that of the supplier."""
    website = env.ref("website.default_website")
    views = env["ir.ui.view"].with_context(website_id=website.id)
    _write_footer(views, website.company_id)
    _replace_samples(views, website.company_id)
    for key in HIDDEN:
        _get(views, key).active = False
    # The shop is the home page: one way to it is enough.
    website.menu_id.child_id.filtered(lambda menu: menu.url == "/").unlink()
    env["website.assets"].with_context(website_id=website.id).make_scss_customization(
        PALETTE, dict(COLORS)
    )
    classes = website.shop_opt_products_design_classes.split()
    website.shop_opt_products_design_classes = " ".join(
        name for name in classes if name not in UNUSED_CLASSES
    )


def _get(views, key):
    """Return the view that the website uses; writing makes it a copy of its own."""
    return views.with_context(active_test=False)._get_template_view(key)


def _write_footer(views, company):
    partner = company.partner_id
    names = ("name", "street", "city", "zip", "phone", "email")
    texts = {name: partner[name] for name in names}
    _get(views, "website.footer_custom").arch = FOOTER.format(**texts)
    footer = _get(views, "website.footer_custom")
    footer.update_field_translations(
        "arch_db",
        {
            lang: dict(zip(FOOTER_WORDS, words, strict=True))
            for lang, words in WORDS.items()
        },
    )


def _replace_samples(views, company):
    """Put the supplier's data where Odoo has samples."""
    partner = company.partner_id
    samples = {
        "+1 555-555-5556": partner.phone,
        "info@yourcompany.example.com": partner.email,
        "3575 Fake Buena Vista Avenue": f"{partner.street}, {partner.city}",
        "Company name": partner.name,
    }
    for key in (
        "website.header_text_element",
        "website.footer_copyright_company_name",
        "website.contactus",
    ):
        view = _get(views, key)
        arch = view.arch
        for sample, text in samples.items():
            arch = arch.replace(sample, text)
        view.arch = arch
