"""What to tell everybody, every time."""

from service.rules.guideline import Category, Strength
from service.rules.recommendations.recommendation import Recommendation

SAFETY_NET = (
    Recommendation(
        rule_id="RE-SAFETY-NET",
        applies=lambda picture: True,
        trigger="Every answer",
        category=Category.SAFETY_NET,
        text="Safety net on cauda equina syndrome: an emergency department at once with new numbness of the saddle, "
        "new trouble passing or holding urine or stool, weakness greater than today, or symptoms that spread to both "
        "legs. Give it in writing.",
        text_for_patient="Go to an emergency department at once if you start to feel numb between the legs. Go at once "
        "if you cannot pass or hold your urine or stool. Go at once if a leg gets weaker than it is today, or if the "
        "trouble spreads to both legs.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "calderdale2021"),
    ),
)
