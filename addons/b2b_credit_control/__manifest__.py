{
    "name": "B2B Credit Control",
    "summary": "Deferral, credit limit, balance and blocking of dealers on account",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "B2B Dealer Portal contributors",
    "license": "LGPL-3",
    "application": True,
    "depends": ["b2b_portal"],
    "data": [
        "security/b2b_credit_groups.xml",
        "security/ir.model.access.csv",
        "security/b2b_credit_event_rules.xml",
        "security/b2b_settlement_total_rules.xml",
        "views/b2b_contract_views.xml",
        "views/credit_panel_templates.xml",
        "views/res_config_settings_views.xml",
    ],
    "assets": {
        "web.assets_frontend": [
            "b2b_credit_control/static/src/scss/*.scss",
        ],
    },
    "post_init_hook": "post_init_hook",
}
