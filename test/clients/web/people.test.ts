import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client } from '@sightline/core';
import type { WebClient } from '@sightline/web/full';
import type { Page } from 'playwright-core';
import { land } from '../../api/providers/visits.ts';
import { tokenOf } from '../../harness/accounts.ts';
import { authenticator } from '../../harness/totp.ts';
import { until } from '../../harness/until.ts';
import { skipWithoutBrowser } from '../browser/open-browser.ts';
import { servePage } from '../browser/serve-page.ts';
import { startPageStack } from './page-stack.ts';
import type { PageStack } from './page-stack.ts';

const script = `
import { WebClient } from '@sightline/web/full';
globalThis.make = (options) => (globalThis.client = new WebClient(options));
globalThis.failure = (call) => Promise.resolve(call).then(() => null, ({ code, details }) => ({ code, details }));
`;

type Failure = { code: string; details: Record<string, unknown> } | null;
/** What the script above gives the page. */
type OnPage = {
  client: WebClient;
  make(options: object): WebClient;
  failure(call: PromiseLike<unknown>): Promise<Failure>;
};

const options = { skip: skipWithoutBrowser };
let stack: PageStack;
before(async () => {
  if (!skipWithoutBrowser) stack = await startPageStack(script);
});
after(async () => stack?.[Symbol.asyncDispose]());

const open = (page: Page) =>
  page.evaluate((baseUrl) => void (globalThis as unknown as OnPage).make({ baseUrl }), stack.url);

async function newPage(): Promise<Page> {
  const { page } = await stack.browser.page(stack.origin);
  await open(page);
  return page;
}

/** Another tab of the same browser. */
async function tabBeside(page: Page): Promise<Page> {
  const tab = await page.context().newPage();
  await tab.goto(stack.origin);
  await open(tab);
  return tab;
}

type Credentials = { email: string; password: string };
const signIn = (page: Page, { email, password }: Credentials) =>
  page.evaluate(
    async (given) => {
      const { viewer } = await (globalThis as unknown as OnPage).client.auth.signIn(given);
      return viewer.user.email;
    },
    { email, password },
  );

/** Who is acting, by any call that does not look who is signed in. */
const acting = (page: Page): Promise<string | null> =>
  page.evaluate(async () => {
    const { client } = globalThis as unknown as OnPage;
    const { viewer } = await client.graphql<{ viewer: { user: { email: string } } | null }>(
      '{ viewer { user { email } } }',
    );
    return viewer?.user.email ?? null;
  });

test('a second factor is asked for and proved, and the cookies are set then', options, async () => {
  const person = await stack.person('two-steps');
  const app = await (async () => {
    const client = new Client({ baseUrl: stack.url });
    await client.auth.signIn({ email: person.email, password: person.password });
    const { secret } = await client.secondFactor.enroll();
    const made = authenticator(secret);
    await client.secondFactor.confirm(made.codeAt(stack.clock.now()));
    return made;
  })();
  stack.clock.advance({ ms: 60_000 });
  const page = await newPage();
  const seen = await page.evaluate(
    async ({ email, password, code }) => {
      const { client, failure } = globalThis as unknown as OnPage;
      const asked = await failure(client.auth.signIn({ email, password }));
      const ticket = String(asked?.details['ticket']);
      const wrong = await failure(client.auth.signInWithSecondFactor({ ticket, code: '000000' }));
      const { viewer } = await client.auth.signInWithSecondFactor({ ticket, code });
      return [asked?.code, wrong?.code, viewer.user.email];
    },
    { email: person.email, password: person.password, code: app.codeAt(stack.clock.now()) },
  );
  assert.deepEqual(seen, ['SecondFactorRequired', 'SECOND_FACTOR_INVALID', person.email]);
});

test('an identity signs in', options, async () => {
  const page = await newPage();
  stack.issuer.account = { subject: 'page-1', email: 'identity@example.com', email_verified: true, name: 'One' };
  const visit = await page.evaluate(() =>
    (globalThis as unknown as OnPage).client.identities.start({ provider: 'fake', returnTo: '/' }),
  );
  const back = await stack.issuer.browse(visit.url);
  const { code } = await land(stack, back.url);
  const seen = await page.evaluate(
    async (given) => {
      const { client, failure } = globalThis as unknown as OnPage;
      const forged = await failure(client.auth.signInWithIdentity({ ...given, verifier: 'another' }));
      const { viewer } = await client.auth.signInWithIdentity(given);
      return [forged?.code, viewer.user.email];
    },
    { code: code ?? '', verifier: visit.verifier },
  );
  assert.deepEqual(seen, ['IDENTITY_REFUSED', 'identity@example.com']);
});

