import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { Pool } from 'undici';
import { encode, postBatch, runType, sessionRow } from '../api/ingest/batches.ts';
import { query } from '../harness/database.ts';
import { createFakeInference, frame, opened } from '../harness/fake-inference.ts';
import { signUp, uuidOf } from '../harness/people.ts';
import { serviceToken, startTestServer } from '../harness/server.ts';
import type { TestServer } from '../harness/server.ts';
import { createSource, startSession } from '../harness/sources.ts';
import { internalsIn } from './fuzz/internals.ts';
import { oddJson, oddNumber, oddText } from './fuzz/odd-values.ts';
import { showProgress } from './fuzz/progress.ts';
import { createRandom } from './fuzz/random.ts';
import type { Random } from './fuzz/random.ts';
import { isLong, report } from './report.ts';

const requests = isLong ? 10_000 : 200;
const parallel = 8;
const hangMs = 30_000;

type Asked = {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Bytes of the body that are sent. */ cut?: number;
};

const fake = createFakeInference();
let server: TestServer;
let pool: Pool;
before(async () => {
  server = await startTestServer({ inference: fake.inference });
  pool = new Pool(server.url, { connections: parallel, headersTimeout: hangMs, bodyTimeout: hangMs });
});
after(async () => {
  await pool.destroy();
  await server[Symbol.asyncDispose]();
});

test(`${requests} batches as no sidecar sends them: no 5xx, nothing of our insides, and nothing of what is refused is kept`, async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
  const random = createRandom(seed);
  const person = await signUp(server);
  const id = await startSession(server, person, await createSource(server, person));
  await fake.nextRun();
  const before = await kept(id);
  const told = showProgress('batches', requests);
  const statuses = new Map<string, number>();
  const bad: string[] = [];
  const counts = { '5xx': 0, hangs: 0, internals: 0, 'without a code': 0, accepted: 0 };

  const open = Array.from({ length: requests }, () => spoiled(random, id));
  await Promise.all(
    Array.from({ length: parallel }, async () => {
      for (let next = open.pop(); next; next = open.pop()) {
        told();
        if (next.cut !== undefined) {
          await sendCut(next, next.cut);
          continue;
        }
        const { status, text } = await send(next);
        const code = /"code": ?"(\w+)"/.exec(text)?.[1] ?? '';
        statuses.set(`${status} ${code}`, (statuses.get(`${status} ${code}`) ?? 0) + 1);
        const sent = `${next.path} ${JSON.stringify(next.headers)} ${next.body.toString('latin1')}`;
        const found = internalsIn(text, sent);
        const wrong = [
          ...(status >= 500 && code !== 'INGEST_BUSY' ? (['5xx'] as const) : []),
          ...(status === 0 ? (['hangs'] as const) : []),
          ...(found.length > 0 ? (['internals'] as const) : []),
          ...(status >= 400 && !code ? (['without a code'] as const) : []),
          ...(status > 0 && status < 400 ? (['accepted'] as const) : []),
        ];
        for (const kind of wrong) counts[kind] += 1;
        if (wrong.length > 0) bad.push(`${wrong} ${found} ${status} ${text.slice(0, 300)}\n  ${sent.slice(0, 400)}`);
      }
    }),
  );

  const now = await kept(id);
  const stored = JSON.stringify(now) === JSON.stringify(before) ? 0 : 1;
  const bugs = server.logs.filter((line) => line.includes('"level":"error"'));
  report(
    'fuzzed batches',
    { tried: requests, ...counts, 'kept of refused ones': stored, 'bugs in the log': bugs.length },
    { seed, ...Object.fromEntries([...statuses].sort()) },
  );
  assert.deepEqual(bad.slice(0, 5), [], `FUZZ_SEED=${seed}`);
  assert.deepEqual(bugs.slice(0, 3), [], `FUZZ_SEED=${seed}`);
  assert.deepEqual(now, before, `FUZZ_SEED=${seed}`);
  // After all of it the right one is still the first.
  assert.deepEqual(await postBatch(server, id, '1.1', [opened, frame(0, [{}])]), { status: 200, acceptedSeq: 1 });
});

/** What is there of a session, and of everything a batch leaves. */
async function kept(id: string) {
  const tables = ['Event', 'Artifact', 'OpenTrack', 'UsageRecord'].map(
    (table) => `(select count(*)::int from "${table}") as "${table}"`,
  );
  const [counted] = await query(server.databaseUrl, `select ${tables.join()}`);
  return { ...(await sessionRow(server, id)), ...counted };
}

const message = (header: unknown, blob = Buffer.alloc(0)): Buffer => {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(text.byteLength, 0);
  prefix.writeUInt32BE(blob.byteLength, 4);
  return Buffer.concat([prefix, text, blob]);
};
const bytes = (random: Random, most: number) => Buffer.from(random.times(most, () => random.whole(256)));
const first = encode(opened);
const right = Buffer.concat([first, encode(frame(0, [{}])), encode(frame(1, [{ trackNumber: 2 }]))]);

