import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sendByFetch } from '@sightline/core';
import type { Send } from '@sightline/core';
import { newDeferred } from '../deferred.ts';
import { childEnvironment } from './child-environment.ts';
import { SidecarMissingError } from './local-errors.ts';
import { openPipe } from './pipe.ts';
import { readRecord, removeRecord, writeRecord } from './record.ts';

/** A sidecar that can be spoken to, ready or not. */
export type Link = {
  send: Send;
  /** Null where it is not ours. */
  readonly pid: number | null;
  /** Resolves with why once it cannot be spoken to any more. */
  over: Promise<string>;
  /** The same in its own last words, if it has any. */
  explain(why: string): Promise<string>;
  /** Ends what is ours: kindly, and after `graceMs` for sure. Resolves when it is gone. */
  close(graceMs: number): Promise<void>;
};

export type HowToStart = {
  /** `stdio` unless given. */
  transport?: 'http' | 'stdio' | undefined;
  /** The sidecar's program: a file for Node. Unless given that of `@sightline/inference`, which has to be installed. */
  entry?: string | undefined;
  /** A program and its arguments in place of Node and `entry`. It has to speak by the chosen transport. */
  command?: readonly [string, ...string[]] | undefined;
  /** Where models and the sidecar's own files are kept. */
  dataDirectory: string;
  /** More variables for the sidecar, such as `MODEL`; docs/inference.md has all. Secrets of this program are not passed on by themselves. */
  env?: Readonly<Record<string, string>> | undefined;
};

/** As `MAX_BODY_BYTES` of the sidecar is by itself. */
const bodyBytesMaxDefault = 10 * 1024 * 1024;
/** Of what it said last, for whoever asks why it ended. */
const sayingsMax = 4_000;
const lastWordsMs = 500;
/** As long as a sidecar that is recorded has to say that it is there. */
const foundMs = 2_000;

const asIs = (why: string) => Promise.resolve(why);

/** Over HTTP to one that somebody else runs. `over` never resolves: whoever watches its health decides. */
export function linkTo(url: string, token: string): Link {
  return {
    send: sendTo(url, token),
    pid: null,
    over: new Promise(() => {}),
    explain: asIs,
    close: () => Promise.resolve(),
  };
}

/** The one that another program with this folder has started, if it answers to its token; else a process of our own. Throws SidecarMissingError. */
export async function startLink(how: HowToStart, signal: AbortSignal): Promise<Link> {
  if (how.transport !== 'http') return startPiped(how);
  const found = await readRecord(how.dataDirectory);
  if (found) {
    const link = linkTo(found.url, found.token);
    // Somebody else may have its port by now, and say nothing.
    if (await answers(link.send, '/models', AbortSignal.any([signal, AbortSignal.timeout(foundMs)]))) return link;
  }
  return startListening(how, signal);
}

/** Whether it says yes to this. */
export async function answers(send: Send, path: string, signal: AbortSignal): Promise<boolean> {
  try {
    const request = { url: `http://localhost${path}`, method: 'GET', headers: {}, body: null };
    return (await send(request, signal)).status === 200;
  } catch {
    return false;
  }
}

function startPiped(how: HowToStart): Link {
  const child = launch(how, {}, ['pipe', 'pipe', 'pipe']);
  const given = Number(how.env?.['MAX_BODY_BYTES']) || bodyBytesMaxDefault;
  const pipe = openPipe({ input: child.process.stdout!, output: child.process.stdin!, bodyBytesMax: 2 * given });
  return {
    send: pipe.send,
    pid: child.process.pid ?? null,
    over: Promise.race([child.ended, pipe.broken]),
    // Why it ended says more than that its pipe is closed.
    explain: async (why) => (await child.endsSoon()) ?? why,
    async close(graceMs) {
      child.process.stdin?.end();
      await child.end(graceMs);
    },
  };
}

