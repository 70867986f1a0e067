"""Exceptions by kind: what was asked, what was found, what to do."""


class AirshedError(Exception):
    """Base of the exceptions that only airshed raises."""


class ConfigError(AirshedError, ValueError):
    """A key or an argument has an impossible value, or asks for something that is not built yet."""


class MetCoverageError(AirshedError):
    """The meteorology lacks the time, the place or the field that was asked for."""


class FileFormatError(AirshedError, OSError):
    """A file (attribute ``filename``) was read, but its content is not what its format promises."""

    def __str__(self) -> str:
        """Return the reason; an OSError with a file name but no number would say ``[Errno None] None``."""
        return str(self.args[0]) if self.args else ""


for _kind in (AirshedError, ConfigError, MetCoverageError, FileFormatError):
    _kind.__module__ = "airshed"
