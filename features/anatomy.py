"""Which movement, reflex and region of skin belongs to which nerve root: tables to be read, each row with its source.

The keys of the sources are those of `service/rules/citations.py`. Where the papers disagree the row names every root
they name, the usual one first.
"""

from dataclasses import dataclass

from features.term import Term


class NerveRoot(Term):
    """Lumbosacral nerve roots. L2 and L3 are named where the anatomy needs them; the service predicts ROOTS."""

    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"
    S1 = "S1"


ROOTS = (NerveRoot.L4, NerveRoot.L5, NerveRoot.S1)
"""The three roots whose involvement is predicted, in the order of every array of this project."""


class Side(Term):
    """The side of the leg pain."""

    LEFT = "left"
    RIGHT = "right"
    BILATERAL = "bilateral"


class Movement(Term):
    """A movement tested against resistance and graded on the Medical Research Council (MRC) scale."""

    HIP_FLEXION = "hip_flexion"
    HIP_ADDUCTION = "hip_adduction"
    KNEE_EXTENSION = "knee_extension"
    HIP_ABDUCTION = "hip_abduction"
    HIP_EXTENSION = "hip_extension"
    KNEE_FLEXION = "knee_flexion"
    ANKLE_DORSIFLEXION = "ankle_dorsiflexion"
    GREAT_TOE_EXTENSION = "great_toe_extension"
    ANKLE_INVERSION = "ankle_inversion"
    ANKLE_EVERSION = "ankle_eversion"
    PLANTAR_FLEXION = "plantar_flexion"


class Reflex(Term):
    """A tendon reflex of the leg."""

    PATELLAR = "patellar"
    MEDIAL_HAMSTRING = "medial_hamstring"
    ACHILLES = "achilles"


class Region(Term):
    """A region of pain, tingling or skin sensation; *leg* is the part between knee and ankle."""

    LOW_BACK = "low_back"
    BUTTOCK = "buttock"
    GROIN = "groin"
    ANTERIOR_THIGH = "anterior_thigh"
    ANTEROLATERAL_THIGH = "anterolateral_thigh"
    LATERAL_THIGH = "lateral_thigh"
    POSTERIOR_THIGH = "posterior_thigh"
    KNEE = "knee"
    MEDIAL_LEG = "medial_leg"
    ANTERIOR_LEG = "anterior_leg"
    LATERAL_LEG = "lateral_leg"
    POSTERIOR_CALF = "posterior_calf"
    MEDIAL_ANKLE = "medial_ankle"
    DORSUM_FOOT = "dorsum_foot"
    FIRST_WEB_SPACE = "first_web_space"
    GREAT_TOE = "great_toe"
    LATERAL_FOOT = "lateral_foot"
    FIFTH_TOE = "fifth_toe"
    HEEL = "heel"
    SOLE = "sole"


class Perianal(Term):
    """The skin around the anus (roots S3 to S5): tested for cauda equina syndrome, no region of leg pain."""

    PERIANAL = "perianal"


SkinArea = Region | Perianal
"""Where sensation is tested."""

BELOW_KNEE = frozenset(
    {
        Region.MEDIAL_LEG,
        Region.ANTERIOR_LEG,
        Region.LATERAL_LEG,
        Region.POSTERIOR_CALF,
        Region.MEDIAL_ANKLE,
        Region.DORSUM_FOOT,
        Region.FIRST_WEB_SPACE,
        Region.GREAT_TOE,
        Region.LATERAL_FOOT,
        Region.FIFTH_TOE,
        Region.HEEL,
        Region.SOLE,
    }
)
"""Regions below the knee: pain in one of them is pain that radiates below the knee. The knee itself is not."""


