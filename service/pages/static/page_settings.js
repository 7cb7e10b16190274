// What the service tells its page: how callers show who they are, and whom else the page may ask.

/**
 * @type {{auth: "none"|"api_key"|"jwt", sign_in: ?object, smart: object[], exam_values: string, questionnaire: string}}
 */
export const settings = Object.freeze(JSON.parse(document.getElementById("settings").textContent));
