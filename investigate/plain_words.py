"""Words that say nothing of a person: ordinary English, words of police work, states. Names are not among them.

`plain_words.txt.gz` holds 36,124 ordinary words and says in its head what it was made from (Debian's wamerican-small
2020.12.07-2, SCOWL; names out by the census lists of 1990 in the package `names` 0.3.0), with all licences. The words
below were chosen by hand: those that are surnames too and that a stated reason cannot be read without.
"""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WORDS_FILE = Path(__file__).with_name("plain_words.txt.gz")
WORDS_SHA256 = "35f99c099706768df38d29ae54fb12b6a8042d13d125f93c01c545ac875e5a8c"


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Census surnames all the same. Colours, months, titles that are given names, and "rob", "grant", "will" stay out.
KEPT_THOUGH_NAMES = _listed(
    """
    a able acts age arm base bound class else half hand like lower mail man many sheriff sheriffs standard story
    age agent aid alert alias all an area areas army arrow as ask at be been began begin begun below big board
    bodily body border borders both boys bridge bureau but buys by call caller camera camp camps campus can car
    carrier case cash casino center centers charter check child circle citizen city civil clear client close
    clubs coast code coke college come comes common constable corner council courier court courts cover credit crew
    crews crimes crosser current daily danger days deep deputy distance do dock doctor door double down driver
    drivers drone drop during early east easterly eastern end enter escort even every eye face factor fail fake
    fall falling farm fast fed feds fee few figures file files fine fire first fleet fleeting flight flock flood
    foot force form forward found free fresh from fuel gang gate gave gear general getting gift given go goes going
    gone goods ground grounds guard gun hands hard harm has hazard he head heads held hence her hidden high him
    holding home homes host house how human hurt husband ice if ill in innocent is island it job judge jump just
    keep kid kill killer kin kind kitchen lab labor lack lake land landing lanes large last late later law leader
    leak lease left less letters level lie life light lights line lines list living loan lock look loss lot low
    main maker male males manual market mask mass matter me mean means media members memo men mention mile minor
    minors miss model money more most much murders must my narrow nation naval near necessary needs neighbor
    neighbors neither net never new nigh night no noon normal north northeast northern northwest notice null number
    nurse of off offer officer old on or other over overall pack pair parent parents park part party pass passer
    patient pay payer payment peace people person persons pick picket pickup pipe pipes place plan plant plants
    plate player point points police pool poor port ports post postal pound pounds power press profit prom proper
    public purchase push query quiet race racer radar raid rail ran range rape reach read reader reading ready re
    real rear reason reasons record records register render representative ride rider right ring river roads roll
    room route runner running said sale sales sample save say scale school schools score search season seat sec
    second secretary section see seed seek seen sees sell seller senior serve server service session sessions set
    severe shall sham shape share ship shore show shows sick side sides signs simple single sister sit sites slot
    smoke so soon south southeast southern southwest space speed stable stabs stack staff stage stake stakes
    stalker stamp standing start state states station stay step stick sticker still stole stops storage store
    stores storm straight strange stranger stream street streets strength stretch strike striker string stuck
    student study style sub such suit suite suits super superior surface tag tags tail taker takes talk tall tank
    tape target tea teach tear tell teller ten tenant tent test tester than them then threat threats tick tide till
    times to toll too tools top topping torn touch tow tower towers town towns toy trace trader trail train trainer
    treasury treat trees trial trick trucks true try turns unavailable union up us van vandal vessel via view visa
    vital wage wait walk walking warm warn warning watchman water way ways we wear wearing weather weekly weight
    well went western while wholly why wide windows wire wish women work worker workings works world worst worth
    writer yard you younger zone
    """
)

# Shorthand of police work, and agencies by their letters.
POLICE_WORDS = _listed(
    """
    abd cp def etc exigent hpd internet referral st accid acct addl admin afis aft agcy alpr amt anon anpr approx
    appt apt arr aslt asst atf atl att attn auth aux batt bf bldg blk blvd bm bol bolo btwn burg bwc capt cbi cbp
    ccw cdcr chevy chp cia cid cir cis cit cmd cmv cntrl co comm compl conf cont coord cpl cpr cps ct ctr curr cw
    cwc cyber dcf dcfs dcs dea dept depts det dets dhr dhs dia disp dist div dl dlk dmv dnr doa dob doc doj dol dom
    dor dot dpd dps dr drvr ds dui dv dvo dwi dws eb elig emerg ems enf ero eta evd evid ext fam fbi fedl fema
    fentanyl ffd fincen foa foia fps fta fto ftr fu fup fwd fwy gbi gen geofence gov govt gps gsw gta handgun
    hashtag hazmat hidta hist hitrun hiway hotlist hotlists hov hq hr hrs hs hsi hwy ia iaw ibi icac id ident ids
    illeg incl ind indiv inj int intel inv inve inves investig investigatn invst invstg io ip irs iso isp jailbreak
    jttf juv juvi kbi kmh ksp lapd lasd lbs lic liq loc loi lp lpn lpr lprs lsp lt lvl maint maj mbi meth mgr mins
    misc misd mjr mo mos mph msg msp mtg mv mva mvt narc narco narcs natl nb nbr ncic ncis ncmec neg nesp nibrs
    njsp nlets nos notif npd num nypd nysp obs obst oc occ ofc ofcr offc offr ohp oic ok online ooc oos opp ops org
    ori osi osp ovi owi pa parapher partol passerby pax pc pd pdl pdo perp pic pics pls plt po poc poi poss prelim
    prev prob psn psp pt ptl purp qty rd rdo rec recov ref refd reg regist rel req resid retal rfi rideshare rmd
    rms rp rpt rptd rte sar sb sbi sbp sch scso sextortion sgt shf shoplift shoplifting shrf sig sis skimmer slfd
    smt sro ss ssn stn stol subj subjs suppl supv surv surveil sus susp susps suv svc svcs sw taser tbi tc temp tfo
    thp tko tpd traf traffick trafficker traffickers trans trk trlr tro tsa twp uber uc unauth unk unkn unsub upd
    usbp uscg uscis usda usfs usmc usms uspis usps usss uumv va vand vc veh vehs vic vics vin vio viol viols voi vop
    vs vsp wb wc website whse wnt wntd wrnt wrt wsp wtd xfer yr yrs
    """
)

