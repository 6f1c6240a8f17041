"""Tenants, users, roles and how people prove who they are."""
