"""Values that one language converts, and temperatures below zero."""

import pytest

from tests.proof.parity.makers import proofed


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("20kg", "44 lb", "20 lb"),
        ("20kg", "44 pounds", "54 pounds"),
        ("70kg", "154 lbs", "145 lbs"),
        ("100km", "62 miles", "100 miles"),
        ("100km", "62 miles", "26 miles"),
        ("5km", "3 miles", "4 miles"),
        ("42.195km", "26.2 miles", "26.8 miles"),
        ("2,000km", "1,240 miles", "1,420 miles"),
        ("2,000km", "1,250 miles", "1,350 miles"),
        ("160cm", "5.25 feet", "6.25 feet"),
        ("30cm", "12 inches", "30 inches"),
        ("100m", "330 ft", "300 ft"),
        ("30평", "99㎡", "30㎡"),
        ("30평", "30 pyeong", "33 pyeong"),
        ("10만㎡", "25 acres", "100 acres"),
        ("26마일", "26 miles", "26 km"),
        ("26마일", "42 km", "45 km"),
        ("15파운드", "15 pounds", "16 pounds"),
        ("3갤런", "11.4 liters", "3 liters"),
        ("20℃", "68°F", "86°F"),
        ("36.5℃", "97.7 degrees Fahrenheit", "96.7 degrees Fahrenheit"),
        ("화씨 100도", "100°F", "100°C"),
        ("12km", "12 km", "12 miles"),
    ],
)
def test_a_right_conversion_agrees_and_a_wrong_one_is_found(ko: str, en: str, wrong: str) -> None:
    for korean, english in ((ko, en), (f"기준은 {ko}입니다.", f"The limit is {en}.")):
        assert proofed(korean, english, "numbers") == []
        assert proofed(korean, english.replace(en, wrong), "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("영하 15℃", "-15 °C", "15 °C"),
        ("영하 15℃", "minus 15 °C", "minus 16 °C"),
        ("영하 15도", "15 degrees below zero", "15 degrees"),
        ("영하 15도", "minus 15 degrees Celsius", "15 degrees Celsius"),
        ("영하 15도", "5°F", "15°F"),
        ("영하 15도", "minus 15", "minus 51"),
        ("-15℃", "−15°C", "15°C"),
        ("15℃", "15 °C", "-15 °C"),
        ("15도", "15 degrees", "minus 15 degrees"),
        ("영하 5~10도", "minus 5 to minus 10 degrees", "minus 5 to minus 15 degrees"),
        ("영하 5~10도", "5 to 10 degrees below zero", "5 to 10 degrees"),
        ("영하 5도에서 10도", "minus 5 to 10 degrees", "minus 6 to 10 degrees"),
        ("10~15℃", "10-15 °C", "10-16 °C"),
        ("2~8℃", "2 °C to 8 °C", "-2 °C to 8 °C"),
    ],
)
def test_a_temperature_below_zero_is_another_than_above(ko: str, en: str, wrong: str) -> None:
    for korean, english in ((ko, en), (f"기온은 {ko}입니다.", f"It is {en} outside.")):
        assert proofed(korean, english, "numbers") == []
        assert proofed(korean, english.replace(en, wrong), "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("물가가 0.3% 내렸습니다.", "Prices changed by minus 0.3 percent."),
        ("3점을 깎습니다.", "It counts minus 3 points."),
        ("10 - 15℃에 보관합니다.", "Keep it at 10 - 15 °C."),
        ("500마일리지를 드립니다.", "You get 500 points."),
    ],
)
def test_a_sign_is_compared_in_temperatures_only(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") == []
