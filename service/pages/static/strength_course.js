// The course of strength: which leg is compared with which, and which movements were graded more than once.

const OPPOSITE = { left: "right", right: "left" };
const STRENGTH = "/examination/strength/";

/**
 * One examination: its time, the strength of the leg that is compared, and whether that was the other leg then.
 * @typedef {{time: number, now: boolean, strength: Record<string, number|"weak">, exchanged: boolean}} Visit
 * @typedef {{movement: string, pointer: string, points: {time: number, now: boolean, grade: number|"weak"}[]}} Course
 */

/**
 * The visits with the leg that is worse now, oldest first: a visit whose worse leg was the other one is exchanged.
 * @param {{examined_at: string, exam: object}[]} earlier in the order of the record: corrections come after
 * @param {object} exam what is entered
 * @param {{at: number, recorded: boolean}} now `recorded`: what is entered is among the earlier ones
 * @returns {Visit[]}
 */
export function visitsOf(earlier, exam, { at, recorded }) {
  const { side } = exam.history ?? {};
  const entered = { examined_at: exam.examined_at ?? at, exam, now: true };
  const visits = new Map();
  for (const each of recorded ? earlier : [...earlier, entered]) {
    const exchanged = side in OPPOSITE && each.exam.history?.side === OPPOSITE[side];
    const strength = (exchanged ? each.exam.other_leg : each.exam.examination)?.strength ?? {};
    const time = new Date(each.examined_at).getTime();
    visits.set(time, { time, now: Boolean(each.now), strength, exchanged });
  }
  return [...visits.values()].sort((one, other) => one.time - other.time);
}

/**
 * The course of every movement that was graded at two visits or more, in the order of the form.
 * @param {Visit[]} visits
 * @returns {Course[]}
 */
export function coursesOf(visits) {
  const movements = [...new Set(visits.flatMap(({ strength }) => Object.keys(strength)))];
  const form = [...document.querySelectorAll("#entry [data-pointer]")].map((each) => each.dataset.pointer);
  const place = (movement) => form.indexOf(STRENGTH + movement);
  return movements
    .filter((movement) => visits.filter(({ strength }) => typeof strength[movement] === "number").length > 1)
    .sort((one, other) => place(one) - place(other))
    .map((movement) => ({
      movement,
      pointer: STRENGTH + movement,
      points: visits
        .map(({ time, now, strength }) => ({ time, now, grade: strength[movement] ?? null }))
        .filter(({ grade }) => grade !== null),
    }));
}
