import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** Larger files than this are not ours. */
const fileBytesMax = 256 * 1024 * 1024;

/** Takes files out of a gzipped tarball, by their paths in it. Throws unless all of them are there. */
export async function readTarball(path: string, paths: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const source = createReadStream(path);
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
  const missing = paths.filter((each) => !found.has(each));
  if (missing.length > 0) throw new Error(`the package has no ${missing.join(', ')}`);
  return found;
}
