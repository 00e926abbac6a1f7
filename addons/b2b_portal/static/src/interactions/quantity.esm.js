import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

// What the server takes at most.
const MAX_QUANTITY = 1e9;

/**
 * Read a quantity as people type it: "2,5", "2.5" or "1 200,5".
 *
 * @param {String} text
 * @returns {Number} NaN if it is no number
 */
export function parseQuantity(text) {
    const compact = String(text).replace(/\s/g, "");
    if (!/^-?[\d.,]+$/.test(compact)) {
        return NaN;
    }
    const sign = Math.max(compact.lastIndexOf(","), compact.lastIndexOf("."));
    if (sign === -1) {
        return Number(compact);
    }
    const whole = compact.slice(0, sign).replace(/[.,]/g, "");
    return Number(`${whole || 0}.${compact.slice(sign + 1)}`);
}

/**
 * Tell whether a field takes fractions: that of a dealer does, in all other fields the
 * shop of Odoo reads what was typed.
 *
 * @param {Element} [input]
 * @returns {Boolean}
 */
export function takesFractions(input) {
    return input?.inputMode === "decimal";
}

/**
 * Turn what was typed into a field for quantities into what the shop reads, before
 * any other handler does: with a point as decimal sign.
 */
export class QuantityField extends Interaction {
    static selector = ".oe_website_sale, #shop_cart, #quick_reorder_sidebar";
    dynamicContent = {
        _root: {"t-on-change.capture": this.normalize},
    };

    /**
     * What is no quantity is said and taken back, or the shop would take it for one.
     *
     * @param {Event} ev
     */
    normalize(ev) {
        const input = ev.target;
        if (!takesFractions(input) || !input.value) {
            return;
        }
        const quantity = parseQuantity(input.value);
        if (Math.abs(quantity) <= MAX_QUANTITY) {
            input.value = quantity;
            return;
        }
        this.services.notification.add(
            _t("“%s” is not a quantity.", input.value.slice(0, 40)),
            {type: "warning"}
        );
        input.value = input.defaultValue;
    }
}

registry.category("public.interactions").add("b2b_portal.quantity_field", QuantityField);
