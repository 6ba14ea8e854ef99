import { SidecarError } from '../../errors.ts';
import type { Downloadable } from './download.ts';
import type { MadeSource } from './source.ts';

type Failure = { name: string; source: Downloadable | MadeSource; modelsDirectory: string; cause: unknown };

/** Says what was wanted, why it did not come and what a person can do. */
export function fetchFailed({ name, source, modelsDirectory, cause }: Failure): SidecarError {
  const reason = reasonOf(cause);
  const copy = `or copy ${name}/ into ${modelsDirectory} from a machine that has it`;
  const advice = {
    npm: `Connect this machine to the registry (npm config set registry <url> names a mirror), ${copy}, or set MODEL=blobs to go on with a made-up detector that needs no download.`,
    url: `Check the address and the connection, or download the file elsewhere and give its path instead.`,
    made: `It needs nothing but this program, so this should not happen.`,
  }[source.kind];
  return new SidecarError(
    'MODEL_FETCH_FAILED',
    `The model ${name} could not be fetched (${whatIs(source)}): ${reason}. It is needed once. ${advice}`,
    { cause },
  );
}

function whatIs(source: Downloadable | MadeSource): string {
  if (source.kind === 'made') return 'made here';
  const size = source.byteSize === null ? '' : `, ${Math.round(source.byteSize / 1_000_000)} MB`;
  return source.kind === 'npm' ? `npm package ${source.package}@${source.version}${size}` : `${source.url}${size}`;
}

/** `fetch` hides why it failed one level down. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
