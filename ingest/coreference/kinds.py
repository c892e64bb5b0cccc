"""Kind words: what "the company" or "the minister" can stand for, by the label of a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_KINDS: Final = {
    "organization": """
        academy administration agency airline alliance army association authority band bank brand
        broadcaster bureau business cabinet centre chain charity choir church clinic club college
        commission committee company conglomerate corporation council court department duo empire
        ensemble enterprise faculty federation firm force foundation franchise fund gallery
        government group hospital institute institution label laboratory league library magazine
        ministry museum navy newspaper ngo office orchestra organisation organization outlet paper
        parliament partnership party police publisher quartet regiment school senate side society
        squad startup station store studio syndicate team theater theatre trio trust union
        university""",
    "place": """
        airport archipelago avenue base bay beach borough bridge building camp canal capital castle
        cathedral cave cemetery chapel church city coast colony commune community constituency
        continent country county dam desert district estate forest fort gallery garden hall harbor
        harbour hill hospital hotel house island isle kingdom lake library lighthouse metropolis
        monastery mosque mount mountain municipality museum nation neighborhood neighbourhood
        observatory ocean palace park peak peninsula plain planet plateau port prefecture prison
        province pyramid reef republic reserve resort restaurant ridge river road sea settlement
        shrine square stadium state station statue street suburb summit synagogue temple territory
        tower town township valley venue village volcano""",
    "work": """
        aircraft album anthology app ballet beverage biography blog boat book browser car carrier
        cocktail collection comedy comic console dish documentary drama drink engine episode essay
        film format franchise game installment journal legislation magazine manga manuscript melody
        memoir mission movie musical newspaper novel novella opera painting paper papyrus plane
        platform play poem protocol satellite script sculpture sequel series ship show single sitcom
        software song soundtrack spacecraft story symphony telescope trilogy vessel video website
        work""",
    "event": """
        attack battle bombing campaign celebration ceremony championship competition concert
        conference conflict contest coup crash crisis cup disaster earthquake election epidemic
        event exhibition expedition expo fair festival final fire flood game genocide hurricane
        invasion massacre match olympics operation pandemic parade pilgrimage protest race rally
        rebellion referendum revolt revolution riot season siege storm strike summit tour tournament
        treaty trial uprising war""",
    "person": """
        actor actress ambassador architect artist astronaut athlete author bishop boxer businessman
        captain champion chancellor coach comedian commander composer conductor congressman critic
        dancer dictator director doctor drummer economist editor emperor engineer explorer filmmaker
        footballer founder general goalkeeper governor guitarist historian inventor journalist judge
        king lawyer lieutenant linguist manager mathematician mayor minister missionary monarch
        musician novelist officer painter philosopher photographer physicist pianist pilot
        playwright poet politician pope premier president priest prince princess producer professor
        prophet queen rapper saint scholar scientist sculptor secretary senator sergeant sheriff
        singer soldier songwriter striker sultan surgeon theologian tsar writer""",
}
KINDS: Final[Mapping[str, frozenset[str]]] = {
    word: frozenset(label for label, words in _KINDS.items() if word in words.split())
    for word in sorted({word for words in _KINDS.values() for word in words.split()})
}
"""For each kind word the labels of the names that it can stand for."""
LOOSE: Final = frozenset(
    """album airline band book brewery broadcaster charity city club college company corporation country
    documentary duo ensemble festival film firm franchise game group island magazine movie municipality museum
    musical nation newspaper novel opera orchestra organisation organization party poem publisher quartet
    school series ship show sitcom song squad startup team tournament town trio university village""".split()
)
"""Kind words that may stand for a name of their label though nothing says that it is one."""
COUNTRIES: Final = frozenset(
    """afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan
    bahamas bahrain bangladesh barbados belarus belgium belize benin bhutan bolivia bosnia botswana
    brazil britain brunei bulgaria burma burundi cambodia cameroon canada chad chile china colombia
    comoros congo croatia cuba cyprus czechoslovakia denmark djibouti dominica ecuador egypt england
    eritrea estonia eswatini ethiopia fiji finland france gabon gambia georgia germany ghana greece
    grenada guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq ireland
    israel italy jamaica japan jordan kazakhstan kenya kiribati korea kosovo kuwait kyrgyzstan laos
    latvia lebanon lesotho liberia libya liechtenstein lithuania luxembourg macedonia madagascar
    malawi malaysia maldives mali malta mauritania mauritius mexico micronesia moldova monaco
    mongolia montenegro morocco mozambique myanmar namibia nauru nepal netherlands nicaragua niger
    nigeria norway oman pakistan palau palestine panama paraguay persia peru philippines poland
    portugal prussia qatar romania russia rwanda samoa scotland senegal serbia seychelles singapore
    slovakia slovenia somalia spain sudan suriname sweden switzerland syria taiwan tajikistan
    tanzania thailand togo tonga tunisia turkey turkmenistan tuvalu uganda ukraine uruguay
    uzbekistan vanuatu venezuela vietnam wales yemen yugoslavia zambia zimbabwe u.s. us usa uk u.k.
    states kingdom emirates ussr union europe asia africa america""".split()
)
"""Last words of the names of countries and continents."""
COUNTRY_WORDS: Final = frozenset("country nation state kingdom republic empire".split())
