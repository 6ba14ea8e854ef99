import assert from 'node:assert/strict';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { until } from '../harness/until.ts';
import { createLru } from '@sightline/inference/cache/lru';
import { createAnswerCache, noTime } from '@sightline/inference/cache/answer-cache';
import type { AnswerCache, Ran } from '@sightline/inference/cache/answer-cache';
import type { DetectionPrediction } from '@sightline/inference/contract';
import { SidecarError } from '@sightline/inference/errors';
import { postForm } from './deepstack.ts';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, serviceToken, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';
import { writeTaskModels } from './task-models.ts';

const raw = { 'content-type': 'application/octet-stream' };
const limits = { entriesMax: 10, bytesMax: 10_000, isShared: false, byteSizeOf: () => 0 };
const crashingEngine = new URL('crashing-engine.ts', import.meta.url);

/** Answers introspection: the key `a1` is one of the organization `a`. */
const introspection: typeof fetch = async (_url, init) => {
  const { token } = JSON.parse(String(init?.body)) as { token: string };
  const organizationId = token.slice(0, 1);
  return Response.json({ active: true, organizationId, permissions: ['inference:use'], expiresAt: null });
};

describe('the content cache', () => {
  test('the same picture again is answered without a run, and says so', async () => {
    await using sidecar = await startSidecar({ blobsDelayMs: 50 });
    const picture = await twoBlobs();
    const first = await sidecar.predict(picture, raw);
    assert.equal(first.headers.get('x-cache'), 'miss');
    const looked = (await first.json()) as DetectionPrediction;
    assert.equal(looked.cached, false);
    assert.ok(looked.timings.modelMs >= 50);

    const runs = await counted(sidecar, 'pictures_total');
    const stages = await counted(sidecar, 'stage_seconds_count{stage="model"}');
    const second = await sidecar.predict(picture, raw);
    assert.equal(second.headers.get('x-cache'), 'hit');
    const { cached, timings, requestId, ...answer } = (await second.json()) as DetectionPrediction;
    assert.equal(cached, true);
    const { totalMs, ...spent } = timings;
    assert.deepEqual(spent, { decodeMs: 0, preprocessMs: 0, queueMs: 0, modelMs: 0, postprocessMs: 0 });
    assert.ok(totalMs > 0 && totalMs < looked.timings.totalMs);
    assert.equal(requestId, second.headers.get('x-request-id'));
    const { task, detections, image, model } = looked;
    assert.deepEqual(answer, { task, detections, image, model });
    assert.equal(await counted(sidecar, 'pictures_total'), runs);
    assert.equal(await counted(sidecar, 'stage_seconds_count{stage="model"}'), stages);
    assert.equal(await counted(sidecar, 'cache_total{result="hit"}'), 1);
    assert.equal(await counted(sidecar, 'cache_total{result="miss"}'), 1);
  });

  test('however it is sent, and in whichever dialect', async () => {
    await using sidecar = await startSidecar();
    const picture = await twoBlobs();
    await sidecar.see(picture, '?threshold=0.4');
    const runs = await counted(sidecar, 'pictures_total');
    const image = Buffer.from(picture).toString('base64');
    const json = { 'content-type': 'application/json' };
    const base64 = await sidecar.predict(JSON.stringify({ image }), json, '?threshold=0.4');
    assert.equal(base64.headers.get('x-cache'), 'hit');
    const deepstack = await postForm(sidecar.url, [['image', picture]], bearer(localToken));
    assert.equal(deepstack.headers.get('x-cache'), 'hit');
    const { predictions } = (await deepstack.json()) as { predictions: { label: string }[] };
    assert.equal(predictions.length, 2);
    assert.equal(await counted(sidecar, 'pictures_total'), runs);
  });

  test('labels and max choose among what is remembered; another threshold or picture is looked at', async () => {
    await using sidecar = await startSidecar();
    const picture = await twoBlobs();
    assert.equal((await sidecar.see(picture)).cached, false);
    const chosen = await sidecar.see(picture, '?labels=blue&max=5');
    assert.equal(chosen.cached, true);
    assert.deepEqual(
      chosen.detections.map(({ label }) => label),
      ['blue'],
    );
    assert.equal((await sidecar.see(picture)).detections.length, 2, 'what was chosen changes nothing that is kept');
    assert.equal((await sidecar.see(picture, '?threshold=0.6')).cached, false);
    assert.equal((await sidecar.see(await bytesOf(scene([blob('red', 40, 60)]).png()))).cached, false);
  });

  test('large pictures, which are hashed on another thread, too', async () => {
    await using sidecar = await startSidecar();
    const large = new Uint8Array(1_000_000);
    large.set(await twoBlobs());
    assert.equal((await sidecar.see(large)).cached, false);
    assert.equal((await sidecar.see(large)).cached, true);
    large[large.length - 1] = 1;
    assert.equal((await sidecar.see(large)).cached, false, 'one byte makes another picture');
  });

  test('an organization, the server and this machine never get what another one paid for', async () => {
    await using sidecar = await startSidecar({ serverUrl: 'http://127.0.0.1:1' }, { fetch: introspection });
    const picture = await twoBlobs();
    const ask = async (token: string) => (await sidecar.predict(picture, { ...raw, ...bearer(token) })).json();
    const cachedFor = async (token: string) => ((await ask(token)) as DetectionPrediction).cached;
    for (const token of ['a1', 'b1', localToken, serviceToken]) assert.equal(await cachedFor(token), false, token);
    // Keys of one organization share.
    for (const token of ['a1', 'a2', 'b2', localToken, serviceToken]) assert.equal(await cachedFor(token), true, token);

    const other = await bytesOf(scene([blob('green', 10, 10)]).png());
    const runs = await counted(sidecar, 'pictures_total');
    await Promise.all(['a1', 'b1'].map((token) => sidecar.predict(other, { ...raw, ...bearer(token) })));
    assert.equal(await counted(sidecar, 'pictures_total'), runs + 2, 'not at the same time either');
  });

  test('unless they are told to share: then whoever asks second pays nothing', async () => {
    const overrides = { serverUrl: 'http://127.0.0.1:1', isCacheShared: true };
    await using sidecar = await startSidecar(overrides, { fetch: introspection });
    const picture = await twoBlobs();
    const runs = await counted(sidecar, 'pictures_total');
    const marks: (string | null)[] = [];
    for (const token of ['a1', 'b1', localToken]) {
      marks.push((await sidecar.predict(picture, { ...raw, ...bearer(token) })).headers.get('x-cache'));
    }
    assert.deepEqual(marks, ['miss', 'hit', 'hit']);
    assert.equal(await counted(sidecar, 'pictures_total'), runs + 1);
  });

  test('an organization that floods it leaves the others their half', async () => {
    const overrides = { serverUrl: 'http://127.0.0.1:1', cacheEntriesMax: 6 };
    await using sidecar = await startSidecar(overrides, { fetch: introspection });
    const redAt = (x: number) => bytesOf(scene([blob('red', x, 40)]).png());
    const isCached = async (token: string, picture: Uint8Array<ArrayBuffer>) =>
      (await sidecar.predict(picture, { ...raw, ...bearer(token) })).headers.get('x-cache') === 'hit';
    const mine = [await redAt(1), await redAt(2), await redAt(3)];
    for (const picture of mine) await isCached('a1', picture);
    for (let x = 10; x < 30; x++) await isCached('b1', await redAt(x));
    for (const picture of mine) assert.equal(await isCached('a2', picture), true);
    assert.equal(await counted(sidecar, 'cache_entries'), 6);
    // As long as nobody else needs it, all of it is there for one.
    assert.equal(await isCached('b1', await redAt(27)), true);
  });

  test('pictures and texts of every task are remembered, apart for each model', async () => {
    await using sidecar = await startSidecar({ predictTimeoutMs: 60_000 });
    await writeTaskModels(sidecar.folder);
    const picture = await twoBlobs();
    const headers = { ...bearer(localToken), ...raw };
    const markOf = async (path: string, body: BodyInit = picture, type = raw['content-type']) => {
      const init = { method: 'POST', body, headers: { ...headers, 'content-type': type } };
      const response = await fetch(`${sidecar.url}${path}`, init);
      await response.arrayBuffer();
      return response.headers.get('x-cache');
    };
    const text = JSON.stringify({ texts: ['red'], model: 'sums' });
    for (const expected of ['miss', 'hit']) {
      assert.equal(await markOf('/predict'), expected);
      assert.equal(await markOf('/predict/colours'), expected);
      assert.equal(await markOf('/predict/colour-vectors'), expected);
      assert.equal(await markOf('/redact'), expected);
      assert.equal(await markOf('/embed', text, 'application/json'), expected);
    }
    assert.equal(await markOf('/analyze/frame?overlay=true'), 'hit', 'what is drawn costs no run');
    assert.equal(await markOf('/redact?style=box&margin=0.5'), 'hit');
  });

  test('0 entries: every request is a run, also at the same time', async () => {
    await using sidecar = await startSidecar({ cacheEntriesMax: 0 });
    const picture = await twoBlobs();
    const runs = await counted(sidecar, 'pictures_total');
    const answers = await Promise.all([1, 2].map(() => sidecar.see(picture)));
    answers.push(await sidecar.see(picture));
    assert.deepEqual(
      answers.map(({ cached }) => cached),
      [false, false, false],
    );
    assert.equal(await counted(sidecar, 'pictures_total'), runs + 3);
  });

  test('what was not asked for longest goes first', async () => {
    await using sidecar = await startSidecar({ cacheEntriesMax: 2 });
    const redAt = (x: number) => bytesOf(scene([blob('red', x, 40)]).png());
    const [first, second, third] = [await redAt(10), await redAt(50), await redAt(90)];
    await sidecar.see(first);
    await sidecar.see(second);
    assert.equal((await sidecar.see(first)).cached, true);
    await sidecar.see(third);
    assert.equal(await counted(sidecar, 'cache_entries'), 2);
    assert.equal((await sidecar.see(first)).cached, true);
    assert.equal((await sidecar.see(second)).cached, false);
  });

  test('bytes bound it as well, and come back when entries go', () => {
    const lru = createLru<number>({ entriesMax: 100, bytesMax: 1_000 });
    for (let index = 0; index < 50; index++) lru.set(`key ${index}`, index, 300);
    assert.deepEqual([lru.size, lru.heldBytes], [3, 900]);
    assert.deepEqual([lru.get('key 46'), lru.get('key 47')], [undefined, 47]);
    lru.set('key 47', 1, 100);
    assert.deepEqual([lru.get('key 47'), lru.size, lru.heldBytes], [1, 3, 700]);
    lru.set('too large', 1, 1_001);
    assert.deepEqual([lru.get('too large'), lru.size, lru.heldBytes], [undefined, 3, 700]);
  });
});

