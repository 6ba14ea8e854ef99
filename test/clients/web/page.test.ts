import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { createSources } from '@sightline/core';
import type { WebClient } from '@sightline/web';
import type { Page } from 'playwright-core';
import { skipWithoutBrowser } from '../browser/open-browser.ts';
import { until } from '../../harness/until.ts';
import { startProxyWithoutUpgrades } from './proxy-without-upgrades.ts';
import { countRequests, startPageStack } from './page-stack.ts';
import type { PageStack } from './page-stack.ts';

const script = `
import { createSources } from '@sightline/core';
import { WebClient } from '@sightline/web';
globalThis.open = (baseUrl, inferenceUrl) =>
  (globalThis.client = new WebClient({ baseUrl, inferenceUrl }).with({ sources: createSources }));
`;

type Opened = WebClient & { sources: ReturnType<typeof createSources> };
/** What the script above gives the page. */
type OnPage = { client: Opened; open(baseUrl: string, inferenceUrl: string): Opened };

const options = { skip: skipWithoutBrowser };
let stack: PageStack;
before(async () => {
  if (!skipWithoutBrowser) stack = await startPageStack(script);
});
after(async () => stack?.[Symbol.asyncDispose]());

const openClient = (page: Page, url = stack.url) =>
  page.evaluate(
    ([baseUrl, inferenceUrl]) => void (globalThis as unknown as OnPage).open(baseUrl!, inferenceUrl!),
    [url, stack.inferenceUrl],
  );

const emailOn = (page: Page) =>
  page.evaluate(async () => (await (globalThis as unknown as OnPage).client.auth.viewer())?.user.email ?? null);

/** A page on which somebody new is signed in. */
async function signedIn(mark: string, url = stack.url) {
  const person = await stack.person(mark);
  const { page, problems } = await stack.browser.page(stack.origin);
  await openClient(page, url);
  await page.evaluate(
    ({ email, password }) => (globalThis as unknown as OnPage).client.auth.signIn({ email, password }),
    person,
  );
  return { person, page, problems };
}

test('people sign in by cookies that no script sees, stay signed in over a reload, and sign out', options, async () => {
  const { person, page, problems } = await signedIn('cookies');
  assert.equal(await emailOn(page), person.email);
  assert.equal(await page.evaluate(() => document.cookie + JSON.stringify({ ...localStorage })), '{}');
  await page.reload();
  await openClient(page);
  assert.equal(await emailOn(page), person.email);
  const list = await page.evaluate(async () => {
    const { items } = await (globalThis as unknown as OnPage).client.sources.list();
    return items.length;
  });
  assert.equal(list, 0);
  await page.evaluate(() => (globalThis as unknown as OnPage).client.auth.signOut());
  assert.equal(await emailOn(page), null);
  await page.reload();
  await openClient(page);
  assert.equal(await emailOn(page), null);
  // Once more is no mistake.
  await page.evaluate(() => (globalThis as unknown as OnPage).client.auth.signOut());
  assert.deepEqual(problems, ['Failed to load resource: the server responded with a status of 401 (Unauthorized)']);
});

test('what is refused has its code, and a sign-up signs in', options, async () => {
  const { page } = await stack.browser.page(stack.origin);
  await openClient(page);
  const seen = await page.evaluate(async () => {
    const { client } = globalThis as unknown as OnPage;
    const codeOf = (call: PromiseLike<unknown>) =>
      Promise.resolve(call).then(
        () => null,
        ({ code }: { code: string }) => code,
      );
    const person = { email: 'page-sign-up@example.com', password: 'a long enough password' };
    const nobody = await codeOf(client.sources.list());
    const unknown = await codeOf(client.auth.signIn(person));
    const { viewer } = await client.auth.signUp({ ...person, name: 'Page', organizationName: 'Pages' });
    return { nobody, unknown, email: viewer.user.email, again: (await client.auth.viewer())?.user.email };
  });
  const email = 'page-sign-up@example.com';
  assert.deepEqual(seen, { nobody: 'UNAUTHENTICATED', unknown: 'CREDENTIALS_INVALID', email, again: email });
});

