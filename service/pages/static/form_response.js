// The examination as an answered form of FHIR R4, made along the Questionnaire of the service: no list of its own.

import { get } from "./state.js";

/**
 * @param {object} questionnaire as `GET /fhir/Questionnaire` has it
 * @param {object} exam body of the contract
 * @param {string} authored when it was examined (RFC 3339)
 * @returns {object} QuestionnaireResponse; what was not assessed has no item
 */
export function formResponse(questionnaire, exam, authored) {
  const key = exam.patient?.reference;
  return {
    resourceType: "QuestionnaireResponse",
    questionnaire: questionnaire.url,
    status: "completed",
    // Without a system it is the key of the contract: earlier examinations are found, and the answer is the same.
    ...(key ? { subject: { identifier: { value: key } } } : {}),
    authored,
    item: questionnaire.item.map((item) => answered(item, exam)).filter(Boolean),
  };
}

function answered(item, exam) {
  if (item.type === "group") {
    const within = item.item.map((each) => answered(each, exam)).filter(Boolean);
    return within.length > 0 ? { linkId: item.linkId, item: within } : null;
  }
  const value = get(exam, `/${item.linkId.replaceAll(".", "/")}`);
  return value === undefined ? null : { linkId: item.linkId, answer: answers(item, value) };
}

function answers(item, value) {
  if (item.type === "boolean") return [{ valueBoolean: value }];
  if (item.type === "decimal") return [{ valueDecimal: value }];
  if (Array.isArray(value)) return (value.length > 0 ? value : ["none"]).map((each) => coded(item, each));
  return [coded(item, typeof value === "number" ? `mrc-${value}` : value)];
}

function coded({ linkId, answerOption }, code) {
  const option = answerOption.find((each) => each.valueCoding.code === code);
  if (!option) throw new Error(`${linkId} has no such answer`);
  return { valueCoding: option.valueCoding };
}
