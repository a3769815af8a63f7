"""What can be wrong with a schedule.

    CronError
    ├── CronSyntaxError     the text does not parse; str() is Admin's own wording
    ├── CronPanicError      Admin's parser crashes on the text
    ├── RateUnitError       a fixed rate in a unit that Admin does not know
    ├── NeverFiresError     the schedule parses and has no next time
    └── EndlessSearchError  Admin would search, or list, for ever

They are `ValueError`s, since a schedule is a value and each of these says it is a bad one.
The messages that Admin has a text for are that text and nothing else, so that the embedded
Admin can answer with them and a validator can quote them.
"""


class CronError(ValueError):
    """Something is wrong with a schedule."""


class CronSyntaxError(CronError):
    """The schedule text does not parse.

    `str(error)` is exactly what Admin puts behind `Invalid cron expression: `.
    """


class CronPanicError(CronError):
    """Admin's parser crashes on this text instead of refusing it.

    CreateLaunchPlan then answers INTERNAL with an empty message; a scheduler that met such a
    row would die. Happens for a `TZ=` or `CRON_TZ=` prefix without any space in the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(
            f"Admin crashes on the schedule {text!r}: put a space and the five fields after the "
            "zone"
        )


class RateUnitError(CronError):
    """The unit of a fixed rate is none of MINUTE, HOUR, DAY.

    Admin stores such a rate without complaint; its scheduler logs this text (with the blank
    at its end) and never fires it.
    """

    def __init__(self, unit: int) -> None:
        self.unit = unit
        super().__init__(f"unsupported unit {unit} for fixed rate scheduling ")


class NeverFiresError(CronError):
    """The schedule parses but has no next time within Admin's horizon of five years.

    Admin accepts it; the catch-up of its scheduler ends with this text, and the whole
    scheduler stops with it.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"invalid crontab string configuration: {text}")


class EndlessSearchError(CronError):
    """Admin would loop for ever on this schedule from this instant.

    Either its search steps over a calendar day that the zone never had (Apia, 2011-12-30) and
    lands where it started, or a degenerate rate (zero, or wrapped around to a negative delay)
    lists the same times again and again.
    """

    def __init__(self, text: str, after: int) -> None:
        self.text = text
        self.after = after
        super().__init__(f"Admin never finds the next time of {text!r}: its search does not end")
