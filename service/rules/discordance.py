"""Findings that can hardly both be true of one leg: one of the two is a slip, or of the other leg, and which is open.

Only what the hand of the examiner excludes counts. That a test of strength fails though the movement has a good grade
is no contradiction (pain stops people: QU-FUNCTION asks), nor is a negative straight leg raise beside a positive
crossed one, which is rare and real.
"""

from dataclasses import dataclass

from features.anatomy import Movement
from features.exam import Ability, Examination

NO_MOVEMENT_AGAINST_GRAVITY = 2.0
"""MRC grade at or below which a movement cannot be done against gravity: the definition of the scale."""


@dataclass(frozen=True, kw_only=True)
class Discordance:
    """A test of strength that needs the leg's weight or gravity overcome, and the movement that it rests on."""

    rule_id: str
    function: str
    movement: Movement
    trigger: str
    reason: str

    def found(self, leg: Examination) -> bool:
        """Whether the test could be done with a movement that nobody has at that grade."""
        grade = leg.graded(self.movement)
        able = getattr(leg, self.function) is Ability.ABLE
        return able and grade is not None and grade <= NO_MOVEMENT_AGAINST_GRAVITY

    @property
    def pointers(self) -> tuple[str, str]:
        """Both statements, as they are called for the worse leg."""
        return f"/examination/{self.function}", f"/examination/strength/{self.movement}"


DISCORDANCES = (
    Discordance(
        rule_id="AB-HEEL-WALK",
        function="heel_walk",
        movement=Movement.ANKLE_DORSIFLEXION,
        trigger="Walks on the heel, and ankle dorsiflexion of MRC 2 or less",
        reason="Heel walking is possible, yet ankle dorsiflexion has MRC grade 2 or less: both can hardly be true.",
    ),
    Discordance(
        rule_id="AB-TOE-WALK",
        function="toe_walk",
        movement=Movement.PLANTAR_FLEXION,
        trigger="Walks on the toes, and plantar flexion of MRC 2 or less",
        reason="Toe walking is possible, yet plantar flexion has MRC grade 2 or less: both can hardly be true.",
    ),
    Discordance(
        rule_id="AB-SIT-TO-STAND",
        function="single_leg_sit_to_stand",
        movement=Movement.KNEE_EXTENSION,
        trigger="Rises from a chair on that leg, and knee extension of MRC 2 or less",
        reason="Rising from a chair on this leg is possible, yet knee extension has MRC grade 2 or less: both can "
        "hardly be true.",
    ),
)
"""The pairs, each with the abstention that it leads to."""
