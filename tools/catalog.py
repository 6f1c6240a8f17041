"""The trades that Friday has, and the words for those that are not there yet."""

from tools.booking import DOMAIN as BOOKING
from tools.desk import DOMAIN as DESK
from tools.desk.later import LATER as LATER
from tools.kit import Domain
from tools.leads import DOMAIN as LEADS

DOMAINS: tuple[Domain, ...] = (LEADS, BOOKING, DESK)
