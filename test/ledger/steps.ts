import { writeSync } from 'node:fs';

// Taken before anybody patches it: what is said here is no step.
const say = writeSync;

/** Tells the test on standard output, at once: what was told is known there, whatever comes next. */
export const tell = (line: string): void => void say(1, `${line}\n`);

export type Steps = (() => void) & {
  /** Steps so far. */
  count(): number;
};

/**
 * Counts the steps of this process, which are all moments before and after it touches a file, the network or the database,
 * and ends it by the signal that nobody can catch at the one whose number is in `KILL_AT` (0: never).
 */
export function createSteps(): Steps {
  const killAt = Number(process.env['KILL_AT'] ?? 0);
  let count = 0;
  function step(): void {
    count += 1;
    if (count !== killAt) return;
    tell('killed');
    process.kill(process.pid, 'SIGKILL');
  }
  return Object.assign(step, { count: () => count });
}

/** The same function with a step before it and one after it is done. */
export function stepwise<Arguments extends unknown[], Result>(
  step: () => void,
  work: (...args: Arguments) => Result,
): (...args: Arguments) => Result {
  return (...args) => {
    step();
    const result = work(...args);
    if (!(result instanceof Promise)) {
      step();
      return result;
    }
    const after = () => step();
    return result.finally(after) as Result;
  };
}
