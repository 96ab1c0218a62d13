"""The words of the table of results, in the language of each page that holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.crash.faults import KINDS

ALL: Final = "all"  # the name of the last row


@dataclass(frozen=True, slots=True)
class Words:
    """What a page says of the results."""

    columns: tuple[str, ...]
    kinds: Mapping[str, str]  # a kind of round, or ALL -> what the page calls it
    commit: str  # a format with {commit}
    circumstances: str  # a format with the fields of `report.py`, and {at_commit}


ENGLISH: Final = Words(
    columns=(
        *("kind of round", "rounds", "faults", "in mid-run", "letters", "lost", "doubled"),
        *("wrong letter", "contradictions", "unknown", "most in a round", "of them arrived"),
        "not arrived",
    ),
    kinds={kind: kind for kind in (*KINDS, ALL)},
    commit=" at {commit}",
    circumstances=(
        "{day:%Y-%m-%d}, seed {seed}; {readers:,} readers a round, {connections} connections; "
        "newsletter {newsletter}{at_commit}, Python {python}, SQLite {sqlite}, SQLAlchemy "
        "{sqlalchemy}; {system}, {cores} cores. In mid-run: after the first letter and before "
        "the last."
    ),
)
KOREAN: Final = Words(
    columns=(
        *("종류", "횟수", "장애", "발송 중 장애", "메일", "누락", "중복"),
        *("잘못된 메일", "불일치", "확인 불가", "한 회 최대 확인 불가"),
        *("확인 불가 중 도착", "확인 불가 중 미도착"),
    ),
    kinds={
        "dispatch killed": "발송 강제 종료",
        "server killed": "서버 강제 종료",
        "both killed": "발송과 서버 강제 종료",
        "writes refused": "쓰기 거부",
        "disk full": "디스크 가득 참",
        "database moved away": "데이터베이스 옮김",
        "SIGTERM": "종료 요청",
        "two at once, one killed": "둘을 실행하고 하나를 강제 종료",
        "asleep, and woken late": "멈춘 뒤 늦게 깨움",
        "journal lost": "저널 없어짐",
        "ledger put back": "발송 대장 되돌림",
        "run without its relay": "메일 서버 설정 없이 실행",
        ALL: "합계",
    },
    commit="(커밋 {commit})",
    circumstances=(
        "{day.year}년 {day.month}월 {day.day}일, 시드 {seed}. 한 회에 구독자 {readers:,}명, "
        "연결 {connections}개. newsletter {newsletter}{at_commit}, Python {python}, "
        "SQLite {sqlite}, SQLAlchemy {sqlalchemy}. {system}, 코어 {cores}개. ‘발송 중 장애’는 "
        "첫 메일이 나간 뒤, 마지막 메일이 나가기 전에 일어난 장애입니다."
    ),
)
