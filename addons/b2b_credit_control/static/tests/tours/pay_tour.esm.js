import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("b2b_credit_control.pay_two_documents", {
    url: "/my/balance",
    steps: () => [
        {
            content: "The panel shows the debt",
            trigger: "#b2b_credit_panel:contains(175.00)",
        },
        {
            content: "Nothing is chosen yet",
            trigger: ".o_b2b_pay_bar button:disabled",
        },
        {
            content: "Choose the oldest document",
            trigger: "tr:contains(100.00) .o_b2b_pay_choice",
            run: "check",
        },
        {
            content: "Choose another",
            trigger: "tr:contains(50.00) .o_b2b_pay_choice",
            run: "check",
        },
        {
            content: "The sum is told",
            trigger: ".o_b2b_pay_sum:contains(2 chosen):contains(150.00)",
        },
        {
            content: "Pay them",
            trigger: ".o_b2b_pay_bar button:not(:disabled)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Pay only a part of the second",
            trigger: "li:contains(50.00) .o_b2b_pay_amount",
            run: "edit 20",
        },
        {
            content: "Update",
            trigger: ".o_b2b_pay_documents button:contains(Update)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The total is the new one",
            trigger: ".o_b2b_pay_total:contains(120.00)",
        },
        {
            content: "Choose the demo provider",
            trigger: "input[name='o_payment_radio'][data-provider-code='demo']",
            run: "click",
        },
        {
            content: "Enter a card",
            trigger: "input[name='customer_input']",
            run: "edit 4242424242424242",
        },
        {
            content: "Pay",
            trigger: "button[name='o_payment_submit_button']:not(:disabled)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The payment has arrived",
            trigger: ".o_b2b_paid",
            timeout: 30000,
        },
        {
            content: "The panel shows less",
            trigger: "#b2b_credit_panel:contains(55.00):not(:contains(175.00))",
        },
        {
            content: "Go to Balance",
            trigger: ".o_portal_wrap a.btn[href='/my/balance']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The rest of the second document is open",
            trigger: "td[name='td_residual']:contains(30.00)",
        },
        {
            content: "The first is gone",
            trigger:
                "#b2b_balance_documents:not(:has(td[name='td_residual']:contains(100.00)))",
        },
    ],
});
