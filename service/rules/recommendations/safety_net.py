"""What to tell everybody, every time."""

from service.rules.guideline import Category, Strength
from service.rules.pathway import Phase
from service.rules.recommendations.recommendation import Recommendation

SAFETY_NET = (
    Recommendation(
        rule_id="RE-SAFETY-NET",
        applies=lambda picture: picture.phase is not Phase.EMERGENCY,
        trigger="Every answer but in an emergency",
        category=Category.SAFETY_NET,
        text="Safety net on cauda equina syndrome: an emergency department at once where one of these is new or gets "
        "worse: numbness of the saddle, trouble passing or holding urine or stool, weakness of a leg, symptoms in both "
        "legs. Give it in writing.",
        text_for_patient="These are warning signs. You feel numb between the legs. You cannot pass or hold your urine "
        "or stool. A leg gets weaker. The trouble is in both legs. If one of them is new or gets worse, go to an "
        "emergency department at once.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "calderdale2021"),
    ),
    Recommendation(
        rule_id="RE-SAFETY-NET-EMERGENCY",
        applies=lambda picture: picture.phase is Phase.EMERGENCY,
        trigger="Every answer in an emergency",
        category=Category.SAFETY_NET,
        text="A warning sign is there already: the person goes to hospital now and waits for no further one. Say so, "
        "and give it in writing.",
        text_for_patient="You already have a warning sign. Do not wait for another one. Go to hospital now.",
        strength=Strength.STRONG,
        citations=("nerveroot_guideline", "calderdale2021"),
    ),
)
