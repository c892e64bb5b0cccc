"""What names are known by besides themselves: given names, countries, titles, legal forms.

General knowledge in small tables written for this project; a user's own table can stand beside them.
"""

from __future__ import annotations

from typing import Final


def _groups(table: str) -> dict[str, frozenset[str]]:
    """Each word with the heads of the lines that it stands in; a line is "formal: short, short"."""
    found: dict[str, set[str]] = {}
    for line in table.strip().splitlines():
        head, _, short = line.partition(":")
        for word in (head, *short.split()):
            found.setdefault(word.strip(), set()).add(head.strip())
    return {word: frozenset(heads) for word, heads in found.items()}


def _expanded(table: str) -> dict[str, str]:
    """Each other name with the one that stands for it; a line is "name: other, other"."""
    found = {}
    for line in table.strip().splitlines():
        name, _, others = line.partition(":")
        found.update({other.strip(): name.strip() for other in others.split(",")})
    return found


NICKNAMES: Final = _groups(
    """abigail: abby gail
    abraham: abe bram
    albert: al bert
    alexander: alex al sandy sasha xander
    alexandra: alex sandra sasha
    alfred: al fred alf
    andrew: andy drew
    anne: ann anna annie nan
    anthony: tony antony
    arthur: art
    barbara: barb babs
    benjamin: ben benny
    bernard: bernie
    catherine: cathy kate katie kathy kitty katherine kathryn cate
    charles: charlie chuck chas
    christina: chris tina christine
    christopher: chris kit
    cynthia: cindy
    daniel: dan danny
    david: dave davy
    deborah: deb debbie debra
    dennis: denny
    donald: don donny
    dorothy: dot dolly dottie
    edmund: ed ned
    edward: ed eddie ned ted teddy
    eleanor: ellie nell nora
    elizabeth: beth betty liz lizzie eliza elisabeth bess libby lisa
    emily: em emma
    eugene: gene
    florence: flo
    frances: fran fanny
    francis: frank fran
    frederick: fred freddie frederic
    gabriel: gabe
    geoffrey: geoff jeff jeffrey jeffery
    gerald: gerry jerry
    gregory: greg
    harold: hal harry
    helen: nell ellen
    henry: hank harry hal
    herbert: bert herb
    isabel: bella belle isabella
    jacob: jake
    jacqueline: jackie
    james: jim jimmy jamie jem
    jane: jenny
    jennifer: jen jenny
    jessica: jess jessie
    john: jack johnny jon
    jonathan: jon jonny
    joseph: joe joey
    joshua: josh
    judith: judy
    kenneth: ken kenny
    kimberly: kim
    lawrence: larry laurence
    leonard: len lenny leo
    louis: lou louie lewis
    louise: lou
    margaret: maggie meg peggy greta margie marge daisy
    martin: marty
    mary: molly polly may
    matthew: matt
    maximilian: max
    michael: mike mick mickey micky
    mildred: millie
    nancy: nan
    nathaniel: nat nate nathan
    nicholas: nick nicky nicolas
    olivia: liv
    oliver: ollie
    pamela: pam
    patricia: pat patty trish tricia
    patrick: pat paddy
    peter: pete pierre
    philip: phil phillip
    raymond: ray
    rebecca: becky
    richard: dick rick ricky rich
    robert: bob bobby rob robbie bert
    roger: rodge
    ronald: ron ronnie
    rosemary: rose
    russell: russ
    samantha: sam
    samuel: sam sammy
    sarah: sally sara
    sidney: sid
    stanley: stan
    stephen: steve steven stevie
    stephanie: steph
    susan: sue susie suzanne
    terence: terry terrence
    theodore: ted teddy theo
    thomas: tom tommy
    timothy: tim timmy
    valerie: val
    victor: vic
    victoria: vicky tori
    vincent: vin vince
    virginia: ginny
    walter: walt wally
    wilhelmina: mina
    william: bill billy will willie liam
    zachary: zach zack"""
)
"""Given names that may stand for each other: each with the formal names it is short for."""

COMMON_SURNAMES: Final = frozenset(
    """smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez
    wilson anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez
    lewis robinson walker young allen king wright scott torres nguyen hill flores green adams nelson baker
    hall rivera campbell mitchell carter roberts phillips evans turner parker collins edwards stewart morris
    murphy cook rogers morgan cooper reed bailey bell kelly howard ward cox richardson wood watson brooks
    bennett gray james hughes price myers long foster wang li zhang chen liu kim park singh kumar khan ali
    patel ivanov mueller muller schmidt rossi silva""".split()
)
"""Surnames that say little of who is meant: among the most frequent of several countries."""

KNOWN_AS: Final = _expanded(
    """united states: united states of america, usa, us, america, us of a, these united states
    united kingdom: uk, great britain, britain, united kingdom of great britain and northern ireland
    united arab emirates: uae, emirates
    soviet union: ussr, union of soviet socialist republics
    china: people republic of china, peoples republic of china, prc, mainland china
    taiwan: republic of china, roc
    netherlands: holland
    czech republic: czechia
    myanmar: burma
    iran: persia, islamic republic of iran
    south korea: republic of korea, rok
    north korea: democratic people republic of korea, dprk
    north macedonia: republic of north macedonia
    ivory coast: cote d ivoire, cote divoire
    russia: russian federation
    germany: federal republic of germany
    east germany: german democratic republic, gdr
    new zealand: nz, aotearoa
    sri lanka: ceylon
    thailand: siam
    turkey: turkiye
    vatican city: holy see
    new york city: nyc, city of new york, ny city
    new york state: state of new york
    united nations: un, united nations organization
    european union: eu
    los angeles: la
    washington dc: dc, district of columbia, washington district of columbia
    san francisco: sf
    mumbai: bombay
    chennai: madras
    kolkata: calcutta
    beijing: peking
    istanbul: constantinople
    new south wales: nsw
    british columbia: bc"""
)
"""Places and unions that have several names in English: each other name with one that stands for all."""

