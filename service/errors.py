"""What can go wrong.

ServiceError
├─ ClassifierUnavailable     the model could not answer this exam; the rules answer all the same
└─ StartupError              the service refuses to start, and says what to do
   ├─ ModelMissing           no released model where the settings point
   ├─ ModelMismatch          manifest, model file and code do not belong together
   └─ CatalogueBroken        the texts of a language are not those of the rules
"""


class ServiceError(Exception):
    """Anything the service itself raises."""


class ClassifierUnavailable(ServiceError):
    """The model could not answer this exam."""


class StartupError(ServiceError):
    """The service refuses to start; the message says what happened and what to do."""


class ModelMissing(StartupError):
    """No released model where the settings point."""


class ModelMismatch(StartupError):
    """Manifest, model file and code do not belong together."""


class CatalogueBroken(StartupError):
    """The texts of a language are not those of the rules, or cannot be read."""