@dataclass(frozen=True, kw_only=True)
class Myotome:
    """A movement and the roots that move it, the usual one first."""

    movement: Movement
    roots: tuple[NerveRoot, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Dermatome:
    """A region and the roots whose pain and sensory loss are felt there, the usual one first."""

    region: Region
    roots: tuple[NerveRoot, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ReflexArc:
    """A tendon reflex and the roots it runs through, the usual one first."""

    reflex: Reflex
    roots: tuple[NerveRoot, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DiscLevel:
    """A disc, how it can press on a root, and the root it then reaches."""

    root: NerveRoot
    disc: str
    mechanism: str
    sources: tuple[str, ...]


_L2, _L3, _L4, _L5, _S1 = NerveRoot


def _myotome(movement: Movement, roots: tuple[NerveRoot, ...], *sources: str) -> Myotome:
    return Myotome(movement=movement, roots=roots, sources=sources)


def _dermatome(region: Region, roots: tuple[NerveRoot, ...], *sources: str) -> Dermatome:
    return Dermatome(region=region, roots=roots, sources=sources)


MYOTOMES = (
    _myotome(Movement.HIP_FLEXION, (_L2, _L3), "nerveroot_guideline"),
    _myotome(Movement.HIP_ADDUCTION, (_L4, _L3), "harrison_tab"),
    _myotome(Movement.KNEE_EXTENSION, (_L4, _L3), "harrison_tab", "niigata177"),
    _myotome(Movement.HIP_ABDUCTION, (_L5,), "harrison_tab", "suri2011", "jeon2013"),
    _myotome(Movement.HIP_EXTENSION, (_S1,), "harrison_tab"),
    _myotome(Movement.KNEE_FLEXION, (_S1, _L5), "nerveroot_guideline"),
    _myotome(Movement.ANKLE_DORSIFLEXION, (_L5, _L4), "harrison_tab", "liuk2013"),
    _myotome(Movement.GREAT_TOE_EXTENSION, (_L5,), "harrison_tab", "niigata177"),
    _myotome(Movement.ANKLE_INVERSION, (_L5, _L4), "nerveroot_guideline", "harrison_tab"),
    _myotome(Movement.ANKLE_EVERSION, (_L5, _S1), "harrison_tab"),
    _myotome(Movement.PLANTAR_FLEXION, (_S1,), "harrison_tab"),
)

DERMATOMES = (
    _dermatome(Region.LOW_BACK, (), "konstantinou2015"),
    _dermatome(Region.BUTTOCK, (_S1, _L5), "harrison_tab", "taylor2013"),
    _dermatome(Region.GROIN, (_L3, _L4), "sasaki2014", "yukawa1997"),
    _dermatome(Region.ANTERIOR_THIGH, (_L3, _L2), "suri2011", "sasaki2014"),
    _dermatome(Region.ANTEROLATERAL_THIGH, (_L4, _L3), "harrison_tab"),
    _dermatome(Region.LATERAL_THIGH, (_L5,), "nerveroot_guideline", "harrison_tab"),
    _dermatome(Region.POSTERIOR_THIGH, (_S1,), "harrison_tab", "faleiros2009"),
    _dermatome(Region.KNEE, (_L4, _L3), "harrison_tab", "sasaki2014"),
    _dermatome(Region.MEDIAL_LEG, (_L4,), "harrison_tab", "faleiros2009"),
    _dermatome(Region.ANTERIOR_LEG, (_L4, _L5), "sbpr187"),
    _dermatome(Region.LATERAL_LEG, (_L5,), "harrison_tab", "faleiros2009"),
    _dermatome(Region.POSTERIOR_CALF, (_S1,), "harrison_tab", "faleiros2009"),
    _dermatome(Region.MEDIAL_ANKLE, (_L4,), "suri2011"),
    _dermatome(Region.DORSUM_FOOT, (_L5,), "harrison_tab", "faleiros2009"),
    _dermatome(Region.FIRST_WEB_SPACE, (_L5,), "faleiros2009"),
    _dermatome(Region.GREAT_TOE, (_L5,), "faleiros2009"),
    _dermatome(Region.LATERAL_FOOT, (_S1,), "sural_mapping"),
    _dermatome(Region.FIFTH_TOE, (_S1,), "sural_mapping"),
    _dermatome(Region.HEEL, (_S1,), "sural_mapping"),
    _dermatome(Region.SOLE, (_S1,), "harrison_tab", "faleiros2009"),
)

REFLEX_ARCS = (
    ReflexArc(reflex=Reflex.PATELLAR, roots=(_L4, _L3), sources=("niigata177", "suri2011")),
    ReflexArc(reflex=Reflex.MEDIAL_HAMSTRING, roots=(_L5,), sources=("esene2012",)),
    ReflexArc(reflex=Reflex.ACHILLES, roots=(_S1,), sources=("s1_edx_tums", "suri2011")),
)

DISC_LEVELS = (
    # A paracentral herniation presses on the root that descends past the disc, a foraminal one on the root that
    # leaves at it: the same L4/L5 disc can give L5 or L4. Usual mechanism first.
    DiscLevel(root=_L4, disc="L3/L4", mechanism="paracentral", sources=("kortelainen1985",)),
    DiscLevel(root=_L4, disc="L4/L5", mechanism="foraminal", sources=("epstein_fld",)),
    DiscLevel(root=_L5, disc="L4/L5", mechanism="paracentral", sources=("kortelainen1985",)),
    DiscLevel(root=_L5, disc="L5/S1", mechanism="foraminal", sources=("orita2016",)),
    DiscLevel(root=_S1, disc="L5/S1", mechanism="paracentral", sources=("kortelainen1985",)),
)


@dataclass(frozen=True, kw_only=True)
class StrengthTest:
    """A functional test of strength by its name in the contract, the movement it rests on, and the root it tests."""

    name: str
    movement: Movement
    root: NerveRoot
    sources: tuple[str, ...]


STRENGTH_TESTS = (
    StrengthTest(name="heel_walk", movement=Movement.ANKLE_DORSIFLEXION, root=_L5, sources=("harrison_tab",)),
    StrengthTest(name="toe_walk", movement=Movement.PLANTAR_FLEXION, root=_S1, sources=("harrison_tab",)),
    StrengthTest(name="single_leg_sit_to_stand", movement=Movement.KNEE_EXTENSION, root=_L4, sources=("harrison_tab",)),
)


def movements_of(root: NerveRoot) -> tuple[Movement, ...]:
    """The movements for which `root` is the usual one."""
    return tuple(row.movement for row in MYOTOMES if row.roots[:1] == (root,))


def regions_of(root: NerveRoot) -> tuple[Region, ...]:
    """The regions for which `root` is the usual one."""
    return tuple(row.region for row in DERMATOMES if row.roots[:1] == (root,))


def reflex_of(root: NerveRoot) -> Reflex:
    """The tendon reflex that tests `root`.

    Raises:
        LookupError: no reflex of the leg tests that root.
    """
    for row in REFLEX_ARCS:
        if row.roots[0] is root:
            return row.reflex
    raise LookupError(f"no reflex tests {root}")
