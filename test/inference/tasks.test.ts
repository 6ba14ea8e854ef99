import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ClassificationPrediction, EmbeddingPrediction } from '@sightline/inference/contract';
import { confidencesOf, likeliest } from '@sightline/inference/pictures/classes';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';
import { writeTaskModels } from './task-models.ts';

const raw = { ...bearer(localToken), 'content-type': 'application/octet-stream' };

describe('any model of the registry', () => {
  let sidecar: TestSidecar;
  let reddish: Uint8Array<ArrayBuffer>;
  before(async () => {
    sidecar = await startSidecar({ predictTimeoutMs: 60_000 });
    await writeTaskModels(sidecar.folder);
    reddish = await bytesOf(scene([], { width: 40, height: 30, background: 'rgb(204, 102, 51)' }).png());
  });
  after(() => sidecar[Symbol.asyncDispose]());

  const ask = (path: string, body: Uint8Array<ArrayBuffer> = reddish) =>
    fetch(`${sidecar.url}/predict${path}`, { method: 'POST', headers: raw, body });

  async function answerTo<Prediction>(path: string, body?: Uint8Array<ArrayBuffer>): Promise<Prediction> {
    const response = await ask(path, body);
    assert.equal(response.status, 200, await response.clone().text());
    return (await response.json()) as Prediction;
  }

  test('a classifier says classes, surest first, that add up', async () => {
    const { task, classes, image, model, embedding } = await answerTo<ClassificationPrediction>('/colours');
    assert.deepEqual([task, model.name, model.version, embedding], ['classification', 'colours', '1', undefined]);
    assert.deepEqual(image, { width: 40, height: 30 });
    assert.deepEqual(
      classes.map(({ label }) => label),
      ['red', 'green', 'blue'],
    );
    const sum = classes.reduce((total, { confidence }) => total + confidence, 0);
    assert.ok(Math.abs(sum - 1) < 1e-6 && (classes[0]?.confidence ?? 0) > 0.9);
  });

  test('max, threshold and labels choose among its classes', async () => {
    const labelsFor = async (query: string) =>
      (await answerTo<ClassificationPrediction>(`/colours${query}`)).classes.map(({ label }) => label);
    assert.deepEqual(await labelsFor('?max=1'), ['red']);
    assert.deepEqual(await labelsFor('?threshold=0.9'), ['red']);
    assert.deepEqual(await labelsFor('?labels=blue,green'), ['green', 'blue']);
    assert.equal(await refusal(await ask('/colours?labels=pink')), '400 INPUT_INVALID');
  });

  test('its vector comes along where it is asked for, from memory too', async () => {
    const { embedding, cached } = await answerTo<ClassificationPrediction>('/colours?embedding=true');
    assert.equal(cached, true);
    assert.deepEqual(
      embedding?.map((value) => Number(value.toFixed(3))),
      [0.8, 0.4, 0.2],
    );
  });

  test('a model of vectors gives one', async () => {
    const { task, embedding } = await answerTo<EmbeddingPrediction>('/colour-vectors');
    assert.equal(task, 'image-embedding');
    assert.deepEqual(
      embedding.map((value) => Number(value.toFixed(3))),
      [0.8, 0.4, 0.2],
    );
  });

  test('one version, by its address', async () => {
    const { model } = await answerTo<ClassificationPrediction>('/colours/versions/1');
    assert.equal(model.version, '1');
    assert.equal(await refusal(await ask('/colours/versions/7')), '404 MODEL_NOT_INSTALLED');
  });

  test('one that is not installed: the one command that adds it', async () => {
    for (const path of ['/dinosaurs', '/dinosaurs/versions/1']) {
      const { error } = (await (await ask(path)).json()) as {
        error: { code: string; message: string; details: object };
      };
      assert.equal(error.code, 'MODEL_NOT_INSTALLED');
      assert.match(error.message, /npm run models -- add dinosaurs/);
      assert.deepEqual(error.details, { command: 'npm run models -- add dinosaurs' });
    }
    for (const path of ['/..%2f..%2fetc', '/UPPER', `/${'x'.repeat(150)}`]) {
      assert.equal(await refusal(await ask(path)), '404 MODEL_NOT_INSTALLED', path);
    }
  });

  test('one that takes no pictures says where it answers', async () => {
    for (const [path, route] of [
      ['/sums', 'POST /embed'],
      ['/plain', 'POST /v2/models/plain/infer'],
    ] as const) {
      const response = await ask(path);
      const { error } = (await response.clone().json()) as { error: { message: string; details: { route: string } } };
      assert.equal(await refusal(response), '400 INPUT_INVALID');
      assert.equal(error.details.route, route);
      assert.ok(error.message.includes(route), error.message);
    }
  });

  test('a vector is refused where there is none', async () => {
    assert.equal(await refusal(await ask('?embedding=true', await twoBlobs())), '400 INPUT_INVALID');
  });

  test("DeepStack's route for models of one's own", async () => {
    const form = new FormData();
    form.set('image', new Blob([await bytesOf(scene([blob('red', 40, 60)]).png())]));
    const response = await fetch(`${sidecar.url}/v1/vision/custom/faces`, {
      method: 'POST',
      body: form,
      headers: bearer(localToken),
    });
    const { predictions } = (await response.json()) as { predictions: object[] };
    assert.deepEqual(predictions, [{ label: 'face', confidence: 1, x_min: 40, y_min: 60, x_max: 100, y_max: 100 }]);
  });

  test('GET /models lists what is in memory, where it runs and what it takes', async () => {
    await answerTo('/colours');
    const { models } = (await (await fetch(`${sidecar.url}/models`, { headers: raw })).json()) as {
      models: Record<string, unknown>[];
    };
    const named = new Map(models.map((model) => [model['name'], model]));
    assert.equal(models[0]?.['name'], 'blobs');
    assert.deepEqual([named.get('blobs')?.['isDefault'], named.get('colours')?.['isDefault']], [true, false]);
    const { task, licence, version, inputs, outputs, labels, placement } = named.get('colours') ?? {};
    assert.deepEqual([task, licence, version, labels], ['classification', 'MIT', '1', ['red', 'green', 'blue']]);
    assert.deepEqual(inputs, [{ name: 'pixels', type: 'uint8', dims: [1, 16, 16, 3] }]);
    assert.deepEqual(outputs, [
      { name: 'scores', type: 'float32', dims: [1, 3] },
      { name: 'vector', type: 'float32', dims: [1, 3] },
    ]);
    const { kind, provider } = placement as { kind: string; provider: string };
    assert.ok(['inline', 'threads'].includes(kind) && provider === 'cpu');
  });
});

