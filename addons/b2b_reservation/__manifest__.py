{
    "name": "B2B Reservation",
    "summary": "Dealers reserve stock for their orders, for a limited time",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "B2B Dealer Portal contributors",
    "license": "LGPL-3",
    "depends": ["b2b_portal"],
    "data": [
        "security/ir.model.access.csv",
        "security/b2b_reservation_rules.xml",
        "data/ir_cron.xml",
        "data/ir_sequence.xml",
        "data/mail_template.xml",
        "views/b2b_reservation_views.xml",
        "views/b2b_contract_views.xml",
        "views/res_config_settings_views.xml",
        "views/reservation_templates.xml",
    ],
    "assets": {
        "web.assets_frontend": ["b2b_reservation/static/src/interactions/*.js"],
    },
}
