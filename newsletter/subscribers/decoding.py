"""Detect the encoding of a file from its bytes, and check that the result is plausible."""

import codecs
import re
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final

from newsletter.errors import ContentError, Problem
from newsletter.phrases import Phrase, Said, phrase
from newsletter.subscribers.address import shown

LONGEST_LINE_BYTES: Final = 1 << 20  # a row of a list of readers has a few hundred
SAVE_AS: Final = phrase("subscribers.save-as")

# Values of --encoding: Python's codec name -> the encoding's name in messages.
NAMED: Final[Mapping[str, Said]] = {
    "utf-8": "utf-8",
    "cp949": "cp949",
    "euc_kr": "euc-kr",
    "cp1252": phrase("subscribers.encoding-western"),
    "iso8859-1": "iso-8859-1",
    "iso8859-15": "iso-8859-15",
    "cp1250": phrase("subscribers.encoding-central-european"),
    "cp1251": phrase("subscribers.encoding-cyrillic"),
    "cp932": phrase("subscribers.encoding-japanese"),
    "shift_jis": "shift_jis",
    "euc_jp": "euc-jp",
    "gb18030": phrase("subscribers.encoding-chinese"),
    "big5": "big5",
    "utf-16": "utf-16",
}


def codec_named(name: str) -> str | None:
    """Return the codec for the encoding *name* as a person writes it; None if not in NAMED."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):  # ValueError for a name with a NUL
        return None
    if found not in NAMED:
        return None
    return "utf-8-sig" if found == "utf-8" else found


def encoding_of(
    chunks: Iterable[bytes], place: str, said: str | None = None, *, may_say: bool = True
) -> str:
    """
    Return the codec for a whole file: UTF-8 (a byte order mark is dropped), otherwise CP949.

    Bytes of Western or Japanese programs can be valid CP949 too, but give wrong words.
    Therefore the decoded text must look like Korean.

    Args:
        chunks: the bytes of the file in order, split anywhere.
        place: the file's name, for the message.
        said: the codec that a person gave; no other codec is tried, and the file must be
            readable in every line.
        may_say: whether a person can give it by ``--encoding``; for the message.

    Raises:
        ContentError: the file is UTF-16, a workbook, invalid in each codec, not plausible
            Korean, or has a line longer than LONGEST_LINE_BYTES.
    """
    tried = [said] if said else ["utf-8-sig", "cp949"]
    decoders = {name: getincrementaldecoder(name)() for name in tried}
    length, looks = _LineLength(place), _Looks()
    line = broken = 1
    for number, chunk in enumerate(chain(chunks, [b""])):
        if number == 0:
            _refuse_other_formats(chunk, place, said)
        length.check(chunk, line)
        for name, decoder in list(decoders.items()):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                broken = max(broken, line + error.object[: error.start].count(b"\n"))
                del decoders[name]
                continue
            if name == "cp949" and not said and not text.isascii():
                looks.take(text, line)
        if not decoders:
            raise ContentError([Problem(place, broken, _unreadable(said, may_say))])
        line += chunk.count(b"\n")
    found = next(iter(decoders))
    if found == "cp949" and not said and (doubt := looks.doubt()):
        line, found_there = doubt
        remedy = _SAY_WHICH if may_say else SAVE_AS
        fault = phrase("subscribers.hardly-korean", doubt=found_there, remedy=remedy)
        raise ContentError([Problem(place, line, fault)])
    return found


_SAY_WHICH: Final = phrase("subscribers.say-which-encoding")


def _unreadable(said: str | None, may_say: bool) -> Phrase:
    if said:
        return phrase("subscribers.not-in-encoding", encoding=said.upper())
    if not may_say:
        return phrase("subscribers.unknown-encoding", remedy=SAVE_AS)
    return phrase("subscribers.unsaid-encoding")


def _refuse_other_formats(start: bytes, place: str, said: str | None) -> None:
    is_wide = start.startswith((b"\xff\xfe", b"\xfe\xff")) or start[:64].count(0) > 16
    if is_wide and said != "utf-16":
        fault = phrase("subscribers.is-wide", remedy=SAVE_AS)
        raise ContentError([Problem(place, None, fault)])
    if start.startswith(b"PK\x03\x04"):
        fault = phrase("subscribers.is-workbook", remedy=SAVE_AS)
        raise ContentError([Problem(place, None, fault)])


class _LineLength:
    """The current length of the line that the next chunk continues."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._bytes = 0

    def check(self, chunk: bytes, line: int) -> None:
        """
        Continue with *chunk*, which begins in line number *line*.

        Raises:
            ContentError: a line is longer than LONGEST_LINE_BYTES. The check finds every such
                line if no chunk is longer than LONGEST_LINE_BYTES.
        """
        ends = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        if ends < 0:
            self._bytes += len(chunk)
        else:
            first = min(at for at in (chunk.find(b"\n"), chunk.find(b"\r")) if at >= 0)
            self._refuse(self._bytes + first, line)
            self._bytes = len(chunk) - ends - 1
            line += chunk.count(b"\n")
        self._refuse(self._bytes, line)

    def _refuse(self, length: int, line: int) -> None:
        if length > LONGEST_LINE_BYTES:
            fault = phrase("subscribers.line-too-long", most=LONGEST_LINE_BYTES, remedy=SAVE_AS)
            raise ContentError([Problem(self._place, line, fault)])


