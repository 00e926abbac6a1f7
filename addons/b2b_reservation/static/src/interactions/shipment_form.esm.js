import {Interaction} from "@web/public/interaction";
import {_t} from "@web/core/l10n/translation";
import {formatFloat} from "@web/core/utils/numbers";
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const MAX_FILE_SIZE = 10 * 1024 * 1024;
// Whose price it is may be a server far away: it is asked when he pauses.
const COST_DELAY = 600;

/**
 * The form of a shipment request: it shows what the chosen method asks for, sums what
 * the goods weigh and says at once if the day is none. The server decides.
 */
export class ShipmentForm extends Interaction {
    static selector = ".o_b2b_shipment_form";
    askCostSoon = this.debounced(this.askCost, COST_DELAY);
    dynamicContent = {
        _root: {"t-on-input": this.askCostSoon},
        "[name='method']": {"t-on-change": this.onMethod},
        "[data-for]": {
            "t-att-class": (el) => ({"d-none": !this.isAskedFor(el.dataset.for)}),
        },
        // They say for whom does without scripts what is hidden with them.
        ".o_b2b_shipment_hint": {"t-att-class": () => ({"d-none": true})},
        "[name='address']": {"t-on-change": () => this.updateContent()},
        "[name='address_country']": {"t-on-change": this.onCountry},
        "[name='carrier']": {"t-on-change": this.onCarrier},
        "[name='carrier'] option[value]": {
            "t-att-hidden": (el) => this.isForeignCarrier(el.value),
        },
        "[name='terminal'] optgroup": {
            "t-att-hidden": (el) => this.isForeignTerminal(el),
            "t-att-disabled": (el) => this.isForeignTerminal(el),
        },
        "[name='contact']": {"t-on-change": this.onContact},
        "[name='date_wanted']": {
            "t-on-change": this.checkDate,
            "t-att-min": () => this.getMethod()?.dataset.firstDate || this.firstDate,
        },
        ".o_b2b_date_problem": {"t-out": () => this.dateProblem},
        "[name='attorney_file']": {"t-on-change": this.checkFile},
        ".o_b2b_file_problem": {"t-out": () => this.fileProblem},
        ".o_b2b_quantity_input": {"t-on-input": () => this.updateContent()},
        ".o_b2b_ship_all": {
            "t-att-class": () => ({"d-none": false}),
            "t-on-click": this.chooseAll,
        },
        ".o_b2b_cost": {"t-att-class": () => ({"d-none": !this.cost})},
        ".o_b2b_cost_text": {"t-out": () => this.cost},
        ".o_b2b_weight": {"t-out": () => this.sum("weight", 2)},
        ".o_b2b_volume": {"t-out": () => this.sum("volume", 3)},
    };

    setup() {
        this.firstDate = this.getInput("date_wanted").min;
        this.dateProblem = "";
        this.fileProblem = "";
        this.cost = "";
    }

    start() {
        this.askCostSoon();
    }

    getInput(name) {
        return this.el.querySelector(`[name='${name}']`);
    }

    getMethod() {
        return this.el.querySelector("[name='method']:checked");
    }

    /**
     * Tell whether a part of the form is for what is chosen.
     *
     * @param {String} part
     * @returns {Boolean}
     */
    isAskedFor(part) {
        if (part === "name") {
            return !this.getInput("contact").value;
        }
        const method = this.getMethod();
        if (part === "new_address") {
            return this.isAskedFor("address") && this.getInput("address").value === "new";
        }
        return Boolean(method && method.dataset[part]);
    }

    isForeignCarrier(carrier) {
        const carriers = this.getMethod()?.dataset.carriers;
        return Boolean(carrier && carriers) && !carriers.split(",").includes(carrier);
    }

    isForeignTerminal(group) {
        const chosen = this.getInput("carrier")?.value;
        const {carrier} = group.dataset;
        return chosen ? chosen !== carrier : this.isForeignCarrier(carrier);
    }

    sum(measure, digits) {
        let total = 0;
        for (const input of this.el.querySelectorAll(".o_b2b_quantity_input")) {
            total += (Number(input.value) || 0) * Number(input.dataset[measure]);
        }
        return formatFloat(total, {digits: [16, digits]});
    }

    onMethod() {
        const carrier = this.getInput("carrier");
        if (carrier && this.isForeignCarrier(carrier.value)) {
            carrier.value = "";
        }
        this.onCarrier();
        return this.checkDate();
    }

    onCarrier() {
        const terminal = this.getInput("terminal");
        const group = terminal?.selectedOptions[0]?.closest("optgroup");
        if (group && this.isForeignTerminal(group)) {
            terminal.value = "";
        }
    }

    /**
     * Offer the states of the chosen country, if it has any.
     */
    async onCountry() {
        const country = this.getInput("address_country").value;
        const {states} = country
            ? await this.waitFor(
                  rpc(`/my/address/country_info/${country}`, {address_type: "delivery"})
              )
            : {states: []};
        // Another country may have been chosen meanwhile.
        if (country !== this.getInput("address_country").value) {
            return;
        }
        const input = this.getInput("address_state");
        input.options.length = 1;
        for (const [id, name] of states) {
            input.add(new Option(name, id));
        }
        this.el.querySelector(".o_b2b_state").classList.toggle("d-none", !states.length);
    }

    onContact() {
        const {phone} = this.getInput("contact").selectedOptions[0].dataset;
        if (phone) {
            this.getInput("contact_phone").value = phone;
        }
    }

    chooseAll(ev) {
        const order = ev.currentTarget.closest(".o_b2b_shipment_order");
        for (const input of order.querySelectorAll(".o_b2b_quantity_input")) {
            input.value = input.max;
        }
        this.askCostSoon();
    }

    /**
     * Show what the delivery of what is entered costs, if the method has a price.
     */
    async askCost() {
        // That of something else is not to be read beside what is entered now.
        this.cost = "";
        if (!this.getMethod()?.dataset.cost) {
            return;
        }
        this.updateContent();
        const form = this.readForm();
        // Without an answer there is none to show: the server asks again on sending.
        const answer = rpc("/my/shipment-requests/cost", form).catch(() => "");
        const cost = await this.waitFor(answer);
        // Something else may have been entered meanwhile: that is asked for, too.
        if (JSON.stringify(form) === JSON.stringify(this.readForm())) {
            this.cost = cost;
        }
    }

    /**
     * @returns {Object} what the inputs hold, by their names, without the file
     */
    readForm() {
        const entries = [...new FormData(this.el).entries()];
        return Object.fromEntries(entries.filter(([, value]) => !(value instanceof File)));
    }

    async checkDate() {
        const method = this.getMethod();
        const day = this.getInput("date_wanted").value;
        this.dateProblem = "";
        if (!method || !day) {
            return;
        }
        const problem = await this.waitFor(
            rpc("/my/shipment-requests/date", {
                method_id: method.value,
                company_id: this.el.dataset.company,
                day,
            })
        );
        // Another day may have been chosen meanwhile.
        if (day === this.getInput("date_wanted").value) {
            this.dateProblem = problem || "";
        }
    }

    checkFile() {
        const input = this.getInput("attorney_file");
        const isTooLarge = [...input.files].some((file) => file.size > MAX_FILE_SIZE);
        this.fileProblem = isTooLarge
            ? _t("This file is larger than 10 MB: it was not taken.")
            : "";
        if (isTooLarge) {
            input.value = "";
        }
    }
}

registry.category("public.interactions").add("b2b_reservation.shipment_form", ShipmentForm);