test('people switch and join organizations, also once their cookie is over', options, async () => {
  const person = await stack.person('moving');
  const host = await stack.person('hosting');
  const own = new Client({ baseUrl: stack.url, token: person.token });
  const { organizationId } = await own.organizations.create('Second');
  await new Client({ baseUrl: stack.url, token: host.token }).invitations.send({ email: person.email, role: 'VIEWER' });
  const token = tokenOf(await stack.mailbox.next(person.email));
  const page = await newPage();
  await signIn(page, person);
  stack.clock.advance({ ms: 3_601_000 });
  const switched = await page.evaluate(async (id) => {
    const { client } = globalThis as unknown as OnPage;
    const { viewer } = await client.auth.switchOrganization(id);
    return [viewer.organization.name, (await client.organizations.current())?.name];
  }, organizationId);
  assert.deepEqual(switched, ['Second', 'Second']);
  stack.clock.advance({ ms: 3_601_000 });
  const joined = await page.evaluate(async (given) => {
    const { client, failure } = globalThis as unknown as OnPage;
    const wrong = await failure(client.auth.acceptInvitation('slo_none'));
    const { viewer } = await client.auth.acceptInvitation(given);
    return [wrong?.code, viewer.organization.name, (await client.organizations.current())?.name];
  }, token);
  assert.deepEqual(joined, ['TOKEN_INVALID', 'hosting organization', 'hosting organization']);
});

test('a second factor and an invitation whose answers are lost are asked again and happen once', options, async () => {
  const person = await stack.person('losing');
  const host = await stack.person('losing-host');
  const own = new Client({ baseUrl: stack.url, token: person.token });
  const { secret } = await own.secondFactor.enroll();
  const app = authenticator(secret);
  await own.secondFactor.confirm(app.codeAt(stack.clock.now()));
  await stack.mailbox.next(person.email);
  stack.clock.advance({ ms: 60_000 });
  const hosting = new Client({ baseUrl: stack.url, token: host.token });
  await hosting.invitations.send({ email: person.email, role: 'VIEWER' });
  const invitation = tokenOf(await stack.mailbox.next(person.email));
  const page = await newPage();
  /** By path, how often it was sent: the server does it each time, and of the first one nothing comes back. */
  const keys: Record<string, (string | undefined)[]> = { '/session/second-factor': [], '/session/invitation': [] };
  for (const [path, seen] of Object.entries(keys))
    await page.route(`${stack.url}${path}`, async (route) => {
      const request = route.request();
      if (request.method() !== 'POST') return route.continue();
      seen.push((await request.allHeaders())['idempotency-key']);
      if (seen.length > 1) return route.continue();
      // By somebody else: cookies of the lost answer must not come to the page either.
      const headers = await request.allHeaders();
      const answer = await fetch(request.url(), {
        method: 'POST',
        body: request.postData(),
        headers: Object.fromEntries(
          Object.entries(headers).filter(([name]) => !/^(:|host$|content-length$)/.test(name)),
        ),
      });
      assert.equal(answer.status, 200, await answer.text());
      await route.abort('connectionreset');
    });
  const seen = await page.evaluate(
    async ({ email, password, code, token }) => {
      const { client, failure } = globalThis as unknown as OnPage;
      const asked = await failure(client.auth.signIn({ email, password }));
      const { viewer } = await client.auth.signInWithSecondFactor({ ticket: String(asked?.details['ticket']), code });
      const joined = await client.auth.acceptInvitation(token);
      return [viewer.user.email, joined.viewer.organization.name];
    },
    { ...person, code: app.codeAt(stack.clock.now()), token: invitation },
  );
  assert.deepEqual(seen, [person.email, 'losing-host organization']);
  for (const [first, second, ...more] of Object.values(keys)) {
    assert.ok(first && first === second, `${first} ${second}`);
    assert.deepEqual(more, []);
  }
});

