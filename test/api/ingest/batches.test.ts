import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { createFakeInference, frame, opened } from '../../harness/fake-inference.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { eachBus } from '../../harness/each-bus.ts';
import { query } from '../../harness/database.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { createSource, startSession, waitForSession } from '../../harness/sources.ts';
import { until } from '../../harness/until.ts';
import { encode, feedOf, postBatch, sessionRow } from './batches.ts';

const seen = (index: number, trackNumber: number) => frame(index, [{ trackNumber }], trackNumber + 1);
const isOnce = (numbers: readonly number[]) => new Set(numbers).size === numbers.length;

/** A server and a session on it whose run a test posts by hand. */
async function running(server: TestServer, fake: ReturnType<typeof createFakeInference>, person: Person) {
  const id = await startSession(server, person, await createSource(server, person));
  return { id, run: await fake.nextRun() };
}

eachBus((bus) => {
  const fake = createFakeInference();
  let server: TestServer;
  before(async () => void (server = await startTestServer({ bus, inference: fake.inference })));
  after(() => server[Symbol.asyncDispose]());

  test('a batch is recorded once, in its turn, and is confirmed as often as it comes', async () => {
    const person = await signUp(server);
    const { id, run } = await running(server, fake, person);
    assert.match(run.spec.deliver.url, /^http.*\/internal\/sessions\/[0-9a-f-]{36}\/batches$/);
    assert.equal(run.spec.deliver.attempt, 1);

    const batches = [[opened, seen(0, 1)], [seen(1, 2), seen(2, 3)], [seen(3, 4)]];
    assert.deepEqual(await postBatch(server, id, '1.2', batches[1]!), {
      ...{ status: 409, code: 'BATCH_OUT_OF_ORDER', expected: 1 },
    });
    assert.deepEqual(await postBatch(server, id, '1.1', batches[0]!), { status: 200, acceptedSeq: 1 });
    assert.deepEqual(await postBatch(server, id, '1.1', batches[0]!), {
      ...{ status: 200, acceptedSeq: 1, isDuplicate: true },
    });
    // Ten at once, of which one is the first.
    const answers = await Promise.all(Array.from({ length: 10 }, () => postBatch(server, id, '1.2', batches[1]!)));
    assert.ok(answers.every(({ status, acceptedSeq }) => status === 200 && acceptedSeq === 2));
    assert.equal(answers.filter(({ isDuplicate }) => !isDuplicate).length, 1);
    assert.deepEqual(await postBatch(server, id, '1.4', batches[2]!), {
      ...{ status: 409, code: 'BATCH_OUT_OF_ORDER', expected: 3 },
    });
    assert.deepEqual(await postBatch(server, id, '1.3', batches[2]!), { status: 200, acceptedSeq: 3 });

    run.send({ type: 'progress', acceptedSeq: 3 }, { type: 'ended' });
    const session = await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
    assert.deepEqual([session.framesRead, session.eventCount, session.attemptCount], [4, 10, 1]);
    const feed = await feedOf(server, person);
    assert.deepEqual(
      feed.map(({ seq, type, trackNumber }) => [seq, type, trackNumber]),
      [
        [1, 'SESSION_STARTED', null],
        ...[1, 2, 3, 4].map((track) => [track + 1, 'OBJECT_ENTERED', track]),
        ...[1, 2, 3, 4].map((track) => [track + 5, 'OBJECT_LEFT', track]),
        [10, 'SESSION_ENDED', null],
      ],
    );
    assert.ok(feed.slice(1, 5).every(({ snapshot }) => snapshot !== null));
    const [counted] = await query(
      server.databaseUrl,
      `select count(*)::int as "count" from "Artifact" where "sessionId" = '${uuidOf(id)}'`,
    );
    assert.equal(counted?.['count'], 4, 'one file a frame, however often it was sent');
    // Late answers that got lost are asked for once more; what is new comes too late.
    assert.deepEqual(await postBatch(server, id, '1.3', batches[2]!), {
      ...{ status: 200, acceptedSeq: 3, isDuplicate: true },
    });
    assert.deepEqual(await postBatch(server, id, '1.4', [seen(4, 5)]), {
      ...{ status: 409, code: 'BATCH_OUT_OF_ORDER', expected: null },
    });
  });

  test('an attempt after a break goes on from what is recorded, and the one before is refused', async () => {
    const person = await signUp(server);
    const { id, run } = await running(server, fake, person);
    await postBatch(server, id, '1.1', [opened, seen(0, 1), seen(1, 2)]);
    run.breakOff();

    const second = await fake.nextRun();
    const { startFrameIndex, nextTrackNumber, deliver } = second.spec;
    assert.deepEqual([startFrameIndex, nextTrackNumber, deliver.attempt], [2, 3, 2]);
    assert.deepEqual(await postBatch(server, id, '1.2', [seen(2, 3)]), {
      ...{ status: 409, code: 'BATCH_OUT_OF_ORDER', expected: null },
    });
    // What the sidecar read again, because it was not sure, changes nothing.
    await postBatch(server, id, '2.1', [opened, seen(1, 2), seen(2, 3)]);
    second.send({ type: 'ended' });
    const session = await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
    assert.deepEqual([session.framesRead, session.attemptCount], [3, 2]);
    const entered = (await feedOf(server, person)).filter(({ type }) => type === 'OBJECT_ENTERED');
    assert.deepEqual(
      entered.map(({ frameIndex }) => frameIndex),
      [0, 1, 2],
    );
  });

  test('batches go to any server, and both agree which is the next', async (context) => {
    if (bus === 'memory') return context.skip('two processes need Redis');
    const first = server;
    const idle = createFakeInference();
    const { databaseUrl } = first;
    await using second = await startTestServer({ bus, inference: idle.inference, databaseUrl });
    const person = await signUp(first);
    const id = await startSession(first, person, await createSource(first, person));
    const run = await Promise.race([fake.nextRun(), idle.nextRun()]);
    await postBatch(first, id, '1.1', [opened]);
    // Each batch is sent to both at once, as after an answer that got lost.
    for (let seq = 2; seq <= 21; seq += 1) {
      const messages = [seen(2 * seq, 2 * seq), seen(2 * seq + 1, 2 * seq + 1)];
      const both = await Promise.all([first, second].map((each) => postBatch(each, id, `1.${seq}`, messages)));
      assert.deepEqual(
        both.map(({ status, acceptedSeq }) => [status, acceptedSeq]),
        [
          [200, seq],
          [200, seq],
        ],
      );
      assert.equal(both.filter(({ isDuplicate }) => isDuplicate).length, 1);
    }
    run.send({ type: 'ended' });
    await waitForSession(second, person, id, ({ state }) => state === 'COMPLETED');
    const feed = await feedOf(second, person);
    assert.deepEqual(
      feed.map(({ seq }) => seq),
      Array.from({ length: 82 }, (_, index) => index + 1),
    );
    const frames = feed.filter(({ type }) => type === 'OBJECT_ENTERED').map(({ frameIndex }) => frameIndex!);
    assert.deepEqual(
      frames,
      Array.from({ length: 40 }, (_, index) => index + 4),
    );
    assert.ok(isOnce(frames));
  });
});

