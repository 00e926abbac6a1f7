import {registry} from "@web/core/registry";

const PRODUCT = "/shop?search=Oil filter";

function goTo(path) {
    return {
        content: `Go to ${path}`,
        trigger: "body",
        run: () => {
            window.location.href = path;
        },
        expectUnloadPage: true,
    };
}

function isOnBalance() {
    return {
        content: "It is Balance that opens, and it says why",
        trigger: "body:has(#b2b_block_notice) #b2b_balance_documents",
        run: () => {
            if (window.location.pathname !== "/my/balance") {
                throw new Error(`${window.location.pathname} is open`);
            }
        },
    };
}

function choose(amount) {
    return {
        content: `Choose the document of ${amount}`,
        trigger: `tr:has(td[name='td_residual']:contains(${amount})) .o_b2b_pay_choice`,
        run: "check",
    };
}

/** Before the night: what is overdue is red, the shop is still open. */
registry.category("web_tour.tours").add("b2b_credit_control.overdue_dealer", {
    url: PRODUCT,
    steps: () => [
        {
            content: "The shop is open",
            trigger: ".oe_product_cart:contains(Oil filter)",
        },
        {
            content: "The panel says what is overdue and for how long, in red",
            trigger:
                "#b2b_credit_panel .o_b2b_credit_overdue:contains(150.00):contains(20 days)",
            run({anchor}) {
                const color = getComputedStyle(anchor).backgroundColor;
                const [red, green, blue] = color.match(/\d+/g).map(Number);
                if (red < 150 || green > 100 || blue > 100) {
                    throw new Error(`The colour is ${color}`);
                }
            },
        },
    ],
});

/** After the night: every page leads to Balance until two documents are paid. */
registry.category("web_tour.tours").add("b2b_credit_control.blocked_dealer", {
    url: PRODUCT,
    steps: () => [
        isOnBalance(),
        goTo("/my/orders"),
        isOnBalance(),
        goTo("/contactus"),
        isOnBalance(),
        choose("100.00"),
        choose("50.00"),
        {
            content: "Pay them",
            trigger: ".o_b2b_pay_bar:contains(150.00) button:not(:disabled)",
            run: "click",
            expectUnloadPage: true,
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
            content: "Nothing is red any more, nothing is blocked",
            trigger:
                "body:not(:has(#b2b_block_notice)) #b2b_credit_panel:contains(25.00):not(:has(.o_b2b_credit_overdue))",
        },
        goTo(PRODUCT),
        {
            content: "The shop is open again",
            trigger: ".oe_product_cart a:contains(Oil filter)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "#add_to_cart",
            run: "click",
        },
        {
            trigger: "a[href='/shop/cart']:has(.my_cart_quantity:contains(1))",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "There is room for the order since the payment",
            trigger: ".o_b2b_credit_notice:contains(fits today)",
        },
        {
            trigger: "a[name='website_sale_main_button']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: ".o_b2b_delivery_hint",
        },
        {
            trigger: "a[name='website_sale_main_button']:not(.disabled)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "On account",
            trigger: "input[name='o_payment_radio'][data-payment-method-code='b2b_bill']",
            run: "click",
        },
        {
            content: "Order and bill",
            trigger:
                "button[name='o_payment_submit_button']:not(:disabled):contains(Order and bill)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "The bill is there",
            trigger: ".o_b2b_bill .o_b2b_bill_number:contains(PR/)",
        },
    ],
});
