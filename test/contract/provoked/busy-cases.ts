import { cookieNames } from '@sightline/server/http/cookies';
import pg from 'pg';
import { query as rowsOf } from '../../harness/database.ts';
import { signIn } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { until } from '../../harness/until.ts';
import { openSocket } from '../raw-socket.ts';
import { answerOf, closeOf, runOn, speakerOf, toldOfMessage, wsUrl } from './scene.ts';
import type { Case, Closed, Language, Scene, Told } from './scene.ts';

type On = 'graphql' | 'sse' | 'websocket' | 'close' | 'rest';
type Answers = Record<string, Promise<Told | Closed>>;

const reading = '{ sources(first: 1) { edges { cursor } } }';

/** The tables that somebody else holds, one that everybody needs who says who they are, and one of what they see: who asks. */
const held: Record<string, On[]> = { SignIn: ['close', 'rest'], Source: ['graphql', 'sse', 'websocket'] };

/** So often nothing changes once no connection is left that could begin to wait. */
const quietRounds = 25;

/** Somebody with a token that was used already. */
async function comer(scene: Scene): Promise<string> {
  const { email } = await speakerOf(scene.server, scene.language, 'busy');
  const { token } = await signIn(scene.server, email);
  await runOn(scene, 'graphql', { query: reading, token });
  return token;
}

/** All ways to ask, on a socket that was opened while the database was well. */
async function askerFor(scene: Scene, token: string) {
  const { server, headers, language } = scene;
  const socket = await openSocket(wsUrl(server), { headers });
  await socket.init({ authorization: `Bearer ${token}` });
  scene.defer(async () => {
    await socket[Symbol.asyncDispose]();
  });
  const headersOfPage = { cookie: `${cookieNames.access}=${token}`, origin: server.url };
  const ask: Record<On, () => Promise<Told | Closed>> = {
    graphql: () => runOn(scene, 'graphql', { query: reading, token }),
    sse: () => runOn(scene, 'sse', { query: reading, token }),
    async websocket() {
      socket.subscribe('1', reading);
      return toldOfMessage(await socket.next());
    },
    close: () => closeOf(scene, { authorization: `Bearer ${token}` }),
    rest: () => answerOf(scene, { path: '/session', method: 'DELETE', headers: headersOfPage }),
  };
  return { language, ask };
}

/**
 * A server whose database is busy: statements wait for a table that somebody else holds. Those that got a connection are
 * given up by PostgreSQL after ten seconds; when they have all of them, whoever comes waits for a connection, and is told
 * after five seconds that there is none.
 */
async function occupy(scene: Scene, table: string): Promise<Answers> {
  const { defer } = scene;
  const transports = held[table]!;
  const server = await startTestServer();
  defer(async () => {
    await server[Symbol.asyncDispose]();
  });
  const speaking = (language: Language): Scene => ({
    ...{ ...scene, server, language, headers: { 'accept-language': language } },
  });
  const [english, spanish] = [speaking('en'), speaking('es')];
  const tokens = [await comer(english), await comer(spanish)] as const;
  const askers = () => Promise.all([askerFor(english, tokens[0]), askerFor(spanish, tokens[1])]);
  const [early, late] = [await askers(), await askers()];
  const holder = new pg.Client({ connectionString: server.databaseUrl, application_name: 'holder' });
  await holder.connect();
  defer(() => holder.end());
  await holder.query('begin');
  await holder.query(`lock table "${table}" in access exclusive mode`);

  const sayHello = async () => void (await (await fetch(`${server.url}/health/live`)).text());
  /** Connections that wait for the table; null while one is opening, or at work on something else. */
  const countWaiting = async () => {
    // On a connection of its own: in a transaction the view stays as it was seen first.
    const counting = `select count(*) filter (where "wait_event_type" = 'Lock')::int as "waiting",
        count(*) filter (where "state" is distinct from 'idle' and "wait_event_type" is distinct from 'Lock')::int as "busy"
      from pg_stat_activity
      where "datname" = current_database() and "pid" <> pg_backend_pid() and "application_name" <> 'holder'`;
    const [row] = await rowsOf(server.databaseUrl, counting);
    return row?.['busy'] === 0 ? Number(row['waiting']) : null;
  };
  /** Asks until another question has no connection wait any more: the pool has none left. */
  const fillPool = async (askOne: () => Promise<unknown>) => {
    let mostWaiting = 0;
    for (let rounds = 0; rounds < quietRounds; rounds += 1) {
      if (rounds === 0) for (let each = 0; each < 4; each += 1) void askOne().catch(() => undefined);
      // Whatever was asked before this has reached the pool once it is answered.
      await sayHello();
      const waiting = await countWaiting();
      if (waiting === null) rounds = Math.min(rounds, 1);
      else if (waiting > mostWaiting) [mostWaiting, rounds] = [waiting, -1];
    }
  };
  const answers: Answers = {};
  const askAll = (code: string, people: Awaited<ReturnType<typeof askers>>) => {
    for (const { language, ask } of people) {
      for (const on of transports) {
        const answer = ask[on]();
        answer.catch(() => undefined);
        answers[`${code} ${on} ${language}`] = answer;
      }
    }
  };
  askAll('DEADLINE_EXCEEDED', early);
  await until(async () => ((await countWaiting()) ?? 0) >= early.length * transports.length);
  await fillPool(early[0].ask.graphql);
  askAll('SERVICE_UNAVAILABLE', late);
  return answers;
}

export const busyCases: Case[] = Object.entries(held).flatMap(([table, transports]) =>
  (['DEADLINE_EXCEEDED', 'SERVICE_UNAVAILABLE'] as const).flatMap((code) =>
    transports.map((on): Case => {
      const answerIn = async (scene: Scene) => {
        const answers = await scene.shared(`busy ${table}`, () => occupy(scene, table));
        return answers[`${code} ${on} ${scene.language}`]!;
      };
      return { code, on, provoke: answerIn, isSlow: true };
    }),
  ),
);
