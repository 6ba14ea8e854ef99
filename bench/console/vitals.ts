import type { Page } from 'playwright-core';
import { lessThan } from '../lib/less-than.ts';
import type { Row } from '../lib/report.ts';
import type { ConsoleWorld } from './lib/world.ts';

const mostLcpMs = 1_500;
const mostInpMs = 200;
/** Of so many visits the figure is the worst but one, as three quarters of visits are better. */
const visits = 4;

/** What the browser itself says: <https://web.dev/articles/vitals>. */
type Vitals = { lcp: number; interactions: Map<number, number> };
type Watched = { vitals: Vitals };

/** Runs in the page before its own scripts. */
const watch = () => {
  const vitals: Vitals = { lcp: NaN, interactions: new Map() };
  (globalThis as unknown as Watched).vitals = vitals;
  new PerformanceObserver((list) => {
    for (const { startTime } of list.getEntries()) vitals.lcp = startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { interactionId: number })[]) {
      const { interactionId: id, duration } = entry;
      if (id) vitals.interactions.set(id, Math.max(duration, vitals.interactions.get(id) ?? 0));
    }
    // 16 ms is the least that a browser tells.
  }).observe({ type: 'event', buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
};

/** How soon pages are there, each opened by a browser that kept nothing, and how soon they answer what somebody does. */
export async function measureVitals(world: ConsoleWorld, say: (text: string) => void, quick: boolean): Promise<Row[]> {
  const paths = await pathsOf(world);
  const rows: Row[] = [await measureLcp(world, '/sign-in', false, quick)];
  for (const path of paths) {
    say(`how soon ${path} is there`);
    rows.push(await measureLcp(world, path, true, quick));
  }
  say('how soon it answers');
  rows.push(await measureInp(world, paths, quick));
  return rows;
}

async function pathsOf(world: ConsoleWorld): Promise<string[]> {
  await using context = await world.signedIn();
  const page = await context.newPage();
  await page.goto(world.url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  const links = await page.getByRole('navigation').getByRole('link').all();
  const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
  return [...new Set(paths.filter((path) => path !== null))];
}

async function measureLcp(world: ConsoleWorld, path: string, isSignedIn: boolean, quick: boolean): Promise<Row> {
  const times: number[] = [];
  for (let visit = 0; visit < (quick ? 1 : visits); visit += 1) {
    await using context = await (isSignedIn ? world.signedIn() : world.browser());
    await context.addInitScript(watch);
    const page = await context.newPage();
    await page.goto(`${world.url}${path}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await settled(page);
    times.push(await page.evaluate(() => (globalThis as unknown as Watched).vitals.lcp));
  }
  return lessThan(`LCP ${path}`, threeQuarters(times), mostLcpMs);
}

async function measureInp(world: ConsoleWorld, paths: readonly string[], quick: boolean): Promise<Row> {
  const worst: number[] = [];
  for (let visit = 0; visit < (quick ? 1 : visits); visit += 1) {
    await using context = await world.signedIn();
    await context.addInitScript(watch);
    const page = await context.newPage();
    await page.goto(world.url);
    for (const path of [...paths, ...paths.toReversed()]) {
      await page.getByRole('navigation').locator(`a[href="${path}"]`).first().click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled(page);
      await page.keyboard.press('Tab');
      const field = page.locator('main input:visible:not([type=file]):not([type=checkbox]):not([type=radio])').first();
      if ((await field.count()) > 0) await field.pressSequentially('car');
    }
    const durations = await page.evaluate(() => [...(globalThis as unknown as Watched).vitals.interactions.values()]);
    worst.push(Math.max(16, ...durations));
  }
  return lessThan(`INP of ${paths.length * 2} pages, clicks and keys`, threeQuarters(worst), mostInpMs);
}

/** Nothing moves on the page for a moment: the largest thing there is has been painted. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const done = () => {
          observer.disconnect();
          resolve();
        };
        let timer = setTimeout(done, 300);
        const observer = new MutationObserver(() => {
          clearTimeout(timer);
          timer = setTimeout(done, 300);
        });
        observer.observe(document.body, { childList: true, subtree: true });
      }),
  );
}

function threeQuarters(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.75) - 1] ?? NaN;
}
