import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { contentTypeOf } from '@sightline/core';
import type { Screen } from './screen.ts';
import { UserMistake } from './user-mistake.ts';

type Deps = { screen: Screen; signal: AbortSignal };

const bytesMax = 4 * 1024 ** 3;

/** A picture or video of the web as a file of its own folder, which goes when it is disposed. Throws UserMistake. */
export async function download(address: string, { screen, signal }: Deps): Promise<AsyncDisposable & { path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-download-'));
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    const response = await fetch(address, { signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new UserMistake(`${address} cannot be reached: ${reasonOf(error)}`);
    });
    const { body, headers } = response;
    if (!response.ok || !body) throw new UserMistake(`${address} answered HTTP ${response.status}.`);
    const total = Number(headers.get('content-length')) || null;
    const path = join(folder, nameOf(address, headers.get('content-type') ?? ''));
    let done = 0;
    async function* counted(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        done += chunk.length;
        if (done > bytesMax) throw new UserMistake(`${address} is larger than ${bytesMax / 1024 ** 3} GB.`);
        screen.progress({ label: 'downloading', done, total, unit: 'bytes' });
        yield chunk;
      }
    }
    await pipeline(Readable.fromWeb(body as never), counted, createWriteStream(path, { flags: 'wx' }), { signal });
    screen.progress(null);
    return { path, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const extensions: Readonly<Record<string, string>> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/webp': '.webp',
  'image/gif': '.gif',
  'video/mp4': '.mp4',
  'video/webm': '.webm',
  'video/quicktime': '.mov',
};

/** A name of ours: what an address ends with may be anything. Its kind is told by the name, or else by the answer. */
function nameOf(address: string, contentType: string): string {
  const last = basename(new URL(address).pathname).replaceAll(/[^\w.-]/g, '_');
  const extension = contentTypeOf(last)
    ? extname(last)
    : (extensions[contentType.split(';')[0]?.trim() ?? ''] ?? extname(last));
  const stem = basename(last, extname(last)).replace(/^\.+/, '').slice(0, 60) || 'download';
  return stem + extension;
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  return cause instanceof Error ? cause.message : String(cause);
}
