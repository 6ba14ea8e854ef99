import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openDatabase } from '@sightline/db/database';
import { createEventWriter } from '@sightline/server/domain/events/event-writer';
import { inTransaction } from '@sightline/server/transaction';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import type { Page, WebSocketRoute } from 'playwright-core';
import { signIn as signInOf } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { createSourceOf, startSession, waitForSession } from '../harness/sources.ts';
import { until } from '../harness/until.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { builtConsole, openConsole, signIn, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
const firstLoadBytesMax = 200_000;
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

test('somebody signs up and sees where events will appear, and what to do for that', options, async () => {
  const { page, problems } = await shown.open();
  // Whoever is not signed in comes to the sign-in.
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/sign-in');
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'sign-in');
  await signUp(page, 'new');
  await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor();
  await page.getByText('new organization').first().waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'live-empty');
  assert.deepEqual(problems, []);
});

test(
  'signing out asks who it is, a page that was wanted is opened after that, in the language of whoever looks',
  options,
  async () => {
    const { page, problems } = await shown.open();
    const person = await signUp(page, 'back');
    await page.getByRole('button', { name: 'back name' }).click();
    await page.getByRole('menuitem', { name: 'Español' }).click();
    await page.getByRole('heading', { level: 1, name: 'En vivo' }).waitFor();
    assert.equal(await page.getAttribute('html', 'lang'), 'es');
    await page.getByRole('button', { name: 'back name' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('button', { name: 'back name' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    await signIn(page, person);
    assert.equal(new URL(page.url()).pathname, '/live');
    assert.deepEqual(problems, []);
  },
);

test(
  'what happens is shown as it happens, with its picture, and what is chosen of it stands in the address',
  options,
  async () => {
    const { page, problems } = await shown.open();
    const { email } = await signUp(page, 'seeing');
    const { server } = shown.stack;
    const person = await signInOf(server, email);
    await walk(person, 'Walk');
    await page.getByText('red on Walk').first().waitFor();
    await page.getByText('Watching ended on Walk').waitFor();
    await page.waitForFunction(() => [...document.images].some((image) => image.naturalWidth > 0));
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'seeing name' }).click();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'live-menu');
    await page.keyboard.press('Escape');
    await screenshots(page, 'live');

    await page.getByLabel('What happened').selectOption('Watching ended');
    await page.getByText('red on Walk').first().waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).search, '?types=SESSION_ENDED');
    await until(async () => (await rows(page)).join() === 'Watching ended on Walk');
    await page.getByLabel('Label', { exact: true }).selectOption('red');
    await page.getByRole('heading', { name: 'Nothing passes these filters' }).waitFor();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'live-filtered');
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await page.getByText('red on Walk').first().waitFor();
    // A link to what is chosen opens onto it.
    await page.goto(`${shown.url}/live?labels=red&confidence=50`);
    await page.getByText('red on Walk').first().waitFor();
    assert.equal(await page.getByText('Watching ended on Walk').count(), 0);
    assert.deepEqual(problems, []);
  },
);

test('a feed that is paused reads on, and shows what came when it goes on', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'pausing');
  const person = await signInOf(shown.stack.server, email);
  await walk(person, 'Before');
  await page.getByText('Watching ended on Before').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('status').getByText('Paused').waitFor();
  const before = await rows(page);
  await walk(person, 'After');
  const more = page.getByRole('button', { name: /^\d+ new events$/ });
  await until(async () => (await more.count()) === 1 && parseInt(await more.innerText(), 10) >= 3);
  assert.deepEqual(await rows(page), before);
  await screenshots(page, 'live-paused');
  await more.click();
  await page.getByText('Watching ended on After').waitFor();
  assert.equal(await page.getByRole('status').getByText('Paused').count(), 0);
  // By keys, from row to row, to what is known of one.
  await page.locator('article a').first().focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement?.closest('article')?.ariaPosInSet), '2');
  assert.deepEqual(problems, []);
});

test('a feed that is cut off says so, comes back, and has every event once', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'cut');
  const person = await signInOf(shown.stack.server, email);
  const line = await cutter(page);
  await page.reload();
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await walk(person, 'First');
  await page.getByText('Watching ended on First').waitFor();
  line.cut();
  await page.getByRole('status').getByText('Connection lost, coming back').waitFor();
  await screenshots(page, 'live-resuming');
  // What happens meanwhile is not lost.
  await walk(person, 'Meanwhile');
  line.mend();
  await page.getByText('Watching ended on Meanwhile').waitFor();
  await page.getByRole('status').getByText('Came back once, nothing was lost').waitFor();
  const cursors = await page.locator('article').evaluateAll((all) => all.map((each) => Number(each.dataset['cursor'])));
  const newest = cursors[0] ?? 0;
  assert.ok(newest >= 8, `${newest}`);
  assert.deepEqual(
    cursors,
    Array.from({ length: cursors.length }, (_cursor, index) => newest - index),
  );
  assert.deepEqual(
    problems.filter((problem) => !/WebSocket/.test(problem)),
    [],
  );
});