# Syllables common in family names, given names and the words of a list: nine in ten
# syllables of any Korean list, but only an eighth of those decoded from other bytes.
_COMMON: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천방공현함변염여추도"
    "소석선설마길연위표명기반왕금옥육인맹제모탁국은는를을의에로다라자나가과와들리미수영희숙순경혜윤아린율솔람슬별해빈준"
    "호건혁후형훈철태환동상규찬재승용창섭욱웅광범병봉복덕균근관교군권님께서울산대구부시도읍면동경기충북남전라제주학교"
    "병원회사주식협회청과팀장실부국센터연구소재단보건의료진흥사업담당메일주소성함이름언어국문영문둘다모두독자구독수신동"
    "의일자상태정상탈퇴반송거부해지취소중휴면번호연락처전화비고메모분류그룹가입날짜생년월여남예네아니오음없있신청완료개인정"
    "보홍보소식뉴스레터한글어베트중몽골러본외내총무행정책세계평화나눔희망사랑하늘바다달별빛솜결채초새봄여름을겨울라온"
    "고객회원등급본사지점직원교수박사선생간호약과장차대표이관리등록변경확인필요문의답답변감사합니다요안녕"
)
_SYLLABLE: Final = re.compile("[가-힣]")
_IDEOGRAPH: Final = re.compile(
    "[\u4e00-\u9fff\uf900-\ufaff\u3131-\u318e\uff00-\uffef\u2500-\u257f]"
)
_BESIDE_LATIN: Final = re.compile("(?<=[A-Za-z])[가-힣]|[가-힣](?=[A-Za-z])")
_BETWEEN_WORDS: Final = re.compile('[\\s,;"]+')
_FEW: Final = 3  # letters; fewer allow no conclusion
_EXAMPLES: Final = 3


class _Looks:
    """Statistics that show whether a text decoded as CP949 is Korean."""

    def __init__(self) -> None:
        self._beside: tuple[int, str] | None = None  # line and word of the first example
        self._first_line = 0
        self._examples: dict[str, None] = {}
        self._common = self._rare = self._syllables = self._others = 0

    def take(self, text: str, line: int) -> None:
        """Add more of the text, which begins in *line*."""
        self._count(text)
        if len(self._examples) < _EXAMPLES:
            self._keep_examples(text, line)
        if self._beside is None:
            odd = (one for one in _BESIDE_LATIN.finditer(text) if _is_rare(one[0]))
            if match := next(odd, None):
                number = line + text.count("\n", 0, match.start())
                self._beside = number, _around(text, match)

    def _count(self, text: str) -> None:
        for letter, count in Counter(_SYLLABLE.findall(text)).items():
            self._syllables += count
            if letter in _COMMON:
                self._common += count
            elif _is_rare(letter):
                self._rare += count
        self._others += len(_IDEOGRAPH.findall(text))

    def _keep_examples(self, text: str, line: int) -> None:
        for word in _BETWEEN_WORDS.split(text):
            if word.isascii():
                continue
            if not self._examples:
                self._first_line = line + text.count("\n", 0, text.index(word))
            self._examples[word] = None
            if len(self._examples) == _EXAMPLES:
                return

    def doubt(self) -> tuple[int, Phrase] | None:
        """Return a line and why the text is hardly Korean; None if it looks Korean."""
        if self._beside:
            line, word = self._beside
            return line, phrase("subscribers.line-as-korean", word=shown(word))
        letters = self._syllables + self._others
        is_rare = self._rare > 1 and self._rare * 2 > self._syllables
        is_random = letters > _FEW and self._common * 3 < letters
        if not (is_rare or is_random):
            return None
        words = list(map(shown, self._examples))
        return self._first_line, phrase("subscribers.file-as-korean", words=words)


def _is_rare(syllable: str) -> bool:
    """Return whether the older standard, KS X 1001, lacks a syllable."""
    try:
        syllable.encode("euc_kr")
    except UnicodeEncodeError:
        return True
    # Python encodes a missing syllable as eight bytes, by Annex 3 of the standard.
    return len(syllable.encode("euc_kr")) > 2


def _around(text: str, match: re.Match[str]) -> str:
    """Return the word that contains *match*."""
    begins = max(text.rfind(mark, 0, match.start()) for mark in ' ,;"\t\n') + 1
    word = re.match('[^ ,;"\\t\\r\\n]*', text[begins : begins + 200])
    return word[0] if word else match[0]
