import { basename } from 'node:path';
import { download } from '../models/sources/download.ts';
import { fetchFailed } from '../models/sources/fetch-failed.ts';
import type { Added } from './add.ts';
import { addFile, chooseName } from './add-file.ts';
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
  // Before anything is downloaded: a name can be wrong, too.
  const name = chooseName(deps, options, decodeURIComponent(basename(pathname)));
  const source = { kind: 'url', url: address, digest: `sha256:${hash}`, byteSize: null } as const;
  await using part = await download(deps, name, source).catch((error: unknown) => {
    signal.throwIfAborted();
    throw fetchFailed({ name, source, modelsDirectory, cause: error });
  });
  // Where it is refused, what was downloaded stays: other options may be all it needs.
  const added = await addFile(deps, part.path, options, { source: address, name });
  await part.truncate(0);
  return added;
}
