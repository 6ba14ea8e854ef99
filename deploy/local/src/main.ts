import { readFile } from 'node:fs/promises';
import { prepareDemo, showDemo } from './demo.ts';
import { isLoopback } from './environment.ts';
import { launch } from './launch.ts';
import type { Running } from './launch.ts';
import { SettingsError, readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { createTerminal } from './terminal.ts';
import { welcome } from './welcome.ts';

const help = `npm start [-- --no-demo] [--servers 2 --redis redis://127.0.0.1:6379]

Starts Sightline on this machine: PostgreSQL, the server and the inference sidecar. Nothing has to be installed or set.

  --no-demo     neither make the demo login nor run the demo session
  --servers N   so many servers (1 to 3) behind the one address, to try that; needs Redis
  --redis URL   the same as REDIS_URL
  --help        this text

  kill -USR2 <pid>   starts one server after the other again; with several of them no request notices

  HOST=127.0.0.1         where both listen
  PORT=4000              the server: GraphQL, GraphiQL, health   (0: any free one)
  INFERENCE_PORT=4001    the inference sidecar
  DATA_DIR=./data        database, files, models, secrets, logs
  DATABASE_URL=          a PostgreSQL of yours (15 or newer) instead of the embedded one
  REDIS_URL=             carries signals between several servers
  SOURCE_DIRS=           folders on this machine that sources may watch, separated by ":"
  S3_ENDPOINT= S3_BUCKET= S3_REGION= S3_ACCESS_KEY_ID= S3_SECRET_ACCESS_KEY=   files go there instead of DATA_DIR
  LOG_LEVEL=info         logs are in DATA_DIR/logs; warnings are shown here too
`;

const startedAt = Date.now();
/** Ctrl-C promises to be through in five seconds. */
const stopDeadlineMs = 4_900;

let stopRequestedAt = 0;
const terminal = createTerminal(process.stdout);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => requestStop());
/** Nothing before there is something to restart; unheard, the signal would end us. */
let restart = () => {};
process.on('SIGUSR2', () => restart());
if (process.env['npm_lifecycle_event']) stopWithParent();
// Children and their files are gone by now, or were told to go: nothing that is left may hold us up.
process.exit(await main());

async function main(): Promise<number> {
  try {
    const settings = readSettings(process.argv.slice(2), process.env, process.cwd());
    if (settings.help) {
      process.stdout.write(help);
      return 0;
    }
    terminal.line('Sightline');
    await using running = await launch({ settings, env: process.env, terminal, signal: stopping.signal });
    restart = () => void running.restartServers().then(tellRestarted, tellNotRestarted);
    await Promise.race([running.failed, present(settings, running), untilStopped()]);
    await Promise.race([running.failed, untilStopped()]);
    return 0;
  } catch (error) {
    terminal.status(null);
    if (stopping.signal.aborted) return 0;
    process.stderr.write(explain(error));
    return 1;
  }
}

/** Shows what can be seen, once everything is up. */
async function present(settings: Settings, { addresses, databaseUrl }: Running): Promise<void> {
  const { dataDir, host } = settings;
  const hasDemo = settings.demo && isLoopback(host);
  if (!isLoopback(host)) {
    await prepareDemo(databaseUrl, 'lock');
    if (settings.demo) {
      terminal.line(
        `  No demo login: others can reach ${host}, and everybody knows its password. Use signUp, or HOST=127.0.0.1.`,
      );
    }
  }
  if (hasDemo) {
    try {
      await prepareDemo(databaseUrl, 'use');
      terminal.line('');
      await showDemo({
        url: addresses.server,
        dataDir,
        signal: stopping.signal,
        terminal,
        onFirstObject: () => void tellFirstEvent(),
      });
    } catch (error) {
      terminal.progress(null);
      if (stopping.signal.aborted) return;
      terminal.line(`  The demo did not work: ${(error as Error).message}`);
    }
  }
  const { databaseUrl: ownDatabase, servers } = settings;
  terminal.line(`\n${welcome({ addresses, dataDir, databaseUrl: ownDatabase, hasDemo, servers })}\n`);
}

async function tellFirstEvent(): Promise<void> {
  const now = Date.now();
  const stamp = await readFile(new URL('../../../node_modules/.sightline-install.json', import.meta.url), 'utf8').catch(
    () => '{}',
  );
  const { finishedAt = 0 } = JSON.parse(stamp) as { finishedAt?: number };
  // Started by hand, long after the install: then the start is what counts.
  const since = startedAt - finishedAt < 10_000 ? finishedAt : startedAt;
  terminal.line(`  first live detection ${((now - since) / 1_000).toFixed(1)} s after the install was done`);
}

function tellRestarted(): void {
  terminal.line('  Every server was started again');
}

function tellNotRestarted(error: unknown): void {
  if (!stopping.signal.aborted) terminal.line(`  Not every server was started again: ${(error as Error).message}`);
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    if (stopping.signal.aborted) resolve();
    else stopping.signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function requestStop(): void {
  if (stopping.signal.aborted) {
    // In a terminal one Ctrl-C comes twice: from the terminal to everybody, and from npm to us.
    if (performance.now() - stopRequestedAt < 1_000) return;
    // Pressed again. Children hear that we are gone and end; PostgreSQL is taken over by the next start.
    process.exit(130);
  }
  stopRequestedAt = performance.now();
  terminal.status(null);
  terminal.line('\nStopping …');
  stopping.abort();
  setTimeout(() => process.exit(1), stopDeadlineMs).unref();
}

/** npm passes signals to a shell, and some shells keep them to themselves: when npm is gone, nobody is left to stop us. */
function stopWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent && !stopping.signal.aborted) requestStop();
  }, 250).unref();
}

function explain(error: unknown): string {
  const { name, message, stack } = error as Error & { code?: string };
  if (error instanceof SettingsError)
    return `The configuration is not usable:\n${message.replaceAll(/^/gm, '  ')}\n\nSee npm start -- --help\n`;
  const isExpected = ['DataDirBusyError', 'PortError', 'EmbeddedPostgresError', 'MigrationError', 'Error'].includes(
    name,
  );
  return `\n${isExpected ? message : (stack ?? message)}\n`;
}