test('a thousand events in a few seconds are all there, and only those in sight are on the page', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'pressed');
  const { server } = shown.stack;
  const { organizationId: id } = await signInOf(server, email);
  const organizationId = Buffer.from(id, 'base64').toString().split(':').at(-1) ?? '';
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await using database = openDatabase(server.databaseUrl);
  const [sourceId, sessionId] = [randomUUID(), randomUUID()];
  await database.prisma.source.create({ data: { id: sourceId, organizationId, name: 'Street', kind: 'IMAGES' } });
  await database.prisma.session.create({
    data: {
      ...{ id: sessionId, organizationId, sourceId, profile: 'FAST', requestId: 'test', pipelines: ['detect'] },
      // Nobody goes on with one that is over.
      ...{ state: 'COMPLETED', endedAt: new Date() },
    },
  });
  const writer = createEventWriter({ clock: { now: () => new Date() } });
  let last = 0;
  for (let batch = 0; batch < 20; batch += 1) {
    const event = { type: 'OBJECT_UPDATED' as const, sourceId, sessionId, requestId: 'test', confidence: 0.75 };
    const events = Array.from({ length: 50 }, (_event, index) => ({
      ...{ ...event, label: `car ${index}`, occurredAt: new Date() },
    }));
    last = Number((await inTransaction(database.pool, (sql) => writer.append(sql, organizationId, events)))?.lastSeq);
  }
  const first = page.locator('article').first();
  await page.locator(`article[aria-posinset="1"][data-cursor="${last}"]`).waitFor();
  assert.equal(await first.getAttribute('aria-setsize'), String(last));
  assert.ok((await page.locator('article').count()) < 60);
  // The oldest is as far down as it belongs, and looking at it holds the feed still.
  const feed = page.getByRole('feed');
  await feed.evaluate((scroller) => scroller.scrollTo({ top: scroller.scrollHeight }));
  await page.locator(`article[aria-posinset="${last}"][data-cursor="1"]`).waitFor();
  assert.ok((await page.locator('article').count()) < 60);
  assert.deepEqual(problems, []);
});

/** Four pictures, watched to the end. */
async function walk(person: Person, name: string): Promise<void> {
  const { server } = shown.stack;
  const folder = await shown.stack.folder(`${person.organizationId} ${name}`);
  await writeWalk(folder, 4);
  const id = await startSession(server, person, await createSourceOf(server, person, { name, path: folder }));
  await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
}

const rows = (page: Page): Promise<string[]> =>
  page.locator('article a > span:nth-child(2) > span:first-child').allInnerTexts();

/** Stands between the page and the server's socket, and passes everything on until it is cut. */
async function cutter(page: Page) {
  let isCut = false;
  const open = new Set<WebSocketRoute>();
  await page.routeWebSocket(/graphql/, (socket) => {
    if (isCut) return void socket.close({ code: 1011 });
    open.add(socket);
    socket.connectToServer();
  });
  return {
    cut() {
      isCut = true;
      for (const socket of open) void socket.close({ code: 1011 });
      open.clear();
    },
    mend: () => void (isCut = false),
  };
}

test('the first page loads at most 200 kB of script', options, async (t) => {
  const folder = await builtConsole();
  type Chunk = { file: string; isEntry?: boolean; imports?: string[]; src?: string };
  const manifest = JSON.parse(await readFile(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
  const bytesOf = async (file: string) => gzipSync(await readFile(join(folder, file)), { level: 9 }).length;
  async function loadedBy(key: string, seen = new Set<string>()): Promise<number> {
    const chunk = manifest[key];
    if (!chunk || seen.has(chunk.file)) return 0;
    seen.add(chunk.file);
    let bytes = await bytesOf(chunk.file);
    for (const next of chunk.imports ?? []) bytes += await loadedBy(next, seen);
    return bytes;
  }
  const entry = Object.keys(manifest).find((key) => manifest[key]?.isEntry) ?? '';
  const pages = Object.keys(manifest).filter((key) => /^src\/pages\/[\w-]+\/[\w-]+\.tsx$/.test(key));
  assert.ok(pages.length >= 3, 'pages are chunks of their own');
  const seen = new Set<string>();
  const first = await loadedBy(entry, seen);
  t.diagnostic(`frame ${(first / 1_000).toFixed(1)} kB of script, gzip`);
  for (const page of pages) {
    const own = await loadedBy(page, new Set(seen));
    t.diagnostic(`${page.split('/').at(-1)} + ${(own / 1_000).toFixed(1)} kB`);
    assert.ok(/\b(graphiql|docs)\b/.test(page) || first + own <= firstLoadBytesMax, `${page}: ${first + own}`);
  }
});
