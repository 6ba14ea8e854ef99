import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { openConsole, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

test('a picture is looked at by the sidecar, asked by the page itself', options, async () => {
  const { page, problems } = await shown.open();
  await signUp(page, 'trying');
  const folder = await shown.stack.folder('trying');
  await writeWalk(folder, 1);
  await page.goto(`${shown.url}/playground`);
  await page.getByLabel('Choose a picture').setInputFiles(join(folder, '1.jpg'));
  await page.getByText('"task": "detection"').waitFor();
  assert.deepEqual(problems, []);
});
