// The page's own words, in both languages.

const WORDS = {
  en: {
    ai: "You are talking to Friday, an AI. What books, sends or costs something is shown to you first; small changes such as a note or a new lead are made at once, on record, and most can be undone.",
    send: "Send", stop: "Stop", out: "Sign out", as: "You are", message: "Write to Friday …",
    waits: "Waiting for you", nothing: "Nothing is waiting.", left: "What left the building",
    leftNote: "Mail and calendar files that Friday wrote. In the demo nothing was really sent.",
    nobody: "Nothing has left.", approve: "Approve", edit: "Edit", deny: "Deny", undo: "Undo", again: "Ask again",
    withdraw: "Never mind", why: "Why not? (Friday reads this)", confirmDeny: "Deny", cancel: "Cancel", save: "Show the new preview",
    red: "Not in your own words: please check", found: "found in", confirm: "I have checked this and it is right",
    type: "To approve, type", thinking: "Friday is working", answered: "Friday answered", offline: "Connection lost, trying again …",
    broke: "Something broke. Please try again.", expires: "expires", signIn: "Sign in", mail: "E-mail", link: "Mail me a link",
    sent: "If we know that address, a link is on its way.", press: "Sign in as", before: "before", attached: "attached",
    status: { pending: "waiting for a decision", approved: "approved", executing: "being done", done: "done", denied: "denied", expired: "expired", cancelled: "withdrawn", superseded: "replaced", stale: "out of date", failed: "failed", unknown: "outcome unknown" },
    from: { customer: "customer's words", third_party: "somebody else's words", staff: "staff", system: "" },
    feed: "Calendar feed", feedWhy: "A secret address with the bookings, for the calendar app on your phone or computer.",
    feedHow: "Google Calendar: Other calendars, From URL. Outlook: Add calendar, Subscribe from web. iPhone and Mac: Add subscription calendar.",
    feedMake: "Make an address", feedSecret: "It is shown this once. Whoever has it can read the bookings: keep it to yourself.",
    copy: "Copy", copied: "Copied.", copyBy: "The address is marked: copy it with Ctrl-C.", close: "Close", skip: "Skip to the message field",
    learnt: "What I have learnt", learntNote: "From the buttons that people here pressed. Names and figures are not kept.", unlearn: "Unlearn",
    rows: (n, all) => (all > n ? `${n} of ${all}` : `${n}`), showCode: "Show the code", lead: "unanswered lead", summarise: "Show lead",
  },
  da: {
    ai: "Du skriver med Friday, en AI. Det, der booker, sender eller koster noget, bliver vist til dig først; små ændringer som en note eller et nyt lead sker med det samme, på skrift, og de fleste kan fortrydes.",
    send: "Send", stop: "Stop", out: "Log ud", as: "Du er", message: "Skriv til Friday …",
    waits: "Venter på dig", nothing: "Intet venter.", left: "Hvad har forladt huset",
    leftNote: "Mails og kalenderfiler, som Friday har skrevet. I demoen er intet rigtigt sendt.",
    nobody: "Intet er sendt.", approve: "Godkend", edit: "Ret", deny: "Afvis", undo: "Fortryd", again: "Spørg igen",
    withdraw: "Glem det", why: "Hvorfor ikke? (Friday læser det)", confirmDeny: "Afvis", cancel: "Annullér", save: "Vis den nye udgave",
    red: "Ikke dine egne ord: tjek venligst", found: "fundet i", confirm: "Jeg har tjekket, at det er rigtigt",
    type: "Skriv for at godkende:", thinking: "Friday arbejder", answered: "Friday svarede", offline: "Forbindelsen røg, prøver igen …",
    broke: "Noget gik i stykker. Prøv igen.", expires: "udløber", signIn: "Log ind", mail: "E-mail", link: "Send mig et link",
    sent: "Hvis vi kender adressen, er et link på vej.", press: "Log ind som", before: "før", attached: "vedhæftet",
    status: { pending: "venter på en afgørelse", approved: "godkendt", executing: "udføres", done: "udført", denied: "afvist", expired: "udløbet", cancelled: "trukket tilbage", superseded: "erstattet", stale: "forældet", failed: "mislykkedes", unknown: "udfald ukendt" },
    from: { customer: "kundens ord", third_party: "andres ord", staff: "personale", system: "" },
    feed: "Kalender-feed", feedWhy: "En hemmelig adresse med bookingerne, til kalenderen på din telefon eller computer.",
    feedHow: "Google Kalender: Andre kalendere, Fra webadresse. Outlook: Tilføj kalender, Abonner fra internettet. iPhone og Mac: Tilføj kalenderabonnement.",
    feedMake: "Lav en adresse", feedSecret: "Den vises kun denne ene gang. Enhver, der har den, kan læse bookingerne: hold den for dig selv.",
    copy: "Kopiér", copied: "Kopieret.", copyBy: "Adressen er markeret: kopiér den med Ctrl-C.", close: "Luk", skip: "Gå til beskedfeltet",
    learnt: "Hvad jeg har lært", learntNote: "Af de knapper, folk her har trykket på. Navne og tal gemmes ikke.", unlearn: "Aflær",
    rows: (n, all) => (all > n ? `${n} af ${all}` : `${n}`), showCode: "Vis koden", lead: "ubesvaret lead", summarise: "Vis lead",
  },
};

export const say = { ...WORDS.en };

export function speak(language) {
  Object.assign(say, WORDS[language === "da" ? "da" : "en"]);
  document.documentElement.lang = language === "da" ? "da" : "en";
}
