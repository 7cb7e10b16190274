"""FastAPI doing nothing: it reads the examination, and sends an answer of the same shape that was made beforehand.

For uvicorn; ANSWER names the file of an answer of the service.
"""

import os
from pathlib import Path

from fastapi import FastAPI

from bench.serving.models import model_of
from features.exam import Exam
from service.assessment import Assessment

ExamModel, AssessmentModel = model_of(Exam), model_of(Assessment)
STORED = AssessmentModel.model_validate_json(Path(os.environ["ANSWER"]).read_bytes())

app = FastAPI()


@app.post("/v1/assessments")
async def answer(exam: ExamModel) -> AssessmentModel:  # type: ignore[valid-type]
    """The answer that was made beforehand."""
    return STORED
