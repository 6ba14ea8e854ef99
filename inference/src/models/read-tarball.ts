import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

type Options = {
  /** As npm writes it: `sha512-<base64>`. */
  integrity: string;
  paths: readonly string[];
  onProgress(doneBytes: number): void;
};

/** Larger files than this are not ours. */
const fileBytesMax = 256 * 1024 * 1024;

/**
 * Takes files out of a gzipped tarball while it arrives; nothing of it touches the disk. Throws unless the whole
 * tarball is what `integrity` says and has all files.
 */
export async function readTarball(
  pieces: AsyncIterable<Uint8Array>,
  { integrity, paths, onProgress }: Options,
): Promise<Map<string, Uint8Array>> {
  const hash = createHash('sha512');
  let doneBytes = 0;
  async function* measured() {
    for await (const piece of pieces) {
      hash.update(piece);
      doneBytes += piece.byteLength;
      onProgress(doneBytes);
      yield piece;
    }
  }

  const found = new Map<string, Uint8Array>();
  const source = Readable.from(measured());
  const gunzip = createGunzip();
  const entries = extract();
  // Whatever breaks first breaks all three.
  source.on('error', (error) => gunzip.destroy(error));
  gunzip.on('error', (error) => entries.destroy(error));
  source.pipe(gunzip).pipe(entries);
  try {
    for await (const entry of entries) {
      const { name, size = 0 } = entry.header;
      if (paths.includes(name) && size <= fileBytesMax) found.set(name, await buffer(entry));
      else entry.resume();
    }
  } finally {
    source.destroy();
    gunzip.destroy();
  }

  const actual = `sha512-${hash.digest('base64')}`;
  if (actual !== integrity) throw new Error(`the download is damaged: ${actual} is not ${integrity}`);
  const missing = paths.filter((path) => !found.has(path));
  if (missing.length > 0) throw new Error(`the package has no ${missing.join(', ')}`);
  return found;
}
