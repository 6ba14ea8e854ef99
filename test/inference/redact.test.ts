import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import sharp from 'sharp';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { bearer, localToken, refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';
import { writeTaskModels } from './task-models.ts';

const canary = 'CANARY-52.5200N-13.4050E';
const face = { x: 96, y: 64, width: 72, height: 80 };
const size = { width: 320, height: 240 };

/** Noise everywhere; in the face, red noise, which the stand-in for a face detector finds. The same bytes every time. */
function noisy(): Buffer {
  const data = Buffer.alloc(size.width * size.height * 3);
  let seed = 1;
  const random = (from: number, to: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return from + Math.floor((seed / 2_147_483_647) * (to - from));
  };
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const isFace = x >= face.x && x < face.x + face.width && y >= face.y && y < face.y + face.height;
      const grey = random(60, 200);
      data.set(isFace ? [random(110, 256), 0, 0] : [grey, grey, grey], (y * size.width + x) * 3);
    }
  }
  return data;
}

const pixels = noisy();
const picture = () => sharp(pixels, { raw: { ...size, channels: 3 } });

type Part = { x: number; y: number; width: number; height: number };
const inside = ({ x, y, width, height }: Part, by: number): Part => ({
  x: x + by,
  y: y + by,
  width: width - 2 * by,
  height: height - 2 * by,
});

/** The red channel of a part. */
function redOf(data: Uint8Array, width: number, part: Part): number[] {
  return Array.from({ length: part.width * part.height }, (_, at) => {
    const [x, y] = [part.x + (at % part.width), part.y + Math.floor(at / part.width)];
    return data[(y * width + x) * 3] ?? 0;
  });
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: number[]): number {
  const middle = mean(values);
  return mean(values.map((value) => (value - middle) ** 2));
}

/** -1 to 1: how much two parts look alike, whatever their brightness and contrast. */
function likeness(one: number[], other: number[]): number {
  const [a, b] = [mean(one), mean(other)];
  const shared = mean(one.map((value, at) => (value - a) * ((other[at] ?? 0) - b)));
  return shared / Math.sqrt(Math.max(1e-9, varianceOf(one) * varianceOf(other)));
}

