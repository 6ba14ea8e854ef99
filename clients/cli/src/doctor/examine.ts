import { AuthenticationError, ConnectionError, SightlineError } from '@sightline/core';
import type { Viewer } from '@sightline/core';
import type { Context } from '../command/context.ts';
import { wholeList } from '../commands/whole-list.ts';
import { findSignIn, webSocketOf } from '../setting/open-client.ts';
import { nameOf } from '../sign-in/name-of.ts';
import { UserMistake } from '../user-mistake.ts';
import { fail, pass, skip } from './check.ts';
import type { Found, Row } from './check.ts';
import { health } from './health.ts';
import { checkNode, checkSecrets, checkSettings } from './local-checks.ts';
import { checkClock, checkReady, checkServer, checkSidecar } from './server-checks.ts';
import { webSocketProblem } from './web-socket.ts';

/** One row for each thing that has to work, in the order in which they need one another. */
export async function examine(context: Context): Promise<Row[]> {
  const { settings, signIns, signal } = context;
  const { url, inferenceUrl } = settings;
  const [server, sidecar] = await Promise.all([
    health(url, signal),
    inferenceUrl === null ? null : health(inferenceUrl, signal),
  ]);
  const rows: Row[] = [];
  const add = (check: string, found: Found) => void rows.push({ check, ...found });
  add('Node.js', checkNode(process.versions.node));
  add('settings', checkSettings(settings));
  add(
    'secrets',
    await trying(
      () => checkSecrets(signIns, process.platform),
      'Make the folder yours, or name another as XDG_CONFIG_HOME.',
    ),
  );
  add('server', checkServer(url, server));
  add('server ready', checkReady(server));
  add('clock', checkClock(server));
  add('live feed', server.isOurs ? await checkLive(url, signal) : skip('no server'));
  const viewer = { found: null as Viewer | null };
  add('sign-in', await checkSignIn(context, server.isOurs, viewer));
  add('room in the plan', viewer.found ? await checkRoom(context, viewer.found) : skip('not signed in'));
  add('sidecar', checkSidecar(inferenceUrl, sidecar));
  add(
    'models',
    sidecar?.isReady && viewer.found ? await checkModels(context) : skip(viewer.found ? 'no sidecar' : 'not signed in'),
  );
  return rows;
}

async function checkLive(url: string, signal: AbortSignal): Promise<Found> {
  const problem = await webSocketProblem(url, await webSocketOf(), signal);
  if (problem === null) return pass('a WebSocket comes through');
  return fail(
    `a WebSocket does not come through: ${problem}`,
    'Have proxies on the way pass `Upgrade` and `Connection` on, for /graphql.',
  );
}

async function checkSignIn(context: Context, hasServer: boolean, viewer: { found: Viewer | null }): Promise<Found> {
  const { settings, signal } = context;
  const fix = `sightline login --url ${settings.url}`;
  try {
    const signIn = await findSignIn(context);
    if (!signIn) return fail('nobody is signed in', fix);
    if (!hasServer) return skip('no server');
    viewer.found = await (await context.client()).auth.viewer({ signal });
    if (!viewer.found) return fail('the server does not take it any more', fix);
    return pass(nameOf(viewer.found) + (signIn.kind === 'key' ? ', by an API key' : ''));
  } catch (error) {
    if (error instanceof AuthenticationError) return fail('the server does not take it any more', fix);
    return failure(error, fix);
  }
}

async function checkRoom(context: Context, { organization: { plan } }: Viewer): Promise<Found> {
  return trying(async () => {
    const { sources, sessions } = await context.client();
    const [used, running] = [
      (await wholeList(sources.list({ pageSize: 100 }), plan.maxSources)).length,
      (
        await wholeList(
          sessions.list({ pageSize: 100, filter: { states: ['QUEUED', 'STARTING', 'RUNNING', 'STOPPING'] } }),
          plan.maxConcurrentSessions,
        )
      ).length,
    ];
    const facts = `${plan.name}: ${used} of ${plan.maxSources} sources, ${running} of ${plan.maxConcurrentSessions} sessions`;
    if (used >= plan.maxSources)
      return fail(facts, 'Use sources that are there (sightline sources list), or choose a larger plan.');
    if (running >= plan.maxConcurrentSessions)
      return fail(facts, 'Stop a session: sightline sessions list --state running');
    return pass(facts);
  }, 'See: sightline status');
}

async function checkModels(context: Context): Promise<Found> {
  return trying(async () => {
    const list = await (await context.client()).models.list({ signal: context.signal });
    if (list.length === 0)
      return fail('none is ready', 'Install one on the sidecar’s machine: npm run models -- install NAME');
    return pass(list.map(({ name, isDefault }) => (isDefault ? `${name} (default)` : name)).join(', '));
  }, 'A key needs the scope INFER: sightline keys create NAME --scope infer');
}

/** A check that cannot be made has failed, and says why. */
async function trying(check: () => Promise<Found>, fix: string): Promise<Found> {
  try {
    return await check();
  } catch (error) {
    return failure(error, fix);
  }
}

function failure(error: unknown, fix: string): Found {
  if (error instanceof ConnectionError) return fail(error.message, 'See “server” and “sidecar” above.');
  if (error instanceof SightlineError) return fail(`${error.message} (${error.code})`, error.hint ?? fix);
  if (error instanceof UserMistake || (error instanceof Error && 'syscall' in error)) return fail(error.message, fix);
  throw error;
}
