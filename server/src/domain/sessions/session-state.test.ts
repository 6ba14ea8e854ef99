import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionState } from '@sightline/db/client';
import { activeStates, finalStates, nextState } from './session-state.ts';
import type { SessionStep } from './session-state.ts';

const states = Object.values(SessionState);
const steps: SessionStep[] = ['lease', 'open', 'stop', 'complete', 'fail', 'close'];

test('every state is either active or final', () => {
  assert.deepEqual([...activeStates, ...finalStates].sort(), [...states].sort());
});

test('stop is possible from every state and never leads back to work', () => {
  for (const state of states) {
    const next = nextState(state, 'stop');
    assert.ok(next, state);
    assert.ok(next === 'STOPPING' || finalStates.some((final) => final === next), `${state} → ${next}`);
  }
});

test('a final state is never left', () => {
  for (const state of finalStates) {
    for (const step of steps) {
      const next = nextState(state, step);
      assert.ok(next === null || next === state, `${state} ${step}`);
    }
  }
});

test('from every active state a final one can be reached, whatever else happens', () => {
  for (const state of activeStates) {
    const reached = new Set<string>([state]);
    for (const from of reached) {
      for (const step of steps) {
        const next = nextState(from as SessionState, step);
        if (next) reached.add(next);
      }
    }
    assert.ok(
      finalStates.some((final) => reached.has(final)),
      state,
    );
  }
});

test('once a stop is asked for, every ending is a stop', () => {
  for (const step of ['close', 'complete', 'fail'] as const) assert.equal(nextState('STOPPING', step), 'STOPPED');
});
