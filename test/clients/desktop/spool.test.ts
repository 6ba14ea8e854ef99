import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConnectionError, InvalidRequestError, NotFoundError, PermissionDeniedError } from '@sightline/core';
import type { CapturedEvent, RecordCapture } from '@sightline/core';
import { startDelivery } from '../../../clients/desktop/src/spool/deliver.ts';
import { openSpool } from '../../../clients/desktop/src/spool/open-spool.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'sightline-offline-'));
});
after(() => rm(root, { recursive: true, force: true }));

let folders = 0;
const newFolder = () => join(root, String((folders += 1)));
const use = () => ({ id: randomUUID(), task: 'detection', model: 'a@1', count: 1, at: new Date().toISOString() });
const newCapture = () => ({ captureId: randomUUID(), sourceId: 'a source', startedAt: new Date().toISOString() });
const seen = (label: string): CapturedEvent => ({
  ...{
    type: 'OBJECT_ENTERED',
    occurredAt: new Date().toISOString(),
    frameIndex: 1,
    trackNumber: 1,
    label,
    confidence: 1,
  },
  box: { x: 0, y: 0, width: 1, height: 1 },
});

/** Records as the server does: each number once, in order. */
function createServerOfBatches() {
  const batches: RecordCapture[] = [];
  return {
    batches,
    record(batch: RecordCapture) {
      const isDuplicate = batch.seq <= batches.length;
      if (!isDuplicate) {
        assert.equal(batch.seq, batches.length + 1);
        batches.push(batch);
      } else assert.deepEqual(batch, batches[batch.seq - 1], 'the same number, another batch');
      return Promise.resolve({ acceptedSeq: batches.length, isDuplicate, session: null });
    },
    uses: () => batches.flatMap(({ usage }) => usage ?? []).map(({ id }) => id),
    labels: () => batches.flatMap(({ events }) => events ?? []).map(({ label }) => label),
  };
}

const deliveryOf = (
  spool: Awaited<ReturnType<typeof openSpool>>,
  record: (batch: RecordCapture) => Promise<never> | ReturnType<ReturnType<typeof createServerOfBatches>['record']>,
) => startDelivery({ spool, record, tell: async () => {}, backoff: () => 600_000, onRefused() {}, onRecorded() {} });

