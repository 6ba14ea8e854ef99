import type { Client, SightlineError, Source } from '@sightline/core';
import { defaults } from './defaults.ts';
import { findFiles, openUpload } from './find-files.ts';
import type { Found } from './find-files.ts';
import type { Screen } from './screen.ts';

type Deps = { client: Client; screen: Screen; signal: AbortSignal };

// More at once is no faster over one connection, and fewer leaves the line idle between files.
const uploadsAtOnce = 4;

/** The source to watch: the bundled street camera, or what the given folder or file holds. Used again when it is there already. */
export async function provideSource(deps: Deps, source: string | null): Promise<Source> {
  if (source) return uploadedSource(deps, await findFiles(source));
  const { client, signal } = deps;
  const { samplesName: name, samples: path, samplesIntervalMs: frameIntervalMs } = defaults;
  const existing = await findSource(deps, (one) => one.name === name && one.path !== null);
  if (existing) return existing;
  try {
    return await client.sources.create({ name, kind: 'IMAGES', path, frameIntervalMs }, { signal });
  } catch (error) {
    // Another machine's server, or one that may not read this folder: it gets the pictures sent.
    const { code } = error as Partial<SightlineError>;
    if (code !== 'SOURCE_PATH_REFUSED' && code !== 'SOURCE_EMPTY' && code !== 'SOURCE_NAME_TAKEN') throw error;
    return uploadedSource(deps, await findFiles(path), frameIntervalMs);
  }
}

/** The source of these files, which are sent unless they were before. */
export async function uploadedSource(deps: Deps, found: Found, frameIntervalMs?: number): Promise<Source> {
  const existing = await findSource(deps, ({ name }) => name === found.name);
  if (existing) return existing;
  const uploadIds = await uploadAll(deps, found);
  const input = { name: found.name, kind: found.kind, uploadIds, frameIntervalMs };
  return deps.client.sources.create(input, { signal: deps.signal });
}

async function findSource({ client, signal }: Deps, matches: (source: Source) => boolean): Promise<Source | null> {
  for await (const source of client.sources.list({ pageSize: 100, signal })) if (matches(source)) return source;
  return null;
}

/** Upload ids in the order of the paths. */
async function uploadAll({ client, screen, signal }: Deps, { paths, totalBytes }: Found): Promise<string[]> {
  const sentBytes = paths.map(() => 0);
  const uploadIds: string[] = [];
  const waiting = paths.entries();
  const stop = new AbortController();
  async function uploadNext(): Promise<void> {
    for (const [index, path] of waiting) {
      const onProgress = (progress: { sentBytes: number }) => {
        sentBytes[index] = progress.sentBytes;
        screen.progress({
          label: 'uploading',
          done: sentBytes.reduce((sum, size) => sum + size, 0),
          total: totalBytes,
          unit: 'bytes',
        });
      };
      const file = await openUpload(path);
      const upload = await client.sources.upload(file, { onProgress, signal: AbortSignal.any([signal, stop.signal]) });
      uploadIds[index] = upload.uploadId;
    }
  }
  try {
    await Promise.all(Array.from({ length: uploadsAtOnce }, uploadNext));
  } finally {
    stop.abort();
    screen.progress(null);
  }
  screen.line(`uploaded ${paths.length} file${paths.length === 1 ? '' : 's'}`);
  return uploadIds;
}
