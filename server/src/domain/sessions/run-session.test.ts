import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '@sightline/db/client';
import { pino } from 'pino';
import type { RunMessage } from '../../ports.ts';
import { runSession } from './run-session.ts';
import type { SessionRecord } from './session-record.ts';

const session = { id: 's', sourceId: 'x', attemptCount: 1, framesRead: 0, nextTrackNumber: 1 } as Session;
const attemptsMax = 40;

const depsOf = (run: () => AsyncGenerator<RunMessage>) => ({
  ...{ inference: { run, check: async () => {} }, log: pino({ level: 'silent' }) },
  runSource: async () => ({ kind: 'IMAGES' as const, frames: [], frameIntervalMs: 1 }),
  batchesUrl: () => 'http://here',
  waitsMs: Array<number>(7).fill(0),
});

/** Runs a session whose sidecar opens the source, confirms as much, and breaks; `framesAfter` says what is recorded then. */
async function runBroken(framesAfter: (attempt: number) => number) {
  let attempts = 0;
  const over = new AbortController();
  const record = {
    beginAttempt: async () => ({ ...session, framesRead: framesAfter(attempts) }),
    framesRead: async () => framesAfter(attempts),
  } as object as SessionRecord;
  async function* run(): AsyncGenerator<RunMessage> {
    attempts += 1;
    if (attempts === attemptsMax) over.abort(new Error('endless'));
    yield { type: 'progress', acceptedSeq: 1 };
    throw new Error('broken');
  }
  const deps = { ...depsOf(run), record };
  const ending = await runSession(deps, session, { sessionId: 's', owner: 'o' }, over.signal);
  return { attempts, reason: ending.reason };
}

test('a sidecar that opens the source and breaks before the first frame, each time, is given up', async () => {
  assert.deepEqual(await runBroken(() => 0), { attempts: 8, reason: 'INFERENCE_LOST' });
});

test('whatever is recorded has the tries begin anew', async () => {
  // Three frames in each of the first twenty attempts, and none after them.
  assert.deepEqual(await runBroken((attempt) => 3 * Math.min(attempt, 20)), { attempts: 27, reason: 'INFERENCE_LOST' });
});

test('what could not be recorded, again and again, is told as that: the sidecar was there', async () => {
  const record = {
    beginAttempt: async () => session,
    framesRead: async () => 0,
    open: () => Promise.reject(new Error('no space left')),
  } as object as SessionRecord;
  async function* run(): AsyncGenerator<RunMessage> {
    yield { type: 'opened', framesTotal: 1, model: { name: 'm', version: '1', digest: '' } };
  }
  const deps = { ...depsOf(run), record };
  const ending = await runSession(deps, session, { sessionId: 's', owner: 'o' }, new AbortController().signal);
  assert.deepEqual([ending.reason, ending.detail], ['INTERNAL', 'What was seen could not be recorded.']);
});
