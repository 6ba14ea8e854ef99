import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** The Chromium of this machine; null where there is none. */
export const browserPath: string | null =
  names.map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim()).find(Boolean) ?? null;

/** Why browser tests are skipped, for the option `skip` of a test; false where they run. */
export const skipWithoutBrowser: string | false =
  browserPath === null && 'there is no Chromium here: apt-get install chromium';

export type PageOptions = BrowserContextOptions & {
  /** Run in the page before its own scripts. */
  before?: string;
};

export type OpenBrowser = AsyncDisposable & {
  /** A page with cookies and storage of its own. What it throws or logs as an error is in `problems`. */
  page(url: string, options?: PageOptions): Promise<{ page: Page; problems: string[] }>;
};

/** A real browser without a window, for all tests of a file. It calls nobody by itself. */
export async function openBrowser(): Promise<OpenBrowser> {
  if (browserPath === null) throw new Error('There is no Chromium here. Skip the test with skipWithoutBrowser.');
  const quiet = ['background-networking', 'component-update', 'sync', 'quic', 'gpu', 'extensions'];
  const browser: Browser = await chromium.launch({
    executablePath: browserPath,
    args: ['--no-sandbox', '--no-first-run', ...quiet.map((name) => `--disable-${name}`)],
  });
  return {
    async page(url, { before, ...options } = {}) {
      const context = await browser.newContext(options);
      if (before) await context.addInitScript({ content: before });
      const page = await context.newPage();
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
      await page.goto(url);
      return { page, problems };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
