import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from '@sightline/core';
import type { SightlineError } from '@sightline/core';
import { demoLogin } from '@sightline/db/seed';
import { freePort } from '../../harness/free-port.ts';
import { openBrowser, skipWithoutBrowser } from '../browser/open-browser.ts';
import { servePage } from '../browser/serve-page.ts';
import type { ServedPage } from '../browser/serve-page.ts';
import { compile } from '../packages/compile.ts';
import { packPackages } from '../packages/pack.ts';
import type { PackedPackages } from '../packages/pack.ts';
import { startWholeStack, writeWalk } from '../whole-stack.ts';
import type { WholeStack } from '../whole-stack.ts';
import { bundlePage } from './page-of-snippets.ts';
import type { PageSnippets } from './page-of-snippets.ts';
import { patternOf, readSnippets } from './snippets.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const typeRoots = [join(root, 'node_modules/@types')];
let stack: WholeStack;
let packed: PackedPackages;
let served: ServedPage;
before(async () => {
  // Where the server will be is in the page, and where the page is the server has to know.
  const [port, sidecarPort] = [await freePort(), await freePort()];
  packed = await packPackages(['clients/core', 'clients/web', 'clients/desktop']);
  const addresses = {
    'http://127.0.0.1:4000': `http://127.0.0.1:${port}`,
    'http://127.0.0.1:4001': `http://127.0.0.1:${sidecarPort}`,
  };
  served = await servePage(await bundlePage(packed, addresses));
  const { origin: CORS_ORIGINS } = served;
  stack = await startWholeStack({
    env: { PORT: String(port), CORS_ORIGINS },
    sidecarEnv: { INFERENCE_PORT: String(sidecarPort), CORS_ORIGINS },
  });
  await using client = new Client({ baseUrl: stack.url });
  await client.auth.signUp({ ...demoLogin, name: 'Demo', organizationName: 'Demo' });
});
after(async () => {
  await stack?.[Symbol.asyncDispose]();
  await served?.[Symbol.asyncDispose]();
  await packed?.[Symbol.asyncDispose]();
});

/** Compiles the files of a page in a project of their own and runs them in their order. `onOutput` sees what each has printed so far. */
async function follow(page: string, ours: string[], onOutput = (_output: string) => {}): Promise<string> {
  const project = await packed.project({ ours });
  const addresses = { 'http://127.0.0.1:4000': stack.url, 'http://127.0.0.1:4001': stack.inferenceUrl };
  const snippets = await readSnippets(page, addresses);
  const files = Object.fromEntries(snippets.map(({ name, code }) => [name, code]));
  await compile(project, files, { types: ['node'], typeRoots });
  await mkdir(join(project, 'pictures'));
  await writeWalk(join(project, 'pictures'), 3);
  if (ours.includes('@sightline/desktop'))
    await symlink(join(root, 'inference'), join(project, 'node_modules/@sightline/inference'));
  // What prints nothing that the page tells of is imported by the others, or prepares something for them.
  for (const { name, prints } of snippets) {
    if (importedOnly.has(name)) continue;
    const script = `out/${name.replace(/ts$/, 'js')}`;
    const running = run(process.execPath, ['--env-file-if-exists=.env', script], { cwd: project, timeout: 240_000 });
    let output = '';
    running.child.stdout?.on('data', (chunk: Buffer) => onOutput((output += chunk)));
    const { stdout } = await running;
    if (prints !== null) assert.match(stdout, patternOf(prints), `${name} printed:\n${stdout}`);
  }
  return project;
}

/** They hold what is open for whoever imports them. */
const importedOnly = new Set(['app.ts', 'sightline.ts']);

test('every snippet of the quick start for servers compiles, runs, and prints what the page says', async () => {
  const project = await follow('quick-start-server.md', ['@sightline/core']);
  assert.match(await readFile(join(project, '.env'), 'utf8'), /^SIGHTLINE_API_KEY=slk_\S+\n$/);
});

test('every snippet of the quick start for desktop programs, with a sidecar of its own', async () => {
  await using person = new Client({ baseUrl: stack.url });
  await person.auth.signIn(demoLogin);
  let approving: Promise<unknown> | null = null;
  await follow('quick-start-desktop.md', ['@sightline/desktop'], (output) => {
    const [, userCode] = /compare (\S+)\n/.exec(output) ?? [];
    if (userCode) approving ??= Promise.resolve(person.devices.approve({ userCode }));
  });
  assert.ok(approving, 'somebody was asked to let the program in');
  await approving;
});

test('every snippet of the quick start for pages runs in a browser', { skip: skipWithoutBrowser }, async () => {
  await using browser = await openBrowser();
  const { page: tab, problems } = await browser.page(served.origin);
  const seen = await tab.evaluate(async ({ email, password }) => {
    const { snippets } = globalThis as unknown as { snippets: PageSnippets };
    const wrong = await snippets.signIn(email, 'not the password');
    const name = await snippets.signIn(email, password);
    const again = await snippets.signIn(email, 'is not asked for');

    const canvas = document.createElement('canvas');
    const drawing = canvas.getContext('2d');
    if (drawing) {
      drawing.fillStyle = '#808080';
      drawing.fillRect(0, 0, 300, 150);
      drawing.fillStyle = '#1010e0';
      drawing.fillRect(40, 40, 60, 60);
    }
    const looked = await snippets.look(canvas);
    const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    const shares: number[] = [];
    const file = new File([picture ?? ''], 'canvas.png', { type: 'image/png' });
    const sourceId = await snippets.send(file, (share) => shares.push(share));

    const list = document.createElement('ul');
    const leaving = new AbortController();
    const shown = snippets.showEvents(list, leaving.signal).catch((error: SightlineError) => error.code);
    while (list.children.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    leaving.abort();

    const place = document.getElementById('root') as HTMLElement;
    snippets.start(place);
    while (place.querySelectorAll('li').length < 5) await new Promise((resolve) => setTimeout(resolve, 5));

    const adapters = await Promise.all([snippets.askApollo(), snippets.askUrql()]);
    return {
      ...{ wrong, name, again, lastShare: shares.at(-1), sourceId: sourceId.length > 0, left: await shown },
      looked,
      events: [...list.children].slice(0, 5).map(({ textContent }) => textContent),
      title: place.querySelector('h1')?.textContent,
      adapters: adapters.map(({ data }) => data?.viewer.user.name),
    };
  }, demoLogin);
  assert.match(seen.wrong, /password/);
  assert.deepEqual(
    { ...seen, wrong: '' },
    {
      ...{ wrong: '', name: 'Demo', again: 'Demo', lastShare: 1, sourceId: true, left: 'ABORTED' },
      events: ['1 SESSION_STARTED', '2 OBJECT_ENTERED', '3 OBJECT_UPDATED', '4 OBJECT_LEFT', '5 SESSION_ENDED'],
      ...{ looked: ['blue'], title: 'Demo: open', adapters: ['Demo', 'Demo'] },
    },
  );
  // A wrong password is a refusal, which a browser also writes to its console.
  assert.deepEqual(
    problems.filter((problem) => !problem.includes('401')),
    [],
  );
});
