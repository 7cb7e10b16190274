"""What to tell everybody, every time."""

from service.rules.guideline import Category, Strength
from service.rules.recommendations.recommendation import Recommendation

SAFETY_NET = (
    Recommendation(
        rule_id="RE-SAFETY-NET",
        applies=lambda picture: True,
        trigger="Every answer",
        category=Category.SAFETY_NET,
        text="Safety net on cauda equina syndrome: return at once with numbness of the saddle, trouble passing or "
        "holding urine or stool, weakness that grows, or symptoms in both legs. Give it in writing.",
        text_for_patient="Go to an emergency department at once if you feel numb between the legs, cannot pass or hold "
        "urine or stool, if a leg gets weaker, or if both legs are affected.",
        strength=Strength.STRONG,
        citations=("girft2023", "calderdale2021"),
    ),
)
