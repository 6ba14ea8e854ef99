import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { appRoleHelp } from '@sightline/db/app-role';
import { lockDataDir } from '@sightline/db/data-dir-lock';
import { migrateDatabase } from '@sightline/db/migrate';
import { ensureSecrets } from '@sightline/db/secrets';
import { createChildLog } from './child-log.ts';
import { startChild } from './child.ts';
import { ensureConsole } from './console.ts';
import { superviseDatabase } from './database.ts';
import { addressesOf, childEnvironments } from './environment.ts';
import type { Addresses } from './environment.ts';
import { openLogFile } from './log-file.ts';
import { claimPorts } from './ports.ts';
import { createPatience, untilReady } from './ready.ts';
import { startServers } from './servers.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readyTimeoutMs = 60_000;
/** Together less than the five seconds that a person waits after Ctrl-C. */
const stopServerMs = 2_000;
const stopInferenceMs = 700;

type Options = {
  settings: Settings;
  env: Record<string, string | undefined>;
  terminal: Terminal;
  /** Ends the start wherever it is. */
  signal: AbortSignal;
};

export type Running = AsyncDisposable & {
  readonly addresses: Addresses;
  readonly databaseUrl: string;
  /** Rejects when a part cannot be kept running. */
  readonly failed: Promise<never>;
  /** Starts one server after the other again; with several of them nobody notices. */
  restartServers(): Promise<void>;
};

/** Brings everything up. What is started is stopped again in reverse order, also when a later step throws. */
export async function launch({ settings, env, terminal, signal }: Options): Promise<Running> {
  await using starting = new AsyncDisposableStack();
  const { host, dataDir } = settings;
  starting.use(await lockDataDir(dataDir, 'npm start'));
  const [port = 0, inferencePort = 0] = await claimPorts(host, [
    { variable: 'PORT', port: settings.port },
    { variable: 'INFERENCE_PORT', port: settings.inferencePort },
  ]);
  const addresses = addressesOf(host, port, inferencePort);
  const secrets = await ensureSecrets(dataDir, ['serviceToken', 'signingKey']);
  const environments = childEnvironments(env, settings, secrets, addresses, join(root, 'deploy', 'samples'));

  type Program = 'server' | 'inference';
  type Begin = { name?: string; onLine?: (line: string) => boolean };
  function begin(program: Program, childEnv: Record<string, string>, { name = program, onLine }: Begin = {}) {
    const file = starting.use(openLogFile(join(dataDir, 'logs', `${name}.log`)));
    return startChild({
      name,
      file: join(root, program, 'src', 'main.ts'),
      env: childEnv,
      log: createChildLog({ name, file, show: terminal.line, now: Date.now, isStopping: () => signal.aborted }),
      ...(onLine && { onLine }),
      onRestart: (why, attempt) =>
        terminal.line(`  The ${name} ended ${why}; starting it again (${attempt} of 5 within a minute)`),
    });
  }

  const step = stepsOn(terminal);
  const consoleDone = env['CONSOLE'] ? null : buildConsole(step, signal, terminal);
  const database = await step('PostgreSQL', async () => {
    if (settings.databaseUrl) return { url: settings.databaseUrl, note: 'the one of DATABASE_URL' };
    const embedded = await superviseDatabase({
      dataDir,
      signal,
      onProgress: (text) => terminal.line(`  ${text} …`),
      onRestart: () => terminal.line('  PostgreSQL ended; starting it again'),
    });
    starting.defer(() => embedded.stop());
    return {
      url: embedded.url,
      failed: embedded.failed,
      note: embedded.adopted ? 'still running from an earlier start, taken over' : '',
    };
  });
  signal.throwIfAborted();

  // The sidecar needs no database: its model loads while the tables are made.
  let lastProgressAt = -Infinity;
  const onLine = (line: string) => {
    const progress = /^progress (\S+) (\d+) (\d+)$/.exec(line);
    if (!progress) return false;
    lastProgressAt = performance.now();
    const [, label = '', done, total] = progress;
    terminal.progress(
      done === total ? null : { label: `fetching ${label}`, done: Number(done), total: Number(total), unit: 'bytes' },
    );
    return true;
  };
  const inference = begin('inference', environments.inference, { onLine });
  starting.defer(() => inference.stop(stopInferenceMs));

  await step('Migrations', async () => {
    const applied = await migrateDatabase(database.url, {
      onApply: (name) => terminal.status(`  applying ${name}`),
      onWait: () => terminal.line('  another process is migrating this database; waiting for it …'),
      ...(env['DATABASE_APP_ROLE'] && { appRole: env['DATABASE_APP_ROLE'] }),
      onAppRoleMissing: (role) => terminal.line(appRoleHelp(role)),
    });
    return { note: applied.length > 0 ? `${applied.length} applied` : 'nothing to do' };
  });
  signal.throwIfAborted();

  // A model that is being fetched is a sign of life, and a server is not ready before the sidecar is.
  const isBusy = () => performance.now() - lastProgressAt < readyTimeoutMs;
  const ready = async (name: string, url: string) => {
    const onWaiting = createPatience(name, terminal.line);
    await untilReady(name, url, { signal, timeoutMs: readyTimeoutMs, isBusy, onWaiting });
  };
  const servers = await startServers({
    ...{ count: settings.servers, host, port, untilReady: ready, say: terminal.line },
    begin: (name, ownPort) => begin('server', environments.server(database.url, ownPort), { name }),
  });
  starting.defer(() => servers.stop(stopServerMs));
  const failed = Promise.race([inference.failed, servers.failed, ...(database.failed ? [database.failed] : [])]);
  failed.catch(() => {});

  const noted = (work: Promise<void>, note = '') => work.then(() => ({ note }));
  const together = settings.servers > 1 ? `${settings.servers} of them` : '';
  await Promise.race([
    failed,
    Promise.all([
      step('Inference', () => noted(ready('inference', addresses.inference))),
      step('Server', () => noted(servers.ready(), together)),
    ]),
  ]);
  inference.settle();
  await consoleDone;
  const running = starting.move();
  return {
    addresses,
    databaseUrl: database.url,
    failed,
    restartServers: servers.restart,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The API works without its console, so that one which cannot be built is told, and no more. */
async function buildConsole(step: ReturnType<typeof stepsOn>, signal: AbortSignal, terminal: Terminal): Promise<void> {
  const onBuild = () => terminal.line('  Building the console, which is done once …');
  try {
    await step('Console', async () => ({ note: (await ensureConsole({ signal, onBuild })) ? 'built' : '' }));
  } catch (error) {
    if (!signal.aborted) terminal.line(`  No console: ${(error as Error).message}`);
  }
}

/** Shows what is being done and, once it is, how long it took. */
function stepsOn(terminal: Terminal) {
  return async <Result extends { note: string }>(name: string, work: () => Promise<Result>): Promise<Result> => {
    const startedAt = performance.now();
    terminal.status(`  ${name} …`);
    const result = await work();
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    terminal.status(null);
    terminal.line(`  ✔ ${name.padEnd(12)}${seconds.padStart(5)} s   ${result.note}`.trimEnd());
    return result;
  };
}
