import { randomBytes } from 'node:crypto';
import { pino } from 'pino';
import { ConfigError, forgetSecrets, loadConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { SidecarError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { drainMsMax } from '../http/drain.ts';
import { createSidecar } from '../sidecar.ts';
import { serveFrames } from './serve-frames.ts';

// The sidecar of one program, which has its two ends of a pipe. Nothing here listens, and only frames go to standard output:
// what else would be printed there, by a library or a thread, goes to where the log goes.
const output = process.stdout;
Object.defineProperty(process, 'stdout', { value: process.stderr });

/** Longer than this nobody waits for a program whose pipe is gone, whatever it is at. */
const shutdownMsMax = drainMsMax + 15_000;

const config = readConfig();
forgetSecrets(process.env);
const localToken = config.localToken ?? randomBytes(24).toString('base64url');
const log = createLogger(config.logLevel, pino.destination(2));
const sidecar = await createSidecar({ ...config, localToken, progress: 'off' }, { log, stdout: process.stderr });
let failed = false;
let isOver = false;
sidecar.ready.catch((error: unknown) => {
  // A model that was still on its way when the pipe ended.
  if (isOver) return;
  console.error(error instanceof SidecarError ? error.message : error);
  failed = true;
  // What is under way is told so, and whoever started us reads why.
  process.stdin.destroy();
});
// The end of the pipe ends us; a Ctrl-C in a terminal reaches the program at its other end as well, which decides.
process.on('SIGINT', () => undefined);
process.once('SIGTERM', () => process.stdin.destroy());
process.stdin.once('close', () => setTimeout(() => process.exit(1), shutdownMsMax).unref());

const { bodyBytesMax, pendingBytesMax } = config;
const exitCode = await serveFrames({
  app: sidecar.app,
  input: process.stdin,
  output,
  bodyBytesMax,
  pendingBytesMax,
  localToken,
});
isOver = true;
await sidecar[Symbol.asyncDispose]();
output.end(() => process.exit(failed ? 1 : exitCode));

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`The configuration cannot be used:\n${error.message.replace(/^/gm, '  ')}`);
    return process.exit(1);
  }
}
