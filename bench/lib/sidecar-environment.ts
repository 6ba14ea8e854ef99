import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

type SidecarEnvironment = { env: NodeJS.ProcessEnv; localToken: string; dataDirectory: string };

/** The environment as it is, with a token and a data folder of our own; models are shared with `npm start`. */
export function sidecarEnvironment(model: string | undefined): SidecarEnvironment {
  const localToken = randomUUID();
  const dataDirectory = join(tmpdir(), `sightline-bench-${randomUUID()}`);
  const env = {
    ...process.env,
    MODELS_DIR:
      process.env.MODELS_DIR ||
      join(process.env.DATA_DIR || fileURLToPath(new URL('../../data', import.meta.url)), 'models'),
    DATA_DIR: dataDirectory,
    LOCAL_TOKEN: localToken,
    // As it runs: one line a request.
    LOG_LEVEL: 'info',
    PROGRESS: 'lines',
    // However the bench ends, the sidecar ends too.
    PARENT_WATCH: '1',
    ...(model && { MODEL: model }),
  };
  return { env, localToken, dataDirectory };
}
