"""What can go wrong.

ServiceError
├─ ClassifierUnavailable     the model could not answer this exam; the rules answer all the same
│  └─ TookTooLong            it was ended, because it took too long
├─ ModelFault                a release is not what it says; the service starts without it (service/models.py)
│  ├─ ModelMissing           no released model where the settings point
│  └─ ModelMismatch          manifest, model file and code do not belong together
├─ RecordFault               the record could not do what was asked of it
│  ├─ DatabaseDown           the database cannot be reached, read or written just now
│  ├─ RecordUnavailable      neither database nor journal, so nothing can be kept or shown
│  ├─ KeyReused              an Idempotency-Key came with another body before
│  └─ Purged                 retention has removed what was asked for
└─ StartupError              the service refuses to start, and says what to do
   ├─ CatalogueBroken        the texts of a language are not those of the rules
   └─ SchemaOutdated         the database is not of the version that this software writes
"""


class ServiceError(Exception):
    """Anything the service itself raises."""


class ClassifierUnavailable(ServiceError):
    """The model could not answer this exam."""


class TookTooLong(ClassifierUnavailable):
    """The model was ended, because it took too long."""


class ModelFault(ServiceError):
    """A released model is not what it says; the message says what to do."""


class ModelMissing(ModelFault):
    """No released model where the settings point."""


class ModelMismatch(ModelFault):
    """Manifest, model file and code do not belong together."""


class RecordFault(ServiceError):
    """The record could not do what was asked of it. The messages hold nothing of a patient, and no secrets."""


class DatabaseDown(RecordFault):
    """The database cannot be reached, read or written just now."""


class RecordUnavailable(RecordFault):
    """Nothing can be kept or shown: the database is down, and the journal cannot stand in."""


class KeyReused(RecordFault):
    """An Idempotency-Key came with another body before."""


class Purged(RecordFault):
    """Retention has removed what was asked for."""


class StartupError(ServiceError):
    """The service refuses to start; the message says what happened and what to do."""


class CatalogueBroken(StartupError):
    """The texts of a language are not those of the rules, or cannot be read."""


class SchemaOutdated(StartupError):
    """The database is not of the version that this software writes; the message says how to bring it there."""
