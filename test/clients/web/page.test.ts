import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { createSources } from '@sightline/core';
import type { WebClient } from '@sightline/web';
import { gzipSync } from 'node:zlib';
import { password, signUp } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { openBrowser, skipWithoutBrowser } from '../browser/open-browser.ts';
import { bundle, servePage } from '../browser/serve-page.ts';

const script = `
import { createSources } from '@sightline/core';
import { WebClient } from '@sightline/web';
globalThis.client = (baseUrl) => new WebClient({ baseUrl }).with({ sources: createSources });
`;

type Page = { client(baseUrl: string): WebClient & { sources: ReturnType<typeof createSources> } };

test(
  'a page in a real browser signs in and reads through the bundled client',
  { skip: skipWithoutBrowser },
  async (t) => {
    const code = await bundle(script);
    t.diagnostic(`with sources: ${(gzipSync(code, { level: 9 }).length / 1_000).toFixed(1)} kB gzipped`);
    await using served = await servePage(code);
    await using server = await startTestServer({ env: { CORS_ORIGINS: served.origin } });
    const { email } = await signUp(server, 'page');
    await using browser = await openBrowser();
    const { page, problems } = await browser.page(served.origin);
    const seen = await page.evaluate(
      async ({ url, ...who }) => {
        const mine = (globalThis as unknown as Page).client(url);
        const { viewer } = await mine.auth.signIn(who);
        const { items } = await mine.sources.list().page();
        return { email: viewer.user.email, sources: items.length };
      },
      { url: server.url, email, password },
    );
    assert.deepEqual(seen, { email, sources: 0 });
    assert.deepEqual(problems, []);
  },
);