test('a page with tokens of its own keeps them to itself, beside cookies of somebody else', options, async () => {
  const person = await stack.person('by-token');
  const other = await stack.person('by-cookie');
  const page = await newPage();
  await signIn(page, other);
  const seen = await page.evaluate(
    async ({ baseUrl, email, password }) => {
      const { client, make } = globalThis as unknown as OnPage;
      const changes = { count: 0 };
      const own = make({ baseUrl, session: 'token' });
      own.onViewerChange(() => void (changes.count += 1));
      const nobody = await own.auth.viewer();
      const signedIn = (await own.auth.signIn({ email, password })) as unknown as { token: string };
      const emails = [(await own.auth.viewer())?.user.email, (await client.auth.viewer())?.user.email];
      await own.auth.signOut();
      return { nobody, token: typeof signedIn.token, emails, after: await own.auth.viewer(), changes: changes.count };
    },
    { baseUrl: stack.url, email: person.email, password: person.password },
  );
  const emails = [person.email, other.email];
  assert.deepEqual(seen, { nobody: null, token: 'string', emails, after: null, changes: 2 });
});

test('ways that give tokens do nothing where there are cookies', options, async () => {
  const person = await stack.person('refusing');
  const own = new Client({ baseUrl: stack.url, token: person.token });
  const { organizationId } = await own.organizations.create('Elsewhere');
  const page = await newPage();
  await signIn(page, person);
  const before = (await own.signIns.list()).items.length;
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.postData() ?? ''));
  const codes = await page.evaluate(async (id) => {
    const { client, failure } = globalThis as unknown as OnPage;
    const calls = [
      client.organizations.switchTo(id),
      client.invitations.accept('slo_none'),
      client.secondFactor.signIn({ ticket: 'slo_none', code: '1' }),
      client.identities.signIn({ code: 'a', verifier: 'b' }),
    ];
    return Promise.all(calls.map(async (call) => (await failure(call))?.code));
  }, organizationId);
  assert.deepEqual(
    codes,
    Array.from({ length: 4 }, () => 'CONFIGURATION_INVALID'),
  );
  assert.deepEqual(requests, []);
  assert.equal((await own.signIns.list()).items.length, before);
});

test('a tab learns that somebody else signed in beside it, and acts for nobody by mistake', options, async () => {
  const first = await stack.person('tab-first');
  const second = await stack.person('tab-second');
  const page = await newPage();
  const anonymous = await tabBeside(page);
  assert.equal(await acting(anonymous), null);
  await signIn(page, first);
  const watch = (tab: Page) =>
    tab.evaluate(() => {
      const { client } = globalThis as unknown as OnPage;
      Object.assign(globalThis, { changes: 0 });
      client.onViewerChange(() => void ((globalThis as unknown as { changes: number }).changes += 1));
    });
  await watch(anonymous);
  await watch(page);
  const changesOn = (tab: Page) => tab.evaluate(() => (globalThis as unknown as { changes: number }).changes);
  const refused = (tab: Page) =>
    tab.evaluate(async () => {
      const { client, failure } = globalThis as unknown as OnPage;
      return (await failure(client.teams.create('By mistake')))?.code ?? null;
    });
  assert.equal(await refused(anonymous), 'CSRF_REFUSED');
  assert.equal(await changesOn(anonymous), 1);
  assert.equal(await acting(anonymous), first.email);

  await signIn(anonymous, second);
  assert.equal(await refused(page), 'CSRF_REFUSED');
  assert.equal(await changesOn(page), 1);
  assert.equal(await acting(page), second.email);

  // Signing out means this browser, whoever it is by now.
  await signIn(anonymous, first);
  await page.evaluate(() => (globalThis as unknown as OnPage).client.auth.signOut());
  assert.equal(
    await anonymous.evaluate(
      async () => (await (globalThis as unknown as OnPage).client.auth.viewer())?.user.email ?? null,
    ),
    null,
  );
});