AMBIGUOUS_PLACES: Final = frozenset(
    """new york;washington;georgia;victoria;durham;cambridge;birmingham;richmond;springfield;portland
    columbia;manchester;newcastle;santiago;san jose;cordoba;tripoli;alexandria;hyderabad;congo;guinea
    macedonia;luxembourg;limerick;perth;wellington;lincoln;jersey;arlington;franklin;clinton;kingston;halifax
    valencia;merida;toledo;salem;aurora;glendale;pasadena;vancouver;melbourne;memphis""".replace(
        "\n", ";"
    ).split(";")
)
"""Names that two well-known places bear, such as a city and a state."""

STATES: Final = _expanded(
    """alabama: al, ala
    alaska: ak
    arizona: az, ariz
    arkansas: ar, ark
    california: ca, cal, calif
    colorado: co, colo
    connecticut: ct, conn
    delaware: de, del
    florida: fl, fla
    georgia: ga
    hawaii: hi
    idaho: id
    illinois: il, ill
    indiana: in, ind
    iowa: ia
    kansas: ks, kan
    kentucky: ky
    louisiana: la
    maine: me
    maryland: md
    massachusetts: ma, mass
    michigan: mi, mich
    minnesota: mn, minn
    mississippi: ms, miss
    missouri: mo
    montana: mt, mont
    nebraska: ne, neb
    nevada: nv, nev
    new hampshire: nh
    new jersey: nj
    new mexico: nm
    new york: ny
    north carolina: nc
    north dakota: nd
    ohio: oh
    oklahoma: ok, okla
    oregon: or, ore
    pennsylvania: pa, penn
    rhode island: ri
    south carolina: sc
    south dakota: sd
    tennessee: tn, tenn
    texas: tx, tex
    utah: ut
    vermont: vt
    virginia: va
    washington: wa, wash
    west virginia: wv
    wisconsin: wi, wis
    wyoming: wy"""
)
"""The postal and older abbreviations of the states of the United States: read so only after a comma."""

TITLES: Final = frozenset(
    """mr mrs ms miss mx dr prof professor sir dame lord lady rev reverend fr father sister brother st saint
    abba pope cardinal archbishop bishop abbot rabbi imam pastor president vice premier chancellor minister
    prime secretary senator sen congressman congresswoman representative rep governor gov mayor judge justice
    chief attorney general gen colonel col major maj captain capt lieutenant lt sergeant sgt corporal admiral
    adm commander marshal king queen prince princess emperor empress tsar tsarina tsarevna czar kaiser sultan
    caliph shah duke duchess count countess baron baroness marquis marquess viscount chairman chairwoman
    chairperson chair speaker director ceo ambassador envoy commissioner councillor councilman councilwoman
    sheriff detective officer agent coach principal deputy acting former late honorable hon your his her
    majesty highness excellency honor honour madam madame monsieur mme mlle herr frau senor don comrade uncle
    aunt grandpa grandma poet author actor actress singer engineer journalist leader spokesman
    spokeswoman inspector superintendent regent private deacon administrator""".split()
)
"""Words before a person's name that are not part of it; alone they are a role."""

POLITE: Final = frozenset(
    "mr mrs ms miss mx sir madam madame your his her honorable hon honor honour majesty excellency".split()
)
"""Titles that say nothing of an office."""

ROLES: Final = TITLES | frozenset(
    "of the and for states united nations state office presidency member fellow rector foreign affairs"
    " whip house in command".split()
)
"""What a description of an office consists of, besides titles."""

SUFFIXES: Final = frozenset("jr sr junior senior ii iii iv v vi vii viii ix x i esq phd md qc kc frs".split())
"""Words after a person's name that tell a family's members apart, or honour them."""

GENERATIONS: Final = frozenset("jr sr junior senior i ii iii iv v vi vii viii ix x".split())
"""Those of ``SUFFIXES`` by which two names differ."""

LEGAL: Final = frozenset(
    "inc incorporated corp corporation co company ltd limited llc llp plc gmbh ag sa nv bv oy ab as spa srl"
    " kg pty lp group holdings".split()
)
"""Words after a company's name that its short form leaves out."""

GENERIC: Final = frozenset(
    """academy act administration agency airport assembly association bank bay board bridge bureau cabinet
    campus capitol castle cathedral center centre chamber church city club coast college commission committee
    community company conference congress constitution corporation council county court department district
    downtown east faculty federation force foundation government gulf hall hospital house institute island
    islands kingdom lake law league library main market memorial ministry mission mosque mountain mountains
    museum nation national north northeast northwest office palace park parliament party peninsula plaza
    police port press program project province quarter region republic river road school sea senate
    service society
    south southeast southwest square state states station street team temple territory theatre tower town
    treaty tribunal union university valley village war west world cup championship olympics games
    paralympics festival show group god nobel president presidency states strait straits
    canyon desert cape creek gardens ocean basin delta plateau archipelago harbour harbor pass ridge
    reservoir dam lagoon avenue highway democratic republican liberal
    conservative labour labor supreme high representatives general central foreign federal""".split()
)
"""Common nouns of institutions and places: a name that says nothing else means another thing elsewhere."""

LANDFORMS: Final = frozenset(
    "island islands peninsula river lake mount mountain county region state province republic desert village"
    " town municipality kingdom".split()
)
"""What a place may carry in front of its name, or behind, and still be that place."""
