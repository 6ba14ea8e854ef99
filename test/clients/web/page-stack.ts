import { join } from 'node:path';
import { loadConfig } from '@sightline/inference/config';
import { createSidecar } from '@sightline/inference/sidecar';
import type { Page } from 'playwright-core';
import { callbacksOf, providersAt } from '../../api/providers/visits.ts';
import { startFakeIssuer } from '../../harness/fake-issuer.ts';
import type { FakeIssuer } from '../../harness/fake-issuer.ts';
import { createFakeInference, opened } from '../../harness/fake-inference.ts';
import { createMailbox } from '../../harness/mailbox.ts';
import type { Mailbox } from '../../harness/mailbox.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { serviceToken, startTestServer } from '../../harness/server.ts';
import { createSource, startSession } from '../../harness/sources.ts';
import { openBrowser } from '../browser/open-browser.ts';
import type { OpenBrowser } from '../browser/open-browser.ts';
import { bundle, servePage } from '../browser/serve-page.ts';

export type PageStack = AsyncDisposable & {
  url: string;
  /** The page's own. */
  origin: string;
  inferenceUrl: string;
  browser: OpenBrowser;
  clock: ReturnType<typeof movableClock>;
  mailbox: Mailbox;
  /** Whom people may sign in by, as the provider `fake`. */
  issuer: FakeIssuer;
  /** Somebody who exists, with what they sign in by. */
  person(mark: string): Promise<Person & { password: string }>;
  /** One more event in the organization's feed. */
  happen(person: Person): Promise<void>;
  /** Subscriptions that the server has open. */
  subscriptions(): Promise<number>;
};

/** A page that runs `script`, the real server that takes its cookies, the real sidecar, and a real browser. */
export async function startPageStack(script: string): Promise<PageStack> {
  await using opening = new AsyncDisposableStack();
  const served = opening.use(await servePage(await bundle(script)));
  const clock = movableClock();
  const { inference, nextRun } = createFakeInference();
  const mailbox = createMailbox();
  const issuer = opening.use(await startFakeIssuer());
  const env = { CORS_ORIGINS: served.origin, ...providersAt(issuer, ['fake']) };
  const server = opening.use(await startTestServer({ clock, inference, env, ports: { mailer: mailbox.mailer } }));
  issuer.open(callbacksOf(server, ['fake']));
  const config = loadConfig({
    ...{ INFERENCE_PORT: '0', MODEL: 'blobs', LOG_LEVEL: 'silent', PROGRESS: 'off' },
    ...{ SERVER_URL: server.url, SERVICE_TOKEN: serviceToken, CORS_ORIGINS: served.origin },
    DATA_DIR: join(server.sourceDirectory, 'inference'),
  });
  const sidecar = opening.use(await createSidecar(config));
  await sidecar.listen();
  await sidecar.ready;
  const browser = opening.use(await openBrowser());
  const open = opening.move();
  return {
    url: server.url,
    origin: served.origin,
    inferenceUrl: sidecar.url,
    ...{ browser, clock, mailbox, issuer },
    person: async (mark) => ({ ...(await signUp(server, mark)), password }),
    async happen(person) {
      await startSession(server, person, await createSource(server, person));
      const run = await nextRun();
      run.send(opened);
    },
    async subscriptions() {
      const response = await fetch(`${server.url}/metrics`);
      return Number(/^graphql_subscriptions (\d+)$/m.exec(await response.text())?.[1]);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** How often the page asked for a path. */
export function countRequests(page: Page, path: string): { readonly count: number } {
  const seen = { count: 0 };
  page.on('request', (request) => {
    if (request.method() !== 'OPTIONS' && new URL(request.url()).pathname === path) seen.count += 1;
  });
  return seen;
}
