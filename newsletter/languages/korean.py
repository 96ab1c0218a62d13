"""Korean."""

import re
from typing import Final

from newsletter.lang import Lang
from newsletter.languages.language import Language, Residue
from newsletter.phrases import phrase

# Particles and the copula, which Korean appends to a name.
PARTICLES: Final = (
    "이라는|라는|이라고|라고|으로서|으로써|으로부터|로부터|에서는|에서도|에서|에게서|에게|에는|에도|"
    "에|으로는|으로도|으로|로서|로써|로는|로도|로|과의|와의|과는|와는|과|와|이나|이며|며|이고|입니다|"
    "이다|인|까지|부터|마다|만|은|는|이|가|을|를|의|보다|처럼|측|들|께서|등|및|하고"
)

# Words, and beginnings of words, that serve the grammar.
FUNCTION_WORDS: Final = frozenset(
    "그 이 저 것 수 등 및 또 더 때 중 명 들 데 그는 그의 그녀 그가 이는 이를 있다 있는 있었다 "
    "있습니다 있어 있으며 있도록 없다 된다 되었 됐다 되는 되어 되었다 됩니다 한다 했다 했습니다 "
    "합니 합니다 하는 하고 하면 하며 하여 해서 위해 위한 위하 통해 통한 대한 대해 따라 따른 때문 "
    "것은 것이 것을 수도 경우".split()
)

KOREAN: Final = Language(
    lang=Lang.KO,
    name=phrase("common.korean"),
    preference_words=frozenset(
        "ko kr kor ko-kr korean 한국어 국문 한글 국어 국문판 한국어판 한글판 국 한".split()
    ),
    usual_length=1.0,
    # Case-insensitive matching would look up each character of a wide range, one by one.
    term_end=rf"(?-i:(?=(?:{PARTICLES})?(?:[^가-힣]|$)))",
    empty_links=frozenset(
        {"여기", "이곳", "클릭", "여기를 클릭", "바로가기", "링크", "더보기", "자세히"}
    ),
    empty_descriptions=frozenset({"사진", "그림", "이미지", "도표", "지도"}),
    residue=Residue(
        phrase("common.korean-words"),
        re.compile(r"[가-힣ㄱ-ㆎ]+(?:[^A-Za-z가-힣]*[가-힣ㄱ-ㆎ]+)*"),
        re.compile(r"[가-힣ㄱ-ㆎ]"),
        1,
    ),
    function_words=FUNCTION_WORDS,
    unfinished=re.compile(r"(?:[A-Z]|Dr|Mr|Ms|Mrs|vs|No)\.$"),
)
