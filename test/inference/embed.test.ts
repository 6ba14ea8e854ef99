import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TextEmbeddings } from '@sightline/inference/contract';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';
import { writeTaskModels } from './task-models.ts';

describe('POST /embed', () => {
  let sidecar: TestSidecar;
  before(async () => {
    sidecar = await startSidecar({ predictTimeoutMs: 60_000 });
    await writeTaskModels(sidecar.folder);
  });
  after(() => sidecar[Symbol.asyncDispose]());

  const post = (body: unknown, query = '') =>
    fetch(`${sidecar.url}/embed${query}`, {
      method: 'POST',
      headers: { ...bearer(localToken), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  async function embed(...texts: string[]): Promise<TextEmbeddings & { cache: string | null }> {
    const response = await post({ texts, model: 'sums' });
    assert.equal(response.status, 200, await response.clone().text());
    return { ...((await response.json()) as TextEmbeddings), cache: response.headers.get('x-cache') };
  }

  const runs = async () => {
    const text = await (await fetch(`${sidecar.url}/metrics`)).text();
    return Number(/model_success_total\{model="sums",version="1"\} (\d+)/.exec(text)?.[1] ?? 0);
  };

  test('one vector a text, in their order, the same for the same text', async () => {
    const { task, embeddings, tokenCounts, model, cached } = await embed('red', 'green blue', 'red', 'purple');
    assert.deepEqual([task, model.name, cached], ['text-embedding', 'sums', false]);
    assert.deepEqual(embeddings, [
      [7, 14],
      [14, 28],
      [7, 14],
      [6, 12],
    ]);
    assert.deepEqual(tokenCounts, [3, 4, 3, 3]);
  });

  test('texts are remembered one by one: only new ones are a run', async () => {
    await embed('blue');
    const before = await runs();
    const again = await embed('blue', 'blue');
    assert.deepEqual([again.cached, again.cache, again.timings.modelMs], [true, 'hit', 0]);
    assert.equal(await runs(), before);
    const mixed = await embed('blue', 'blue blue');
    assert.deepEqual(
      [mixed.cached, mixed.cache, mixed.embeddings],
      [
        false,
        'miss',
        [
          [9, 18],
          [15, 30],
        ],
      ],
    );
    assert.equal(await runs(), before + 1);
  });

  const wrong: [body: unknown, answer: string, why: string][] = [
    [{ texts: [], model: 'sums' }, '400 INPUT_INVALID', 'no texts'],
    [{ texts: Array.from({ length: 65 }, () => 'red'), model: 'sums' }, '400 INPUT_INVALID', 'too many'],
    [{ texts: [''], model: 'sums' }, '400 INPUT_INVALID', 'nothing'],
    [{ texts: ['x'.repeat(40_000)], model: 'sums' }, '400 INPUT_INVALID', 'a book'],
    [{ texts: 'red', model: 'sums' }, '400 INPUT_INVALID', 'no list'],
    [{ texts: ['red'], model: 'sums', more: 1 }, '400 INPUT_INVALID', 'what is not known'],
    [{ texts: ['red'], model: 'colours' }, '400 INPUT_INVALID', 'a model of pictures'],
    [{ texts: ['red'] }, '404 MODEL_NOT_INSTALLED', 'the default model where it is missing'],
  ];
  for (const [body, answer, why] of wrong) {
    test(`refuses ${why}: ${answer}`, async () => {
      const response = await post(body);
      const text = await response.clone().text();
      assert.equal(await refusal(response), answer);
      if (answer.startsWith('404')) assert.match(text, /npm run models -- add minilm/);
    });
  }

  test('other bodies than JSON are refused, and strangers before any body', async () => {
    const send = (headers: Record<string, string>) =>
      fetch(`${sidecar.url}/embed`, { method: 'POST', headers, body: 'red' });
    assert.equal(
      await refusal(await send({ ...bearer(localToken), 'content-type': 'image/png' })),
      '400 INPUT_INVALID',
    );
    assert.equal(await refusal(await send({ 'content-type': 'application/json' })), '401 UNAUTHENTICATED');
  });
});
