import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { signIn as signInOf } from '../harness/people.ts';
import { createSourceOf, startSession, waitForSession } from '../harness/sources.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';
import { curlOf, typescriptOf } from '../../clients/console/src/pages/playground/snippets.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

/** A camera that sees a red square over grey. */
const camera = `
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
    const context = canvas.getContext('2d');
    const draw = () => {
      context.fillStyle = '#808080';
      context.fillRect(0, 0, 320, 240);
      context.fillStyle = '#e01010';
      context.fillRect(100, 60, 80, 80);
    };
    draw();
    setInterval(draw, 50);
    globalThis.filming = canvas.captureStream(10);
    return globalThis.filming;
  };
`;

test(
  'a picture is dropped or pasted, and the page shows what a model sees, how long it took and how to ask by code',
  options,
  async () => {
    const { page, problems } = await shown.open();
    await signUp(page, 'trying');
    const folder = await shown.stack.folder('trying');
    await writeWalk(folder, 1);
    await page.goto(`${shown.url}/playground`);
    const drop = page.getByLabel('Drop a picture here, or choose one');
    await drop.waitFor({ state: 'attached' });
    await page.getByLabel('Model', { exact: true }).waitFor();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'playground-empty');

    await writeFile(join(folder, 'no-picture.txt'), 'words');
    await drop.setInputFiles(join(folder, 'no-picture.txt'));
    await page.getByText('This is no picture.').waitFor();

    await drop.setInputFiles(join(folder, '1.jpg'));
    await page.getByRole('img', { name: 'The picture, with red' }).waitFor();
    await page.getByRole('button', { name: /^red\s*100\s*%$/ }).waitFor();
    await page.getByText('blobs@1, 320 × 240 pixels').waitFor();
    for (const stage of ['Reading the picture', 'Waiting for its turn', 'The model', 'Together']) {
      assert.match(
        (await page.getByRole('term').filter({ hasText: stage }).locator('+ dd').textContent()) ?? '',
        /\d ms$/,
      );
    }
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'playground');

    // How sure it has to be is in the address, and in the code.
    await page.getByLabel('Least confidence').focus();
    await page.keyboard.press('End');
    await page.waitForURL(/threshold=0.95/);
    const inferenceUrl = shown.stack.inferenceUrl.replace('localhost', '127.0.0.1');
    await page.getByText(`${inferenceUrl}/predict?threshold=0.95`).waitFor();
    await page.getByRole('radio', { name: 'TypeScript' }).check();
    await page.getByText('await client.predict(picture, { threshold: 0.95 })').waitFor();

    // Another one, pasted.
    await page.getByRole('button', { name: 'Another picture' }).click();
    await page.evaluate(async () => {
      const canvas = new OffscreenCanvas(200, 100);
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#808080';
      context.fillRect(0, 0, 200, 100);
      context.fillStyle = '#1010e0';
      context.fillRect(50, 20, 40, 40);
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([await canvas.convertToBlob()], 'pasted.png', { type: 'image/png' }));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
    });
    await page.getByRole('img', { name: 'The picture, with blue' }).waitFor();
    assert.deepEqual(problems, []);
  },
);

test('the webcam is looked at as it films, and a picture of it is kept', options, async () => {
  const { page, problems } = await shown.open();
  await signUp(page, 'filming');
  await page.addInitScript(camera);
  await page.goto(`${shown.url}/playground`);
  await page.getByRole('button', { name: 'Use the webcam' }).click();
  await page.getByText(/pictures a second$/).waitFor();
  await page.getByRole('button', { name: /^red\s*100\s*%$/ }).waitFor();
  await screenshots(page, 'playground-webcam');
  await page.getByRole('button', { name: 'Keep this picture' }).click();
  await page.getByRole('img', { name: 'The picture, with red' }).waitFor();
  // The camera is off from then on.
  const states = await page.evaluate(() =>
    (globalThis as unknown as { filming: MediaStream }).filming.getTracks().map(({ readyState }) => readyState),
  );
  assert.deepEqual(states, ['ended']);
  assert.deepEqual(problems, []);
});

test('a frame of one’s own source is one press away', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'own');
  const { server } = shown.stack;
  const person = await signInOf(server, email);
  const folder = await shown.stack.folder('own');
  await writeWalk(folder, 2);
  const sourceId = await createSourceOf(server, person, { name: 'Walk', path: folder });
  await waitForSession(
    server,
    person,
    await startSession(server, person, sourceId),
    ({ state }) => state === 'COMPLETED',
  );
  await page.goto(`${shown.url}/playground`);
  await page.getByRole('button', { name: 'red on Walk' }).click();
  await page.getByRole('img', { name: 'The picture, with red' }).waitFor();
  assert.deepEqual(problems, []);
});

test('code for a shell and for TypeScript says what was asked, and nothing that is as it would be anyway', () => {
  const asked = {
    ...{ inferenceUrl: 'http://127.0.0.1:4001', baseUrl: 'http://127.0.0.1:4000', contentType: 'image/png' },
    ...{ model: null, threshold: null },
  };
  assert.equal(
    curlOf(asked),
    `curl 'http://127.0.0.1:4001/predict' \\
  -H "authorization: Bearer $SIGHTLINE_API_KEY" \\
  -H 'content-type: image/png' \\
  --data-binary @picture.png`,
  );
  assert.match(curlOf({ ...asked, model: 'a b', threshold: 0.4 }), /\/predict\/a%20b\?threshold=0\.4'/);
  assert.match(typescriptOf(asked), /client\.predict\(picture\)/);
  assert.match(
    typescriptOf({ ...asked, model: 'nanodet', threshold: 0.4, contentType: 'image/jpeg' }),
    /openAsBlob\('picture\.jpg'\)[^]+client\.predict\(picture, \{ model: "nanodet", threshold: 0\.4 \}\)/,
  );
});