describe('POST /redact', () => {
  let sidecar: TestSidecar;
  before(async () => {
    sidecar = await startSidecar({ predictTimeoutMs: 60_000 });
    await writeTaskModels(sidecar.folder);
  });
  after(() => sidecar[Symbol.asyncDispose]());

  const post = (bytes: Uint8Array<ArrayBuffer>, query = '') =>
    fetch(`${sidecar.url}/redact${query}`, {
      method: 'POST',
      body: bytes,
      headers: { ...bearer(localToken), 'content-type': 'application/octet-stream' },
    });

  async function redacted(bytes: Uint8Array<ArrayBuffer>, query = '') {
    const response = await post(bytes, query);
    assert.equal(response.status, 200, response.headers.get('content-type') ?? '');
    const file = Buffer.from(await response.arrayBuffer());
    const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
    assert.equal(info.channels, 3);
    return { file, data, info, headers: response.headers };
  }

  for (const style of ['blur', 'pixelate', 'box'] as const) {
    test(`${style}: nothing of a face is left, and everything else is`, async () => {
      const { data, info, headers } = await redacted(await bytesOf(picture().png()), `?style=${style}&margin=0`);
      assert.deepEqual([headers.get('content-type'), headers.get('x-redactions')], ['image/png', '1']);
      assert.deepEqual([info.width, info.height], [320, 240]);
      const before = redOf(pixels, size.width, face);
      const after = redOf(data, size.width, face);
      assert.ok(varianceOf(before) > 1_000);
      assert.ok(varianceOf(after) < varianceOf(before) / 25, `variance ${varianceOf(after)}`);
      assert.ok(Math.abs(likeness(before, after)) < 0.2, `likeness ${likeness(before, after)}`);
      const restored = Buffer.from(data);
      for (let y = face.y; y < face.y + face.height; y++) {
        const from = (y * size.width + face.x) * 3;
        pixels.copy(restored, from, from, from + face.width * 3);
      }
      assert.ok(restored.equals(pixels), 'a pixel outside the face changed');
    });
  }

  test('a box takes everything; of the other styles a handful of colours is left, however large the face is', async () => {
    const coloursOf = async (style: string, width: number) => {
      const large = await bytesOf(picture().resize(width, null, { kernel: 'nearest' }).png());
      const { data, info } = await redacted(large, `?style=${style}&margin=0`);
      const scale = width / size.width;
      const part = { x: face.x * scale, y: face.y * scale, width: face.width * scale, height: face.height * scale };
      return new Set(redOf(data, info.width, inside(part, 4))).size;
    };
    assert.deepEqual([await coloursOf('box', 320), await coloursOf('box', 1_280)], [1, 1]);
    for (const width of [320, 1_280]) assert.ok((await coloursOf('pixelate', width)) <= 12);
  });

  test('the margin takes along what is around: 15 % on each side unless said otherwise', async () => {
    const bytes = await bytesOf(picture().png());
    const blackIn = async (query: string) => {
      const { data } = await redacted(bytes, `?style=box${query}`);
      const row = Array.from({ length: size.width }, (_, x) => data[(100 * size.width + x) * 3] === 0);
      return [row.indexOf(true), row.lastIndexOf(true)];
    };
    assert.deepEqual(await blackIn('&margin=0'), [96, 167]);
    assert.deepEqual(await blackIn(''), [96 - 11, 167 + 11]);
    assert.deepEqual(await blackIn('&margin=1'), [24, 239]);
  });

  test('a JPEG stays a JPEG, the same outside as far as one can see', async () => {
    const sent = await bytesOf(picture().blur(2).jpeg({ quality: 95 }));
    const { data, headers } = await redacted(sent, '?threshold=0.05&margin=0');
    assert.deepEqual([headers.get('content-type'), headers.get('x-redactions')], ['image/jpeg', '1']);
    const original = await sharp(sent).raw().toBuffer();
    const away = { x: 200, y: 0, width: 120, height: 240 };
    const now = redOf(data, 320, away);
    const difference = redOf(original, 320, away).map((value, at) => Math.abs(value - (now[at] ?? 0)));
    assert.ok(mean(difference) < 3, `mean difference ${mean(difference)}`);
  });

  test('formats: WebP stays WebP; what cannot be told apart from others becomes JPEG', async () => {
    for (const [format, type] of [
      ['webp', 'image/webp'],
      ['gif', 'image/jpeg'],
      ['tiff', 'image/jpeg'],
      ['avif', 'image/jpeg'],
    ] as const) {
      const { headers, info } = await redacted(await bytesOf(picture().toFormat(format)));
      assert.deepEqual([headers.get('content-type'), info.width, info.height], [type, 320, 240], format);
    }
  });

  test('it comes back upright, and hides what lay where the camera was turned', async () => {
    const turned = await bytesOf(picture().rotate(270).jpeg({ quality: 100 }).withMetadata({ orientation: 6 }));
    const { data, info, file } = await redacted(turned, '?style=box&margin=0&threshold=0.05');
    assert.deepEqual([info.width, info.height], [320, 240]);
    assert.equal((await sharp(file).metadata()).orientation, undefined);
    assert.ok(mean(redOf(data, 320, inside(face, 4))) < 8);
    assert.ok(varianceOf(redOf(data, 320, { x: 200, y: 20, width: 100, height: 200 })) > 500);
  });

  test('where it was taken, by whom and every small copy of it stay behind', async () => {
    const exif = {
      IFD0: { Copyright: canary, Artist: canary },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '52/1 31/1 12/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '13/1 24/1 18/1',
      },
    };
    const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="${canary}"/></rdf:RDF></x:xmpmeta>`;
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const bare = picture().toFormat(format).withExif(exif).withXmp(xmp).withIccProfile('p3');
      const sent = new Uint8Array(Buffer.concat([await bare.toBuffer(), Buffer.from(canary)]));
      const before = await sharp(sent).metadata();
      assert.ok(before.exif && Buffer.from(sent).includes(canary), `${format} carries it`);
      const { file } = await redacted(sent);
      const { exif: kept, xmp: keptXmp, iptc, icc, comments } = await sharp(file).metadata();
      assert.deepEqual([kept, keptXmp, iptc, icc, comments], [undefined, undefined, undefined, undefined, undefined]);
      assert.ok(!file.includes('CANARY') && !file.includes('GPS') && !file.includes('Exif'), format);
    }
  });

  test('what hides behind transparency or in later frames does not come along', async () => {
    const hidden = await bytesOf(
      sharp(await picture().png().toBuffer())
        .ensureAlpha(0)
        .png(),
    );
    const { data } = await redacted(hidden);
    assert.ok(data.every((value) => value === 255));
    const frames = await Promise.all(
      ['#808080', '#ff0000'].map((background) => scene([], { background }).png().toBuffer()),
    );
    const animated = await bytesOf(sharp(frames, { join: { animated: true } }).webp());
    assert.equal((await sharp(animated, { animated: true }).metadata()).pages, 2);
    const { file } = await redacted(animated);
    assert.equal((await sharp(file, { animated: true }).metadata()).pages ?? 1, 1);
  });

  test('other models and labels, and as many as there are', async () => {
    const bytes = await twoBlobs();
    const countOf = async (query: string) => (await redacted(bytes, query)).headers.get('x-redactions');
    assert.equal(await countOf('?model=blobs'), '2');
    assert.equal(await countOf('?model=blobs&labels=blue'), '1');
    assert.equal(await countOf('?model=blobs&labels=green'), '0');
  });

  const wrong: [query: string, answer: string][] = [
    ['?labels=cat', '400 INPUT_INVALID'],
    ['?style=swirl', '400 INPUT_INVALID'],
    ['?margin=2', '400 INPUT_INVALID'],
    ['?model=colours', '400 INPUT_INVALID'],
    ['?max=3', '400 INPUT_INVALID'],
    ['?model=people', '404 MODEL_NOT_INSTALLED'],
  ];
  for (const [query, answer] of wrong) {
    test(`refuses ${query}`, async () => {
      assert.equal(await refusal(await post(await twoBlobs(), query)), answer);
    });
  }

  test('damaged pictures are refused like everywhere', async () => {
    const bytes = await bytesOf(picture().jpeg());
    assert.equal(await refusal(await post(bytes.slice(0, bytes.length / 2))), '422 IMAGE_UNREADABLE');
    assert.equal(await refusal(await post(new TextEncoder().encode('hello'))), '415 IMAGE_TYPE_REFUSED');
  });
});

test('without the model for faces: the one command that adds it', async () => {
  await using sidecar = await startSidecar();
  const response = await fetch(`${sidecar.url}/redact`, {
    method: 'POST',
    body: await bytesOf(scene([blob('red', 10, 10)]).png()),
    headers: { ...bearer(localToken), 'content-type': 'image/png' },
  });
  const text = await response.clone().text();
  assert.equal(await refusal(response), '404 MODEL_NOT_INSTALLED');
  assert.match(text, /npm run models -- add faces/);
});
