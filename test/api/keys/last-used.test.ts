import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { movableClock } from '../../harness/movable-clock.ts';
import { signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { newKey, readKey, rerollKey, useKey } from './keys.ts';

test('when a key was last used is known to the minute, whichever of its secrets it was', async () => {
  const clock = movableClock();
  await using server = await startTestServer({ clock });
  const person = await signUp(server);
  const { secret: token, id } = await newKey(server, person);
  const lastUsed = async () => (await readKey(server, person, id)).lastUsedAt as string | null;
  /** It is written while the answer is on its way. */
  const becomes = async (moment: string) => {
    while ((await lastUsed()) !== moment) await setImmediate();
  };

  assert.equal(await lastUsed(), null);
  const first = clock.now().toISOString();
  (await useKey(server, { token })).expectData();
  await becomes(first);
  clock.advance({ ms: 59_000 });
  (await useKey(server, { token })).expectData();
  assert.equal(await lastUsed(), first, 'not again within a minute');
  clock.advance({ ms: 2_000 });
  await rerollKey(server, person, { id });
  (await useKey(server, { token })).expectData();
  await becomes(clock.now().toISOString());
});
