import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { until } from '../harness/until.ts';
import sharp from 'sharp';
import { blob, bytesOf, scene, twoBlobs } from './pictures.ts';
import { allOf, changesOf, postRun, run, spec } from './run.ts';
import type { Frame } from './run.ts';
import { refusal, startSidecar } from './sidecar.ts';
import type { TestSidecar } from './sidecar.ts';

/** Writes a row of pictures, in which a red blob walks right and a blue one comes after three of them. */
async function writeWalk(folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const blobs = [blob('red', 10 + 20 * index, 60), ...(index >= 3 ? [blob('blue', 220, 150)] : [])];
      const path = join(folder, `${index}.jpg`);
      await writeFile(path, await scene(blobs).jpeg({ quality: 95 }).toBuffer());
      return pathToFileURL(path).href;
    }),
  );
}

const images = (frames: string[], frameIntervalMs = 1_000) => ({ kind: 'IMAGES' as const, frames, frameIntervalMs });

describe('a run over pictures', () => {
  let sidecar: TestSidecar;
  let walk: string[];
  before(async () => {
    sidecar = await startSidecar();
    walk = await writeWalk(join(sidecar.folder, 'walk'), 8);
  });
  after(() => sidecar[Symbol.asyncDispose]());

  test('tells of every frame in order, of who entered and moved, and then ends', async () => {
    const { messages, frames } = await allOf(run(sidecar.url, spec(images(walk))));

    const [opened] = messages;
    assert.ok(opened?.type === 'opened');
    assert.equal(opened.framesTotal, 8);
    assert.equal(opened.model.name, 'blobs');
    assert.match(opened.model.digest, /^sha256:/);
    assert.deepEqual(messages.at(-1), { type: 'ended' });

    assert.deepEqual(
      frames.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5, 6, 7],
    );
    assert.deepEqual(
      frames.map(({ timestampMs }) => timestampMs),
      [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000],
    );
    assert.deepEqual(
      frames.flatMap(changesOf).filter((text) => text.startsWith('entered')),
      ['entered 1 red', 'entered 2 blue'],
    );
    assert.deepEqual(
      frames.map(({ nextTrackNumber }) => nextTrackNumber),
      [2, 2, 2, 3, 3, 3, 3, 3],
    );
    const red = frames.flatMap(({ tracks }) => tracks).filter(({ label }) => label === 'red');
    assert.ok(red.length >= 4);
    for (const [before, now] of red.slice(1).map((track, index) => [red[index], track] as const)) {
      assert.ok(now && before && now.box.x > before.box.x, 'it walks right');
    }
  });

  test('sends a picture with whoever entered or moved, and none without', async () => {
    const { frames } = await allOf(run(sidecar.url, spec(images(walk))));
    for (const { tracks, snapshot } of frames) {
      const isWorthOne = tracks.some(({ change }) => change !== 'left');
      assert.equal(snapshot !== null, isWorthOne);
      if (!snapshot) continue;
      const { format, width, height } = await sharp(snapshot).metadata();
      assert.deepEqual({ format, width, height }, { format: 'jpeg', width: 320, height: 240 });
    }
  });

  test('goes on from a frame and a number, as the server asks after a break', async () => {
    const whole = await allOf(run(sidecar.url, spec(images(walk))));
    const rest = await allOf(run(sidecar.url, spec(images(walk), { startFrameIndex: 5, nextTrackNumber: 12 })));
    assert.deepEqual(
      rest.frames.map(({ index }) => index),
      [5, 6, 7],
    );
    assert.deepEqual(
      rest.frames.map(({ timestampMs }) => timestampMs),
      [5_000, 6_000, 7_000],
    );
    assert.deepEqual(rest.frames[0] && changesOf(rest.frames[0]).toSorted(), ['entered 12 red', 'entered 13 blue']);
    assert.deepEqual(
      rest.frames.map(({ width, height }) => [width, height]),
      whole.frames.slice(5).map(({ width, height }) => [width, height]),
    );
    assert.equal((await allOf(run(sidecar.url, spec(images(walk), { startFrameIndex: 8 })))).frames.length, 0);
  });

  test('pictures of different sizes and scenes each stand for themselves', async () => {
    const folder = join(sidecar.folder, 'mixed');
    await mkdir(folder);
    const pictures = [
      scene([blob('red', 40, 60)]),
      scene([blob('red', 40, 60)], { width: 640, height: 360 }),
      scene([blob('red', 40, 60)], { width: 640, height: 360, background: '#202020' }),
      scene([]),
    ];
    const urls: string[] = [];
    for (const [index, picture] of pictures.entries()) {
      const path = join(folder, `${index}.png`);
      await writeFile(path, await picture.png().toBuffer());
      urls.push(pathToFileURL(path).href);
    }
    const { frames } = await allOf(run(sidecar.url, spec(images(urls))));
    assert.deepEqual(
      frames.map(({ width, height }) => `${width}x${height}`),
      ['320x240', '640x360', '640x360', '320x240'],
    );
    assert.deepEqual(
      frames.map((frame) => changesOf(frame).join()),
      ['entered 1 red', 'left 1 red,entered 2 red', 'left 2 red,entered 3 red', 'left 3 red'],
    );
    assertInsideFrames(frames);
  });

  test('large pictures are told of in their own pixels and sent small; EXIF orientation counts', async () => {
    const path = join(sidecar.folder, 'large.jpg');
    const lying = await scene([blob('red', 200, 100, 600, 400)], { width: 3_000, height: 2_000 })
      .jpeg()
      .toBuffer();
    await writeFile(path, await sharp(lying).withMetadata({ orientation: 6 }).toBuffer());
    const { frames } = await allOf(run(sidecar.url, spec(images([pathToFileURL(path).href]))));
    const [frame] = frames;
    assert.ok(frame?.snapshot);
    assert.deepEqual([frame.width, frame.height], [2_000, 3_000]);
    const { width, height } = await sharp(frame.snapshot).metadata();
    assert.deepEqual([width, height], [853, 1_280]);
    assertInsideFrames(frames);
  });

  test('a picture that cannot be read is passed over; a source of nothing else fails with the reason', async () => {
    const broken = join(sidecar.folder, 'broken.jpg');
    await writeFile(broken, 'not a picture');
    const gone = pathToFileURL(join(sidecar.folder, 'gone.jpg')).href;
    const url = pathToFileURL(broken).href;
    const { messages, frames } = await allOf(run(sidecar.url, spec(images([url, walk[0] ?? '', gone, walk[1] ?? '']))));
    assert.deepEqual(
      frames.map(({ index }) => index),
      [1, 3],
    );
    assert.deepEqual(messages.at(-1), { type: 'ended' });

    const nothing = await allOf(run(sidecar.url, spec(images([url, gone]))));
    const last = nothing.messages.at(-1);
    assert.ok(last?.type === 'failed' && last.code === 'SOURCE_UNREADABLE', JSON.stringify(last));
    assert.match(last.message, /broken\.jpg/);
    assert.doesNotMatch(last.message, new RegExp(sidecar.folder));
  });

  test('files outside of the folders that may be watched are refused, whatever leads to them', async () => {
    const outside = join(tmpdir(), `sightline-outside-${process.pid}.png`);
    await writeFile(outside, await twoBlobs());
    const link = join(sidecar.folder, 'link.png');
    await symlink(outside, link);
    const sibling = pathToFileURL(`${sidecar.folder}-sibling/0.jpg`).href;
    const dots = `${pathToFileURL(sidecar.folder).href}/walk/../../${outside.split('/').at(-1)}`;
    for (const url of [pathToFileURL(outside).href, pathToFileURL(link).href, dots, 'file:///etc/passwd']) {
      const { messages, frames } = await allOf(run(sidecar.url, spec(images([walk[0] ?? '', url]))));
      assert.ok(frames.length <= 1);
      const last = messages.at(-1);
      assert.ok(last?.type === 'failed' && last.code === 'SOURCE_REFUSED', `${url}: ${JSON.stringify(last)}`);
    }
    const last = (await allOf(run(sidecar.url, spec(images([sibling]))))).messages.at(-1);
    assert.equal(last?.type, 'failed');
  });

  const refused: [name: string, body: unknown, answer: string][] = [
    [
      'a pipeline that does not exist',
      spec(images(['file:///a.jpg']), { pipelines: ['detect', 'dream'] }),
      '422 PIPELINE_UNKNOWN',
    ],
    ['no pipeline', spec(images(['file:///a.jpg']), { pipelines: [] }), '400 INPUT_INVALID'],
    ['no frames', spec(images([])), '400 INPUT_INVALID'],
    [
      'a source of another kind',
      { ...spec(images(['file:///a.jpg'])), source: { kind: 'RADIO', url: 'file:///a' } },
      '400 INPUT_INVALID',
    ],
    ['a path instead of a URL', spec(images(['/etc/passwd'])), '400 INPUT_INVALID'],
    ['a frame before the first', spec(images(['file:///a.jpg']), { startFrameIndex: -1 }), '400 INPUT_INVALID'],
    ['nothing', null, '400 INPUT_INVALID'],
  ];
  for (const [name, body, answer] of refused) {
    test(`refuses ${name}: ${answer}`, async () =>
      assert.equal(await refusal(await postRun(sidecar.url, body)), answer));
  }

  test('more runs than agreed are refused, and there is room again when one ends', async () => {
    await using small = await startSidecar({
      sessionCountMax: 1,
      blobsDelayMs: 100,
      sourceDirectories: [sidecar.folder],
    });
    const first = run(small.url, spec(images(walk)));
    await first.next();
    assert.equal(await refusal(await postRun(small.url, spec(images(walk)))), '503 QUEUE_FULL');
    await first.return(undefined);
    await until(async () => /sightline_inference_sessions 0\b/.test(await metrics(small)));
    assert.equal((await allOf(run(small.url, spec(images(walk.slice(0, 1)))))).frames.length, 1);
  });
});

