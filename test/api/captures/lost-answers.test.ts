import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, ConflictError, ConnectionError, createSocket, sendByFetch } from '@sightline/core';
import type { RecordCapture } from '@sightline/core';
import { chanceOf } from '../../faults/seed.ts';
import { query } from '../../harness/database.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { createSource } from '../../harness/sources.ts';
import { startTestServer } from '../../harness/server.ts';
import { batchOf, eventOf, newCapture, newDevice, useOf } from './devices.ts';

/** Two hundred in the long form. */
const batchCount = process.env['TORTURE_LONG'] ? 200 : 50;

test('two devices, answers lost after the deed, batches sent twice at once and too early: each is there once, in order', async () => {
  await using server = await startTestServer();
  const person = await signUp(server, 'device');
  const chance = chanceOf('captures');
  const send = sendByFetch((...request) => fetch(...request));
  const lossy = new Client({
    ...{ baseUrl: server.url, token: person.token, maxRetries: 0 },
    transport: {
      openLive: createSocket,
      async send(request, signal) {
        const answer = await send(request, signal);
        // It was done, and nobody was told.
        if (chance.next() < 0.2) throw new ConnectionError('The answer was lost.');
        return answer;
      },
    },
  });
  const whole = new Client({ baseUrl: server.url, token: person.token });
  const startedAt = new Date(Date.now() - 86_400_000);
  let lost = 0;
  let early = 0;

  async function bring(label: string): Promise<void> {
    const device = newDevice();
    const capture = newCapture(await createSource(server, person), startedAt);
    const batches = Array.from({ length: batchCount }, (_, index): RecordCapture => {
      const events = [eventOf(index, startedAt, label)];
      return batchOf(device, { ...capture, events, usage: [useOf(startedAt)], isLast: index === batchCount - 1 });
    });
    for (let next = 0; next < batchCount;) {
      const at = Math.min(batchCount - 1, next + (chance.next() < 0.1 ? 2 : 0));
      try {
        const tries = chance.next() < 0.1 ? [batches[at]!, batches[at]!] : [batches[at]!];
        const told = await Promise.all(tries.map((batch) => lossy.captures.record(batch)));
        next = Math.max(...told.map(({ acceptedSeq }) => acceptedSeq));
      } catch (error) {
        if (error instanceof ConflictError) {
          early += 1;
          next = Number(error.details['expected']) - 1;
        } else {
          assert.ok(error instanceof ConnectionError, String(error));
          lost += 1;
        }
      }
    }
  }
  await Promise.all([bring('cat'), bring('dog')]);

  const seen: Record<string, number[]> = { cat: [], dog: [] };
  const others: string[] = [];
  for await (const { label, frameIndex, type } of whole.events.list({ pageSize: 100 })) {
    if (label === null) others.push(type);
    else seen[label]?.push(frameIndex ?? -1);
  }
  const all = Array.from({ length: batchCount }, (_, index) => index);
  assert.deepEqual(seen, { cat: all, dog: all });
  assert.deepEqual(others.sort(), ['SESSION_ENDED', 'SESSION_ENDED', 'SESSION_STARTED', 'SESSION_STARTED']);
  const uses = await query(
    server.databaseUrl,
    `select count(*)::int as "count" from "UsageRecord" where "organizationId" = '${uuidOf(person.organizationId)}'`,
  );
  assert.deepEqual(uses, [{ count: 2 * batchCount }]);
  assert.ok(lost > batchCount / 10 && early > 0, `${lost} answers were lost, ${early} batches came too early`);
});
