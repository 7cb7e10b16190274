// What was entered, step by step. It is kept in the tab alone: a reload keeps it, closing the tab forgets it.

const KEY = "nerveroot.entry";
const MOST_STEPS = 60;
const EMPTY = { exam: {}, page: {} };
const NOTED = ["recorded", "trial", "keys_off"]; // what no undo takes back: it happened, or is of the page

/**
 * An examination as one text, the same for the same statements whatever their order.
 * @param {object} exam
 * @returns {string}
 */
export function textOf(exam) {
  return JSON.stringify(exam, (_, value) =>
    value && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
}

/**
 * @param {string} pointer JSON pointer (RFC 6901)
 * @returns {string[]}
 */
function steps(pointer) {
  return pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/**
 * The value at a JSON pointer; undefined where there is none.
 * @param {object} object
 * @param {string} pointer
 */
export function get(object, pointer) {
  return steps(pointer).reduce((value, step) => value?.[step], object);
}

/**
 * Put a value at a JSON pointer; undefined takes it away, and every object that is empty then.
 * @param {object} object
 * @param {string} pointer
 * @param {unknown} value
 */
export function put(object, pointer, value) {
  const [first, ...rest] = steps(pointer);
  if (rest.length === 0) {
    if (value === undefined) delete object[first];
    else object[first] = value;
    return;
  }
  object[first] ??= {};
  put(object[first], "/" + rest.join("/"), value);
  if (Object.keys(object[first]).length === 0) delete object[first];
}

/**
 * @param {Storage} storage
 */
function createState(storage) {
  const listeners = new Set();
  let { now, past, future } = restored(storage);
  let lastKey = null;

  function become(next, key = null) {
    const before = now;
    now = frozen(next);
    lastKey = key;
    keep();
    for (const listener of listeners) {
      try {
        listener(now, before);
      } catch (fault) {
        // One part of the page that fails must not keep the others from what was entered.
        reportError(fault);
      }
    }
  }

  function keep() {
    try {
      storage.setItem(KEY, JSON.stringify({ now, past: past.slice(-MOST_STEPS), future }));
    } catch {
      // A full or forbidden storage costs the reload, not the examination.
    }
  }

  /** A step that is gone back to, with what was noted since. */
  function withNotes({ exam, page }) {
    const kept = Object.entries(page).filter(([name]) => !NOTED.includes(name));
    const noted = NOTED.filter((name) => name in now.page).map((name) => [name, now.page[name]]);
    return { exam, page: Object.fromEntries([...kept, ...noted]) };
  }

  return {
    get now() {
      return now;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
    /** One step; steps in a row with the same `key` are undone together. */
    change(edit, { key = null } = {}) {
      const draft = structuredClone(now);
      edit(draft);
      if (JSON.stringify(draft) === JSON.stringify(now)) return;
      if (key === null || key !== lastKey) past = [...past, now].slice(-MOST_STEPS);
      future = [];
      become(draft, key);
    },
    /** What the page itself notes, such as what was recorded: no step of its own. */
    note(edit) {
      const draft = structuredClone(now);
      edit(draft);
      become(draft, lastKey);
    },
    undo() {
      if (past.length === 0) return;
      future = [...future, now];
      const next = past.at(-1);
      past = past.slice(0, -1);
      become(withNotes(next));
    },
    redo() {
      if (future.length === 0) return;
      past = [...past, now];
      const next = future.at(-1);
      future = future.slice(0, -1);
      become(withNotes(next));
    },
    /** Forget everything, the steps too. */
    clear() {
      past = [];
      future = [];
      storage.removeItem(KEY);
      become(EMPTY);
      storage.removeItem(KEY);
    },
    subscribe(listener) {
      listeners.add(listener);
    },
  };
}

function restored(storage) {
  try {
    const kept = JSON.parse(storage.getItem(KEY));
    if (kept?.now?.exam && kept.now.page && Array.isArray(kept.past) && Array.isArray(kept.future)) {
      return { now: frozen(kept.now), past: kept.past, future: kept.future };
    }
  } catch {
    // Then the page starts empty.
  }
  return { now: frozen(EMPTY), past: [], future: [] };
}

function frozen(value) {
  if (value && typeof value === "object" && !Object.isFrozen(value)) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

export const state = createState(window.sessionStorage);
