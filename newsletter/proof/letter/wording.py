"""Words that a proof searches for, by language: data only, without code for one language."""

import re
from typing import Final

PLACEHOLDERS: Final = re.compile(
    r"\b(?:TODO|TBD|TBA|FIXME|XXX+|OOO+|lorem|ipsum)\b|[○△□◇☆]{2,}|\?{3,}|_{3,}"
    r"|추후 기재|내용 입력|\ufffd",
    re.IGNORECASE,
)
# Names of a reader's personal data fields in Korean systems.
FIELDS: Final = r"(?:이름|성명|성함|고객명|회원명|이메일|수신자|받는 ?사람|부서|직위)"
# Placeholders that other systems replace by a reader's data; here a reader would see them.
# Koreans without 《》 on their keyboards write << >> around titles, and | | around a name.
MERGE_TAGS: Final = re.compile(
    r"\{\{[^{}\n]{1,60}\}\}|[$#]\{[^{}\n]{1,60}\}|\{%.{1,60}?%\}|\[%.{1,60}?%\]"
    r"|\*\|[A-Z][A-Z0-9_:]{1,30}\|\*?|\|[A-Z][A-Z0-9_:]{1,30}\|\*"
    r"|(?<![\w%])%{1,2}[A-Za-z_][\w.-]{0,40}%{1,2}(?!\w)|\$%[^%\n]{1,40}%\$"
    r"|\[\[[A-Za-z_][\w. -]{0,40}\]\]|<<\s?[A-Za-z_][A-Za-z0-9_.-]{0,40}\s?>>"
    r"|\{[A-Za-z][A-Za-z0-9_.]{1,40}\}"
    rf"|(?:\{{|\[\[|«|\[\$|<<)\s?{FIELDS}\s?(?:\}}|\]\]|»|\$\]|>>)"
    r"|«[A-Za-z_]{2,40}»"
)
