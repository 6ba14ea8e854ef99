import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consoleFingerprint, ensureConsole } from '@sightline/local/console';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { openBrowser } from '../clients/browser/open-browser.ts';
import type { PageOptions } from '../clients/browser/open-browser.ts';
import { startWholeStack } from '../clients/whole-stack.ts';
import type { WholeStack } from '../clients/whole-stack.ts';
import { freePort } from '../harness/free-port.ts';

export type ConsolePage = {
  page: Page;
  /** What the page threw or logged as an error. What the policy of the page refused is among it. */
  problems: string[];
};

export type OpenConsole = AsyncDisposable & {
  url: string;
  stack: WholeStack;
  /** A browser of its own, as wide as a desk unless said otherwise, in English, at this path of the console. */
  open(path?: string, options?: PageOptions): Promise<ConsolePage>;
};

/** Builds the console once for all files of a run, from the sources as they are now. Gives the folder. */
export async function builtConsole(): Promise<string> {
  const base = process.env['TEST_RUN_FOLDER'] ?? tmpdir();
  // A folder for each state of the sources: what a server shows never changes below it.
  const directory = join(base, `sightline-console-${(await consoleFingerprint()).slice(0, 16)}`);
  await ensureConsole({ directory });
  return directory;
}

/** The built console, the real server and the real sidecar with the made-up detector, and a real browser. One for a file. */
export async function openConsole(options: Parameters<typeof startWholeStack>[0] = {}): Promise<OpenConsole> {
  await using opening = new AsyncDisposableStack();
  const port = await freePort();
  const env = { CONSOLE: await builtConsole(), INFERENCE_PUBLIC_URL: `http://127.0.0.1:${port}`, ...options.env };
  const sidecarEnv = { INFERENCE_PORT: String(port), ...options.sidecarEnv };
  const stack = opening.use(await startWholeStack({ ...options, env, sidecarEnv }));
  const browser = opening.use(await openBrowser());
  const open = opening.move();
  return {
    url: stack.url,
    stack,
    open: (path = '/', pageOptions = {}) =>
      browser.page(`${stack.url}${path}`, {
        ...{
          locale: 'en-GB',
          timezoneId: 'Europe/Madrid',
          viewport: { width: 1280, height: 800 },
          colorScheme: 'light',
        },
        before: axe.source,
        ...pageOptions,
      }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Everybody’s password. */
export const password = 'a long enough password';

let count = 0;

/** Signs somebody new up by the form, as a person would, and waits for the page they come to. */
export async function signUp(page: Page, mark = 'person'): Promise<{ email: string; password: string }> {
  const email = `${mark}-console-${(count += 1)}@example.com`;
  await page.goto(new URL('/sign-up', page.url()).href);
  await page.getByLabel('Your name').fill(`${mark} name`);
  await page.getByLabel('Organization').fill(`${mark} organization`);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  return { email, password };
}

/** Signs in somebody who exists, and waits for the page they come to. */
export async function signIn(page: Page, person: { email: string; password?: string }): Promise<void> {
  await page.goto(new URL('/sign-in', page.url()).href);
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(person.password ?? password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
}
