"""Invented people and places that look Danish; no real person, number or mail address is meant."""

FIRST = (
    "Anne", "Bo", "Camilla", "Dorte", "Erik", "Freja", "Gitte", "Henrik", "Ida", "Jakob",
    "Karen", "Lars", "Mads", "Nanna", "Ole", "Pia", "Rasmus", "Signe", "Thomas", "Ulla",
    "Viggo", "Winnie", "Yrsa", "Ælla", "Øjvind", "Åse", "Christian", "Emma", "Frederik", "Hanne",
)  # fmt: skip
LAST = (
    "Andersen", "Bak", "Christensen", "Dahl", "Eriksen", "Friis", "Gram", "Holst", "Iversen",
    "Jensen", "Krogh", "Lauritsen", "Madsen", "Nørgaard", "Olesen", "Pedersen", "Rask",
    "Søgaard", "Thomsen", "Urup", "Vestergaard", "Winther", "Østergaard", "Ågård",
)  # fmt: skip
PLACES = (
    ("8000", "Aarhus C", ("Mejlgade", "Vestergade", "Skolegade", "Jægergårdsgade")),
    ("8200", "Aarhus N", ("Randersvej", "Trøjborgvej", "Finlandsgade")),
    ("8210", "Aarhus V", ("Silkeborgvej", "Ryhavevej", "Fuglebakkevej")),
    ("8220", "Brabrand", ("Hovedgaden", "Engdalsvej")),
    ("8240", "Risskov", ("Strandvejen", "Nordre Strandvej", "Tranekærvej")),
    ("8260", "Viby J", ("Skanderborgvej", "Bjørnholms Allé")),
    ("8270", "Højbjerg", ("Oddervej", "Rosenvangs Allé")),
    ("8310", "Tranbjerg J", ("Landevejen", "Kirketorvet")),
    ("8410", "Rønde", ("Hovedgaden", "Bakkevej")),
    ("8660", "Skanderborg", ("Adelgade", "Søtoften")),
)  # fmt: skip
BUSINESSES = (
    ("Nordlys Café", "11573681"),
    ("Klinik Åbyhøj", "33036426"),
    ("Havnens Tegnestue", "24746054"),
    ("Boghandel & Co", "18086026"),
    ("Vestbyens Fysioterapi", "33117329"),
)
"""Names with a number that CVR's check digit accepts; the numbers stand for nobody."""
