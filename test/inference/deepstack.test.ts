import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { predictionsOf } from '@sightline/inference/http/deepstack';
import { twoBlobs } from './pictures.ts';
import { deepstackRefusal, postForm } from './deepstack.ts';
import { bearer, localToken, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

type Prediction = Record<'confidence' | 'x_min' | 'y_min' | 'x_max' | 'y_max', number> & { label: string };
type Answer = { success: boolean; predictions: Prediction[]; duration: number };

describe("DeepStack's dialect", () => {
  let sidecar: TestSidecar;
  let picture: Uint8Array<ArrayBuffer>;
  before(async () => {
    sidecar = await startSidecar();
    picture = await twoBlobs();
  });
  after(() => sidecar[Symbol.asyncDispose]());

  const post = (fields: [name: string, value: string | Uint8Array<ArrayBuffer>][], headers = bearer(localToken)) =>
    postForm(sidecar.url, fields, headers);

  async function answerTo(...fields: Parameters<typeof post>[0]): Promise<Answer> {
    const response = await post(fields);
    assert.equal(response.status, 200);
    return (await response.json()) as Answer;
  }

  test('the same picture has the same boxes in both dialects, whole pixels here', async () => {
    const { detections } = await sidecar.see(picture, '?threshold=0.4');
    const { success, predictions, duration } = await answerTo(['image', picture]);

    assert.equal(success, true);
    assert.ok(duration > 0 && duration < 60, 'seconds');
    assert.equal(predictions.length, 2);
    assert.deepEqual(
      predictions,
      detections.map(({ label, confidence, box: { x, y, width, height } }) => ({
        confidence,
        label,
        x_min: Math.round(x),
        y_min: Math.round(y),
        x_max: Math.round(x + width),
        y_max: Math.round(y + height),
      })),
    );
    for (const { x_min, y_min, x_max, y_max } of predictions) {
      assert.ok([x_min, y_min, x_max, y_max].every(Number.isInteger));
    }
  });

  test('at most 20 objects, none low before high', () => {
    const detections = Array.from({ length: 30 }, (_, index) => ({
      label: 'red',
      confidence: 1 - index / 100,
      box: { x: 0.4, y: 0.6, width: 10, height: 10.2 },
    }));
    const predictions = predictionsOf(detections);
    assert.deepEqual(predictions[0], { confidence: 1, label: 'red', x_min: 0, y_min: 1, x_max: 10, y_max: 11 });
    assert.deepEqual(
      predictions.map(({ confidence }) => confidence),
      detections.slice(0, 20).map(({ confidence }) => confidence),
    );
  });

  test('min_confidence is heard before or after the picture, and what is not ours is passed over', async () => {
    for (const [text, least] of [
      ['1', 1],
      ['0.5', 0.5],
      ['0', 0],
    ] as const) {
      const after = await answerTo(['image', picture], ['min_confidence', text], ['locale', 'en']);
      const before = await answerTo(['min_confidence', text], ['image', picture]);
      assert.deepEqual(before.predictions, after.predictions);
      assert.ok(after.predictions.every(({ confidence }) => confidence >= least));
    }
  });

  for (const text of ['2', '-0.1', 'high', '', 'NaN', '0x1', '1e999']) {
    test(`refuses the min_confidence "${text}"`, async () => {
      const response = await post([
        ['min_confidence', text],
        ['image', picture],
      ]);
      assert.equal(await deepstackRefusal(response), '400 INPUT_INVALID');
    });
  }

  test('a picture under another name is none', async () => {
    assert.equal(await deepstackRefusal(await post([['file', picture]])), '400 IMAGE_MISSING');
  });

  test('the key may come in the form, before the picture or after it', async () => {
    for (const fields of [
      [['api_key', localToken] as const, ['image', picture] as const],
      [['image', picture] as const, ['api_key', localToken] as const],
    ]) {
      const response = await postForm(sidecar.url, fields, {});
      assert.equal(response.status, 200);
    }
  });

  const strangers: [who: string, key: string | null, headers: Record<string, string>, answer: string][] = [
    ['nobody', null, {}, '401 UNAUTHENTICATED'],
    ['a guessed key', 'guess', {}, '401 UNAUTHENTICATED'],
    ['an empty key', '', {}, '401 UNAUTHENTICATED'],
    ['a key as long as a book', 'x'.repeat(5_000), {}, '401 UNAUTHENTICATED'],
    ['a wrong header with a right key in the form', localToken, bearer('guess'), '401 UNAUTHENTICATED'],
    ['a web page with the local token', localToken, { origin: 'https://evil.example' }, '403 FORBIDDEN'],
  ];
  for (const [who, key, headers, answer] of strangers) {
    test(`${who} may not: ${answer}, and no picture is looked at`, async () => {
      const seen = await picturesSeen(sidecar);
      const keyField = key === null ? [] : [['api_key', key] as const];
      for (const fields of [
        [...keyField, ['image', picture] as const],
        [['image', picture] as const, ...keyField],
      ]) {
        assert.equal(await deepstackRefusal(await postForm(sidecar.url, fields, headers)), answer);
      }
      // What is no picture would be told so, if it had been looked at before the key was.
      const noPicture = [['image', new Uint8Array(10)] as const, ...keyField];
      assert.equal(await deepstackRefusal(await postForm(sidecar.url, noPicture, headers)), answer);
      assert.equal(await picturesSeen(sidecar), seen);
    });
  }

  test('who sends no form and has no key is refused before anything is read', async () => {
    const send = (headers: Record<string, string>) =>
      fetch(`${sidecar.url}/v1/vision/detection`, {
        method: 'POST',
        body: picture,
        headers: { 'content-type': 'image/png', ...headers },
      });
    assert.equal(await deepstackRefusal(await send({})), '401 UNAUTHENTICATED');
    assert.equal(await deepstackRefusal(await send(bearer(localToken))), '415 UNSUPPORTED_MEDIA_TYPE');
  });
});

test('forms of strangers cannot take the room of everybody else', async () => {
  await using sidecar = await startSidecar({ pendingBytesMax: 400_000, bodyBytesMax: 50_000, blobsDelayMs: 300 });
  const padded = new Uint8Array(40_000);
  padded.set(await twoBlobs());
  const nameless = () => postForm(sidecar.url, [['image', padded]], {});
  const keyed = () =>
    postForm(
      sidecar.url,
      [
        ['api_key', localToken],
        ['image', padded],
      ],
      {},
    );
  const named = () => postForm(sidecar.url, [['image', padded]], bearer(localToken));
  const [first, second, third] = await Promise.all([keyed(), keyed(), named()]);
  // Room for one body whose sender is not known yet.
  assert.deepEqual([first.status, second.status].toSorted(), [200, 503]);
  assert.equal(third.status, 200);
  const refused = first.status === 503 ? first : second;
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal(await deepstackRefusal(refused), '503 QUEUE_FULL');
  assert.equal(await deepstackRefusal(await nameless()), '401 UNAUTHENTICATED');
});

async function picturesSeen({ url }: TestSidecar): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^sightline_inference_pictures_total (\d+)/m.exec(text)?.[1]);
}
