import { SidecarError } from '../errors.ts';
import type { RunSpec } from '../contract.ts';
import type { OpenSource, SourceFrame } from './source-frame.ts';
import { fileNameOf } from './read-url.ts';
import type { Sources } from './read-url.ts';

type Images = Extract<RunSpec['source'], { kind: 'IMAGES' }>;

const pictureBytesMax = 64 * 1024 * 1024;

/** A row of picture files, in the order they were given. One that cannot be read does not stop the others. */
export function openImages(
  sources: Sources,
  { frames: urls, frameIntervalMs }: Images,
  startIndex: number,
  signal: AbortSignal,
): OpenSource {
  async function* frames(): AsyncGenerator<SourceFrame> {
    for (let index = startIndex; index < urls.length; index++) {
      const url = urls[index] ?? '';
      yield { index, timestampMs: index * frameIntervalMs, name: fileNameOf(url), picture: await read(url) };
    }
  }

  async function read(url: string): Promise<SourceFrame['picture']> {
    try {
      return { kind: 'file', bytes: await sources.bytes(url, pictureBytesMax, signal) };
    } catch (error) {
      // What may not be read ends the run: nobody asked for half of a source.
      if (error instanceof SidecarError && error.code === 'SOURCE_UNREADABLE') {
        return { kind: 'unreadable', reason: error.message };
      }
      throw error;
    }
  }

  // Each picture may be all there is of its scene, so what it shows counts at once.
  const nothingToDo = () => Promise.resolve();
  return {
    framesTotal: urls.length,
    frameIntervalMs,
    sightingsToEnter: 1,
    frames: frames(),
    [Symbol.asyncDispose]: nothingToDo,
  };
}
