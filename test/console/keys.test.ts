import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { graphql } from '../harness/graphql.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

const whoAmI = '{ viewer { organization { name } } }';

test('somebody makes a key, uses it, revokes it, and sees it die', options, async () => {
  const { page, problems } = await shown.open();
  await signUp(page, 'keys');
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('heading', { name: 'No keys yet' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'keys-empty');

  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('Nightly report');
  await page.getByRole('checkbox', { name: /^Read/ }).uncheck();
  await page.getByRole('button', { name: 'Make the key' }).click();
  await page.getByText('Choose at least one thing').waitFor();
  await page.getByRole('checkbox', { name: /^Read/ }).check();
  await screenshots(page, 'keys-new');
  assert.deepEqual(await checkAccessibility(page), []);
  await page.getByRole('button', { name: 'Make the key' }).click();

  // The secret is there once, and works.
  const secret = page.getByRole('region', { name: 'The secret of “Nightly report”' });
  await secret.waitFor();
  const value = (await secret.locator('code').first().textContent()) ?? '';
  assert.match(value, /^slk_/);
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'keys-secret');
  const used = await graphql(shown.stack, whoAmI, {}, { token: value });
  assert.equal(used.expectData().viewer.organization.name, 'keys organization');

  await page.getByRole('link', { name: 'Live' }).click();
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('cell', { name: /Nightly report slk/ }).waitFor();
  assert.equal(await page.getByText(value).count(), 0, 'gone on leaving');
  await screenshots(page, 'keys');

  await page.getByRole('button', { name: 'Actions for Nightly report' }).click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'keys-revoke');
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('“Nightly report” is revoked').waitFor();
  const refused = await graphql(shown.stack, whoAmI, {}, { token: value });
  refused.expectCode('UNAUTHENTICATED');
  // What ended is out of the way, and still there for whoever asks.
  await page.getByRole('heading', { name: 'No keys yet' }).waitFor();
  await page.getByRole('button', { name: 'Show ended keys (1)' }).click();
  await page.getByRole('cell', { name: 'Revoked' }).waitFor();
  assert.deepEqual(problems, []);
});

test('a key is changed, and its secret replaced, while the others go on', options, async () => {
  const { page, problems } = await shown.open();
  await signUp(page, 'rolled');
  await page.getByRole('link', { name: 'API keys' }).click();
  const secretOf = async () =>
    (await page
      .getByRole('region', { name: /^The secret of/ })
      .locator('code')
      .first()
      .textContent()) ?? '';
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name').fill('Camera');
  await page.getByRole('button', { name: 'Make the key' }).click();
  await page.getByRole('region', { name: 'The secret of “Camera”' }).waitFor();
  const before = await secretOf();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText(before).waitFor({ state: 'detached' });

  // What is wrong is told at its field.
  await page.getByRole('button', { name: 'Actions for Camera' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await page.getByLabel('Name').fill('Camera at the gate');
  await page.getByText('Where from and how much').click();
  await page.getByLabel('Allowed addresses').fill('nowhere');
  await page.getByLabel('Requests to the API').fill('30');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('input[aria-invalid]').waitFor();
  assert.equal(await page.locator('input[aria-invalid]').inputValue(), 'nowhere');
  await page.getByLabel('Allowed addresses').fill('127.0.0.1, 10.0.0.0/8');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Actions for Camera at the gate' }).click();
  await page.getByRole('menuitem', { name: 'Replace the secret' }).click();
  await page.getByLabel('The secret before works').selectOption('No longer');
  await page.getByRole('button', { name: 'Replace it' }).click();
  await page.getByRole('region', { name: 'The secret of “Camera at the gate”' }).waitFor();
  const next = await secretOf();
  assert.notEqual(next, before);
  (await graphql(shown.stack, whoAmI, {}, { token: before })).expectCode('UNAUTHENTICATED');
  const used = await graphql(shown.stack, whoAmI, {}, { token: next });
  assert.equal(used.expectData().viewer.organization.name, 'rolled organization');
  assert.match(used.headers.get('ratelimit-policy') ?? '', /30/);
  assert.deepEqual(problems, []);
});
