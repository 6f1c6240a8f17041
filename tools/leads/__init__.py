"""Leads and customers: who asked, who they are, what they were told, and who pays."""

from pathlib import Path

from tools.kit import Domain
from tools.leads.actions import CreateLead, UpdateLead
from tools.leads.convert_action import ConvertLead
from tools.leads.customer_actions import AddNote, RemoveNote, UpdateCustomer
from tools.leads.import_action import ImportLeads
from tools.leads.queries import FindCustomers, FindLeads, ShowCustomer, ShowLead

__all__ = ["DOMAIN"]

DOMAIN = Domain(
    name="leads",
    title_en="Leads and customers",
    title_da="Leads og kunder",
    queries=(FindLeads, ShowLead, FindCustomers, ShowCustomer),
    actions=(
        CreateLead,
        UpdateLead,
        ConvertLead,
        UpdateCustomer,
        AddNote,
        RemoveNote,
        ImportLeads,
    ),
    examples=Path(__file__).parent / "examples.yaml",
)