/** Bodies that are no first batch, however they are looked at. */
const wrongBodies: readonly ((random: Random) => Buffer)[] = [
  () => Buffer.alloc(0),
  (random) => Buffer.concat([Buffer.from([255]), bytes(random, 2_000)]),
  // Cut anywhere but where a message ends.
  (random) => right.subarray(0, right.length - 1 - random.whole(right.length - first.length - 300)),
  // Lengths that nothing has.
  (random) => {
    const body = Buffer.from(right);
    body.writeUInt32BE(random.pick([0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 20 + 1]), random.pick([0, first.length]));
    return body;
  },
  (random) => Buffer.concat([first, message(JSON.stringify(oddJson(random)))]),
  (random) => Buffer.concat([first, message(oddText(random) || 'x')]),
  (random) => Buffer.concat([first, message(bytes(random, 50).toString('latin1') || '{')]),
  (random) => Buffer.concat([first, encode({ ...frame(0, [{}]), ...wrongPart(random) } as never)]),
  (random) => Buffer.concat([first, encode(frame(0, [wrongTrack(random) as never]))]),
  (random) => message({ type: 'opened', framesTotal: random.pick([-1, 0.5, 2 ** 31, 'x']), model: oddJson(random) }),
  () => Buffer.concat([first, message('['.repeat(200_000))]),
  (random) => Buffer.concat([first, message({ type: random.pick(['opened', 'ended', '__proto__', '']) })]),
  () => Buffer.concat(Array.from({ length: 1_002 }, (_, index) => (index === 0 ? first : encode(frame(index))))),
];
const wrongPart = (random: Random) =>
  random.pick<object>([
    { index: random.pick([-1, 0.5, 2 ** 31, 1e21, null]) },
    { timestampMs: random.pick([-1, 1e300, null, 'x']) },
    { width: random.pick([0, -1, null]), height: oddText(random) },
    { nextTrackNumber: random.pick([-1, 2 ** 31, 0.1]) },
    { tracks: random.pick([null, {}, 'x', [null], [[]]]) },
  ]);
const wrongTrack = (random: Random) =>
  random.pick<object>([
    { trackNumber: random.pick([0, -1, 2 ** 31, oddNumber(random) + 0.5]) },
    { label: random.pick(['\0', 'a\0b', '\ud800', '\udfff\ud800']) },
    { label: random.pick([null, 1, {}, []]) },
    { change: oddText(random) },
    { confidence: random.pick([null, 'x', '1']) },
    { box: random.pick([null, {}, { x: 'a' }, { x: 1, y: 1, width: null, height: 1 }]) },
  ]);

/** One request that has something wrong for certain, and maybe more than that. */
function spoiled(random: Random, id: string): Asked {
  const nowhere = () =>
    random.pick([encodeURIComponent(oddText(random).toWellFormed()), crypto.randomUUID(), '%00', '..']);
  const asked = {
    path: `/internal/sessions/${uuidOf(id)}/batches`,
    headers: { authorization: `Bearer ${serviceToken}`, 'content-type': runType, 'x-batch': '1.1' } as Record<
      string,
      string
    >,
    body: right,
  };
  const ways: readonly (() => Asked)[] = [
    () => ({ ...asked, path: `/internal/sessions/${nowhere()}/batches`.slice(0, 8_000) }),
    () =>
      with_({
        authorization: random.pick(['', 'Bearer ', 'Basic eDp4', `Bearer ${serviceToken}x`, serviceToken.slice(1)]),
      }),
    () => with_({ authorization: `Bearer ${headerText(oddText(random)).slice(0, 4_000)}` }),
    () =>
      with_({
        'x-batch': random.pick([
          ...['', '1', '1.', '.1', '0.1', '1.0', '-1.1', '1.1.1', '1.1e3', '01.1', '2.1', '1.3', '999999999.1'],
          ...[
            '1.999999999',
            '1.9999999999',
            `${'9'.repeat(400)}.1`,
            '1.1,1.1',
            'NaN.NaN',
            headerText(oddText(random)).slice(0, 4_000),
          ],
        ]),
      }),
    () =>
      with_({
        'content-type': random.pick(['application/json', 'text/plain', 'multipart/form-data', ';', 'x', `${runType}x`]),
      }),
    () => ({ ...asked, body: random.pick(wrongBodies)(random) }),
    () => ({ ...asked, body: random.pick(wrongBodies)(random) }),
    () => ({ ...asked, cut: random.whole(right.length) }),
  ];
  const with_ = (headers: Record<string, string>): Asked => ({ ...asked, headers: { ...asked.headers, ...headers } });
  return random.pick(ways)();
}

const headerText = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, '');

async function send({ path, headers, body }: Asked): Promise<{ status: number; text: string }> {
  try {
    const signal = AbortSignal.timeout(hangMs);
    const answer = await pool.request({ method: 'POST', path, headers, body, signal });
    return { status: answer.statusCode, text: await answer.body.text() };
  } catch (error) {
    return { status: 0, text: `no answer: ${String(error)}` };
  }
}

/** Says how long the body is, sends less, and is gone. */
async function sendCut({ path, headers, body }: Asked, length: number): Promise<void> {
  const { port, hostname } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${path} HTTP/1.1\r\nhost: here\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n`);
  socket.write(body.subarray(0, length));
  socket.end();
  socket.resume();
  await once(socket, 'close');
}