# States, their letters, and the larger places of two words; those that are given names need their neighbour.
STATE_WORDS = _listed(
    """
    ak alabama alaska america american ar arizona arkansas az ca california canada co colorado connecticut ct dc de
    delaware fl florida ga hawaii hi ia id idaho il illinois iowa kansas kentucky ks ky la louisiana ma maine
    maryland massachusetts md mexico mi michigan minnesota mississippi mn mo ms mt nc nd ne nebraska nevada nh nj
    nm nv ny oh ohio oklahoma oregon pennsylvania pr ri sc sd tennessee texas tn tx usa ut utah va vermont vt wa wi
    wisconsin wv wy wyoming
    """
)
# Names of states that are given names too: shown only in these pairs.
STATES_OF_TWO_WORDS = (
    "new hampshire", "new jersey", "new mexico", "new york", "north carolina", "north dakota", "rhode island",
    "south carolina", "south dakota", "west virginia", "washington state", "puerto rico", "georgia state",
    "virginia state", "montana state", "indiana state",
)  # fmt: skip

# Words of the rules that are common names: shown only beside one of the words behind them.
ONLY_BESIDE = {
    "amber": {"alert", "alerts"}, "baker": {"act", "acted"}, "best": {"result", "results"}, "black": {"ice"},
    "bond": {"bail"},
    "crystal": {"meth", "ice"}, "day": {"night", "time"}, "elder": {"abuse", "fraud"}, "fields": {"name"},
    "foster": {"care", "child", "home", "parent"}, "green": {"card", "cards"}, "hill": {"capitol"},
    "ina": {"section", "sec", "violation"}, "jack": {"car"}, "justice": {"criminal", "obstructing"},
    "leo": {"request"}, "page": {"alerts"}, "rico": {"act", "case", "hsi", "violation"},
    "silver": {"alert", "alerts"}, "snow": {"removal", "storm", "ice"},
}  # fmt: skip
# Given names of today that the census lists of 1990 do not hold.
NAMES_SINCE = _listed(
    "ace dream halo karma legend lyric maverick miracle moon passion poet promise psalm quest rebel reign sincere "
    "sky unique valor whisper zen"
)
# Kept words that are taken for surnames behind a title or beside a hidden word.
SURNAMES_TOO = _listed("park cash minor head law lake camp land post crews pond")
TITLES = _listed(
    "agent aka capt constable cpl deputy det dep detective doctor dr dri driver insp inspector judge lieutenant lt mr "
    "mrs ms name named nurse ofc offc offr off officer sergeant sgt ssa sa trooper tpr"
)


# Words without which no sentence stands: beside a name they are names only where they are written like one ("Juan An").
LITTLE_WORDS = _listed(
    "a all an and as at be but by for from go had has he her his if in is it my of off on or out over said seen so the "
    "then to up us via was we went with"
)
# Words before a given name that say whose it is and are no part of it.
OF_PERSONS = TITLES | _listed(
    "boy boys brother buyer caller child citizen customer dealer father friend girl husband kid kin male man men minor "
    "mother owner parent patient people person police runner seller sister son student suspect tenant women"
)
# Between two words of a name they are a part of it.
PARTICLES = _listed("al bin da das de del den der di dos du el ibn la las los san santa van von y")
# Before a name that somebody goes by.
OF_NICKNAMES = _listed("aka alias aliases moniker nickname nicknamed")
# Words behind the name of a town, which is written like a given name: "Ashmoor City Police".
OF_TOWNS = _listed("city fire police sheriff sheriffs state street town")
# Words behind "plate" or "tag" that are none: what is said of a plate.
OF_PLATES = LITTLE_WORDS | _listed(
    "are camera cameras check checks covered expired fake hit hits images its lookup match matches missing new not now "
    "obscured office only partial query reader readers reads scan search stolen switched that them this times unk "
    "unknown were"
)


@dataclass(frozen=True, slots=True)
class PlainWords:
    """`plain`: lower-case words that may be shown. `names`: names not among them; `common`: the frequent ones.

    `given`: given names. `surnames`: names that are surnames or may be, also those that are plain words all the same.
    """

    plain: frozenset[str]
    names: frozenset[str]
    common: frozenset[str]
    given: frozenset[str]
    surnames: frozenset[str]


@cache
def plain_words() -> PlainWords:
    """The shipped words and those above, read once."""
    text = gzip.decompress(WORDS_FILE.read_bytes()).decode("utf-8")
    parts = re.split(r"\[(?:words|names|common|given)\]\n", text)[1:]
    words, names, common, given = (_listed(part) for part in parts)
    by_hand = KEPT_THOUGH_NAMES | POLICE_WORDS | STATE_WORDS
    return PlainWords(
        (words | by_hand) - NAMES_SINCE,
        (names | NAMES_SINCE) - by_hand,
        common - by_hand,
        (given | NAMES_SINCE) - by_hand,
        names | KEPT_THOUGH_NAMES,
    )
