import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../../harness/until.ts';
import { skipWithoutBrowser } from '../browser/open-browser.ts';
import { startPageStack } from './page-stack.ts';
import type { PageStack } from './page-stack.ts';

/** Two roots, each in StrictMode, on one client; `show` puts what is followed on the page or takes it away. */
const script = `
import { createSources } from '@sightline/core';
import { WebClient } from '@sightline/web';
import { SightlineProvider, useEvents, usePages, useResource } from '@sightline/web/react';
import { QueryClient } from '@tanstack/react-query';
import { StrictMode, createElement as h, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Feed() {
  const { events, state, error, cursor } = useEvents({ after: '0', limit: 2 });
  return h('p', { className: 'feed' }, [state, error?.code ?? '-', cursor ?? '-', ...events.map(({ type }) => type)].join(' '));
}

function Sources() {
  const { items, hasNextPage, fetchNextPage, error } = usePages(['sources'], (client, window) =>
    client.sources.list({ ...window, pageSize: 1 }),
  );
  return h('button', { className: 'sources', onClick: () => fetchNextPage() },
    [error?.code ?? '-', items.length, hasNextPage ? 'more' : 'all'].join(' '));
}

function Viewer() {
  const { data, error } = useResource(['viewer'], (client, signal) => client.auth.viewer({ signal }));
  return h('p', { className: 'viewer' }, error?.code ?? data?.user.email ?? String(data));
}

function App() {
  const [isShown, show] = useState(true);
  globalThis.show = show;
  return h('div', null, h(Viewer), h(Sources), isShown ? h(Feed) : null);
}

/** What a page may do with lists: keep what it makes of them, by an effect. */
function Kept() {
  const [enabled, enable] = useState(true);
  globalThis.enable = enable;
  const { events, state } = useEvents({ after: '0', enabled });
  const none = useEvents({ after: '0', limit: 0 });
  const { items } = usePages(['kept'], (client, window) => client.sources.list(window), { refetchInterval: false });
  const [kept, keep] = useState([[], []]);
  globalThis.effects = (globalThis.effects ?? 0) + 1;
  useEffect(() => {
    if (globalThis.effects < 500) keep([[...events], [...items]]);
  }, [events, items]);
  return h('p', { className: 'kept' }, [state, kept[0].length, kept[1].length, none.state, none.items.length].join(' '));
}

/** Two clients, of two people perhaps, in a page that keeps one QueryClient. */
globalThis.startTwo = (baseUrl) => {
  const queryClient = new QueryClient();
  globalThis.clients = [new WebClient({ baseUrl, session: 'token' }), new WebClient({ baseUrl, session: 'token' })];
  createRoot(document.getElementById('root')).render(
    h(StrictMode, null, ...globalThis.clients.map((client, key) => h(SightlineProvider, { client, queryClient, key }, h(Viewer)))),
  );
};

globalThis.startKept = (baseUrl) => {
  const client = (globalThis.client = new WebClient({ baseUrl }).with({ sources: createSources }));
  createRoot(document.getElementById('root')).render(
    h(StrictMode, null, h(SightlineProvider, { client }, h(Kept))),
  );
};

globalThis.start = (baseUrl) => {
  const client = (globalThis.client = new WebClient({ baseUrl, reconnect: { nextDelayMs: () => 50 } }).with({ sources: createSources }));
  const other = document.body.appendChild(document.createElement('div'));
  const inside = (...children) => h(StrictMode, null, h(SightlineProvider, { client }, ...children));
  createRoot(document.getElementById('root')).render(inside(h(App)));
  createRoot(other).render(inside(h(Viewer), h(Feed)));
};
`;

type OnPage = {
  client: import('@sightline/web').WebClient;
  start(baseUrl: string): void;
  startKept(baseUrl: string): void;
  startTwo(baseUrl: string): void;
  clients: readonly import('@sightline/web').WebClient<'token'>[];
  enable(isEnabled: boolean): void;
  effects: number;
  show(isShown: boolean): void;
};

const options = { skip: skipWithoutBrowser };
let stack: PageStack;
before(async () => {
  if (!skipWithoutBrowser) stack = await startPageStack(script);
});
after(async () => stack?.[Symbol.asyncDispose]());

const textsOf = (page: Page, selector: string) => page.locator(selector).allTextContents();