describe('what waits to be told', () => {
  test('any cut, also of an answer, and any kill, and each use and event is told once, in order', async () => {
    const directory = newFolder();
    const server = createServerOfBatches();
    const uses: string[] = [];
    const labels: string[] = [];
    let calls = 0;
    for (let life = 0; life < 12; life += 1) {
      const spool = await openSpool({ directory, bytesMax: 10_000_000 });
      const capture = newCapture();
      for (let index = 0; index < 60; index += 1) {
        const one = use();
        uses.push(one.id);
        labels.push(`${life} ${index}`);
        await Promise.all([spool.addUse(one), spool.addSeen(capture, [seen(`${life} ${index}`)], index === 59)]);
      }
      // Before its effect, after it, and not at all, by turns; then the program is gone.
      const delivery = deliveryOf(spool, async (batch) => {
        calls += 1;
        if (calls % 3 === 0) throw new ConnectionError('before');
        const recorded = await server.record(batch);
        if (calls % 3 === 1) throw new ConnectionError('after');
        return recorded;
      });
      await delivery.sync().catch(() => {});
      await spool[Symbol.asyncDispose]();
    }
    const spool = await openSpool({ directory, bytesMax: 10_000_000 });
    await deliveryOf(spool, server.record).sync();
    assert.equal(spool.waitingCount, 0);
    await spool[Symbol.asyncDispose]();
    assert.deepEqual(server.uses(), uses);
    assert.deepEqual(server.labels(), labels);
    assert.equal(new Set(server.batches.map(({ deviceId }) => deviceId)).size, 1);
  });

  test('a tail that was being written is cut off, and what was there before stays', async () => {
    const directory = newFolder();
    const path = join(directory, 'spool.log');
    const first = await openSpool({ directory, bytesMax: 1_000_000 });
    const [kept, torn] = [use(), use()];
    await first.addUse(kept);
    const { size } = await stat(path);
    await first.addUse(torn);
    await first[Symbol.asyncDispose]();
    const whole = await readFile(path);
    for (const end of [size + 1, size + 7, size + 8, whole.length - 1]) {
      await writeFile(path, whole);
      await truncate(path, end);
      const spool = await openSpool({ directory, bytesMax: 1_000_000 });
      assert.deepEqual((await spool.nextBatch())?.usage, [kept]);
      await spool[Symbol.asyncDispose]();
    }
    await writeFile(path, whole.subarray(0, size));
    await appendFile(path, Buffer.alloc(4_096));
    const spool = await openSpool({ directory, bytesMax: 1_000_000 });
    await spool.addUse(torn);
    assert.deepEqual((await spool.nextBatch())?.usage, [kept, torn]);
    await spool[Symbol.asyncDispose]();
  });

  test('full is full, a capture can be ended all the same, and there is room again once it is told', async () => {
    const spool = await openSpool({ directory: newFolder(), bytesMax: 300_000 });
    const server = createServerOfBatches();
    const capture = newCapture();
    await spool.addSeen(capture, [seen('first')], false);
    let added = 0;
    await assert.rejects(
      async () => {
        for (;;) {
          await Promise.all(Array.from({ length: 50 }, () => spool.addUse(use())));
          added += 50;
        }
      },
      { code: 'SPOOL_FULL' },
    );
    assert.ok(added > 500);
    await spool.addSeen(capture, [], true);
    await deliveryOf(spool, server.record).sync();
    await spool.addUse(use());
    await spool[Symbol.asyncDispose]();
  });

  test('what is refused for good is given up and told, and its number goes to the next', async () => {
    const spool = await openSpool({ directory: newFolder(), bytesMax: 1_000_000 });
    const server = createServerOfBatches();
    const gone = newCapture();
    await spool.addSeen(gone, [seen('gone')], true);
    await spool.addSeen(newCapture(), [seen('kept')], true);
    const refused: unknown[] = [];
    const delivery = startDelivery({
      ...{ spool, backoff: () => 600_000, tell: async () => {}, onRecorded() {} },
      onRefused: ({ captureId }) => refused.push(captureId),
      record: async (batch) => {
        if (batch.captureId === gone.captureId)
          throw new NotFoundError('There is no such source.', { code: 'NOT_FOUND' });
        return server.record(batch);
      },
    });
    await delivery.sync();
    assert.deepEqual([refused, server.labels()], [[gone.captureId], ['kept']]);
    await spool[Symbol.asyncDispose]();
  });

  test('what is forbidden is set aside and told; the rest goes on, and it goes in its order once it is allowed', async () => {
    const directory = newFolder();
    const server = createServerOfBatches();
    const [forbidden, allowed] = [newCapture(), newCapture()];
    const state = { isForbidden: true, isAnswerLost: true };
    const record = async (batch: RecordCapture) => {
      const isTheirs = batch.captureId === forbidden.captureId;
      if (state.isForbidden && (isTheirs || !batch.captureId))
        throw new PermissionDeniedError('You may not.', { code: 'FORBIDDEN' });
      const recorded = await server.record(batch);
      if (isTheirs || !state.isAnswerLost) return recorded;
      state.isAnswerLost = false;
      throw new ConnectionError('The answer was lost.');
    };
    const told: [string | undefined, boolean][] = [];
    const deliver = (spool: Awaited<ReturnType<typeof openSpool>>) =>
      startDelivery({
        ...{ spool, record, backoff: () => 600_000, tell: async () => {}, onRecorded() {} },
        onRefused: ({ captureId }, { code }, { isKept }) => {
          assert.equal(code, 'FORBIDDEN');
          told.push([captureId ?? undefined, isKept]);
        },
      });
    let spool = await openSpool({ directory, bytesMax: 1_000_000 });
    await spool.addSeen(forbidden, [seen('1'), seen('2')], false);
    await spool.addSeen(allowed, [seen('a')], false);
    await spool.addSeen(forbidden, [seen('3')], false);
    await spool.addSeen(allowed, [seen('b')], true);
    await spool.addUse(use());
    let delivery = deliver(spool);
    await assert.rejects(delivery.sync(), ConnectionError);
    // The batch whose answer was lost is the same, though something is put back before it.
    await assert.rejects(delivery.sync(), { code: 'FORBIDDEN' });
    assert.deepEqual([server.labels(), server.uses().length, spool.waitingCount], [['a', 'b'], 0, 4]);
    assert.ok(told.length > 0 && told.every(([, isKept]) => isKept));
    assert.ok(told.some(([captureId]) => captureId === undefined));
    // Killed, and begun again.
    await spool[Symbol.asyncDispose]();
    spool = await openSpool({ directory, bytesMax: 1_000_000 });
    delivery = deliver(spool);
    await assert.rejects(delivery.sync(), { code: 'FORBIDDEN' });
    await spool.addSeen(forbidden, [seen('4')], true);
    state.isForbidden = false;
    await delivery.sync();
    assert.deepEqual(server.labels(), ['a', 'b', '1', '2', '3', '4']);
    assert.deepEqual([server.uses().length, spool.waitingCount, server.batches.at(-2)?.isLast], [1, 0, true]);
    await spool[Symbol.asyncDispose]();
  });

  test('what is forbidden takes no more than half of the room, and none of the uses', async () => {
    const directory = newFolder();
    const spool = await openSpool({ directory, bytesMax: 1_000_000 });
    const server = createServerOfBatches();
    const capture = newCapture();
    const fates = { kept: 0, lost: 0 };
    const delivery = startDelivery({
      ...{ spool, backoff: () => 600_000, tell: async () => {}, onRecorded() {} },
      onRefused: ({ events }, _error, { isKept }) => {
        fates[isKept ? 'kept' : 'lost'] += events?.length ?? 0;
      },
      record: async (batch) => {
        if (batch.captureId) throw new PermissionDeniedError('You may not.', { code: 'FORBIDDEN' });
        return server.record(batch);
      },
    });
    for (let times = 0; times < 3; times += 1) await spool.addUse(use());
    let added = 0;
    for (; spool.hasRoom; added += 100)
      await spool.addSeen(
        capture,
        Array.from({ length: 100 }, () => seen('much')),
        false,
      );
    await assert.rejects(delivery.sync(), { code: 'FORBIDDEN' });
    assert.deepEqual([fates.kept + fates.lost, server.uses().length], [added, 3]);
    assert.ok(fates.kept > 0 && fates.lost > 0);
    assert.equal(spool.waitingCount, fates.kept);
    await spool.addUse(use());
    await spool[Symbol.asyncDispose]();
    // As it was written anew.
    const again = await openSpool({ directory, bytesMax: 1_000_000 });
    assert.equal(again.waitingCount, fates.kept + 1);
    await again[Symbol.asyncDispose]();
  });

  test('one thing that makes no sense is given up alone: what came with it is told, in order, and the capture ends', async () => {
    const directory = newFolder();
    let spool = await openSpool({ directory, bytesMax: 1_000_000 });
    const server = createServerOfBatches();
    const labels = Array.from({ length: 40 }, (_, index) => `thing ${index}`);
    await spool.addSeen(newCapture(), labels.map(seen), true);
    const refused: (string | undefined)[] = [];
    let calls = 0;
    const refusing = async (batch: RecordCapture) => {
      calls += 1;
      // Killed in between, it goes on where it was.
      if (calls === 3) throw new ConnectionError('gone');
      if (batch.events?.some(({ label }) => label === 'thing 7' || label === 'thing 39'))
        throw new InvalidRequestError('A future.', { code: 'INPUT_INVALID' });
      return server.record(batch);
    };
    for (let life = 0; life < 2; life += 1) {
      const delivery = startDelivery({
        ...{ spool, record: refusing, backoff: () => 600_000, tell: async () => {}, onRecorded() {} },
        onRefused: ({ events }) => refused.push(...(events ?? []).map(({ label }) => label)),
      });
      await delivery.sync().catch(() => {});
      await spool[Symbol.asyncDispose]();
      spool = await openSpool({ directory, bytesMax: 1_000_000 });
    }
    assert.deepEqual(refused, ['thing 7', 'thing 39']);
    assert.deepEqual(
      server.labels(),
      labels.filter((label) => !refused.includes(label)),
    );
    assert.equal(server.batches.at(-1)?.isLast, true);
    assert.equal(await spool.nextBatch(), null);
    await spool[Symbol.asyncDispose]();
  });

  test('two programs do not work in one folder', async () => {
    const directory = newFolder();
    const spool = await openSpool({ directory, bytesMax: 1_000 });
    await assert.rejects(openSpool({ directory, bytesMax: 1_000 }), { code: 'CONFIGURATION_INVALID' });
    await spool[Symbol.asyncDispose]();
    // Whoever was killed has left its number, which may be somebody else's by now.
    for (const left of [`${2 ** 22 + 1}`, `${process.ppid} another-life 1`, '', `${process.pid}`]) {
      await writeFile(join(directory, 'lock'), left);
      await (await openSpool({ directory, bytesMax: 1_000 }))[Symbol.asyncDispose]();
    }
    await writeFile(join(directory, 'lock'), String(process.ppid));
    await assert.rejects(openSpool({ directory, bytesMax: 1_000 }), { code: 'CONFIGURATION_INVALID' });
  });

  test('of many that come at once for a lock that nobody holds any more, one gets it', async () => {
    const directory = newFolder();
    for (let time = 0; time < 20; time += 1) {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, 'lock'), String(2 ** 22 + 1));
      const tried = await Promise.allSettled(
        Array.from({ length: 8 }, () => openSpool({ directory, bytesMax: 1_000_000 })),
      );
      const [first, ...others] = tried.filter(({ status }) => status === 'fulfilled');
      assert.ok(first?.status === 'fulfilled');
      assert.equal(others.length, 0);
      await first.value[Symbol.asyncDispose]();
    }
    assert.deepEqual(await readdir(directory), ['spool.log']);
  });

  test('what cannot be written is refused by itself, and what came with it is kept', async () => {
    const directory = newFolder();
    const spool = await openSpool({ directory, bytesMax: 10_000_000 });
    const capture = newCapture();
    const endless = { ...seen('endless'), confidence: 1n as unknown as number };
    const results = await Promise.allSettled([
      spool.addSeen(capture, [seen('before')], false),
      spool.addSeen(capture, [endless], false),
      spool.addSeen(capture, [seen('x'.repeat(1024 * 1024))], false),
      spool.addSeen(capture, [seen('after')], true),
    ]);
    assert.deepEqual(
      results.map((result) => (result.status === 'rejected' ? result.reason.code : 'kept')),
      ['kept', 'INPUT_INVALID', 'INPUT_INVALID', 'kept'],
    );
    await spool[Symbol.asyncDispose]();
    const again = await openSpool({ directory, bytesMax: 10_000_000 });
    const server = createServerOfBatches();
    await deliveryOf(again, server.record).sync();
    assert.deepEqual(server.labels(), ['before', 'after']);
    await again[Symbol.asyncDispose]();
  });

  test('what is there and cannot be read is left as it is', async () => {
    const directory = newFolder();
    await (await openSpool({ directory, bytesMax: 1_000 }))[Symbol.asyncDispose]();
    const path = join(directory, 'spool.log');
    // More than is read in one piece, and nearly nothing on the disk.
    const bytes = 3 * 2 ** 30;
    await truncate(path, bytes);
    await assert.rejects(openSpool({ directory, bytesMax: 1_000 }), { code: 'ERR_FS_FILE_TOO_LARGE' });
    assert.equal((await stat(path)).size, bytes);
    await truncate(path, 0);
    await (await openSpool({ directory, bytesMax: 1_000 }))[Symbol.asyncDispose]();
  });

  test('full is full also for what is added in one go, and a small spool has room again once it is told', async () => {
    const bytesMax = 60_000;
    const directory = newFolder();
    const spool = await openSpool({ directory, bytesMax });
    const server = createServerOfBatches();
    for (let round = 0; round < 3; round += 1) {
      const added = await Promise.allSettled(Array.from({ length: 2_000 }, () => spool.addUse(use())));
      const refused = added.filter(({ status }) => status === 'rejected').length;
      assert.ok(refused > 0 && refused < 2_000, `${refused} of 2000 were refused in round ${round}`);
      assert.ok((await stat(join(directory, 'spool.log'))).size <= bytesMax);
      await deliveryOf(spool, server.record).sync();
    }
    await spool[Symbol.asyncDispose]();
  });
});
