import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
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
const typeRoots = [fileURLToPath(new URL('../../../node_modules/@types', import.meta.url))];
let stack: WholeStack;
let packed: PackedPackages;
let page: ServedPage;
before(async () => {
  // Where the server will be is in the page, and where the page is the server has to know.
  const port = await freePort();
  packed = await packPackages(['clients/core', 'clients/web']);
  page = await servePage(await bundlePage(packed, { 'http://127.0.0.1:4000': `http://127.0.0.1:${port}` }));
  stack = await startWholeStack({ env: { PORT: String(port), CORS_ORIGINS: page.origin } });
  await using client = new Client({ baseUrl: stack.url });
  await client.auth.signUp({ ...demoLogin, name: 'Demo', organizationName: 'Demo' });
});
after(async () => {
  await stack[Symbol.asyncDispose]();
  await page[Symbol.asyncDispose]();
  await packed[Symbol.asyncDispose]();
});

const addresses = () => ({ 'http://127.0.0.1:4000': stack.url, 'http://127.0.0.1:4001': stack.inferenceUrl });

test('every snippet of the quick start for servers compiles, runs, and prints what the page says', async () => {
  const project = await packed.project({ ours: ['@sightline/core'] });
  const snippets = await readSnippets('quick-start-server.md', addresses());
  const files = Object.fromEntries(snippets.map(({ name, code }) => [name, code]));
  await compile(project, files, { types: ['node'], typeRoots });
  await mkdir(join(project, 'pictures'));
  await writeWalk(join(project, 'pictures'), 3);
  for (const { name, prints } of snippets) {
    const script = `out/${name.replace(/ts$/, 'js')}`;
    const { stdout } = await run(process.execPath, ['--env-file-if-exists=.env', script], {
      cwd: project,
      timeout: 240_000,
    });
    if (prints !== null) assert.match(stdout, patternOf(prints), `${name} printed:\n${stdout}`);
  }
  assert.match(await readFile(join(project, '.env'), 'utf8'), /^SIGHTLINE_API_KEY=slk_\S+\n$/);
});

test('every snippet of the quick start for pages runs in a browser', { skip: skipWithoutBrowser }, async () => {
  await using browser = await openBrowser();
  const { page: tab, problems } = await browser.page(page.origin);
  const seen = await tab.evaluate(async ({ email, password }) => {
    const { snippets } = globalThis as unknown as { snippets: PageSnippets };
    const wrong = await snippets.signIn(email, 'not the password');
    const name = await snippets.signIn(email, password);
    const again = await snippets.signIn(email, 'is not asked for');

    const picture = await new Promise<Blob | null>((resolve) => document.createElement('canvas').toBlob(resolve));
    const shares: number[] = [];
    const file = new File([picture ?? ''], 'canvas.png', { type: 'image/png' });
    const sourceId = await snippets.send(file, (share) => shares.push(share));

    const list = document.createElement('ul');
    const leaving = new AbortController();
    const shown = snippets.showEvents(list, leaving.signal).catch((error: SightlineError) => error.code);
    while (list.children.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
    leaving.abort();

    const root = document.getElementById('root') as HTMLElement;
    snippets.start(root);
    while (root.querySelectorAll('li').length < 5) await new Promise((resolve) => setTimeout(resolve, 5));

    const adapters = await Promise.all([snippets.askApollo(), snippets.askUrql()]);
    return {
      ...{ wrong, name, again, lastShare: shares.at(-1), sourceId: sourceId.length > 0, left: await shown },
      events: [...list.children].map(({ textContent }) => textContent),
      title: root.querySelector('h1')?.textContent,
      adapters: adapters.map(({ data }) => data?.viewer.user.name),
    };
  }, demoLogin);
  assert.match(seen.wrong, /password/);
  assert.deepEqual(
    { ...seen, wrong: '' },
    {
      ...{ wrong: '', name: 'Demo', again: 'Demo', lastShare: 1, sourceId: true, left: 'ABORTED' },
      events: ['1 SESSION_STARTED', '2 OBJECT_ENTERED', '3 OBJECT_UPDATED', '4 OBJECT_LEFT', '5 SESSION_ENDED'],
      ...{ title: 'Demo: open', adapters: ['Demo', 'Demo'] },
    },
  );
  // A wrong password is a refusal, which a browser also writes to its console.
  assert.deepEqual(
    problems.filter((problem) => !problem.includes('401')),
    [],
  );
});