test(
  'hooks follow the feed and read lists in two roots under StrictMode, and leave the server when they go',
  options,
  async () => {
    const person = await stack.person('hooks');
    const { page, problems } = await stack.browser.page(stack.origin);
    await page.evaluate((url) => (globalThis as unknown as OnPage).start(url), stack.url);
    await until(async () => (await textsOf(page, '.viewer')).join() === 'null,null');
    await until(async () => (await textsOf(page, '.sources')).join() === 'UNAUTHENTICATED 0 all');

    // Signing in begins everything anew, as nobody told the components.
    await page.evaluate(
      ({ email, password }) => (globalThis as unknown as OnPage).client.auth.signIn({ email, password }),
      person,
    );
    await until(async () => (await textsOf(page, '.viewer')).join() === `${person.email},${person.email}`);
    await until(async () => (await stack.subscriptions()) === 2);
    await stack.happen(person);
    await stack.happen(person);
    const shown = (texts: string[]) =>
      texts.length === 2 && texts.every((text) => /^open - \d+( SESSION_STARTED){2}$/.test(text));
    await until(async () => shown(await textsOf(page, '.feed')));

    await page.evaluate(() => (globalThis as unknown as OnPage).client.auth.viewer());
    await page.reload();
    await page.evaluate((url) => (globalThis as unknown as OnPage).start(url), stack.url);
    await until(async () => shown(await textsOf(page, '.feed')));
    assert.deepEqual(await textsOf(page, '.sources'), ['- 1 more']);
    await page.locator('.sources').click();
    await until(async () => (await textsOf(page, '.sources')).join() === '- 2 all');

    await page.evaluate(() => (globalThis as unknown as OnPage).show(false));
    await until(async () => (await stack.subscriptions()) === 1);

    // What one person read is not shown to the next.
    await page.evaluate(() => (globalThis as unknown as OnPage).client.auth.signOut());
    await until(async () => (await textsOf(page, '.viewer')).join() === 'null,null');
    await until(async () => (await textsOf(page, '.feed')).join() === 'failed UNAUTHENTICATED 0');
    assert.equal(await stack.subscriptions(), 0);
    const refused = /status of 401/;
    assert.deepEqual(
      problems.filter((problem) => !refused.test(problem)),
      [],
    );
  },
);

test(
  'lists stay the same until they change, and what is switched off says so and keeps nothing for the next',
  options,
  async () => {
    const person = await stack.person('kept');
    const { page } = await stack.browser.page(stack.origin);
    const keptNow = async () => (await textsOf(page, '.kept')).join();
    await page.evaluate((url) => (globalThis as unknown as OnPage).startKept(url), stack.url);
    await page.evaluate(
      ({ email, password }) => (globalThis as unknown as OnPage).client.auth.signIn({ email, password }),
      person,
    );
    await stack.happen(person);
    await until(async () => (await keptNow()).startsWith('open 1 '));
    assert.ok((await keptNow()).endsWith(' open 0'), await keptNow());
    assert.ok((await page.evaluate(() => (globalThis as unknown as OnPage).effects)) < 100, 'it renders for ever');
    await page.evaluate(() => (globalThis as unknown as OnPage).enable(false));
    await until(async () => (await keptNow()).startsWith('idle 1 '));
    await page.evaluate(() => (globalThis as unknown as OnPage).client.auth.signOut());
    await until(async () => (await keptNow()).startsWith('idle 0 '));
  },
);

test(
  'two clients on one QueryClient do not see what the other one read, and forget nothing of each other',
  options,
  async () => {
    const people = [await stack.person('two-first'), await stack.person('two-second')];
    const { page } = await stack.browser.page(stack.origin);
    await page.evaluate((url) => (globalThis as unknown as OnPage).startTwo(url), stack.url);
    await until(async () => (await textsOf(page, '.viewer')).join() === 'null,null');
    const signIn = (index: number) =>
      page.evaluate(
        async ({ at, email, password }) =>
          void (await (globalThis as unknown as OnPage).clients[at]?.auth.signIn({ email, password })),
        { at: index, email: people[index]!.email, password: people[index]!.password },
      );
    await signIn(0);
    await until(async () => (await textsOf(page, '.viewer')).join() === `${people[0]?.email},null`);
    await signIn(1);
    await until(async () => (await textsOf(page, '.viewer')).join() === people.map(({ email }) => email).join());
  },
);
