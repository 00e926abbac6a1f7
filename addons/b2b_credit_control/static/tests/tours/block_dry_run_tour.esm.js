import {registry} from "@web/core/registry";

/** Whom a rule would block, before it is saved: a new one. */
registry.category("web_tour.tours").add("b2b_credit_control.block_dry_run", {
    url: "/odoo/action-b2b_credit_control.b2b_block_rule_action/new",
    steps: () => [
        {
            content: "Enter days, and leave the name empty",
            trigger: ".o_field_widget[name='overdue_days'] input",
            run: "edit 10",
        },
        {
            content: "The amount too",
            trigger: ".o_field_widget[name='overdue_amount'] input",
            run: "edit 100",
        },
        {
            content: "Ask who would be blocked",
            trigger: ".o_b2b_block_dry_run",
            run: "click",
        },
        {
            content: "He is listed with what he owes",
            trigger:
                ".modal tr:contains(Horns and Hooves):contains(D-1):contains(150.00)",
        },
        {
            content: "A higher amount in the dialog lists nobody",
            trigger: ".modal .o_field_widget[name='overdue_amount'] input",
            run: "edit 200 && press Tab",
        },
        {
            content: "Nobody, and back",
            trigger: ".modal .o_field_widget[name='preview']:contains(Nobody)",
        },
        {
            content: "Close",
            trigger: ".modal footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The form is as it was",
            trigger: "body:not(:has(.modal)) .o_form_view .o_form_button_cancel",
            run: "click",
        },
    ],
});
