import { setTimeout as delay } from 'node:timers/promises';
import type { CDPSession, Page } from 'playwright-core';
import { lessThan } from '../lib/less-than.ts';
import type { Row } from '../lib/report.ts';
import type { ConsoleWorld } from './lib/world.ts';

const perSecond = 200;
const batchesPerSecond = 4;
/** What the page keeps: as long as there is less, it has to grow. */
const keptMax = 5_000;
const mostTaskMs = 100;
const mostGrowthPercent = 10;

type Watched = { tasks: number[] };

/** Runs in the page before its own scripts: every stretch of 50 ms and more in which it could answer nobody. */
const watch = () => {
  const tasks: number[] = [];
  (globalThis as unknown as Watched).tasks = tasks;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
};

/**
 * The live page while 200 events a second happen, for ten minutes. The server hears of them once a second here, all at once, which is
 * harder for a page than one after the other.
 */
export async function measureLive(world: ConsoleWorld, say: (text: string) => void, quick: boolean): Promise<Row[]> {
  const seconds = quick ? 30 : 600;
  await using context = await world.signedIn();
  await context.addInitScript(watch);
  const page = await context.newPage();
  await page.goto(`${world.url}/live`);
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  const inspector = await context.newCDPSession(page);
  await inspector.send('Performance.enable');

  say('filling the page');
  let last = 0;
  for (let sent = 0; sent < keptMax; sent += perSecond) {
    last = await world.append(perSecond);
    await shows(page, last);
  }
  const before = await heapBytes(inspector);
  await page.evaluate(() => void ((globalThis as unknown as Watched).tasks.length = 0));
  say(`${perSecond} events/s for ${seconds} s`);
  const began = performance.now();
  let sent = 0;
  for (let batch = 0; batch < batchesPerSecond * seconds; batch += 1) {
    await delay(Math.max(0, began + (batch * 1_000) / batchesPerSecond - performance.now()));
    last = await world.append(perSecond / batchesPerSecond);
    sent += perSecond / batchesPerSecond;
  }
  const rate = sent / ((performance.now() - began) / 1_000);
  await shows(page, last);
  const tasks = await page.evaluate(() => (globalThis as unknown as Watched).tasks);
  const growth = ((await heapBytes(inspector)) / before - 1) * 100;
  const kept = Number(await page.locator('article').first().getAttribute('aria-setsize'));
  const inDocument = await page.locator('article').count();
  // In order and each once: with the newest first and so many of them, the last row says whether one is missing.
  await page.getByRole('feed').evaluate((feed) => feed.scrollTo({ top: feed.scrollHeight }));
  const oldest = page.locator(`article[aria-posinset="${keptMax}"]`);
  const missing = Number(await oldest.getAttribute('data-cursor')) - (last - keptMax + 1);
  const about = `${perSecond} events/s for ${seconds} s`;
  const told = { floor: null, ratio: null, goal: null };
  return [
    lessThan(`longest task of the live page, ${about}`, Math.max(0, ...tasks), mostTaskMs),
    { ...told, metric: `tasks of 50 ms and more, ${about}`, value: tasks.length, unit: 'tasks', ok: null },
    {
      ...{ ...told, metric: `memory that the live page gained, ${about} (< ${mostGrowthPercent} %)`, value: growth },
      ...{ unit: '%', ok: growth < mostGrowthPercent },
    },
    { ...told, metric: 'memory of a full live page', value: before / 1e6, unit: 'MB', ok: null },
    { ...told, metric: 'events written a second', value: rate, unit: 'events/s', ok: rate > perSecond * 0.95 },
    { ...told, metric: 'events not shown', value: missing, unit: 'events', ok: missing === 0 },
    { ...told, metric: 'events that the live page keeps', value: kept, unit: 'events', ok: kept === keptMax },
    { ...told, metric: 'rows in the document', value: inDocument, unit: 'rows', ok: inDocument < 60 },
  ];
}

/** Waits until the newest row is this event. */
const shows = (page: Page, cursor: number) =>
  page.locator(`article[aria-posinset="1"][data-cursor="${cursor}"]`).waitFor({ timeout: 60_000 });

/** What is still in use. */
async function heapBytes(inspector: CDPSession): Promise<number> {
  await inspector.send('HeapProfiler.collectGarbage');
  const { metrics } = await inspector.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN;
}
