import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { Event } from '@sightline/core';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { signIn as signInOf } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { createSourceOf, startSession, waitForSession } from '../harness/sources.ts';
import { until } from '../harness/until.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';
import { readZip } from './read-zip.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

/** Pictures in which something red walks, watched to the end. */
async function walk(person: Person, name: string, steps: number): Promise<void> {
  const { server } = shown.stack;
  const folder = await shown.stack.folder(`${person.organizationId} ${name}`);
  await writeWalk(folder, steps);
  const id = await startSession(server, person, await createSourceOf(server, person, { name, path: folder }));
  await waitForSession(server, person, id, ({ state }) => state === 'COMPLETED');
}

const rows = (page: Page) => page.getByRole('list', { name: 'Events, newest first' }).getByRole('link');

test('somebody finds an event by when, where and what it was, and downloads its evidence', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'finding');
  await page.getByRole('navigation').getByRole('link', { name: 'Events' }).click();
  await page.getByRole('heading', { name: 'Nothing happened in this time' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'events-empty');

  const person = await signInOf(shown.stack.server, email);
  await walk(person, 'Yard', 4);
  await walk(person, 'Door', 3);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('red on Yard').first().waitFor();
  const all = await rows(page).count();
  await page.getByRole('status').getByText(`${all} events`).waitFor();
  assert.match(await rows(page).first().innerText(), /Watching ended on Door/);
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'events');

  // Counts say what choosing would give, and it does.
  const facet = page.getByRole('checkbox', { name: /^Yard/ });
  const ofYard = Number(/(\d+)$/.exec((await facet.locator('xpath=..').innerText()).trim())?.[1]);
  await facet.check();
  await until(async () => (await rows(page).count()) === ofYard);
  assert.ok(ofYard > 0 && ofYard < all);
  await page.getByRole('checkbox', { name: /^Came into view/ }).check();
  await until(async () => (await rows(page).count()) === 1);
  assert.match(new URL(page.url()).search, /^\?sources=.+&types=OBJECT_ENTERED$/);
  // Only bars in which something happened are chosen; by keys, as by the mouse.
  const bar = page.getByRole('toolbar').getByRole('button', { name: /: 1 event$/ });
  const barPx = await bar.locator('span').evaluate((drawn) => drawn.getBoundingClientRect().height);
  assert.ok(barPx > 50, `the highest bar is ${barPx} px high`);
  await bar.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Back to the whole time' }).waitFor();
  assert.match(new URL(page.url()).search, /from=/);
  await until(async () => (await rows(page).count()) === 1);
  await screenshots(page, 'events-part');

  await rows(page).first().click();
  await page.getByRole('heading', { level: 1, name: 'red on Yard' }).waitFor();
  const picture = page.getByRole('img', { name: 'red on Yard, as it was seen' });
  await picture.waitFor();
  await page.waitForFunction(() =>
    [...document.images].some(({ src, naturalWidth }) => src.startsWith('blob:') && naturalWidth > 0),
  );
  await page.getByRole('heading', { name: 'Before and after, in the same session' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'event');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download evidence' }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^event-\d+-red-[\d-]+T[\d-]+Z\.zip$/);
  const files = readZip(await readFile(await download.path()));
  assert.deepEqual([...files.keys()], ['event.json', 'snapshot.jpg', 'annotated.png', 'SHA256SUMS']);
  const event = JSON.parse(files.get('event.json')!.toString()) as Event;
  assert.equal(decodeURIComponent(new URL(page.url()).pathname), `/events/${event.id}`);
  assert.deepEqual([event.label, event.type], ['red', 'OBJECT_ENTERED']);
  for (const line of files.get('SHA256SUMS')!.toString().trim().split('\n')) {
    const [sum, name = ''] = line.split('  ');
    assert.equal(createHash('sha256').update(files.get(name)!).digest('hex'), sum, name);
  }
  // What was stored has no box in it; the other one has, and is otherwise the same.
  const stored = await sharp(files.get('snapshot.jpg')!).raw().toBuffer({ resolveWithObject: true });
  const drawn = await sharp(files.get('annotated.png')!).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([drawn.info.width, drawn.info.height], [stored.info.width, stored.info.height]);
  const { x, y, width, height } = event.box!;
  const at = (across: number, down: number) => {
    const offset =
      (Math.round(down * stored.info.height) * stored.info.width + Math.round(across * stored.info.width)) * 3;
    return (
      Math.abs(drawn.data[offset]! - stored.data[offset]!) +
      Math.abs(drawn.data[offset + 1]! - stored.data[offset + 1]!)
    );
  };
  assert.ok(at(x + width / 2, y + height) > 30, 'the box has a lower edge');
  assert.ok(at(x + width / 2, y + height / 2) < 30, 'what is in it can be seen');
  assert.deepEqual(problems, []);
});

test(
  'from one event one goes to the next, also where there is no picture, and a wrong address says so',
  options,
  async () => {
    const { page, problems } = await shown.open();
    const { email } = await signUp(page, 'around');
    await walk(await signInOf(shown.stack.server, email), 'Gate', 3);
    await page.goto(`${shown.url}/events?types=OBJECT_LEFT`);
    await rows(page).first().click();
    await page.getByText('There is no picture of this moment').waitFor();
    await screenshots(page, 'event-no-picture');
    await page.getByRole('link', { name: 'After this' }).click();
    await page.getByRole('heading', { level: 1, name: 'Watching ended on Gate' }).waitFor();
    await until(async () => (await page.getByRole('link', { name: 'After this' }).count()) === 0);
    await page.getByRole('link', { name: 'Before this' }).click();
    await page.getByRole('heading', { level: 1, name: 'red on Gate' }).waitFor();
    // What there is no picture of has evidence all the same.
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download evidence' }).click(),
    ]);
    assert.deepEqual([...readZip(await readFile(await download.path())).keys()], ['event.json', 'SHA256SUMS']);
    assert.deepEqual(problems, []);
    await page.goto(`${shown.url}/events/nothing`);
    await page.getByRole('heading', { level: 1, name: 'Event', exact: true }).waitFor();
    await page
      .getByText(/There is no such event|NODE_ID|not .*id/i)
      .first()
      .waitFor();
    await screenshots(page, 'event-gone');
  },
);
