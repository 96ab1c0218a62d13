"""Words that a proof looks for, by language: data, and no code that asks for a language."""

import re
from collections.abc import Mapping
from typing import Final

from newsletter.lang import Lang

PLACEHOLDERS: Final = re.compile(
    r"\b(?:TODO|TBD|TBA|FIXME|XXX+|OOO+|lorem|ipsum)\b|[○△□◇☆]{2,}|\?{3,}|_{3,}"
    r"|추후 기재|내용 입력",
    re.IGNORECASE,
)
SAYS_NOTHING: Final[Mapping[Lang, frozenset[str]]] = {
    Lang.KO: frozenset(
        {"여기", "이곳", "클릭", "여기를 클릭", "바로가기", "링크", "더보기", "자세히"}
    ),
    Lang.EN: frozenset({"here", "click here", "click", "link", "this link", "more", "read more"}),
}
NO_DESCRIPTION: Final[Mapping[Lang, frozenset[str]]] = {
    Lang.KO: frozenset({"사진", "그림", "이미지", "도표", "지도"}),
    Lang.EN: frozenset({"image", "picture", "photo", "photograph", "graphic", "map", "chart"}),
}
