"""What a private piece of a text looks like: dates, addresses, numbers in the shapes that are given to people.

All patterns read a text in one line, as `scrub` makes it plain; none looks back, so that each takes time in proportion
to the text. The shapes are public: a VIN is 17 signs without I, O and Q (49 CFR 565), an SSN has groups of 3, 2 and 4
digits, an alien registration number is A with eight or nine digits.
"""

from __future__ import annotations

import re

ENTITY = re.compile(r"&(?:amp;)*(?:lt|gt|nbsp|quot|apos|#\d{1,6}|#x[0-9a-f]{1,6});|&(?:amp;)+", re.IGNORECASE)
TAG = re.compile(
    r"</?(?:a|b|i|u|p|br|hr|em|td|tr|th|li|ul|ol|div|img|svg|span|body|html|font|form|input|table|style|script|iframe|"
    r"strong)(?:[ /][^<>]{0,500})?>",
    re.IGNORECASE,
)
NEVER_SHOWN = re.compile(r"[^\w .,;:/\\\-+&()\[\]#'\"!?*%$@=~§–—’“”]")
WRONG_PAGE = re.compile("Ã[\x80-\xbf]|â€[^A-Za-z0-9\\s]?")

# ---- dates --------------------------------------------------------------------------------------------------

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_MES = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|sep?tiembre|octubre|noviembre|diciembre)"
_DATE = rf"""[0-9]{{1,4}}[/.-][0-9]{{1,2}}[/.-][0-9]{{2,4}}
      | {_MONTH}\.?[ ][0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?[ ][0-9]{{4}})?
      | (?:the[ ])?[0-9]{{1,2}}(?:st|nd|rd|th)[ ](?:of[ ])?{_MONTH}(?:,?[ ][0-9]{{4}})?
      | [0-9]{{1,2}}[ ]?{_MONTH}\.?,?[ ]?[0-9]{{2,4}}
      | [0-9]{{1,2}}[ ]de[ ]{_MES}(?:[ ]del?[ ][0-9]{{4}})?"""

# ---- addresses ----------------------------------------------------------------------------------------------

_STREET = (
    r"(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|ct|court|blvd|boulevard|way|pl|place|cir|circle|ter|terrace|"
    r"pkwy|parkway|hwy|highway|trl|trail|loop|plaza|plz|sq|square|pike|tpke|turnpike|expy|expressway|fwy|freeway|alley)"
)
_HOUSE = r"(?:[0-9]{1,6}[a-z]?|[0-9]{1,3}[nsew][0-9]{1,5})"  # 21W344 is a house in some counties
_HEADING = r"[nsew]{1,2}"
_UNIT = (
    r"(?:,? ?(?:#|(?:apt|apartment|unit|ste|suite|lot|rm|room|bldg|spc|trlr|floor)(?![\w])\.? ?#?) ?"
    r"(?:[a-z]?[0-9]{1,5}[a-z]?|[a-z])(?!\w))?"
)
ADDRESS = re.compile(
    rf"(?<![\w-])(?:"
    rf"{_HOUSE} (?:bl(?:oc)?k (?:of )?)?(?:{_HEADING}\.? )?(?:(?:[a-z]{{1,30}}\.? |[0-9]{{1,3}}(?:st|nd|rd|th) )"
    rf"{{1,3}}?){_STREET}(?!\w)\.?(?: {_HEADING}(?!\w))?{_UNIT}|"
    rf"{_HOUSE} (?:{_HEADING}\.? )?(?:(?:us|state|county) )?(?:hwy|highway|rte|route|rd|road) [0-9]{{1,4}}[a-z]?"
    rf"(?!\w){_UNIT}|"
    rf"{_HOUSE} (?:calle|avenida|avda|camino|paseo) (?:(?:del?|la|las|los|el) ){{0,3}}[^\W\d_]{{1,30}}{_UNIT}|"
    rf"{_HOUSE} bl(?:oc)?k(?!\w)(?: of(?!\w))?(?: {_HEADING}(?!\w))?|"
    r"(?:p\.? ?o\.? ?box|apartado) #? ?[0-9]{1,6}(?!\w))",
    re.IGNORECASE,
)

