import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { until } from '../harness/until.ts';
import { twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

const raw = { 'content-type': 'application/octet-stream' };
const crashingEngine = new URL('crashing-engine.ts', import.meta.url);

test('the event loop never waits for a model: health answers while one runs', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, blobsDelayMs: 1_000 });
  let isRunning = true;
  const running = sidecar.predict(await twoBlobs(), raw).finally(() => {
    isRunning = false;
  });
  let answersMeanwhile = 0;
  while (isRunning) {
    assert.equal((await fetch(`${sidecar.url}/health/live`)).status, 200);
    if (isRunning) answersMeanwhile++;
  }
  assert.equal((await running).status, 200);
  // With the model on this thread there could be one at most: the thread would be held for the whole second.
  assert.ok(answersMeanwhile >= 5, `${answersMeanwhile} answers while the model ran`);
});

test('a full queue refuses at once, with a time to come back, and serves whom it let in', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, blobsDelayMs: 200, queueSize: 2 });
  const picture = await twoBlobs();
  const answers = await Promise.all(Array.from({ length: 8 }, () => sidecar.predict(picture, raw)));
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status !== 200);
  assert.equal(served.length, 3, 'one in the engine, two waiting');
  for (const response of refused) {
    assert.equal(response.headers.get('retry-after'), '1');
    assert.equal(await refusal(response), '503 QUEUE_FULL');
  }
  assert.equal(await metric(sidecar, 'dropped_total{reason="full"}'), 5);
});

test('whoever waits too long hears so, and costs no run', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, blobsDelayMs: 400, predictTimeoutMs: 100 });
  const picture = await twoBlobs();
  const answers = await Promise.all([1, 2, 3].map(() => sidecar.predict(picture, raw)));
  for (const response of answers) assert.equal(await refusal(response), '504 DEADLINE_EXCEEDED');
  assert.equal(await metric(sidecar, 'dropped_total{reason="deadline"}'), 3);
});

test('whoever hangs up is dropped at once, and nobody else', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, blobsDelayMs: 1_000 });
  const picture = await twoBlobs();
  const before = await metric(sidecar, 'batch_size_count');
  const busy = sidecar.predict(picture, raw);
  await until(async () => (await metric(sidecar, 'batch_size_count')) === before + 1);
  const leaving = request(`${sidecar.url}/predict`, { method: 'POST', headers: { ...bearer(localToken), ...raw } });
  leaving.on('error', () => undefined);
  leaving.end(picture);
  await until(async () => (await metric(sidecar, 'queue_depth')) === 1);
  leaving.destroy();
  await until(async () => (await metric(sidecar, 'queue_depth')) === 0);
  assert.equal((await busy).status, 200);
  // The self-test, the busy one and this: the one that left has no answer to count.
  await sidecar.see(picture);
  assert.equal(await metric(sidecar, 'pictures_total'), 3);
});

test('five hundred hang-ups leave nothing waiting and nothing running', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, blobsDelayMs: 20, queueSize: 1_000 });
  const picture = await twoBlobs();
  const leaving = Array.from({ length: 500 }, () => {
    const sent = request(`${sidecar.url}/predict`, { method: 'POST', headers: { ...bearer(localToken), ...raw } });
    sent.on('error', () => undefined);
    sent.end(picture);
    return sent;
  });
  await until(async () => (await metric(sidecar, 'queue_depth')) > 20);
  for (const sent of leaving) sent.destroy();
  await until(async () => (await metric(sidecar, 'queue_depth')) === 0);
  await until(async () => (await metric(sidecar, 'pending_bytes')) === 0);
  assert.equal((await sidecar.see(picture)).detections.length, 2);
  // Most of them cost no run.
  assert.ok((await metric(sidecar, 'pictures_total')) < 250);
});

test('an engine that dies costs its request a second run, and nobody else anything', async () => {
  await using sidecar = await startSidecar({}, { engineEntries: { thread: crashingEngine } });
  const picture = await twoBlobs();
  const [victim, bystander] = await Promise.all([
    sidecar.see(picture, '?threshold=0.12'),
    sidecar.see(await twoBlobs(), '?threshold=0.2'),
  ]);
  assert.equal(victim.detections.length, 2);
  assert.equal(bystander.detections.length, 2);
  assert.equal(await metric(sidecar, 'engine_restarts_total'), 1);
});

test('a request that kills every engine it meets is given up after the second', async () => {
  await using sidecar = await startSidecar({}, { engineEntries: { thread: crashingEngine } });
  const picture = await twoBlobs();
  const lost = await sidecar.predict(picture, raw, '?threshold=0.13');
  assert.equal(await refusal(lost), '503 ENGINE_FAILED');
  assert.equal(lost.headers.get('retry-after'), '1');
  // Not ready while there is no engine, and whoever comes now waits for the next one instead of failing.
  assert.equal((await fetch(`${sidecar.url}/health/ready`)).status, 503);
  assert.equal((await sidecar.see(picture)).detections.length, 2);
  assert.equal((await fetch(`${sidecar.url}/health/ready`)).status, 200);
  assert.equal(await metric(sidecar, 'engine_restarts_total'), 2);
});

test('an engine in a process of its own that is killed costs nobody an answer', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, isolation: 'processes', blobsDelayMs: 2_000 });
  const running = sidecar.see(await twoBlobs());
  await until(async () => (await metric(sidecar, 'batch_size_count')) === 2);
  for (const pid of await childrenOf(process.pid)) process.kill(pid, 'SIGKILL');
  assert.equal((await running).detections.length, 2);
  assert.equal(await metric(sidecar, 'engine_restarts_total'), 1);
});

test('a network that fails on a picture is not taken for a broken engine', async () => {
  await using sidecar = await startSidecar({}, { engineEntries: { thread: crashingEngine } });
  assert.equal(await refusal(await sidecar.predict(await twoBlobs(), raw, '?threshold=0.14')), '503 ENGINE_FAILED');
  assert.equal((await sidecar.see(await twoBlobs())).detections.length, 2);
  assert.equal(await metric(sidecar, 'engine_restarts_total'), 0);
});

test('several engines work at the same time', async () => {
  await using sidecar = await startSidecar({
    cacheEntriesMax: 0,
    engineCount: 2,
    intraThreads: 1,
    blobsDelayMs: 3_000,
  });
  const picture = await twoBlobs();
  let answerCount = 0;
  const count = () => {
    answerCount++;
  };
  const running = [sidecar.see(picture).then(count), sidecar.see(picture).then(count)];
  // The self-test's run and both of these: they are on their way before either is done.
  await until(async () => (await metric(sidecar, 'batch_size_count')) === 3);
  assert.equal(answerCount, 0);
  await Promise.all(running);
});

/** One of our figures; NaN while there is none. */
async function metric({ url }: TestSidecar, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`sightline_inference_${name} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

/** Processes that run an engine. */
async function childrenOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(parent)]);
  const engines = stdout.split('\n').filter((line) => line.includes('engine-process'));
  return engines.map((line) => Number.parseInt(line, 10));
}
