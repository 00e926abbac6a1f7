import {markup} from "@odoo/owl";
import {setElementContent} from "@web/core/utils/html";
import {patch} from "@web/core/utils/patch";
import {WebsiteSale} from "@website_sale/interactions/website_sale";

patch(WebsiteSale.prototype, {
    /**
     * Article, barcode and stock are those of the chosen variant.
     *
     * @override
     */
    _onChangeCombination(ev, parent, combination) {
        super._onChangeCombination(...arguments);
        const details = parent.querySelector(".o_b2b_product_details");
        if (details && combination.b2b_details !== undefined) {
            setElementContent(details, markup(combination.b2b_details));
        }
    },
});
