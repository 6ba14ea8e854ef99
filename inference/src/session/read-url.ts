import { open, realpath } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SidecarError } from '../errors.ts';

export type Sources = ReturnType<typeof createSources>;

type Deps = {
  /** Files outside of these are refused, whatever links lead there. */
  directories: readonly string[];
  /** Other origins are refused: a source must not be a way into the network that we stand in. */
  origins: readonly string[];
  fetch: typeof globalThis.fetch;
};

/** Between two pieces of a download. */
const silenceMsMax = 30_000;

/**
 * The only way from a source's URL to its bytes. Everything here throws SOURCE_REFUSED for what may not be read and
 * SOURCE_UNREADABLE for what cannot be; a server that is away for now throws neither: trying again may help.
 */
export function createSources({ directories, origins, fetch }: Deps) {
  async function realFile(url: string): Promise<string> {
    const path = await realpath(fileURLToPath(url)).catch((cause: unknown) => {
      throw unreadable(url, 'it is not there', cause);
    });
    for (const directory of directories) {
      const root = await realpath(directory).catch(() => null);
      if (root !== null && path.startsWith(root.endsWith(sep) ? root : root + sep)) return path;
    }
    throw new SidecarError('SOURCE_REFUSED', 'This file is outside of the folders that may be watched (SOURCE_DIRS).', {
      internal: { path },
    });
  }

  async function* download(url: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (!origins.includes(new URL(url).origin)) {
      throw new SidecarError('SOURCE_REFUSED', 'Pictures are only fetched from the server and its file storage.', {
        internal: { origin: new URL(url).origin },
      });
    }
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(new Error('The download stood still.')), silenceMsMax);
    try {
      const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, silence.signal]) });
      if (response.status >= 500) throw new Error(`The file storage answered ${response.status}.`);
      if (!response.ok || !response.body) throw unreadable(url, `the file storage answered ${response.status}`);
      for await (const chunk of response.body) {
        timer.refresh();
        yield chunk;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** The URL's bytes piece by piece, at most `bytesMax` of them. */
  async function* pieces(url: string, bytesMax: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let total = 0;
    const from = isFile(url) ? readInPieces(await open(await realFile(url))) : download(url, signal);
    for await (const piece of from) {
      total += piece.byteLength;
      if (total > bytesMax) throw unreadable(url, `it is larger than ${Math.floor(bytesMax / 1_048_576)} MB`);
      yield piece;
      signal.throwIfAborted();
    }
  }

  return {
    pieces,
    async bytes(url: string, bytesMax: number, signal: AbortSignal): Promise<Uint8Array> {
      const parts: Uint8Array[] = [];
      for await (const piece of pieces(url, bytesMax, signal)) parts.push(piece);
      return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    },
    /** The real path of a `file:` URL; null for a URL that must be fetched. */
    localPath: async (url: string): Promise<string | null> => (isFile(url) ? realFile(url) : null),
  };

  async function* readInPieces(handle: FileHandle): AsyncGenerator<Uint8Array> {
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new SidecarError('SOURCE_UNREADABLE', 'A source must be made of ordinary files.');
      // One piece for what is one picture, several for what is large.
      yield* handle.createReadStream({ highWaterMark: Math.min(Math.max(stat.size, 1), 1_048_576), autoClose: false });
    } finally {
      await handle.close();
    }
  }
}

/** Names a source in a message: the last part of its path, without what a signed link must keep to itself. */
export function fileNameOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '') || 'the source';
}

const isFile = (url: string) => new URL(url).protocol === 'file:';

const unreadable = (url: string, why: string, cause?: unknown) =>
  new SidecarError('SOURCE_UNREADABLE', `${fileNameOf(url)} cannot be read: ${why}.`, { cause });
