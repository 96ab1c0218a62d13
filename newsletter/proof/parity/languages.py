"""What the proof knows of each language."""

from collections.abc import Mapping
from typing import Final

from newsletter.lang import Lang
from newsletter.proof.parity.english import ENGLISH
from newsletter.proof.parity.korean import KOREAN
from newsletter.proof.parity.scanning import Tongue

TONGUES: Final[Mapping[Lang, Tongue]] = {Lang.KO: KOREAN, Lang.EN: ENGLISH}