test('a canvas, a bitmap and a file are looked at with the cookies of the page', options, async () => {
  const { page, problems } = await signedIn('canvas');
  const seen = await page.evaluate(async () => {
    const { client } = globalThis as unknown as OnPage;
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 240;
    const pen = canvas.getContext('2d')!;
    pen.fillStyle = '#808080';
    pen.fillRect(0, 0, 320, 240);
    pen.fillStyle = '#e01010';
    pen.fillRect(40, 80, 60, 60);
    const file = await new Promise<Blob | null>((resolve) => void canvas.toBlob(resolve));
    const labels = async (picture: Parameters<Opened['predict']>[0]) => {
      const prediction = await client.predict(picture);
      return prediction.task === 'detection' ? prediction.detections.map(({ label }) => label).join() : prediction.task;
    };
    const { response } = await client.predict(canvas).withResponse();
    const empty = await client
      .predict(document.createElement('video'))
      .catch((error: unknown) => (error as { code: string }).code);
    const drawn = [await labels(canvas), await labels(await createImageBitmap(canvas)), await labels(file!)];
    return { drawn, empty, status: response.status, requestId: typeof response.requestId };
  });
  assert.deepEqual(seen, {
    drawn: ['red', 'red', 'red'],
    ...{ empty: 'CONFIGURATION_INVALID', status: 200, requestId: 'string' },
  });
  assert.deepEqual(problems, []);
});

test('an upload tells how far it is while it is on its way', options, async () => {
  const { page, problems } = await signedIn('upload');
  const network = await page.context().newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', {
    ...{ offline: false, latency: 0, downloadThroughput: -1 },
    uploadThroughput: 2_000_000,
  });
  const { uploadId, told, total, aborted } = await page.evaluate(async () => {
    const { client } = globalThis as unknown as OnPage;
    const file = new File([new Uint8Array(1_500_000)], 'a.jpg', { type: 'image/jpeg' });
    const sent: number[] = [];
    const onProgress = ({ sentBytes }: { sentBytes: number }) => void sent.push(sentBytes);
    const upload = await client.sources.upload(file, { onProgress });
    const leaving = new AbortController();
    const given = client.sources.upload(file, { onProgress: () => leaving.abort(), signal: leaving.signal });
    const code = await given.then(
      () => null,
      (error: unknown) => (error as { code: string }).code,
    );
    return { ...upload, told: sent, total: file.size, aborted: code };
  });
  assert.ok(uploadId);
  assert.ok(told.filter((bytes) => bytes > 0 && bytes < total).length >= 3, told.join());
  assert.deepEqual(
    told,
    told.toSorted((a, b) => a - b),
  );
  assert.equal(told.at(-1), total);
  assert.equal(aborted, 'ABORTED');
  assert.deepEqual(problems, []);
});

test(
  'a token that is over is changed once for all who wait, and a cookie that is gone before anybody asks',
  options,
  async () => {
    const { person, page } = await signedIn('refresh');
    const refreshes = countRequests(page, '/session/refresh');
    stack.clock.advance({ ms: 3_601_000 });
    const five = await page.evaluate(async () => {
      const { client } = globalThis as unknown as OnPage;
      const pages = await Promise.all(Array.from({ length: 5 }, () => client.sources.list().page()));
      return pages.length;
    });
    assert.equal(five, 5);
    assert.equal(refreshes.count, 1);
    await page.context().clearCookies({ name: '__Host-sightline-access' });
    await page.reload();
    await openClient(page);
    assert.equal(await emailOn(page), person.email);
    assert.equal(refreshes.count, 2);
  },
);

test('where no WebSocket gets through, the feed comes by a stream with the cookies of the page', options, async () => {
  await using proxy = await startProxyWithoutUpgrades(stack.url);
  const { person, page } = await signedIn('stream', proxy.url);
  await stack.happen(person);
  const seen = await page.evaluate(async () => {
    const { client } = globalThis as unknown as OnPage;
    for await (const item of client.events.subscribe({ after: '0' }))
      return item.kind === 'event' ? item.event.type : item.kind;
    return null;
  });
  assert.equal(seen, 'SESSION_STARTED');
  assert.ok(proxy.refused >= 1, 'no socket was tried');
  await until(async () => (await stack.subscriptions()) === 0);
});
