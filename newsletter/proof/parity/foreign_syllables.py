"""Syllables that tell foreign names in Hangul from Korean words."""

from typing import Final

# Counted in the lists of words: how much more often names of foreign places have a syllable than
# Korean words have, or less often.
FAR_MORE: Final = frozenset(
    "겐겔냐네넬뉴닉닌닝덴델드라랜랭랴럴렉렌렘렛렝롄롤롬룡룬룸룽뤼르를릭릴링멕멘멜멤몬밍밴밸베벡벨벳벵볜브븐블빌샤샨샹셀셰셴쉐"
    "슈스슨쑤앤앨엑엔엘옌옐웨윅윈잉젤즈쩨쯔챗첸촨츠카칸칼캄캔캘컬케켄켓코콘콜쿄쿠쿤쿼퀘퀸큐크클키킬킹타탠턴테텍텐텔템톈톤톨툰"
    "트티틱틴틸팍팜펀펑페펜펠폴폼퐁프플픽핼햄헤헨홈홋힌"
)
MORE: Final = frozenset(
    "강나남녕니데둔디란랄랍랏럼레로롯롱루룩릉린마먼메몽바뱅버볼뷔빈셔쇼숭쉬슬시싱쌍쓰아알앙야얀에오옥와읍징춘칭캐커콩킨탄토톡"
    "투퉁틀팅파팔팡퍼포폰푸피핀하할항현호흐힐"
)
LESS: Final = frozenset(
    "각간감갑값개객거건걸검겁게겨격견결경계고곧골공과관괴국굴궁권귀규균극근글금급기길김까깔깨꼬꽃꾸꾼끄끈끌끝끼낙낚날납낮내냉"
    "널넘녀년념녹놀농높놓뇌눈느는늘능늦님닥단달담답당던덜덮독돌되뒤뒷득들등따때떠떡떨뛰뜨뜻락래량럽렁려력련령례록롭료류률름릇"
    "립막맛망맞매맹머먹며면명목몸못묘무묵문물민밀박반받발밤밥방밭배번벌범법벽변별병복본봄봉분불붓붙빗빙빠빨사삭살상새색생서석"
    "선설섬섭성소속손솟쇠수숙순술숨습승식신실심싸쌀쓸씨악압았앞액약억언엄업없었엉엎여연열염영예옷왕외요욕용운움웃원위유육율으"
    "은을음응의익임입있자작잡장재쟁적전절점접정젖제조존졸종좌죽준줄중쥐증지직질짐집짓짜짝째찌찍차착찬찰참창찾채책처철청체쳐초"
    "촉총최추축출취층치칙친침켜탁탑택털통퇴특판펴편폐폭표풀품풍학함합행향헌험혈협형혹혼화확환활회획효휘휴희히힘"
)


def looks_foreign(word: str) -> bool:
    """Return whether a word has the syllables of foreign names rather than of Korean words."""
    return sum(2 * (one in FAR_MORE) + (one in MORE) - (one in LESS) for one in word) > 0