describe('what is no batch', () => {
  const fake = createFakeInference();
  let server: TestServer;
  let id: string;
  before(async () => {
    server = await startTestServer({ inference: fake.inference });
    ({ id } = await running(server, fake, await signUp(server)));
  });
  after(() => server[Symbol.asyncDispose]());

  const [first, second] = [Buffer.from(encode(opened)), Buffer.from(encode(seen(1, 1)))];
  const cases: [string, string, Uint8Array<ArrayBuffer>, string, Record<string, string>?][] = [
    ['without the token', '1.1', first, '401 UNAUTHENTICATED', { authorization: 'Bearer nonsense' }],
    ['without a number', 'one', first, '400 INPUT_INVALID'],
    ['number 0', '1.0', first, '400 INPUT_INVALID'],
    ['a number that no column holds', '1.9999999999', first, '400 INPUT_INVALID'],
    ['of another type', '1.1', first, '415 UNSUPPORTED_MEDIA_TYPE', { 'content-type': 'application/json' }],
    ['bytes', '1.1', Buffer.from('nonsense, and some more of it'), '400 INPUT_INVALID'],
    ['half a message', '1.1', first.subarray(0, first.length - 3), '400 INPUT_INVALID'],
    ['a first batch that does not begin', '1.1', second, '400 INPUT_INVALID'],
    ['a second beginning', '1.1', Buffer.concat([first, first]), '400 INPUT_INVALID'],
    ['an end', '1.2', encode({ type: 'ended' }), '400 INPUT_INVALID'],
    ['frames backwards', '1.1', Buffer.concat([first, second, second]), '400 INPUT_INVALID'],
    ['a frame that no column holds', '1.1', Buffer.concat([first, encode(seen(2 ** 31, 1))]), '400 INPUT_INVALID'],
    [
      'text that no column holds',
      '1.1',
      Buffer.concat([first, encode(frame(0, [{ label: 'a\0b' }]))]),
      '400 INPUT_INVALID',
    ],
    ['a track of no number', '1.1', Buffer.concat([first, encode(seen(0, 0))]), '400 INPUT_INVALID'],
    [
      'a picture too many',
      '1.2',
      encode({ ...seen(0, 1), snapshot: new Uint8Array(9 << 20) } as never),
      '400 INPUT_INVALID',
    ],
  ];
  for (const [name, batch, body, expected, headers] of cases) {
    test(`${name}: ${expected}`, async () => {
      const { status, code } = await postBatch(server, id, batch, body, headers);
      assert.equal(`${status} ${code}`, expected);
    });
  }

  test('of a session that is not there', async () => {
    const nowhere = '01900000-0000-7000-8000-000000000000';
    assert.equal((await postBatch(server, nowhere, '1.1', [opened])).code, 'NOT_FOUND');
    assert.equal((await postBatch(server, 'nonsense', '1.1', [opened])).code, 'NOT_FOUND');
  });

  test('nothing of all that was recorded', async () => {
    const { batchSeq, framesRead, eventCount, state } = await sessionRow(server, id);
    assert.deepEqual(
      { batchSeq, framesRead, eventCount, state },
      { batchSeq: 0, framesRead: 0, eventCount: 0, state: 'STARTING' },
    );
  });

  test('a body that stops leaves its place to others', async () => {
    const { port, hostname } = new URL(server.url);
    const head = `POST /internal/sessions/01900000-0000-7000-8000-000000000000/batches HTTP/1.1\r\nhost: here\r\n`;
    for (let round = 0; round < 20; round += 1) {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(`${head}authorization: Bearer x\r\ncontent-length: 10\r\n\r\n{`);
      socket.destroy();
    }
    await until(async () => (await postBatch(server, id, '1.1', [opened, seen(0, 1)])).status === 200);
  });
});
