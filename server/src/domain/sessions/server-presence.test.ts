import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { Pool } from 'pg';
import { pino } from 'pino';
import { openServerPresence } from './server-presence.ts';

/** Hands out connections whose lock query does what `answers` says next, and then succeeds. */
function poolOf(answers: ('ends' | 'refused')[]) {
  const open = new Set<EventEmitter>();
  const connect = async () => {
    const client = Object.assign(new EventEmitter(), {
      release: () => void open.delete(client),
      query: async () => {
        const answer = answers.shift();
        if (!answer) return;
        // PostgreSQL went away in the middle of the question: both say so.
        if (answer === 'ends') client.emit('error', new Error('gone'));
        throw new Error(answer);
      },
    });
    open.add(client);
    return client;
  };
  return { open, pool: { connect } as object as Pool };
}

test('PostgreSQL that goes away again and again while presence is taken costs one connection, and not one each time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answers: ('ends' | 'refused')[] = [];
  const { open, pool } = poolOf(answers);
  const presence = await openServerPresence(pool, pino({ level: 'silent' }));
  const [first] = open;
  answers.push('ends', 'refused', 'ends');
  first!.emit('error', new Error('gone'));
  for (let second = 0; second < 12; second += 1) {
    t.mock.timers.tick(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.ok(open.size <= 1, `${open.size} connections`);
  }
  assert.deepEqual([answers, open.size], [[], 1]);
  await presence.close();
  assert.equal(open.size, 0);
});
