"""The verdict on a lane of the race in words, and the notes that go with it."""

from math import isinf

from pages.shared.lesson import Told, until_it_is_close
from pages.shared.race_runs import Course, Race
from pages.shared.race_verdicts import lasting, of_lane
from pages.shared.race_words import above_the_least, count_of_the_left
from pages.shared.verdicts import Claim, Reason, Verdict, place
from pages.shared.words import apart, count, number, percent
