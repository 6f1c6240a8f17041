"""The demo firm, Fjordglimt Rengøring in Aarhus: invented, deterministic, and relative to the week it is read in."""