test('a feed that comes back does not become that of somebody who signed in beside it', options, async () => {
  const first = await stack.person('feed-first');
  const second = await stack.person('feed-second');
  await stack.happen(second);
  const page = await newPage();
  await signIn(page, first);
  await page.evaluate(() => {
    const { client } = globalThis as unknown as OnPage;
    const told = { items: 0, code: null as string | null };
    Object.assign(globalThis, { told });
    void (async () => {
      try {
        for await (const item of client.events.subscribe({ after: '0' })) if (item.kind === 'event') told.items += 1;
      } catch (error) {
        told.code = (error as { code: string }).code;
      }
    })();
  });
  const told = () => page.evaluate(() => (globalThis as unknown as { told: object }).told);
  await until(async () => (await stack.subscriptions()) === 1);
  await signIn(await tabBeside(page), second);
  await page.evaluate(() => (globalThis as unknown as OnPage).client.close());
  await until(async () => JSON.stringify(await told()) !== '{"items":0,"code":null}');
  assert.deepEqual(await told(), { items: 0, code: 'CSRF_REFUSED' });
});

test('an answer that comes late does not undo what was told since', options, async () => {
  const person = await stack.person('late');
  const page = await newPage();
  const held = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await page.route(`${stack.url}/session`, async (route) => {
    if (route.request().method() !== 'GET') return route.continue();
    const response = await route.fetch();
    asked.resolve();
    await held.promise;
    await route.fulfill({ response });
  });
  const looking = page.evaluate(() =>
    (globalThis as unknown as OnPage).client.auth.viewer().then(
      () => {},
      () => {},
    ),
  );
  await asked.promise;
  assert.equal(await signIn(page, person), person.email);
  held.resolve();
  await looking;
  await page.unroute(`${stack.url}/session`);
  assert.equal(await acting(page), person.email);
});

test('a machine that slept asks for another cookie before it asks as nobody', options, async () => {
  const person = await stack.person('asleep');
  const page = await newPage();
  await signIn(page, person);
  await page.context().clearCookies({ name: '__Host-sightline-access' });
  await page.evaluate(() => {
    // Asleep, this clock stands still, and that of the wall, by which cookies end, does not.
    const now = Date.now();
    Date.now = () => now + 3_700_000;
  });
  assert.equal(await acting(page), person.email);
});

test('pages of other origins get nothing with the cookies, from the server or the sidecar', options, async () => {
  const person = await stack.person('attacked');
  const page = await newPage();
  await signIn(page, person);
  await using foreign = await servePage('');
  const tab = await page.context().newPage();
  await tab.goto(foreign.origin);
  const got = await tab.evaluate(
    async ({ url, inferenceUrl }) => {
      const told: string[] = [];
      const json = { 'content-type': 'application/json', 'x-csrf-token': 'guess' };
      const query = JSON.stringify({ query: 'mutation { signOut { __typename } }' });
      const attempts: [string, RequestInit][] = [
        [`${url}/session`, {}],
        [`${url}/session`, { mode: 'no-cors' }],
        [`${url}/graphql`, { method: 'POST', headers: json, body: query }],
        [`${url}/graphql`, { method: 'POST', mode: 'no-cors', body: query }],
        [`${url}/session/refresh`, { method: 'POST', mode: 'no-cors' }],
        [`${inferenceUrl}/models`, {}],
        [`${inferenceUrl}/models`, { headers: json }],
        [`${inferenceUrl}/predict`, { method: 'POST', mode: 'no-cors', body: 'x' }],
      ];
      for (const [target, init] of attempts) {
        const text = await fetch(target, { ...init, credentials: 'include' }).then(
          (response) => response.text(),
          () => '',
        );
        if (text) told.push(`${target} ${text}`);
      }
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const opened = await new Promise((resolve) => {
        socket.addEventListener('open', () => resolve('opened'));
        socket.addEventListener('error', () => resolve('refused'));
      });
      // A page in a frame that is cut off has the origin “null”.
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      frame.srcdoc = `<script>fetch('${url}/session',{credentials:'include'}).then((r)=>r.text()).catch(()=>'').then((t)=>parent.postMessage(t,'*'))</script>`;
      const fromFrame = new Promise((resolve) => {
        globalThis.addEventListener('message', ({ data }) => resolve(data));
      });
      document.body.append(frame);
      return { told, opened, fromFrame: await fromFrame };
    },
    { url: stack.url, inferenceUrl: stack.inferenceUrl },
  );
  assert.deepEqual(got, { told: [], opened: 'refused', fromFrame: '' });
  assert.equal(await acting(page), person.email);
});
