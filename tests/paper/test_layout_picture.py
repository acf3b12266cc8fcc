"""Sketches show what is voted on, each zone with a letter, and refuse what cannot be read on a phone."""

from itertools import product

import pytest

from paper.layouts import Site, TooMany, Use, Zone, parking_picture, shed_picture
from paper.wording import LANGUAGES, read_words

LAYOUTS = [
    [Zone(Use.NIGHT, 20), Zone(Use.VISITOR, 10)],
    [Zone(Use.NIGHT, 30)],
    [Zone(Use.NIGHT, 15), Zone(Use.VISITOR, 10), Zone(Use.CHARGING, 5)],
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_parking_layout_has_a_sketch_of_its_own(size, language):
    pictures = {parking_picture("甲", "三十个车位", zones, language=language) for zones in LAYOUTS}
    assert len(pictures) == len(LAYOUTS)
    assert {size(picture)[0] for picture in pictures} == {1080}
    assert all(size(picture)[1] < 1500 for picture in pictures)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letters_of_the_zones_differ(language):
    letters = [read_words(language)["layout"][f"{use}_letter"] for use in Use]
    assert len(set(letters)) == len(Use)
    assert all(len(letter) == 1 for letter in letters)


@pytest.mark.parametrize("places", [0, 1, 9, 10, 11, 61, 121, 240])
def test_any_number_of_places_up_to_the_most_fits(size, places):
    width, height = size(parking_picture("甲", "车位", [Zone(Use.NIGHT, places), Zone(Use.VISITOR, 0)]))
    assert width == 1080
    assert height < 2000


@pytest.mark.parametrize("places", [241, -1])
def test_more_places_than_can_be_read_are_refused(places):
    with pytest.raises(TooMany, match=str(places)):
        parking_picture("甲", "车位", [Zone(Use.NIGHT, places)])


def test_the_three_places_for_a_shed_and_their_points_all_differ(size):
    pictures = [
        shed_picture("甲", "车棚", site, 32, points, language=language)
        for site, points, language in product(Site, (0, 12, 20, 40), LANGUAGES)
    ]
    assert len(set(pictures)) == len(pictures)
    assert {size(picture)[0] for picture in pictures} == {1080}


@pytest.mark.parametrize("points", [41, -1])
def test_more_charging_points_than_can_be_drawn_are_refused(points):
    with pytest.raises(TooMany, match=str(points)):
        shed_picture("甲", "车棚", Site.GATE, 9, points)


@pytest.mark.parametrize("text", ["#panic()", "W" * 5000, "🎉", "$ [ \\", ""])
def test_no_text_breaks_a_sketch(size, text):
    for picture in (
        parking_picture(text, text, LAYOUTS[0], [text]),
        shed_picture(text, text, Site.WALL, 1, 1, [text]),
    ):
        assert size(picture)[0] == 1080
        assert size(picture)[1] < 2500


def test_the_same_sketch_gives_the_same_bytes():
    assert parking_picture("甲", "车位", LAYOUTS[2]) == parking_picture("甲", "车位", LAYOUTS[2])
    assert shed_picture("甲", "车棚", Site.WALL, 9, 9) == shed_picture("甲", "车棚", Site.WALL, 9, 9)