test('hanging up ends a run at once, and nothing more is read', async () => {
  await using sidecar = await startSidecar({ blobsDelayMs: 20 });
  const frames = await writeWalk(join(sidecar.folder, 'walk'), 4);
  const long = Array.from({ length: 10_000 }, (_, index) => frames[index % frames.length] ?? '');
  const messages = run(sidecar.url, spec(images(long)));
  for (let count = 0; count < 5; count++) await messages.next();
  await messages.return(undefined);
  await until(async () => /sightline_inference_sessions 0\b/.test(await metrics(sidecar)));
  const seen = async () => Number(/inference_pictures_total (\d+)/.exec(await metrics(sidecar))?.[1]);
  const after = await seen();
  assert.ok(after < 100, `${after} pictures`);
  await sidecar.see(await twoBlobs());
  assert.ok((await seen()) <= after + 2);
});

test('a reader that does not read holds the run, and memory, where they are', async () => {
  await using sidecar = await startSidecar();
  const path = join(sidecar.folder, 'noise.jpg');
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 };
  const grain = sharp({ create: { width: 1_200, height: 1_200, channels: 3, background: '#888', noise } });
  const red = await scene([], { width: 300, height: 300, background: '#ff0000' }).png().toBuffer();
  await writeFile(
    path,
    await grain
      .composite([{ input: red, left: 100, top: 100 }])
      .jpeg({ quality: 95 })
      .toBuffer(),
  );
  // Ten seconds between pictures make each of them news, with a snapshot of several hundred kilobytes.
  const source = images(
    Array.from({ length: 400 }, () => pathToFileURL(path).href),
    10_000,
  );
  const messages = run(sidecar.url, spec(source));
  await messages.next();
  const framesRead = async () => Number(/inference_frames_total (\d+)/.exec(await metrics(sidecar))?.[1] ?? 0);
  let before = -1;
  // Stands still: two looks, half a second apart, see the same.
  await until(async () => {
    const now = await framesRead();
    const isStill = now > 0 && now === before;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return isStill;
  });
  assert.ok(before < 100, `${before} frames for a reader of one`);
  await messages.return(undefined);
});

