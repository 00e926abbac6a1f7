import {_t} from "@web/core/l10n/translation";
import {formatCurrency} from "@web/core/currency";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/** Says how many documents are chosen and what they come to, per currency. */
export class BalanceChoice extends Interaction {
    static selector = ".o_b2b_balance_form";
    dynamicContent = {
        ".o_b2b_pay_choice": {"t-on-change": () => this.updateContent()},
        ".o_b2b_pay_sum": {"t-out": () => this.describe()},
        "button[type='submit']": {
            "t-att-disabled": () => (this.getChosen().length ? undefined : "disabled"),
        },
    };

    getChosen() {
        return [...this.el.querySelectorAll(".o_b2b_pay_choice:checked")];
    }

    describe() {
        const sums = {};
        const chosen = this.getChosen();
        for (const {dataset} of chosen) {
            sums[dataset.currency] =
                (sums[dataset.currency] || 0) + Number(dataset.residual);
        }
        if (!chosen.length) {
            return _t("Choose documents to pay.");
        }
        const amounts = Object.entries(sums).map(([currency, sum]) =>
            formatCurrency(sum, Number(currency))
        );
        return _t("%(count)s chosen: %(amounts)s", {
            count: chosen.length,
            amounts: amounts.join(" + "),
        });
    }
}

registry
    .category("public.interactions")
    .add("b2b_credit_control.balance_choice", BalanceChoice);
