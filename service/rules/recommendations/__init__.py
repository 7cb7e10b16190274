"""What to do besides imaging and surgery: every recommendation that applies is shown, in this order."""

from service.rules.recommendations.care import CARE
from service.rules.recommendations.medication import MEDICATION
from service.rules.recommendations.recommendation import Recommendation
from service.rules.recommendations.referral import REFERRAL
from service.rules.recommendations.safety_net import SAFETY_NET

RECOMMENDATIONS = (*REFERRAL, *CARE, *MEDICATION, *SAFETY_NET)

__all__ = ["RECOMMENDATIONS", "Recommendation"]