describe('how long and how urgently', () => {
  test('a deadline of its own ends a request; a longer one than allowed is refused', async () => {
    await using sidecar = await startSidecar({ blobsDelayMs: 1_500, predictTimeoutMs: 5_000 });
    const picture = await twoBlobs();
    const ask = (query: string) => sidecar.predict(picture, raw, query);
    let isBusy = true;
    const busy = ask('').finally(() => (isBusy = false));
    while (!/cache_total\{result="miss"\} 1/.test(await (await fetch(`${sidecar.url}/metrics`)).text()));
    const late = await sidecar.predict(await bytesOf(scene([blob('green', 9, 9)]).png()), raw, '?timeoutMs=100');
    assert.equal(await refusal(late), '504 DEADLINE_EXCEEDED');
    assert.ok(isBusy, 'it did not wait for the engine');
    assert.equal((await busy).status, 200);
    for (const query of ['?timeoutMs=5001', '?timeoutMs=0', '?timeoutMs=x', '?priority=urgent']) {
      assert.equal(await refusal(await ask(query)), '400 INPUT_INVALID', query);
    }
  });

  test('what somebody waits for goes before what nobody does', async () => {
    await using sidecar = await startSidecar({ blobsDelayMs: 150 });
    const order: string[] = [];
    const send = async (name: string, x: number, query = '') => {
      const picture = await bytesOf(scene([blob('red', x, 40)]).png());
      assert.equal((await sidecar.predict(picture, raw, query)).status, 200);
      order.push(name);
    };
    const depth = async (count: number) => {
      const pattern = new RegExp(`^sightline_inference_queue_depth ${count}$`, 'm');
      while (!pattern.test(await (await fetch(`${sidecar.url}/metrics`)).text()));
    };
    const running = send('running', 10);
    while (!/cache_total\{result="miss"\} 1/.test(await (await fetch(`${sidecar.url}/metrics`)).text()));
    const batch = send('batch', 20, '?priority=batch');
    await depth(1);
    const interactive = send('interactive', 30);
    await depth(2);
    await Promise.all([running, batch, interactive]);
    assert.deepEqual(order, ['running', 'interactive', 'batch']);
  });
});

test('confidences lie between 0 and 1 whatever a network gives, and the likeliest come first', () => {
  const softmax = confidencesOf(Float32Array.of(1_000, 999, -1_000), 'softmax');
  assert.deepEqual(
    [...softmax].map((value) => Number(value.toFixed(4))),
    [0.7311, 0.2689, 0],
  );
  assert.deepEqual([...confidencesOf(Float32Array.of(0, 100, -100), 'sigmoid')].map(Math.round), [1, 1, 0]);
  assert.deepEqual([...confidencesOf(Float32Array.of(-1, 0.5, 7), 'none')], [0, 0.5, 1]);
  const scores = Float32Array.of(0.1, 0.5, 0.4, Number.NaN);
  assert.deepEqual(
    likeliest(scores, ['a', 'b'], { confidenceMin: 0, max: 3 }).map(({ label }) => label),
    ['b', 'class-2', 'a'],
  );
});