# ---- law, which stays ---------------------------------------------------------------------------------------

_LAW = (
    r"t?[0-9]{1,2} ?u\.? ?s\.? ?c\.?(?: ?§{1,3})?(?: ?sec(?:tion|\.)?)? ?[0-9]{3,4}[a-z]?(?: ?\([a-z0-9]{1,2}\)){0,6}"
    r"(?!-?[0-9])(?!\w)|"
    r"287 ?-? ?(?:\( ?[a-z] ?\)|g(?!\w))|title 8(?!\w)|8 ?u\.? ?s\.? ?c\.?(?!\w)|"
    r"i ?-? ?(?:200|205|247)[a-z]?(?!-?[0-9])(?!\w)|132[4-8](?:/132[4-8]){1,4}(?![-/]?[0-9])(?!\w)"
)
_PENAL = r"[0-9]{3,5}(?:[.][0-9])?(?:\([a-z0-9]\)){0,4} ?(?:pc|vc|cvc)(?!\w)"

# ---- numbers given to people and vehicles, and all pieces together ------------------------------------------

_DEGREES = r"(?:[nsew][ ]?)?[-+]?[0-9]{1,3}\.[0-9]{3,8}(?:[ ]?[nsew](?!\w))?"
_ARC = r"[0-9]{1,3}[ ]{1,2}[0-9]{1,2}[ ]?['’][ ]?[0-9]{1,2}(?:\.[0-9]{1,4})?(?:[ ]?[\"”]|[ ]?['’]{2})?[ ]?[nsew](?!\w)"
TOKEN = re.compile(
    rf"""
    (?P<placeholder>\[(?:number|code|word|name|plate|case-number|vin|ssn|a-number|coordinates|email|phone|date|address)\])
  | (?<![^\W_])(?<![0-9][._-])(?:(?P<law>{_LAW.replace(" ", "[ ]")})|(?P<penal>{_PENAL.replace(" ", "[ ]")}))
  | (?P<email>[^\s@\[\]();:,/<>"]{{1,64}}@[\w.-]{{1,64}}\.[a-z]{{2,}}
      | @[ ][\w.-]{{1,64}}\.[a-z]{{2,}}
      | (?<!\w)at[ ][\w-]{{1,40}}[ ]dot[ ](?:com|org|net|gov|edu|us)(?!\w))
  | (?<![\w.])(?P<coordinates>{_DEGREES}[ ]?[,;/ ][ ]?{_DEGREES}|{_ARC}(?:[ ]?[,;/ ][ ]?{_ARC})?)(?!\w)
  | (?<!\w)(?P<vin>(?=(?:[a-z]{{0,16}}[0-9]){{3}})[a-hj-npr-z0-9]{{17}})(?!\w)
  | (?<![\w'’])(?P<anumber>a(?:[ ]?\#)?[ :-]{{0,3}}[0-9]{{3}}[ -]?[0-9]{{3}}[ -]?[0-9]{{2,3}})(?!\w)
  | (?<!\w)(?P<ssn>[0-9]{{3}}[ .-][0-9]{{2}}[ .-][0-9]{{4}})(?!\w)
  | (?<!\w)(?P<phone>(?:\+?1[ .-]?)?(?:\([0-9]{{3}}\)[ ]?|[0-9]{{3}}[ .-])[0-9]{{3}}[ .-][0-9]{{4}})(?!\w)
  | (?<!\w)(?P<date>{_DATE})(?!\w)
  | (?<!\w)(?P<letters>[a-z](?:(?:\.[ ]?|[ ])[a-z])+(?![\w'’]))
  | (?P<word>[^\W_]+(?:['’][^\W_]+)*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
KINDS = {"anumber": "a-number"}  # groups of TOKEN whose placeholder has a sign that no group's name may have
GLUED = re.compile(r"([a-z]+)([0-9]+)|([0-9]+)([a-z]+)", re.IGNORECASE)
