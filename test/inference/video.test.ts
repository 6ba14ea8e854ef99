import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Profile } from '@sightline/inference/contract';
import { readPpmFrames } from '@sightline/inference/session/ppm';
import fc from 'fast-check';
import { allOf, changesOf, run, spec } from './run.ts';
import { startSidecar } from './sidecar.ts';

const hasFfmpeg = !spawnSync('ffmpeg', ['-version']).error;
const skip = hasFfmpeg ? false : 'ffmpeg is not on this machine';

/** A red square that walks right over grey for `seconds`, 30 frames a second. */
async function writeVideo(
  path: string,
  { seconds = 4, size = '640x360', codec = [] as string[] } = {},
): Promise<string> {
  const filters = `color=c=gray:s=${size}:r=30:d=${seconds}[bg];color=c=red:s=80x60:r=30:d=${seconds}[fg];[bg][fg]overlay=x=20+60*t:y=100`;
  await promisify(execFile)('ffmpeg', [
    '-y',
    '-v',
    'error',
    '-filter_complex',
    filters,
    '-pix_fmt',
    'yuv420p',
    ...codec,
    path,
  ]);
  return pathToFileURL(path).href;
}

const video = (url: string) => ({ kind: 'VIDEO' as const, url });

describe('a run over a video', { skip }, () => {
  test('samples it as the profile says, with the time of the source', async (t) => {
    await using sidecar = await startSidecar();
    const url = await writeVideo(join(sidecar.folder, 'walk.mp4'));
    const rates: Record<Profile, number> = { FAST: 5, ACCURATE: 10, CPU_ONLY: 3 };
    for (const [profile, rate] of Object.entries(rates) as [Profile, number][]) {
      await t.test(`${profile}: ${rate} frames a second`, async () => {
        const { messages, frames } = await allOf(run(sidecar.url, spec(video(url), { profile })));
        const [opened] = messages;
        assert.ok(opened?.type === 'opened' && opened.framesTotal === 4 * rate);
        assert.deepEqual(messages.at(-1), { type: 'ended' });
        assert.ok(Math.abs(frames.length - 4 * rate) <= 1, `${frames.length} frames`);
        for (const { index, timestampMs, width, height, tracks } of frames) {
          assert.equal(timestampMs, Math.round((index * 1_000) / rate));
          assert.deepEqual([width, height], [640, 360]);
          // The square is at 20 + 60 t.
          for (const { box } of tracks) {
            const expected = 20 + (60 * timestampMs) / 1_000;
            assert.ok(Math.abs(box.x - expected) <= 4, `at ${box.x}, not ${expected}, after ${timestampMs} ms`);
          }
        }
        const changes = frames.flatMap(changesOf);
        assert.equal(changes.filter((text) => text === 'entered 1 red').length, 1);
        assert.ok(
          changes.every((text) => text.endsWith('1 red')),
          changes.join(),
        );
      });
    }
  });

  test('goes on from a frame and sees there what the whole run saw there', async () => {
    await using sidecar = await startSidecar();
    const url = await writeVideo(join(sidecar.folder, 'walk.mp4'));
    const { frames } = await allOf(run(sidecar.url, spec(video(url), { startFrameIndex: 12, nextTrackNumber: 7 })));
    assert.equal(frames[0]?.index, 12);
    assert.equal(frames[0].timestampMs, 2_400);
    const entered = frames.find(({ tracks }) => tracks.some(({ change }) => change === 'entered'));
    assert.ok(entered && changesOf(entered).includes('entered 7 red'));
    const { x = 0 } = entered.tracks[0]?.box ?? {};
    assert.ok(Math.abs(x - (20 + (60 * entered.timestampMs) / 1_000)) <= 4, `at ${x} after ${entered.timestampMs} ms`);
    const beyond = await allOf(run(sidecar.url, spec(video(url), { startFrameIndex: 1_000 })));
    assert.deepEqual(
      beyond.messages.map(({ type }) => type),
      ['opened', 'ended'],
    );
  });

  test('large videos are looked at small, in their own proportions', async () => {
    await using sidecar = await startSidecar();
    const url = await writeVideo(join(sidecar.folder, 'tall.mp4'), { seconds: 1, size: '1080x1920' });
    const { frames } = await allOf(run(sidecar.url, spec(video(url))));
    assert.ok(frames.length >= 4);
    for (const { width, height } of frames) assert.deepEqual([width, height], [720, 1_280]);
  });

  for (const [name, codec] of [
    ['avi', ['-c:v', 'mjpeg']],
    ['mkv', []],
    ['webm', ['-c:v', 'libvpx', '-deadline', 'realtime']],
    ['gif', []],
    ['ts', []],
  ] as const) {
    test(`reads .${name}`, async () => {
      await using sidecar = await startSidecar();
      const url = await writeVideo(join(sidecar.folder, `walk.${name}`), {
        seconds: 1,
        size: '320x240',
        codec: [...codec],
      });
      const { messages, frames } = await allOf(run(sidecar.url, spec(video(url))));
      assert.deepEqual(messages.at(-1), { type: 'ended' });
      assert.ok(frames.flatMap(changesOf).includes('entered 1 red'));
    });
  }

  test('hanging up leaves no ffmpeg behind', async () => {
    await using sidecar = await startSidecar({ blobsDelayMs: 50 });
    const url = await writeVideo(join(sidecar.folder, 'long.mp4'), { seconds: 60 });
    const messages = run(sidecar.url, spec(video(url)));
    for (let count = 0; count < 3; count++) await messages.next();
    assert.equal((await ffmpegsReading('long.mp4')).length, 1);
    await messages.return(undefined);
    while ((await ffmpegsReading('long.mp4')).length > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  test('what is no video, is cut off or only names other files fails with a reason', async (t) => {
    await using sidecar = await startSidecar();
    const whole = await writeVideo(join(sidecar.folder, 'whole.mp4'), { seconds: 1 });
    const bytes = await readFile(new URL(whole));
    const secret = join(sidecar.folder, 'secret.ts');
    await writeVideo(secret, { seconds: 1 });
    const files: Record<string, string | Uint8Array> = {
      'text.mp4': 'not a video',
      'empty.mp4': '',
      'cut.mp4': bytes.subarray(0, Math.floor(bytes.length / 3)),
      'playlist.mp4': `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://${secret}\n#EXT-X-ENDLIST\n`,
      'concat.mp4': `ffconcat version 1.0\nfile '${secret}'\n`,
    };
    for (const [name, content] of Object.entries(files)) {
      await t.test(name, async () => {
        const path = join(sidecar.folder, name);
        await writeFile(path, content);
        const { messages } = await allOf(run(sidecar.url, spec(video(pathToFileURL(path).href))));
        const [last] = messages;
        assert.ok(last?.type === 'failed' && last.code === 'SOURCE_UNREADABLE', JSON.stringify(messages));
        assert.match(last.message, new RegExp(name.replace('.', '\\.')));
      });
    }
  });

  test('a video from the server is fetched whole first, within its limit, and leaves no file behind', async (t) => {
    await using maker = await startSidecar();
    const bytes = await readFile(new URL(await writeVideo(join(maker.folder, 'remote.mp4'), { seconds: 1 })));
    const server = createServer((_request, response) => void response.end(bytes));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close().closeAllConnections());
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    // A folder of this test's own, so that nobody else's files count.
    process.env['TMPDIR'] = await mkdtemp(join(maker.folder, 'tmp-'));
    t.after(() => delete process.env['TMPDIR']);

    await using sidecar = await startSidecar({ frameOrigins: [origin] });
    const { frames } = await allOf(run(sidecar.url, spec(video(`${origin}/remote.mp4`))));
    assert.ok(frames.flatMap(changesOf).includes('entered 1 red'));
    await using strict = await startSidecar({ frameOrigins: [origin], videoBytesMax: 1_000 });
    const [last] = (await allOf(run(strict.url, spec(video(`${origin}/remote.mp4`))))).messages;
    assert.ok(last?.type === 'failed' && last.code === 'SOURCE_UNREADABLE', JSON.stringify(last));
    const temporary = await readdir(tmpdir());
    assert.deepEqual(
      temporary.filter((name) => name.startsWith('sightline-video-')),
      [],
    );
  });
});

test('without ffmpeg a video fails with the line that installs it', async () => {
  await using sidecar = await startSidecar({ ffmpegPath: 'no-such-ffmpeg' });
  await writeFile(join(sidecar.folder, 'a.mp4'), 'anything');
  const url = pathToFileURL(join(sidecar.folder, 'a.mp4')).href;
  const { messages } = await allOf(run(sidecar.url, spec(video(url))));
  assert.equal(messages.length, 1);
  const [failed] = messages;
  assert.ok(failed?.type === 'failed' && failed.code === 'FFMPEG_MISSING');
  assert.match(failed.message, /install/i);
});

test('frames come out of a stream of pictures whole, however it is cut', async () => {
  const pictures = fc.array(
    fc.record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }), value: fc.nat(255) }),
    { maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(pictures, fc.integer({ min: 1, max: 50 }), async (frames, cut) => {
      const stream = Buffer.concat(
        frames.flatMap(({ width, height, value }) => [
          Buffer.from(`P6\n${width} ${height}\n255\n`),
          Buffer.alloc(width * height * 3, value),
        ]),
      );
      async function* pieces() {
        for (let at = 0; at < stream.length; at += cut) yield stream.subarray(at, at + cut);
      }
      const found = [];
      for await (const { width, height, data } of readPpmFrames(pieces()))
        found.push({ width, height, value: data[0] });
      assert.deepEqual(
        found,
        frames.map((frame) => ({ ...frame })),
      );
    }),
  );
});

/** Process ids of the ffmpegs that have this file open, by their command lines. */
async function ffmpegsReading(name: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid,args']);
  return stdout.split('\n').filter((line) => /\bffmpeg\b/.test(line) && line.includes(name));
}