test('a run survives an engine that dies under it, with every track', async () => {
  await using sidecar = await startSidecar(
    {},
    { engineEntries: { thread: new URL('mortal-engine.ts', import.meta.url) } },
  );
  const walk = await writeWalk(join(sidecar.folder, 'walk'), 8);
  const { messages, frames } = await allOf(run(sidecar.url, spec(images(walk))));
  assert.deepEqual(messages.at(-1), { type: 'ended' });
  assert.equal(frames.length, 8);
  assert.deepEqual(
    frames.flatMap(changesOf).filter((text) => text.startsWith('entered')),
    ['entered 1 red', 'entered 2 blue'],
  );
  assert.match(await metrics(sidecar), /engine_restarts_total [1-9]/);
});

test('pictures are fetched from the server, with its refusals and outages told apart, and from nowhere else', async (t) => {
  const picture = await bytesOf(scene([blob('red', 40, 60)]).jpeg());
  const answers: Record<string, [status: number, body: Uint8Array]> = {
    '/files/0.jpg': [200, picture],
    '/files/expired.jpg': [403, new Uint8Array()],
    '/files/outage.jpg': [502, new Uint8Array()],
  };
  const elsewhere: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? '';
    if (path === '/files/redirect.jpg') response.setHeader('location', '/files/0.jpg');
    const [status, body] = answers[path] ?? [path === '/files/redirect.jpg' ? 302 : 404, new Uint8Array()];
    response.writeHead(status).end(body);
  });
  const stranger = createServer((request, response) => {
    elsewhere.push(request.url ?? '');
    response.end(picture);
  });
  for (const each of [server, stranger]) await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
  t.after(() => [server, stranger].forEach((each) => each.close().closeAllConnections()));
  const urlOf = (each: typeof server) => `http://127.0.0.1:${(each.address() as AddressInfo).port}`;
  await using sidecar = await startSidecar({ frameOrigins: [urlOf(server)] });
  const last = async (...urls: string[]) => (await allOf(run(sidecar.url, spec(images(urls))))).messages.at(-1);

  const { frames } = await allOf(run(sidecar.url, spec(images([`${urlOf(server)}/files/0.jpg?signature=abc`]))));
  assert.deepEqual(frames.map(changesOf), [['entered 1 red']]);
  const expired = await last(`${urlOf(server)}/files/expired.jpg?signature=secret`);
  assert.ok(expired?.type === 'failed' && expired.code === 'SOURCE_UNREADABLE');
  assert.doesNotMatch(expired.message, /secret/);
  const strange = await last(`${urlOf(stranger)}/files/0.jpg`);
  assert.ok(strange?.type === 'failed' && strange.code === 'SOURCE_REFUSED');
  assert.deepEqual(elsewhere, []);
  // An outage may pass, so the stream breaks and the server tries again.
  await assert.rejects(last(`${urlOf(server)}/files/outage.jpg`));
  await assert.rejects(last(`${urlOf(server)}/files/redirect.jpg`));
});

test('shutting down ends runs without an ending, so that the server goes on elsewhere', async () => {
  const sidecar = await startSidecar({ blobsDelayMs: 20 });
  const frames = await writeWalk(join(sidecar.folder, 'walk'), 4);
  const long = Array.from({ length: 10_000 }, (_, index) => frames[index % frames.length] ?? '');
  const messages = run(sidecar.url, spec(images(long)));
  await messages.next();
  const rest = allOf(messages).catch(() => null);
  await sidecar[Symbol.asyncDispose]();
  const last = (await rest)?.messages.at(-1);
  assert.ok(last === undefined || last.type === 'frame', JSON.stringify(last));
});

const metrics = async ({ url }: TestSidecar) => (await fetch(`${url}/metrics`)).text();

function assertInsideFrames(frames: Frame[]): void {
  for (const { tracks, width, height } of frames) {
    for (const { box } of tracks) {
      assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= width + 0.01 && box.y + box.height <= height + 0.01);
    }
  }
}
