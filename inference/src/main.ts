import { randomBytes } from 'node:crypto';
import { ConfigError, forgetSecrets, loadConfig } from './config.ts';
import type { Config } from './config.ts';
import { SidecarError } from './errors.ts';
import { createSidecar } from './sidecar.ts';
import type { Sidecar } from './sidecar.ts';
import { startTable } from './start-table.ts';

/** Longer than this nobody waits for a program that was told to end. */
const shutdownMsMax = 15_000;

const config = readConfig();
forgetSecrets(process.env);
let isEnding = false;
const localToken = config.localToken ?? (config.isAlone ? randomBytes(24).toString('base64url') : null);
const sidecar = await createSidecar({ ...config, localToken });

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(sidecar, 0));
if (config.endWithParent) watchParent();

try {
  const url = await sidecar.listen();
  // Whoever started us with a channel need not look for a port in what we print.
  if (config.endWithParent) process.send?.({ url });
} catch (error) {
  await fail(listenProblem(error, config));
}
try {
  await sidecar.ready;
  if (config.isAlone) process.stdout.write(startTable(sidecar, { ...config, localToken }));
} catch (error) {
  await fail(error instanceof SidecarError ? error.message : error);
}

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(`The configuration cannot be used:\n${error.message.replace(/^/gm, '  ')}`);
    return process.exit(1);
  }
}

/** Whoever started us may be killed without a word; we must not outlive it. */
function watchParent(): void {
  const orphaned = () => void end(sidecar, 0);
  if (process.connected) return void process.once('disconnect', orphaned);
  process.stdin.once('end', orphaned).once('close', orphaned).resume();
}

async function fail(problem: unknown): Promise<void> {
  console.error(problem);
  await end(sidecar, 1);
}

async function end(ending: Sidecar, exitCode: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => process.exit(1), shutdownMsMax).unref();
  await ending[Symbol.asyncDispose]();
  process.exit(exitCode);
}

function listenProblem(error: unknown, { host, port }: Config): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken. Set INFERENCE_PORT to another port, or stop the program that listens there.`;
  }
  if (code === 'EACCES')
    return `Port ${port} on ${host} may not be used by this user. Set INFERENCE_PORT to one above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST ${host} is not an address of this machine.`;
  return error;
}
