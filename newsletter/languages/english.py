"""English."""

import re
from typing import Final

from newsletter.lang import Lang
from newsletter.languages.language import Language, Residue
from newsletter.phrases import phrase

# Words that serve the grammar: a translation may be without any counterpart of theirs.
FUNCTION_WORDS: Final = frozenset(
    "a about after all also although an and any are as at be because been before being both but by "
    "can could did do does doing done each either else even ever every few for from had has have "
    "having he her here hers herself him himself his how however i if in into is it its itself "
    "just less many may me might mine more most much must my myself neither no nor not of off on "
    "only or other others our ours out over own per rather same shall she should since so some "
    "such than that the their theirs them themselves then there these they this those though "
    "through thus till to too toward towards under until up upon us very was we were what "
    "whatever when where whether which while who whom whose why will with within without would "
    "yet you your yours yourself it's that's i'm i've i'd i'll you're we're they're don't doesn't "
    "didn't can't couldn't won't wouldn't isn't aren't wasn't weren't he's she's there's what's "
    "let let's".split()
)

ENGLISH: Final = Language(
    lang=Lang.EN,
    name=phrase("common.english"),
    preference_words=frozenset("en eng en-us en-gb english 영어 영문 영문판 영어판 영".split()),
    usual_length=2.35,  # measured on the publication's letters
    term_end=r"(?:(?:es|s)?(?:'s|')?)(?![A-Za-z0-9])",
    empty_links=frozenset(
        {"here", "click here", "click", "link", "this link", "more", "read more"}
    ),
    empty_descriptions=frozenset(
        {"image", "picture", "photo", "photograph", "graphic", "map", "chart"}
    ),
    residue=Residue(
        phrase("common.english-words"),
        # Names have capital letters, so four words of which three are lower case are a sentence.
        re.compile(r"(?<!\w)[A-Za-z][\w'’-]+(?:[ ,:;]+[A-Za-z][\w'’-]+){3,}"),
        re.compile(r"\b[a-z][\w'’-]+"),
        3,
    ),
    function_words=FUNCTION_WORDS,
    unfinished=re.compile(
        r"(?:(?<![A-Za-z])(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|Mt|No|Nos|vs|Gen|Gov|Sen|Rep|Rev|Lt|Col"
        r"|Capt|Jr|Sr|Univ|Dept|Inst|Inc|Ltd|Co|Corp|approx|etc|e\.g|i\.e|cf|Fig|Vol|ed|eds|Tel|Ext"
        r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))\.$"
        r"|(?<![A-Za-z])(?:[A-Za-z]\.){2,}$|[:;,]\s\d{1,2}\.$"
    ),
)