test('when it is full, whoever holds more than half gives way, by entries and by bytes', () => {
  const lru = createLru<string>({ entriesMax: 10, bytesMax: 1_000 });
  const kept = (owner: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${owner} ${index}`).filter((key) => lru.get(key) === owner).length;
  for (let index = 0; index < 4; index++) lru.set(`a ${index}`, 'a', 10, 'a');
  for (let index = 0; index < 50; index++) lru.set(`b ${index}`, 'b', 10, 'b');
  assert.deepEqual([kept('a', 4), kept('b', 50), lru.size], [4, 6, 10]);
  // Others get their half back as soon as they want it; what they did not use for longest goes after that.
  for (let index = 0; index < 20; index++) lru.set(`c ${index}`, 'c', 10, 'c');
  assert.equal(lru.size, 10);
  assert.ok(kept('c', 20) >= 5 && kept('b', 50) <= 5);

  const heavy = createLru<string>({ entriesMax: 100, bytesMax: 1_000 });
  heavy.set('a', 'a', 300, 'a');
  for (let index = 0; index < 9; index++) heavy.set(`b ${index}`, 'b', 200, 'b');
  assert.equal(heavy.get('a'), 'a');
  assert.deepEqual([heavy.size, heavy.heldBytes], [4, 900]);
  // The same key for another owner, as where all share.
  heavy.set('a', 'b', 100, 'b');
  assert.deepEqual([heavy.get('a'), heavy.heldBytes], ['b', 700]);
});

describe('identical requests at the same time', () => {
  test('are one run, which those who joined waited for', async () => {
    await using sidecar = await startSidecar({ blobsDelayMs: 200 });
    const picture = await twoBlobs();
    const runs = await counted(sidecar, 'pictures_total');
    const answers = await Promise.all(Array.from({ length: 8 }, () => sidecar.see(picture)));
    assert.equal(await counted(sidecar, 'pictures_total'), runs + 1);
    assert.equal(await counted(sidecar, 'cache_total{result="joined"}'), 7);
    const joined = answers.filter(({ cached }) => cached);
    assert.equal(joined.length, 7);
    for (const { detections, timings } of joined) {
      assert.equal(detections.length, 2);
      assert.deepEqual([timings.decodeMs, timings.modelMs], [0, 0]);
      assert.ok(timings.queueMs > 0 && timings.queueMs <= timings.totalMs);
    }
  });

  test('go on when the one that began hangs up', async () => {
    await using sidecar = await startSidecar({ blobsDelayMs: 400 });
    const picture = await twoBlobs();
    const runs = await counted(sidecar, 'pictures_total');
    const beginning = hangingUp(sidecar, picture);
    await until(async () => (await counted(sidecar, 'cache_total{result="miss"}')) === 1);
    const joining = sidecar.see(picture);
    await until(async () => (await counted(sidecar, 'cache_total{result="joined"}')) === 1);
    await beginning.leave();
    assert.equal((await joining).detections.length, 2);
    assert.equal(await counted(sidecar, 'pictures_total'), runs + 1);
    assert.equal((await sidecar.see(picture)).cached, true);
  });

  test('leave the queue when all have hung up, and whoever comes then begins anew', async () => {
    await using sidecar = await startSidecar({ blobsDelayMs: 1_000 });
    const runCount = () => counted(sidecar, 'batch_size_count');
    const [busy, picture] = [await bytesOf(scene([blob('green', 9, 9)]).png()), await twoBlobs()];
    const before = await runCount();
    const running = sidecar.see(busy);
    await until(async () => (await runCount()) === before + 1);
    const leaving = [hangingUp(sidecar, picture), hangingUp(sidecar, picture)];
    await until(async () => (await counted(sidecar, 'queue_depth')) === 1);
    await until(async () => (await counted(sidecar, 'cache_total{result="joined"}')) === 1);
    await Promise.all(leaving.map(({ leave }) => leave()));
    await until(async () => (await counted(sidecar, 'queue_depth')) === 0);
    await running;
    const { cached, detections } = await sidecar.see(picture);
    // What everybody left was never run.
    assert.deepEqual([cached, detections.length, await runCount()], [false, 2, before + 2]);
  });

  test('share a failure, which nobody after them gets', async () => {
    await using sidecar = await startSidecar({}, { engineEntries: { thread: crashingEngine } });
    const picture = await twoBlobs();
    const failing = () => sidecar.predict(picture, raw, '?threshold=0.14');
    for (const response of await Promise.all([failing(), failing()])) {
      assert.equal(response.headers.get('x-cache'), null);
      assert.equal(await refusal(response), '503 ENGINE_FAILED');
    }
    assert.equal(await counted(sidecar, 'cache_entries'), 0);
    await failing();
    assert.equal(await counted(sidecar, 'cache_total{result="hit"}'), 0);
    const wrong = () => sidecar.predict(new TextEncoder().encode('hello'), raw);
    for (let time = 0; time < 2; time++) assert.equal(await refusal(await wrong()), '415 IMAGE_TYPE_REFUSED');
  });

  test('each have their own time: when the one that began has none left, the others go on', async () => {
    const results: string[] = [];
    const count = (result: string) => void results.push(result);
    const cache = createAnswerCache({ ...limits, count });
    const runs: PromiseWithResolvers<Ran<string>>[] = [];
    const ask = (timeoutMs: number) =>
      cache.recall(
        {
          ...{ tenant: 'a', model: 'sha256:1', task: 'detection', options: '0.5', priority: 'interactive' },
          ...{ bytes: Uint8Array.of(1, 2, 3), timeoutMs, signal: new AbortController().signal },
        },
        () => {
          const run = Promise.withResolvers<Ran<string>>();
          runs.push(run);
          return run.promise;
        },
      );
    const [first, second, third] = [ask(1_000), ask(60_000), ask(60_000)];
    await until(async () => results.length === 3);
    runs[0]?.reject(new SidecarError('DEADLINE_EXCEEDED', 'Too late.'));
    await assert.rejects(first, { code: 'DEADLINE_EXCEEDED' });
    await until(async () => runs.length === 2);
    runs[1]?.resolve({ answer: 'nothing', timings: noTime });
    assert.deepEqual([(await second).cached, (await third).cached], [false, true]);
    assert.deepEqual([runs.length, cache.size], [2, 1]);
    assert.deepEqual(results, ['miss', 'joined', 'joined']);
  });
});

describe('who pays for a run', () => {
  const answer: Ran<string> = { answer: 'nothing', timings: noTime };
  const ask = (cache: AnswerCache<string>, timeoutMs = 60_000, run = () => Promise.resolve(answer)) =>
    cache.recall(
      {
        ...{ tenant: 'a', model: 'sha256:1', task: 'detection', options: '0.5', priority: 'interactive' },
        ...{ bytes: Uint8Array.of(1, 2, 3), timeoutMs, signal: new AbortController().signal },
      },
      run,
    );

  test('whoever it was of use to first, and nobody after; what cannot be written down stays unpaid', async () => {
    const cache = createAnswerCache<string>({ ...limits, count: () => undefined });
    const records: string[] = [];
    const record = (name: string) => async () => void records.push(name);
    const [useless, used, late] = [await ask(cache), await ask(cache), await ask(cache)];
    assert.deepEqual([useless.cached, used.cached], [false, false]);
    await assert.rejects(
      used.pay(() => Promise.reject(new Error('The disk is full.'))),
      /full/,
    );
    await used.pay(record('used'));
    await late.pay(record('late'));
    const last = await ask(cache);
    await last.pay(record('last'));
    assert.deepEqual([last.cached, records], [true, ['used']]);
  });

  test('whoever joins a run waits for its own time only, and takes nothing from the one who began it', async () => {
    const cache = createAnswerCache<string>({ ...limits, count: () => undefined });
    const run = Promise.withResolvers<Ran<string>>();
    const first = ask(cache, 60_000, () => run.promise);
    await assert.rejects(ask(cache, 20), { code: 'DEADLINE_EXCEEDED' });
    run.resolve(answer);
    assert.equal((await first).answer, 'nothing');
  });
});

/** The value of a metric, 0 where it has none yet. */
async function counted({ url }: TestSidecar, name: string): Promise<number> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  const line = lines.find((text) => text.startsWith(`sightline_inference_${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Sends a picture, and leaves before the answer. */
function hangingUp({ url }: TestSidecar, picture: Uint8Array) {
  const sent = request(`${url}/predict`, { method: 'POST', headers: { ...bearer(localToken), ...raw } });
  sent.on('error', () => undefined);
  sent.end(picture);
  return {
    async leave(): Promise<void> {
      const closed = new Promise((resolve) => sent.once('close', resolve));
      sent.destroy();
      await closed;
    },
  };
}
