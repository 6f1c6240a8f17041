"""What people call the arguments of tools, in both languages."""

_LABELS: dict[str, tuple[str, str]] = {
    "about": ("About", "Om"),
    "action": ("Action", "Handling"),
    "address": ("Address", "Adresse"),
    "assignee": ("Assigned to", "Ansvarlig"),
    "booking": ("Booking", "Booking"),
    "city": ("City", "By"),
    "closed": ("Closed", "Lukket"),
    "crew": ("People", "Personer"),
    "code": ("Code", "Kode"),
    "consent": ("Consent: who and when", "Samtykke: hvem og hvornår"),
    "customer": ("Customer", "Kunde"),
    "days": ("Days", "Dage"),
    "due": ("Due", "Frist"),
    "duration": ("Duration", "Varighed"),
    "email": ("E-mail", "E-mail"),
    "fact": ("What to remember", "Hvad der skal huskes"),
    "field": ("Field", "Felt"),
    "from": ("From", "Fra"),
    "hours": ("Hours", "Timer"),
    "kind": ("Kind", "Type"),
    "lead": ("Lead", "Lead"),
    "limit": ("At most", "Højst"),
    "lost_reason": ("Why it was lost", "Hvorfor den blev tabt"),
    "m2": ("Square metres", "Kvadratmeter"),
    "message": ("Message", "Besked"),
    "name": ("Name", "Navn"),
    "note": ("Note", "Note"),
    "phone": ("Phone", "Telefon"),
    "price": ("Price", "Pris"),
    "prices_include_vat": ("Prices include VAT", "Priser er inkl. moms"),
    "proposal": ("Proposal", "Forslag"),
    "query": ("Search", "Søgning"),
    "reason": ("Reason", "Årsag"),
    "repeat": ("Repeat", "Gentagelse"),
    "replaces": ("Instead of", "I stedet for"),
    "role": ("Role", "Rolle"),
    "service": ("Service", "Ydelse"),
    "since": ("Since", "Siden"),
    "skills": ("Skills", "Kan"),
    "source": ("Source", "Kilde"),
    "staff": ("Employee", "Medarbejder"),
    "start": ("Start", "Start"),
    "status": ("Status", "Status"),
    "text": ("Text", "Tekst"),
    "to": ("To", "Til"),
    "upload": ("File", "Fil"),
    "user": ("User", "Bruger"),
    "value": ("Value", "Værdi"),
}
_CHOICES: dict[str, tuple[str, str]] = {
    "true": ("yes", "ja"),
    "false": ("no", "nej"),
    "new": ("new", "nyt"),
    "contacted": ("contacted", "kontaktet"),
    "quoted": ("quoted", "tilbud sendt"),
    "scheduled": ("scheduled", "planlagt"),
    "won": ("won", "vundet"),
    "lost": ("lost", "tabt"),
    "spam": ("spam", "spam"),
    "duplicate": ("duplicate", "dublet"),
    "owner": ("owner", "ejer"),
    "staff": ("office", "kontor"),
    "crew": ("crew", "medarbejder i marken"),
    "bookkeeper": ("bookkeeper", "bogholder"),
    "reseller": ("reseller", "forhandler"),
    "customer": ("customer", "kunde"),
    "visitor": ("visitor", "gæst"),
    "name": ("name", "navn"),
    "address": ("address", "adresse"),
    "phone": ("phone", "telefon"),
    "email": ("e-mail", "e-mail"),
    "language": ("language", "sprog"),
    "zone": ("time zone", "tidszone"),
    "cvr": ("company number (CVR)", "CVR-nummer"),
    "notice_hours": ("hours of notice to cancel", "timers varsel ved afbud"),
}


def label_of(argument: str) -> tuple[str, str]:
    """What the argument with this wire name is called in English and Danish."""
    plain = argument.replace("_", " ").capitalize()
    return _LABELS.get(argument, (plain, plain))


def choice_label(value: str, language: str) -> str:
    """What people call one of the values that an argument may take."""
    english, danish = _CHOICES.get(value, (value.replace("_", " "),) * 2)
    return danish if language == "da" else english
