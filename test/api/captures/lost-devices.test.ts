import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createSandbox, advanceClock } from '../../harness/sandbox.ts';
import { createSource } from '../../harness/sources.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { batchOf, clientOf, eventOf, newCapture, newDevice } from './devices.ts';

let server: TestServer;
before(async () => void (server = await startTestServer()));
after(() => server[Symbol.asyncDispose]());

test('a device that says nothing for a day has its sessions ended; what it brings later is recorded, and goes on with them', async () => {
  const sandbox = await createSandbox(server, 'vanished');
  const sourceId = await createSource(server, sandbox);
  const client = () => clientOf(server, sandbox);
  const startedAt = new Date();
  const devices = [newDevice(), newDevice()];
  const captures = devices.map(() => newCapture(sourceId, startedAt));
  const bring = (index: 0 | 1, frame: number, isLast = false) =>
    client().captures.record(
      batchOf(devices[index]!, { ...captures[index]!, events: [eventOf(frame, startedAt, `frame ${frame}`)], isLast }),
    );
  const first = (await bring(0, 0)).session?.id ?? '';
  const second = (await bring(1, 1)).session?.id ?? '';
  await client().sessions.stop(second);
  const states = async () =>
    Promise.all(
      [first, second].map(async (id) => {
        const session = await client().sessions.get(id);
        return [session?.state, session?.endReason ?? null, session?.endedAt !== null];
      }),
    );

  await advanceClock(server, sandbox, 'PT23H');
  assert.deepEqual(await states(), [
    ['RUNNING', null, false],
    ['STOPPING', null, false],
  ]);
  await advanceClock(server, sandbox, 'PT2H');
  assert.deepEqual(await states(), [
    ['FAILED', 'DEVICE_LOST', true],
    ['STOPPED', 'DEVICE_LOST', true],
  ]);

  // It was offline.
  assert.equal((await bring(0, 2)).session?.state, 'RUNNING');
  assert.equal((await bring(1, 3)).session?.state, 'STOPPING');
  assert.deepEqual(await states(), [
    ['RUNNING', null, false],
    ['STOPPING', null, false],
  ]);
  await bring(0, 4, true);
  await bring(1, 5, true);
  assert.deepEqual(await states(), [
    ['COMPLETED', 'SOURCE_ENDED', true],
    ['STOPPED', 'STOP_REQUESTED', true],
  ]);
  await advanceClock(server, sandbox, 'P3D');

  const told = [];
  for await (const { session, type, label } of client().events.list())
    if (session?.id === first) told.push(label ?? type);
  assert.deepEqual(told, [
    ...['SESSION_STARTED', 'frame 0', 'SESSION_ENDED'],
    ...['SESSION_STARTED', 'frame 2', 'frame 4', 'SESSION_ENDED'],
  ]);
  assert.equal((await client().sessions.get(first))?.eventCount, told.length);
});
