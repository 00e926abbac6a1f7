# Copyright 2025 B2B Dealer Portal contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The set-up: brings Odoo 19 and all it needs into B2B_HOME, and runs it there."""
