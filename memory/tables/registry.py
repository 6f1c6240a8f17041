"""Names every table module, so that importing this one makes the metadata whole."""

from memory.tables import (
    booking,
    conversations,
    erasures,
    facts,
    gate,
    identity,
    leads,
    slack,
    taught,
    texts,
)
from memory.tables.base import Base, TenantOwned

MODULES = (identity, leads, booking, conversations, gate, texts, facts, taught, erasures, slack)

METADATA = Base.metadata


def tenant_tables() -> list[str]:
    """The tables whose rows belong to one tenant, by name, sorted."""
    owned = [mapper for mapper in Base.registry.mappers if issubclass(mapper.class_, TenantOwned)]
    return sorted(table.name for mapper in owned for table in mapper.tables)


def shared_tables() -> list[str]:
    """The tables that no tenant owns: the list of tenants and facts about the installation."""
    return sorted(set(METADATA.tables) - set(tenant_tables()))
