import type { SessionState } from '@sightline/db/client';

/**
 * The life of a session. `lease` is a server taking it (again after a crash), `open` the first word from the
 * sidecar, `stop` a person's wish, `complete` the end of the source, `fail` anything that will not get better,
 * `close` the last step after a stop.
 */
const transitions = {
  QUEUED: { lease: 'STARTING', stop: 'STOPPED', fail: 'FAILED' },
  STARTING: { lease: 'STARTING', open: 'RUNNING', stop: 'STOPPING', complete: 'COMPLETED', fail: 'FAILED' },
  RUNNING: { lease: 'STARTING', open: 'RUNNING', stop: 'STOPPING', complete: 'COMPLETED', fail: 'FAILED' },
  STOPPING: {
    lease: 'STOPPING',
    open: 'STOPPING',
    stop: 'STOPPING',
    close: 'STOPPED',
    complete: 'STOPPED',
    fail: 'STOPPED',
  },
  COMPLETED: { stop: 'COMPLETED' },
  STOPPED: { stop: 'STOPPED' },
  FAILED: { stop: 'FAILED' },
} as const satisfies Record<SessionState, Partial<Record<SessionStep, SessionState>>>;

export type SessionStep = 'lease' | 'open' | 'stop' | 'complete' | 'fail' | 'close';

/** The state after a step, or null when the step is not possible from here. Pure. */
export function nextState(state: SessionState, step: SessionStep): SessionState | null {
  const possible: Partial<Record<SessionStep, SessionState>> = transitions[state];
  return possible[step] ?? null;
}

/** States a session does not leave any more. */
export const finalStates = ['COMPLETED', 'STOPPED', 'FAILED'] as const satisfies readonly SessionState[];

/** States in which a server has, or should have, work to do. */
export const activeStates = ['QUEUED', 'STARTING', 'RUNNING', 'STOPPING'] as const satisfies readonly SessionState[];
