import {Component, xml} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** Lists whom a block rule would block by the values in its form. A button of Odoo would
 *  save the form first. */
export class BlockDryRun extends Component {
    static props = {...standardWidgetProps};
    static template = xml`
        <button
            type="button"
            class="btn btn-secondary o_b2b_block_dry_run"
            t-on-click="onClick"
            t-out="label"
        />`;

    setup() {
        this.action = useService("action");
        this.label = _t("Who would be blocked?");
    }

    async onClick() {
        const {record} = this.props;
        // Takes over what is being typed.
        await record.isDirty();
        const {data} = record;
        this.action.doAction("b2b_credit_control.b2b_block_dry_run_action", {
            additionalContext: {
                default_rule_id: record.resId || false,
                default_overdue_amount: data.overdue_amount,
                default_overdue_days: data.overdue_days,
                default_scope: data.scope,
                ...(data.company_id && {default_company_id: data.company_id.id}),
            },
        });
    }
}

registry.category("view_widgets").add("b2b_block_dry_run", {component: BlockDryRun});
