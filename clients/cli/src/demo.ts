import { join } from 'node:path';
import { AbortError, Client, defaultReconnectPolicy } from '@sightline/core';
import type { ReconnectPolicy } from '@sightline/core';
import { readArguments, usage } from './arguments.ts';
import { eventLine } from './event-line.ts';
import { explainError } from './explain-error.ts';
import { folderNameOf } from './folder-name.ts';
import { makeFolder } from './make-folder.ts';
import { createPictureWriter } from './pictures/picture-writer.ts';
import { provideSource } from './provide-source.ts';
import { runSession } from './run-session.ts';
import { createScreen } from './screen.ts';
import type { Screen } from './screen.ts';
import { summaryLines } from './summary.ts';
import type { DemoSummary } from './summary.ts';
import { createTally } from './tally.ts';

export type DemoOptions = {
  url: string;
  email: string;
  password: string;
  /** A folder or file; null for the pictures that come with the repository. */
  source: string | null;
  /** Where annotated pictures go; null for nowhere. */
  out: string | null;
  /** Whether every event gets a line. */
  events?: boolean;
  /** Told when the first object of the session has arrived. */
  onFirstObject?: () => void;
  /** Stops the session; the summary then tells of what there was until then. */
  signal: AbortSignal;
  print: ((line: string) => void) | Screen;
};

/** The whole demo: signs in, provides a source, runs a session over it, writes pictures. Throws what the client throws, and UserMistake. */
export async function runDemo(options: DemoOptions): Promise<DemoSummary> {
  const { url, email, password, source, out, events = true, signal, print } = options;
  const screen = typeof print === 'function' ? { line: print, progress: () => {} } : print;
  await using client = new Client({ baseUrl: url, reconnect: patiently(screen) });
  const { viewer } = await client.auth.signIn({ email, password }, { signal });
  screen.line(`signed in as ${viewer.user.name} of ${viewer.organization.name}`);

  const provided = await provideSource({ client, screen, signal }, source);
  screen.line(`watching “${provided.name}”`);
  const folder = out === null ? null : join(out, folderNameOf(provided.name));
  if (folder !== null) await makeFolder(folder);
  const tally = createTally();
  // Once the session is stopped, the pictures of what was seen are still wanted.
  const pictures =
    folder === null ? null : createPictureWriter({ client, folder, signal: new AbortController().signal });
  const onEvent: Parameters<typeof runSession>[0]['onEvent'] = (event, sinceStartMs) => {
    const isFirstObject = event.label !== null && tally.labels().length === 0;
    tally.add(event);
    pictures?.add(event);
    const line = events ? eventLine(event, sinceStartMs) : null;
    if (line) screen.line(line);
    if (isFirstObject) options.onFirstObject?.();
  };
  const run = await runSession({ client, screen, signal, onEvent }, provided);
  const pictureCount = (await pictures?.finish()) ?? 0;
  return {
    sourceName: provided.name,
    sessionId: run.session.id,
    state: run.session.state,
    endReason: run.session.endReason,
    endDetail: run.session.endDetail,
    model: run.session.model,
    frameCount: run.session.framesRead,
    eventCount: tally.eventCount,
    gapCount: run.gapCount,
    objects: tally.labels(),
    seconds: run.seconds,
    firstEventMs: run.firstEventMs,
    firstObjectMs: run.firstObjectMs,
    pictureCount,
    pictureFolder: pictureCount > 0 ? folder : null,
  };
}

/** A server that restarts is waited for, about half a minute; somebody sits in front of this. */
function patiently(screen: Screen): ReconnectPolicy {
  const lastAttempt = 8;
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    nextDelayMs(lost) {
      // Two streams lose the same connection; a first failure is often over before anybody has read of it.
      if (lost.attempt === 1 && performance.now() - toldAtMs > 10_000) {
        toldAtMs = performance.now();
        screen.line('the connection is lost; trying again');
      }
      return lost.attempt > lastAttempt ? null : defaultReconnectPolicy.nextDelayMs(lost);
    },
  };
}

/** The command. The result is the exit code. */
async function main(args: string[]): Promise<number> {
  const screen = createScreen(process.stdout);
  const stop = new AbortController();
  process.once('SIGINT', () => {
    screen.progress(null);
    screen.line('stopping (Ctrl-C again to leave at once)');
    stop.abort();
    process.once('SIGINT', () => process.exit(130));
  });
  let options: ReturnType<typeof readArguments> | null = null;
  try {
    options = readArguments(args);
    if (options.help) {
      process.stdout.write(usage);
      return 0;
    }
    const summary = await runDemo({ ...options, signal: stop.signal, print: screen });
    for (const line of summaryLines(summary)) screen.line(line);
    if (stop.signal.aborted) return 130;
    return summary.state === 'COMPLETED' ? 0 : 1;
  } catch (error) {
    screen.progress(null);
    if (stop.signal.aborted && error instanceof AbortError) return 130;
    const explanation = explainError(error, { url: options?.url ?? '', email: options?.email ?? '' });
    if (explanation === null) throw error;
    process.stderr.write(`${explanation}\n`);
    return 1;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
