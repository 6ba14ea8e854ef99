import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { History } from './history.ts';

const createTeam =
  'mutation ($name: String!) { createTeam(input: { name: $name }) { ... on CreateTeamPayload { team { name } } } }';
const look = '{ viewer { organization { name } } }';

type Options = {
  url: string;
  token: string;
  history: History;
  /** Callers of each kind at once. */
  callers: number;
  /** `once`: as it is, and an answer that is missing is a failure. `keyed`: with an idempotency key, sent until it is answered. */
  writes: 'once' | 'keyed';
};

/** Reads and writes as fast as they are answered, on kept connections, until it is stopped. Writes are teams, each with a name of its own. */
export function startLoad({ url, token, history, callers, writes }: Options) {
  const stop = new AbortController();
  const failures: string[] = [];
  const msOf = { read: [] as number[], write: [] as number[] };

  /** What was wrong with an answer, or null. */
  async function ask(query: string, name: string, key?: string): Promise<string | null> {
    try {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          ...(key && { 'idempotency-key': key }),
        },
        body: JSON.stringify({ query, variables: { name } }),
      });
      const text = await response.text();
      return response.status === 200 && !text.includes('"errors"') ? null : `${response.status} ${text.slice(0, 300)}`;
    } catch (error) {
      const { message, cause } = error as Error & { cause?: Error };
      return `no answer: ${message} ${cause?.message ?? ''}`;
    }
  }

  async function read(): Promise<void> {
    while (!stop.signal.aborted) {
      const startedAt = performance.now();
      const problem = await ask(look, '');
      msOf.read.push(performance.now() - startedAt);
      if (problem) failures.push(problem);
      if (problem) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async function write(): Promise<void> {
    while (!stop.signal.aborted) {
      const name = randomUUID();
      const key = writes === 'keyed' ? randomUUID() : undefined;
      history.sent(name);
      const startedAt = performance.now();
      for (;;) {
        const problem = await ask(createTeam, name, key);
        if (!problem) history.acked(name);
        else if (!key) failures.push(problem);
        if (!problem || !key || stop.signal.aborted) break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      msOf.write.push(performance.now() - startedAt);
    }
  }

  const running = Array.from({ length: callers }, () => [read(), write()]).flat();
  return {
    failures,
    /** How long each answer took so far, in the order they came, ms. */
    msOf,
    answered: () => msOf.read.length + msOf.write.length,
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(running);
    },
  };
}

/** Names of the teams there are, one for each row. */
export async function storedTeams(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('select "name" from "Team" order by "createdAt", "id"');
    return rows.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** Lifts what bounds how often somebody may ask and how many may listen: effects are counted here, not calls. */
export async function liftRates(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query('update "PlanVersion" set "requestsPerMinute" = null, "maxLiveConnections" = 10000');
  } finally {
    await client.end();
  }
}
