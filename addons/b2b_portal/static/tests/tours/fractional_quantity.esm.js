import {registry} from "@web/core/registry";

const QUANTITY = ".o_cart_product:contains(Cable) input.js_quantity:visible";
const WHOLE = ".o_cart_product:contains(Oil filter) input.js_quantity:visible";

/** A dealer types "2,5" on the page of a cable, changes it in the cart, and is told
 * why half an oil filter cannot be ordered. */
registry.category("web_tour.tours").add("b2b_fractional_quantity", {
    steps: () => [
        {
            content: "The page tells article and stock",
            trigger: ".o_b2b_product_details:contains(VVG-3X1.5):contains(30 m in stock)",
        },
        {
            content: "What is no quantity is said and taken back",
            trigger: "input[name='add_qty']",
            run: "edit abc && press Tab",
        },
        {trigger: ".o_notification:contains(abc):contains(not a quantity)"},
        {trigger: "input[name='add_qty']:value(1)"},
        {
            content: "Type a quantity with a comma",
            trigger: "input[name='add_qty']",
            run: "edit 2,5 && press Tab",
        },
        {trigger: "#add_to_cart", run: "click"},
        {
            content: "Go to the cart",
            trigger: "a:contains(View cart)",
            run: "click",
            expectUnloadPage: true,
        },
        {trigger: `${QUANTITY}:value(2.5)`},
        {
            content: "One more",
            trigger: ".o_cart_product:contains(Cable) a[title='Add one']:visible",
            run: "click",
        },
        {
            content: "The server has counted it and made the line anew",
            trigger: "#shop_cart .oe_currency_value:contains(3.50)",
        },
        {trigger: `${QUANTITY}:value(3.5)`},
        {
            content: "Type with a point",
            trigger: QUANTITY,
            run: "edit 3.75 && press Tab",
        },
        {
            content: "The server has counted it",
            trigger: "#shop_cart .oe_currency_value:contains(3.75)",
        },
        {
            content: "No shelf holds so much",
            trigger: QUANTITY,
            run: "edit 99999999999 && press Tab",
        },
        {trigger: ".o_notification:contains(99999999999)"},
        {trigger: `${QUANTITY}:value(3.75)`},
        {
            content: "Search another product by its article",
            trigger: "#shop_cart",
            run: () => {
                window.location.href = "/shop?search=OF-100";
            },
            expectUnloadPage: true,
        },
        {
            trigger: ".oe_product_cart:contains(OF-100) h2 a",
            run: "click",
            expectUnloadPage: true,
        },
        {
            trigger: "input[name='add_qty']",
            run: "edit 2 && press Tab",
        },
        {trigger: "#add_to_cart", run: "click"},
        {
            trigger: "a:contains(View cart)",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "Half an oil filter is refused in words",
            trigger: WHOLE,
            run: "edit 2,5 && press Tab",
        },
        {trigger: "body:contains(Only whole numbers of)"},
        {trigger: `${WHOLE}:value(2)`},
    ],
});

/** A dealer repeats a part of what he bought. */
registry.category("web_tour.tours").add("b2b_quick_reorder", {
    steps: () => [
        {trigger: "#quick_reorder_button:enabled", run: "click"},
        {
            content: "What was bought is proposed uncut",
            trigger: ".o_wsale_quick_reorder_qty_input:value(2.5)",
            run: "edit 0,75",
        },
        {trigger: ".o_wsale_quick_reorder_product_price:contains(0.75)"},
        {trigger: ".o_wsale_quick_reorder_product_button", run: "click"},
        {trigger: ".o_cart_product:contains(Cable) input.js_quantity:value(0.75)"},
    ],
});

/** Article and stock change with the chosen variant. */
registry.category("web_tour.tours").add("b2b_variant_details", {
    steps: () => [
        {trigger: ".o_b2b_product_details:contains(WG-7-M):contains(On order)"},
        {
            trigger: ".js_add_cart_variants label:contains(L), .js_attribute_value:contains(L) input",
            run: "click",
        },
        {trigger: ".o_b2b_product_details:contains(WG-7-L):contains(3 in stock)"},
    ],
});
