import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { signIn as signInOf } from '../harness/people.ts';
import { createSourceOf, startSession } from '../harness/sources.ts';
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

test('what happens is shown as it happens, with its picture', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'seeing');
  const folder = await shown.stack.folder('seeing');
  await writeWalk(folder, 4);
  const { server } = shown.stack;
  const person = await signInOf(server, email);
  await startSession(server, person, await createSourceOf(server, person, { name: 'Walk', path: folder }));
  await page.getByText('red on Walk').first().waitFor();
  await page.getByText('Watching ended on Walk').waitFor();
  await page.waitForFunction(() => [...document.images].some((image) => image.naturalWidth > 0));
  await page.getByRole('button', { name: 'seeing name' }).click();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'live-menu');
  await page.keyboard.press('Escape');
  await screenshots(page, 'live');
  assert.deepEqual(problems, []);
});

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
