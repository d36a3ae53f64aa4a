"""Learning-rate schedules as one pure function of the step."""

import math

from lenet.settings import Schedule

ONE_CYCLE_START = 1 / 25
"""Where `one-cycle` starts, as a share of the peak (PyTorch's OneCycleLR: div_factor 25)."""


def rate_factor(schedule: Schedule, *, step: int, steps: int, steps_per_epoch: int) -> float:
    """Share of the peak rate at a step.

    `step` counts from 0 over the whole training of `steps` steps. `one-cycle` follows Smith and
    Topin 2018 in the form with a cosine up and a cosine down; set its `warmup` (0.3 is usual).
    """
    warmup_steps = schedule.warmup * steps
    if step < warmup_steps:
        return _rise(schedule, step=step, warmup_steps=warmup_steps)
    progress = min(1.0, (step - warmup_steps) / max(1.0, steps - 1 - warmup_steps))
    match schedule.kind:
        case "constant":
            return 1.0
        case "linear":
            return 1 + (schedule.final - 1) * progress
        case "step":
            return float(schedule.final ** (step // steps_per_epoch // schedule.drop_epochs))
        case _:
            return _cosine(1.0, schedule.final, progress)


def _rise(schedule: Schedule, *, step: int, warmup_steps: float) -> float:
    if schedule.kind == "one-cycle":
        return _cosine(ONE_CYCLE_START, 1.0, step / warmup_steps)
    # From 1, not 0: a first step at a rate of 0 would be wasted.
    return (step + 1) / (math.floor(warmup_steps) + 1)


def _cosine(start: float, end: float, progress: float) -> float:
    """From `start` to `end` along half a cosine, `progress` in [0, 1]."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2
