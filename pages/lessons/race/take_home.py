"""One lane of the race as the programs to take home need it."""

from gdcore import Batches
from pages.lessons.race.runs import Race
from pages.lessons.race.scenes import MPG, NOISY, STREAM
from pages.shared.data.own import OWN
from pages.shared.take_home import run as programs

FILES = {STREAM: "drifting_line.csv", MPG: "auto_mpg.csv", OWN: "my_data.csv"}  # that the programs read


def described(race: Race, values: dict, lane: int) -> programs.Run:
    racer, dataset = race.lanes[lane], race.model.dataset
    if values["data"] == NOISY:
        examples = programs.noisy_line(
            values["n"], (2.0,), -1.0, values["noise"], outliers=values["outliers"], seed=values["data_seed"]
        )
    else:
        examples = programs.table(dataset, FILES[values["data"]])
    return programs.Run(
        programs.Regression(examples, standardise=race.model.standardise),
        race.start,
        racer.schedule,
        int(race.courses[lane].ended[0]),
        racer.optimizer,
        Batches(racer.size, race.seeds[0], race.order),
    )
