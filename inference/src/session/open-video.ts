import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Profile } from '../contract.ts';
import { startFfmpeg } from './ffmpeg.ts';
import { framesPerSecond } from './profiles.ts';
import { fileNameOf } from './read-url.ts';
import type { Sources } from './read-url.ts';
import type { OpenSource, SourceFrame } from './source-frame.ts';

type Deps = { sources: Sources; ffmpeg: string; videoBytesMax: number };
type Video = { url: string; profile: Profile; startIndex: number };

/** The model sees a fraction of it anyway, and it is what a snapshot shows. */
const sideMax = 1_280;
/** An object is seen for this long before it counts: detectors flicker. */
const confirmMs = 200;

/** A video file, sampled as the profile says. Throws what `createSources` and ffmpeg throw. */
export async function openVideo(
  { sources, ffmpeg, videoBytesMax }: Deps,
  { url, profile, startIndex }: Video,
  signal: AbortSignal,
): Promise<OpenSource> {
  await using opened = new AsyncDisposableStack();
  const name = fileNameOf(url);
  const rate = framesPerSecond[profile];

  let file = await sources.localPath(url);
  if (file === null) {
    // ffmpeg is never given a URL: what it would fetch and from where is not ours to know.
    const folder = await mkdtemp(join(tmpdir(), 'sightline-video-'));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    file = join(folder, 'video');
    await pipeline(sources.pieces(url, videoBytesMax, signal), createWriteStream(file), { signal });
  }
  const decoding = opened.use(
    await startFfmpeg({ ffmpeg, file, name, startSeconds: startIndex / rate, framesPerSecond: rate, sideMax }),
  );
  const end = () => void decoding[Symbol.asyncDispose]();
  signal.addEventListener('abort', end, { once: true });
  opened.defer(() => signal.removeEventListener('abort', end));
  if (signal.aborted) end();

  // The first picture shows that it is a video at all, and by then its length is known too.
  const pictures = decoding.frames[Symbol.asyncIterator]();
  let next = await pictures.next();

  async function* frames(): AsyncGenerator<SourceFrame> {
    for (let index = startIndex; !next.done; index++, next = await pictures.next()) {
      yield {
        index,
        timestampMs: Math.round((index * 1_000) / rate),
        name,
        picture: { kind: 'raw', frame: next.value },
      };
    }
  }

  const duration = decoding.durationSeconds();
  const lifetime = opened.move();
  return {
    framesTotal: duration === null ? null : Math.max(1, Math.round(duration * rate)),
    frameIntervalMs: 1_000 / rate,
    sightingsToEnter: 1 + Math.min(2, Math.floor((confirmMs * rate) / 1_000)),
    frames: frames(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
