import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  // Slow enough that a session can be stopped while it goes on.
  if (!skipWithoutBrowser) shown = await openConsole({ delayMs: 60 });
});
after(async () => shown?.[Symbol.asyncDispose]());

test('somebody adds a source of their own pictures and watches it', options, async () => {
  const { page, problems } = await shown.open();
  await signUp(page, 'watching');
  await page.goto(`${shown.url}/sources`);
  await page.getByRole('heading', { name: 'Nothing to watch yet' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'sources-empty');

  await page.getByRole('button', { name: 'Add a source' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a source' });
  await dialog.getByLabel('Name', { exact: true }).fill('Front door');
  await dialog.getByRole('button', { name: 'Add and start watching' }).click();
  await dialog.getByText('Choose what to watch first.').waitFor();
  const folder = await shown.stack.folder('own pictures');
  await writeWalk(folder, 6);
  const files = (await readdir(folder)).map((name) => join(folder, name));
  await dialog.getByLabel('Drop pictures here').setInputFiles(files);
  await dialog.getByText(/^6 files, /).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'sources-add');
  await dialog.getByRole('button', { name: 'Add and start watching' }).click();

  // It opens, and what is seen comes by itself.
  await page.getByRole('heading', { level: 1, name: 'Front door' }).waitFor();
  await page.getByRole('img', { name: 'Front door, with red' }).waitFor();
  await page.getByText('Watched to the end').first().waitFor();
  await page.getByText('6 of 6').waitFor();
  await page.getByText('red came').waitFor();
  await page.waitForFunction(() => [...document.images].some((image) => image.naturalWidth === 320));
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'source');

  const more = await page.getByRole('link', { name: 'All its events' }).getAttribute('href');
  assert.match(more ?? '', /^\/events\?sources=/);

  // The list has its newest picture and how it went.
  await page.getByRole('link', { name: 'All sources' }).click();
  await page.getByRole('link', { name: 'Front door' }).waitFor();
  await page.getByRole('img', { name: 'What Front door showed last' }).waitFor();
  await page.getByText('Watched to the end').waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'sources');
  assert.deepEqual(problems, []);
});

test(
  'a path that may not be read and a name that is taken are said beside their fields; a session is stopped',
  options,
  async () => {
    const { page, problems } = await shown.open();
    await signUp(page, 'stopping');
    await page.goto(`${shown.url}/sources?add=true`);
    const dialog = page.getByRole('dialog', { name: 'Add a source' });
    await dialog.getByRole('radio', { name: 'On the server' }).check();
    await dialog.getByLabel('Path of the folder').fill('/etc');
    await dialog.getByLabel('Name', { exact: true }).fill('Long walk');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('This path cannot be read.').waitFor();
    assert.equal(await dialog.getByLabel('Path of the folder').getAttribute('aria-invalid'), 'true');
    const folder = await shown.stack.folder('long walk');
    await writeWalk(folder, 60);
    await dialog.getByLabel('Path of the folder').fill(folder);
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Long walk' }).waitFor();
    await page.getByText('Nothing was seen yet').waitFor();

    await page.goto(`${shown.url}/sources?add=true`);
    await dialog.getByRole('radio', { name: 'On the server' }).check();
    await dialog.getByLabel('Path of the folder').fill(folder);
    await dialog.getByLabel('Name', { exact: true }).fill('Long walk');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await dialog.getByText('A source named “Long walk” already exists.').waitFor();
    assert.equal(await dialog.getByLabel('Name', { exact: true }).getAttribute('aria-invalid'), 'true');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    // From the list, by keys.
    const start = page.getByRole('button', { name: 'Start watching' });
    await start.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Watching', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    await start.waitFor();
    // A refused request is an error to a browser's console, and was looked at above.
    assert.deepEqual(
      problems.filter((each) => !each.includes('Failed to load resource')),
      [],
    );
  },
);
