import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createStorageRoom } from '@sightline/server/domain/billing/storage-room';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { createOutbox } from '@sightline/server/domain/outbox/outbox';
import { createSessionRecord } from '@sightline/server/domain/sessions/session-record';
import { createDiskStorage } from '@sightline/server/infra/disk-storage';
import type { RunMessage } from '@sightline/server/ports';
import { query } from '../../harness/database.ts';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession } from '../../harness/sources.ts';
import { postBatch, sessionRow } from './batches.ts';

type Frame = Extract<RunMessage, { type: 'frame' }>;
const picture = (index: number, bytes: string): Frame => ({
  ...(frame(index, [{ trackNumber: index + 1 }], index + 2) as Frame),
  snapshot: Buffer.from(bytes),
});
const batch = (...frames: Frame[]) => ({ opened: null, frames });

const fake = createFakeInference();
let server: TestServer;
before(async () => void (server = await startTestServer({ inference: fake.inference })));
after(() => server[Symbol.asyncDispose]());

/** A session that runs in the server, and another server beside it, on the same database and files. */
async function openWorld({ roomFor = 1_000_000 } = {}) {
  await using opening = new AsyncDisposableStack();
  const person = await signUp(server);
  const organizationId = uuidOf(person.organizationId);
  const id = await startSession(server, person, await createSource(server, person));
  const sessionId = uuidOf(id);
  const run = await fake.nextRun();
  const { pool } = opening.use(openDatabase(server.databaseUrl));
  const directory = join(server.sourceDirectory, 'files');
  const storage = createDiskStorage({ directory, signingKey: 'x'.repeat(32), publicUrl: () => 'http://here' });
  const clock = { now: () => new Date() };
  const deps = { pool, clock, storage, events: createEventWriter({ clock }) };
  const room = createStorageRoom({
    ...{ pool, keepMs: 1_000_000 },
    entitlements: { of: async () => ({ maxStoredBytes: roomFor }) } as never,
  });
  const other = { ...deps, room, outbox: createOutbox({ relay: { kick() {} } }) };
  const open = opening.move();
  return {
    ...{ id, organizationId, sessionId, run, storage, other },
    record: createSessionRecord(other),
    /** What is in the files of the session, and what its rows say of it. */
    async pictures() {
      const rows = await query(
        server.databaseUrl,
        `select "storageKey" as key, "byteSize"::int as size from "Artifact" where "sessionId" = '${sessionId}' order by 1`,
      );
      const texts = rows.map(async ({ key, size }) => {
        const text = await new Response((await storage.read(String(key))) as never).text();
        assert.equal(text.length, size);
        return text;
      });
      const folder = String(rows[0]?.['key'] ?? 'none').replace(/\/[^/]*$/, '');
      const files = await readdir(join(directory, folder)).catch(() => []);
      return { texts: await Promise.all(texts), fileCount: files.length };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

test('what an attempt that is over stores late changes nothing of the picture that is recorded, and does not stay', async () => {
  await using world = await openWorld();
  const { id, sessionId, run, storage } = world;
  await postBatch(server, id, '1.1', [opened]);
  const stopped = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const late = createSessionRecord({
    ...world.other,
    storage: {
      ...storage,
      async put(...put) {
        stopped.resolve();
        await released.promise;
        await storage.put(...put);
      },
    },
  });
  const posted = late.batch({ sessionId, attempt: 1, seq: 2 }, batch(picture(0, 'the old one')));
  await stopped.promise;
  run.breakOff();
  const second = await fake.nextRun();
  assert.equal(second.spec.deliver.attempt, 2);
  const messages = [opened, picture(0, 'new')];
  assert.equal((await postBatch(server, id, '2.1', messages)).status, 200);
  released.resolve();
  await assert.rejects(posted, { code: 'BATCH_OUT_OF_ORDER' });
  assert.deepEqual(await world.pictures(), { texts: ['new'], fileCount: 1 });
});

test('a lease that was lost before stores no picture at all', async () => {
  await using world = await openWorld();
  const { id, sessionId } = world;
  await postBatch(server, id, '1.1', [opened, picture(0, 'kept')]);
  const frozen = { sessionId, owner: crypto.randomUUID() };
  await assert.rejects(world.record.frames(frozen, [picture(1, 'never')]), { name: 'LeaseLostError' });
  assert.deepEqual(await world.pictures(), { texts: ['kept'], fileCount: 1 });
});

test('the same batch many times at once takes room for its pictures once', async () => {
  await using world = await openWorld({ roomFor: 8 });
  const { id, sessionId, record } = world;
  await record.batch({ sessionId, attempt: 1, seq: 1 }, { opened: { framesTotal: null, model: 'm@1' }, frames: [] });
  for (const seq of [2, 3]) {
    const twins = Array.from({ length: 6 }, () =>
      record.batch({ sessionId, attempt: 1, seq }, batch(picture(seq, `no ${seq}`))),
    );
    assert.equal((await Promise.all(twins)).filter(({ isDuplicate }) => !isDuplicate).length, 1);
  }
  // Room for two of four bytes each, and both were kept; for a third one there is none.
  await record.batch({ sessionId, attempt: 1, seq: 4 }, batch(picture(4, 'no 4')));
  assert.deepEqual(await world.pictures(), { texts: ['no 2', 'no 3'], fileCount: 2 });
  assert.equal((await sessionRow(server, id)).batchSeq, 4);
});

test('what is not recorded after all gives its room back: another server was quicker, or it went wrong', async () => {
  await using world = await openWorld({ roomFor: 8 });
  const { id, sessionId, storage, record } = world;
  await postBatch(server, id, '1.1', [opened]);
  const roomLeft = async () => {
    const given = await Promise.all([1, 2, 3].map(() => world.other.room.take(world.organizationId, 4)));
    given.forEach((giveBack) => giveBack?.());
    return given.filter(Boolean).length;
  };
  assert.equal(await roomLeft(), 2);

  // The server records the same batch while the other one stores.
  const beaten = createSessionRecord({
    ...world.other,
    storage: {
      ...storage,
      async put(...put) {
        await storage.put(...put);
        await postBatch(server, id, '1.2', [picture(0, 'no 0')]);
      },
    },
  });
  const { isDuplicate } = await beaten.batch({ sessionId, attempt: 1, seq: 2 }, batch(picture(0, 'no 0')));
  assert.ok(isDuplicate);
  assert.deepEqual(await world.pictures(), { texts: ['no 0'], fileCount: 1 }, 'the file is the same, and stays');
  assert.equal(await roomLeft(), 2);

  const broken = createSessionRecord({ ...world.other, events: { append: () => Promise.reject(new Error('no')) } });
  await assert.rejects(broken.batch({ sessionId, attempt: 1, seq: 3 }, batch(picture(1, 'no 1'))), /^Error: no$/);
  const full = createSessionRecord({
    ...world.other,
    storage: { ...storage, put: () => Promise.reject(new Error('disk full')) },
  });
  await assert.rejects(full.batch({ sessionId, attempt: 1, seq: 3 }, batch(picture(1, 'no 1'))), /disk full/);
  assert.equal(await roomLeft(), 2);
  await record.batch({ sessionId, attempt: 1, seq: 3 }, batch(picture(1, 'no 1')));
  assert.deepEqual(await world.pictures(), { texts: ['no 0', 'no 1'], fileCount: 2 });
});
