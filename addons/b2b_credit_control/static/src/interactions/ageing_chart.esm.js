/* global Chart */
import {loadBundle} from "@web/core/assets";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

// From what is not due to what is oldest; the table under the chart says the same.
const COLORS = ["#5b8def", "#f2c94c", "#f2994a", "#eb5757", "#9b1c1c"];

/** Draws the ageing of what is owed. Without it the table beside it says the same. */
export class AgeingChart extends Interaction {
    static selector = ".o_b2b_ageing_chart";

    async willStart() {
        await loadBundle("web.chartjs_lib");
    }

    start() {
        const {labels, amounts} = JSON.parse(this.el.dataset.ageing);
        this.chart = new Chart(this.el, {
            type: "bar",
            data: {labels, datasets: [{data: amounts, backgroundColor: COLORS}]},
            options: {
                animation: false,
                maintainAspectRatio: false,
                plugins: {legend: {display: false}},
                scales: {y: {beginAtZero: true}},
            },
        });
        this.registerCleanup(() => this.chart.destroy());
    }
}

registry
    .category("public.interactions")
    .add("b2b_credit_control.ageing_chart", AgeingChart);
