import { readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** As `nice` counts: less is more. */
const raisedPriority = -15;
/** Linux shares the processor between sessions first, and heeds `nice` only within one. Sessions have a value, too. */
const sessionPath = '/proc/self/autogroup';

/**
 * Asks the system to serve us and what we start before others: the less of the machine's other work is measured, the
 * fewer rounds it takes. A system may refuse.
 */
export function raisePriority(): Disposable & { isRaised: boolean } {
  const before = { process: getPriority(), session: sessionPriority() };
  const set = (priority: number) => attempt(() => setPriority(priority));
  const setSession = (priority: number) => attempt(() => writeFileSync(sessionPath, String(priority)));
  const isRaised = set(raisedPriority) && (before.session === null || setSession(raisedPriority));
  return {
    isRaised,
    [Symbol.dispose]() {
      set(before.process);
      if (before.session !== null) setSession(before.session);
    },
  };
}

/** Null where sessions have none. */
function sessionPriority(): number | null {
  let text = '';
  attempt(() => {
    text = readFileSync(sessionPath, 'utf8');
  });
  const nice = /nice (-?\d+)/.exec(text)?.[1];
  return nice === undefined ? null : Number(nice);
}

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
