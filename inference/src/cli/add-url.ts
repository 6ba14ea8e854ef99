import { basename } from 'node:path';
import { download } from '../models/sources/download.ts';
import { fetchFailed } from '../models/sources/fetch-failed.ts';
import type { Added } from './add.ts';
import { addFile } from './add-file.ts';
import { UsageError } from './command.ts';
import type { CommandDeps, Options } from './command.ts';

/** Fetches an ONNX file whose digest is known and adds it. Throws MODEL_FETCH_FAILED and what adding a file throws. */
export async function addUrl(deps: CommandDeps, address: string, options: Options): Promise<Added> {
  const { signal, modelsDirectory } = deps;
  if (!URL.canParse(address)) throw new UsageError(`${address} is no address.`);
  const hash = /^(?:sha256:)?([0-9a-f]{64})$/i.exec(options.sha256 ?? '')?.[1]?.toLowerCase();
  if (hash === undefined) {
    throw new UsageError(
      'An address needs --sha256 <64 hex digits> of the file: whoever publishes it names it, or sha256sum does for a copy you trust.',
    );
  }
  const { pathname, username, password } = new URL(address);
  if (username || password)
    throw new UsageError('An address with a password would end up in the config. Download the file and give its path.');
  const fileName = decodeURIComponent(basename(pathname));
  const source = { kind: 'url', url: address, digest: `sha256:${hash}`, byteSize: null } as const;
  const name = options.name ?? fileName;
  const key = name.replace(/[^a-zA-Z0-9._-]+/g, '-').slice(0, 64) || 'model';
  await using part = await download(deps, key, source).catch((error: unknown) => {
    signal.throwIfAborted();
    throw fetchFailed({ name, source, modelsDirectory, cause: error });
  });
  // Where it is refused, what was downloaded stays: other options may be all it needs.
  const added = await addFile(deps, part.path, options, { source: address, fileName });
  await part.truncate(0);
  return added;
}
