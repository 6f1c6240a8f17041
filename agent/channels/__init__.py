"""The places where people and programs meet Friday; none of them knows another."""
