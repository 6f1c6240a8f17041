"""Words of the trade that mean the same in Danish and English, or nearly so."""

from functools import lru_cache

from memory.words import stem, words

# One line is one meaning; the words are folded. Only words with one clear meaning in this trade.
_MEANINGS = """
dog dogs hund hunde hvalp puppy labrador terrier
cat cats kat katte mis kitten killing
pet pets kaeledyr husdyr dyr animal hund kat dog cat
bird fugl parrot papegoeje
horse hest
key keys noegle noegler noeglen keybox noegleboks
code kode doorcode noeglekode pinkode pin
alarm alarmen tyverialarm
door doer doeren hoveddoer entrance indgang
gate port laage
window windows vindue vinduer ruder rude glass glas panes
floor floors gulv gulve parquet parket
wood wooden trae traegulv oak eg
carpet carpets rug taeppe taepper gulvtaeppe
kitchen koekken
bathroom bath toilet badevaerelse bad wc restroom
shower bruser brusekabine
bedroom sovevaerelse
livingroom stue lounge
stairs staircase stairwell trappe trapper trappeopgang opgang
elevator lift
basement cellar kaelder
attic loft loftet
garage carport
garden have yard haven backyard
roof tag gutter tagrende
office kontor kontoret workplace
shop store butik forretning
school skole daycare boernehave
child children kid kids boern barn baby toddler
neighbour neighbor nabo naboen
wife spouse husband kone mand hustru aegtefaelle
mother mor mum mom
father far dad
daughter datter
son soen
parking parkering park parkere plads
car bil van varevogn
allergy allergic allergi allergisk asthma astma overfoelsom intolerant sensitive
perfume scent fragrance parfume duft lugt smell scented
unscented perfumefree parfumefri duftfri
soap saebe detergent rengoeringsmiddel cleaner
bleach klorin klor chlorine
vinegar eddike
eco ecological oekologisk svanemaerket organic
invoice faktura regning bill
invoices fakturaer regninger bills
pay pays payment betaling betale betaler paid betalt
reminder rykker dunning
late overdue forfalden forsinket
price pris cost costs koster
discount rabat
quote offer tilbud estimate
contract kontrakt aftale agreement
cancel cancelled afbestil afbestille aflyst aflyse afmelde
complain complaint complained klage klager klagede unhappy dissatisfied utilfreds
happy satisfied pleased tilfreds glad
praise praised ros roste compliment
damage damaged broke broken skade skadet oedelagt knust smadret scratched ridse ridset
lost missing forsvundet vaek mistet
dust dusty stoev stoevet
dirt dirty snavs snavset beskidt
stain stains plet pletter
mould mold skimmel skimmelsvamp
limescale lime kalk kalken
wash washing vask vaske
iron ironing strygning stryge
laundry vasketoej toejvask
clean cleaning rengoering goere rent
deepclean hovedrengoering
moveout moving flytterengoering fraflytning flytning flytte
windowcleaning vinduespudsning pudse pudsning
vacuum vacuuming hoover stoevsuge stoevsuger stoevsugning
mop mopping vaske gulvvask
oven ovn stove komfur
fridge refrigerator koeleskab freezer fryser
morning mornings formiddag morgen formiddagen
afternoon eftermiddag eftermiddage
evening aften aftenen
monday mandag mandage
tuesday tirsdag tirsdage
wednesday onsdag onsdage
thursday torsdag torsdage
friday fredag fredage
saturday loerdag loerdage
sunday soendag soendage
weekend weekenden
week weekly uge ugentlig ugentligt
fortnight biweekly fortnightly hveranden
month monthly maaned maanedlig
year yearly annual aar aarlig
christmas jul xmas
easter paaske
summer sommer
winter vinter
holiday vacation ferie ferien
away abroad bortrejst udlandet
call phone ring ringe telefon telephone opkald
text sms besked message
email mail epost
letter brev
prefer prefers preferred foretraekker helst oensker wants
never aldrig
only kun
new ny nye
old gammel gamle elderly
sick ill syg sygdom
deaf hearing doev hoerelse
hospital sygehus
lives bor resides
name navn
loud noise noisy larm stoej stoejende
quiet stille
shoes sko shoe
overshoes skoovertraek futter
gloves handsker
towel towels haandklaede haandklaeder
bed linen sengetoej sengelinned
bin bins garbage trash waste affald skrald skraldespand
recycling genbrug sortering
plants planter blomster flowers
water watering vand vande
cleaner cleaning_lady rengoeringsassistent assistent
staff crew medarbejder personale
manager leder chef boss
accounting accountant bogholder bogholderi revisor
company firm firma virksomhed business
customer client kunde
lead enquiry inquiry henvendelse
employee ansat
""".strip()


@lru_cache(maxsize=1)
def _mates() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _MEANINGS.splitlines():
        meaning = words(line.replace("_", ""))
        for word in meaning:
            for form in {word, stem(word)}:
                found.setdefault(form, set()).update(each for each in meaning if each != word)
    return {word: frozenset(mates) for word, mates in found.items()}


def same_meaning(word: str) -> frozenset[str]:
    """Other folded words for the same thing; empty where none is known."""
    mates = _mates()
    return mates.get(word) or mates.get(stem(word), frozenset())
