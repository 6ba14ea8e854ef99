import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
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
  assert.match(await metrics(sidecar), /dropped_total\{reason="full"\} 5/);
});

test('whoever waits too long hears so, and costs no run', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, blobsDelayMs: 400, predictTimeoutMs: 100 });
  const picture = await twoBlobs();
  const answers = await Promise.all([1, 2, 3].map(() => sidecar.predict(picture, raw)));
  for (const response of answers) assert.equal(await refusal(response), '504 DEADLINE_EXCEEDED');
  assert.match(await metrics(sidecar), /dropped_total\{reason="deadline"\} 3/);
});

test('whoever hangs up is dropped at once, and nobody else', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, blobsDelayMs: 300 });
  const picture = await twoBlobs();
  const busy = sidecar.predict(picture, raw);
  const leaving = request(`${sidecar.url}/predict`, { method: 'POST', headers: { ...bearer(localToken), ...raw } });
  leaving.on('error', () => undefined);
  leaving.end(picture);
  await waitFor(async () => /queue_depth 1\b/.test(await metrics(sidecar)));
  leaving.destroy();
  await waitFor(async () => /dropped_total\{reason="cancelled"\} 1/.test(await metrics(sidecar)));
  assert.equal((await busy).status, 200);
  // The self-test, the busy one and this: the one that left has no answer to count.
  await sidecar.see(picture);
  assert.match(await metrics(sidecar), /pictures_total 3\b/);
});

test('an engine that dies costs its own request, and another takes its place', async () => {
  await using sidecar = await startSidecar({}, { engineEntries: { thread: crashingEngine } });
  const picture = await twoBlobs();
  const lost = await sidecar.predict(picture, raw, '?threshold=0.13');
  assert.equal(await refusal(lost), '503 ENGINE_FAILED');
  assert.equal(lost.headers.get('retry-after'), '1');
  // Not ready while there is no engine, and whoever comes now waits for the next one instead of failing.
  assert.equal((await fetch(`${sidecar.url}/health/ready`)).status, 503);
  assert.equal((await sidecar.see(picture)).detections.length, 2);
  assert.equal((await fetch(`${sidecar.url}/health/ready`)).status, 200);
  assert.match(await metrics(sidecar), /engine_restarts_total 1/);
});

test('a network that fails on a picture is not taken for a broken engine', async () => {
  await using sidecar = await startSidecar({}, { engineEntries: { thread: crashingEngine } });
  assert.equal(await refusal(await sidecar.predict(await twoBlobs(), raw, '?threshold=0.14')), '503 ENGINE_FAILED');
  assert.equal((await sidecar.see(await twoBlobs())).detections.length, 2);
  assert.match(await metrics(sidecar), /engine_restarts_total 0/);
});

test('several engines share the work', async () => {
  await using sidecar = await startSidecar({ cacheEntriesMax: 0, engineCount: 2, intraThreads: 1, blobsDelayMs: 150 });
  const picture = await twoBlobs();
  const answers = await Promise.all(Array.from({ length: 6 }, () => sidecar.see(picture)));
  for (const { detections } of answers) assert.equal(detections.length, 2);
  // With one engine the last of six would have waited for five runs.
  const longest = Math.max(...answers.map(({ timings }) => timings.queueMs));
  assert.ok(longest < 5 * 150, `${longest} ms`);
});

const metrics = async ({ url }: TestSidecar) => (await fetch(`${url}/metrics`)).text();

/** Asks until it is so. The test's own timeout ends it. */
async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}