async function startListening(how: HowToStart, signal: AbortSignal): Promise<Link> {
  const token = randomBytes(32).toString('base64url');
  // By its environment: arguments can be read by everybody.
  const own = { LOCAL_TOKEN: token, INFERENCE_PORT: '0', HOST: '127.0.0.1', PARENT_WATCH: '1' };
  const child = launch(how, own, ['ignore', 'ignore', 'pipe', 'ipc']);
  const listening = newDeferred<string>();
  child.process.on('message', (message) => {
    const { url } = message as { url?: unknown };
    if (typeof url === 'string') listening.resolve(url);
  });
  const aborted = newDeferred<never>();
  aborted.promise.catch(() => {});
  const onAbort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const ended = child.ended.then((why) => Promise.reject(new Error(why)));
    const url = await Promise.race([listening.promise, ended, aborted.promise]);
    const { pid = 0 } = child.process;
    await writeRecord(how.dataDirectory, { pid, url, token });
    return {
      send: sendTo(url, token),
      pid,
      over: child.ended,
      explain: asIs,
      async close(graceMs) {
        if (child.process.connected) child.process.disconnect();
        await child.end(graceMs);
        await removeRecord(how.dataDirectory, pid);
      },
    };
  } catch (error) {
    await child.end(0);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** The same request, to the sidecar and in its caller's name instead of the server's. */
function sendTo(url: string, token: string): Send {
  const send = sendByFetch((...asked) => fetch(...asked));
  return (request, signal) => {
    const { pathname, search } = new URL(request.url);
    const headers = { ...request.headers, authorization: `Bearer ${token}` };
    return send({ ...request, url: `${url}${pathname}${search}`, headers }, signal);
  };
}

type Stdio = ('pipe' | 'ignore' | 'ipc')[];

function launch(
  { entry, command, transport, dataDirectory, env }: HowToStart,
  own: Record<string, string>,
  stdio: Stdio,
) {
  const [program, ...args] = command ?? [process.execPath, entry ?? findEntry(transport)];
  const folder = { DATA_DIR: join(dataDirectory, 'sidecar'), LOG_LEVEL: 'warn', PROGRESS: 'off' };
  const started = spawn(program, args, {
    stdio,
    env: childEnvironment({ ...folder, ...env, ...own }),
    windowsHide: true,
  });
  return keep(started);
}

function findEntry(transport: HowToStart['transport']): string {
  const name = `@sightline/inference/${transport === 'http' ? 'main' : 'stdio/main'}`;
  try {
    // By its name alone: programs that bring a sidecar of another kind need not install ours.
    return fileURLToPath(import.meta.resolve(name));
  } catch {
    throw new SidecarMissingError(`${name} is not installed.`);
  }
}

/** Those that have to go when this process does, whatever ends it that lets it say so. */
const children = new Set<ChildProcess>();
const endAll = () => {
  for (const child of children) child.kill('SIGKILL');
};

function keep(child: ChildProcess) {
  let sayings = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (sayings = (sayings + text).slice(-sayingsMax)));
  if (children.size === 0) process.once('exit', endAll);
  children.add(child);
  const over = newDeferred<string>();
  const onEnd = (why: string) => {
    children.delete(child);
    if (children.size === 0) process.off('exit', endAll);
    over.resolve(`${why}${sayings.trim() && `; it said: ${sayings.trim()}`}`);
  };
  // What never started has no exit.
  child.once('error', (error) => onEnd(`it could not be started: ${error.message}`));
  const silent = new Promise<void>((resolve) => (child.stderr ? child.stderr.once('close', resolve) : resolve()));
  child.once('exit', (code, signal) => {
    // Its last words come a moment later; where one of its own processes holds on to them, never.
    void within(silent, lastWordsMs).then(() => onEnd(`it ended with ${signal ?? `code ${code}`}`));
  });
  return {
    process: child,
    ended: over.promise,
    /** Why it ended, if it does within a second: a pipe closes a moment before. */
    endsSoon: () => within(over.promise, 1_000),
    async end(graceMs: number): Promise<void> {
      if (graceMs > 0 && child.exitCode === null && child.signalCode === null) {
        if (!child.stdin) child.kill('SIGTERM');
        if ((await within(over.promise, graceMs)) !== null) return;
      }
      child.kill('SIGKILL');
      await over.promise;
    },
  };
}

async function within<T>(promise: Promise<T>, waitMs: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(resolve, waitMs, null)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
