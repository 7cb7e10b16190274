"""What to tell everybody, every time."""

from service.rules.guideline import Category, Strength
from service.rules.recommendations.recommendation import Recommendation

SAFETY_NET = (
    Recommendation(
        rule_id="RE-SAFETY-NET",
        applies=lambda picture: True,
        trigger="Every answer",
        category=Category.SAFETY_NET,
        text="Safety net on cauda equina syndrome: an emergency department at once where one of these is new or gets "
        "worse: numbness of the saddle, trouble passing or holding urine or stool, weakness of a leg, symptoms in both "
        "legs. Give it in writing.",
        text_for_patient="These are warning signs. You feel numb between the legs. You cannot pass or hold your urine "
        "or stool. A leg is weak. The trouble is in both legs. If one of them is new or gets worse, go to an "
        "emergency department at once.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "calderdale2021"),
    ),
)
