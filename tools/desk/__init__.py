"""The agent's own desk, and the firm's set-up."""

from pathlib import Path

from tools.desk.actions import Freeze, Undo, Unfreeze, Withdraw
from tools.desk.erasing import EraseCustomer
from tools.desk.firm import SetFirm, SetOpeningHours
from tools.desk.forgetting import Forget
from tools.desk.people import ChangeRole, InviteUser, ReactivateUser, SuspendUser
from tools.desk.queries import AuditTrail, FindApprovals, Help
from tools.desk.recalling import Recall, ShowAccess
from tools.desk.remembering import Remember
from tools.desk.setup import SaveService, SaveStaff
from tools.kit import Domain

DOMAIN = Domain(
    name="desk",
    title_en="Desk",
    title_da="Skrivebord",
    queries=(Help, FindApprovals, AuditTrail, Recall, ShowAccess),
    actions=(
        Withdraw,
        Undo,
        Remember,
        Forget,
        EraseCustomer,
        SaveService,
        SaveStaff,
        SetOpeningHours,
        SetFirm,
        InviteUser,
        ChangeRole,
        SuspendUser,
        ReactivateUser,
        Freeze,
        Unfreeze,
    ),
    examples=Path(__file__).parent / "examples.yaml",
)
