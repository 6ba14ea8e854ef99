import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@sightline/db/database';
import { migrateDatabase } from '@sightline/db/migrate';
import { startThrowawayCluster } from '@sightline/db/throwaway-cluster';
import { consoleDirectory, ensureConsole } from '@sightline/local/console';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { inTransaction } from '@sightline/server/transaction';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { createCaller } from '../../access/seed.ts';
import { InputError } from '../../lib/input-error.ts';
import { startSubject } from '../../lib/subject.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const labels = ['person', 'car', 'dog', 'bicycle'];

export type ConsoleWorld = AsyncDisposable & {
  url: string;
  /** A browser that was never here: nothing kept, nobody signed in. */
  browser(): Promise<BrowserContext>;
  /** The same, and somebody is signed in who sees the events. */
  signedIn(): Promise<BrowserContext>;
  /** Writes events as a session does, in one transaction. The server notices at its next look; the number of the last. */
  append(count: number): Promise<number>;
};

/** The built console on the real server, somebody with a source and 200 events, and a real browser without a window. */
export async function openConsoleWorld(say: (text: string) => void): Promise<ConsoleWorld> {
  await using opening = new AsyncDisposableStack();
  const executablePath = names
    .map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim())
    .find(Boolean);
  if (!executablePath) throw new InputError('There is no Chromium here: apt-get install chromium');
  await ensureConsole({ onBuild: () => say('building the console') });
  const { adminUrl: databaseUrl } = opening.use(await startThrowawayCluster());
  await migrateDatabase(databaseUrl);
  const directory = await mkdtemp(join(tmpdir(), 'sightline-bench-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const program = new URL('console-server.ts', import.meta.url);
  const { url } = opening.use(await startSubject('server', program, [databaseUrl, directory, consoleDirectory]));
  const { organizationId } = await createCaller(`${url}/graphql`);
  const database = opening.use(openDatabase(databaseUrl));
  await database.pool.query('update "PlanVersion" set "requestsPerMinute" = 1000000');
  const append = await startWriting(database, organizationId);
  await append(200);

  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--no-first-run', '--disable-gpu'] });
  opening.defer(() => browser.close());
  const look = { locale: 'en-GB', viewport: { width: 1280, height: 800 } };
  const first = await browser.newContext(look);
  await signIn(await first.newPage(), url);
  const storageState = await first.storageState();
  await first.close();
  const open = opening.move();
  return {
    url,
    browser: () => browser.newContext(look),
    signedIn: () => browser.newContext({ ...look, storageState }),
    append,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

async function startWriting({ prisma, pool }: ReturnType<typeof openDatabase>, organizationId: string) {
  const [sourceId, sessionId] = [randomUUID(), randomUUID()];
  await prisma.source.create({ data: { id: sourceId, organizationId, name: 'Street', kind: 'IMAGES' } });
  await pool.query(
    `insert into "Session" ("id", "organizationId", "sourceId", "profile", "requestId", "pipelines")
      values ($1, $2, $3, 'FAST', 'bench', '{detect}')`,
    [sessionId, organizationId, sourceId],
  );
  const writer = createEventWriter({ clock: { now: () => new Date() } });
  let written = 0;
  return async (count: number): Promise<number> => {
    const events = Array.from({ length: count }, () => {
      const label = labels[(written += 1) % labels.length] ?? 'person';
      const at = { type: 'OBJECT_UPDATED' as const, sourceId, sessionId, requestId: 'bench', occurredAt: new Date() };
      return { ...at, label, confidence: 0.75 };
    });
    return Number((await inTransaction(pool, (sql) => writer.append(sql, organizationId, events)))?.lastSeq);
  };
}

/** By the form, as a person: the cookies are then this browser's. */
async function signIn(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('Email').fill('bench@example.com');
  await page.getByLabel('Password').fill('a long enough password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
}
