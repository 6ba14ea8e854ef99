import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { usageSearch, daysOf, windowOf } from '../../clients/console/src/pages/usage/usage-days.ts';
import { callOf, tell } from '../api/usage/told.ts';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { query } from '../harness/database.ts';
import { graphql } from '../harness/graphql.ts';
import { joinAs, signIn as signInOf, uuidOf } from '../harness/people.ts';
import type { Person } from '../harness/people.ts';
import { createSourceOf, startSession } from '../harness/sources.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signIn, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  if (skipWithoutBrowser) return;
  shown = await openConsole();
  // What an operator who sells the free plan with less does: `npm run plans -- set free maxRetentionDays=90`.
  await query(
    shown.stack.server.databaseUrl,
    `update "PlanVersion" set "maxRetentionDays" = 400, "maxSources" = 3 where "planCode" = 'free'`,
  );
});
after(async () => shown?.[Symbol.asyncDispose]());

const creating = `mutation ($input: CreateSourceInput!) { createSource(input: $input) {
  __typename ... on UserError { code } } }`;

async function createSource(person: Person, name: string): Promise<{ __typename: string; code?: string }> {
  const input = { kind: 'IMAGES', name, path: await shown.stack.folder('shared') };
  return (await graphql(shown.stack.server, creating, { input }, person)).expectData().createSource;
}

test('somebody reaches limits, is led to the plans, takes a larger one, and the same works', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'limit');
  const person = await signInOf(shown.stack.server, email);
  await writeWalk(await shown.stack.folder('shared'), 1);
  for (const name of ['one', 'two', 'three']) assert.equal((await createSource(person, name)).code, undefined);
  assert.equal((await createSource(person, 'four')).code, 'PLAN_LIMIT_REACHED');

  // What is refused in a page leads to the plans.
  await page.goto(`${shown.url}/settings`);
  await page.getByLabel('Events').fill('900');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('PLAN_LIMIT_REACHED').waitFor();
  await screenshots(page, 'settings-limit');
  await page.getByRole('alert').getByRole('link', { name: 'See plans' }).click();
  await page.getByRole('heading', { level: 1, name: 'Billing' }).waitFor();

  // So does what is used up.
  await page.goto(`${shown.url}/usage`);
  await page.getByRole('meter', { name: 'Sources' }).waitFor();
  assert.equal(await page.getByRole('meter', { name: 'Sources' }).getAttribute('aria-valuetext'), '3 of 3');
  await page.getByText('Reached: what comes on top is refused.').waitFor();
  await page.getByText('Nothing was used in this time').waitFor();
  await screenshots(page, 'usage-empty');
  await page.getByRole('link', { name: 'See larger plans' }).click();

  await page.getByRole('button', { name: 'Choose Pro' }).waitFor();
  await page.getByText('No bill yet.').waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'billing-free');
  await page.getByRole('button', { name: 'Choose Pro' }).click();
  await page.getByRole('radio', { name: 'With the trial' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'billing-begin');
  await page.getByRole('button', { name: 'Begin Pro' }).click();
  await page.getByText('You are on Pro now').waitFor();
  await page.getByText('The trial ends on').waitFor();

  assert.equal((await createSource(person, 'four')).__typename, 'CreateSourcePayload');
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('Events').fill('900');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Kept for as long as you said').waitFor();
  await page.getByRole('link', { name: 'Usage', exact: true }).click();
  await page.locator('[role=meter][aria-valuetext="4 of 100"]').waitFor();
  assert.deepEqual(problems, []);
});

test('what a change costs is said before, bills are files, and a plan is canceled and kept', options, async () => {
  const { page, problems } = await shown.open('/sign-up');
  const { email } = await signUp(page, 'bills');
  await page.goto(`${shown.url}/billing`);
  await page.getByLabel('Name').fill('Bills Ltd');
  await page.getByLabel('Address').fill('1 Street\n28001 Madrid');
  await page.getByLabel('Country').fill('Spain');
  await page.getByLabel('Tax number').fill('ESB1');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The next bill says so').waitFor();
  await page.reload();
  await page.getByLabel('Address').waitFor();
  assert.equal(await page.getByLabel('Address').inputValue(), '1 Street\n28001 Madrid');

  await page.getByRole('button', { name: 'Choose Pro' }).click();
  await page.getByRole('radio', { name: 'Pay from today' }).check();
  await page.getByRole('button', { name: 'Begin Pro' }).click();
  await page.getByText('You are on Pro now').waitFor();
  const bill = page.getByRole('table', { name: 'Bills' }).getByRole('row').nth(1);
  await bill.getByText('€49.00', { exact: true }).waitFor();
  const downloading = page.waitForEvent('download');
  await bill.getByRole('link', { name: /^PDF of INV-/ }).click();
  const download = await downloading;
  assert.match(download.suggestedFilename(), /^INV-\d{4}-\d{6}\.pdf$/);
  assert.match((await readFile(await download.path())).toString('latin1'), /^%PDF-/);
  await bill.getByRole('button', { name: /^Pay INV-/ }).click();
  await page.getByText('Bills are paid by transfer here: the account is on the bill.').waitFor();

  await page.getByRole('button', { name: 'Choose Business' }).click();
  await page.getByText('For the new plan, until the end of the period').waitFor();
  await page.getByText('On the next bill').waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'billing-change');
  await page.getByRole('button', { name: 'Change to Business' }).click();
  await page.getByText('You are on Business now').waitFor();

  await page.getByRole('button', { name: 'Cancel the plan' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the plan' }).click();
  await page.getByText('Until then everything stays as it is; after that you are on the free plan.').waitFor();
  await screenshots(page, 'billing');
  await page.getByRole('button', { name: 'Keep the plan' }).click();
  await page.getByText('The next period begins on').waitFor();

  // Who may not see bills is told so, and sees no price and no button.
  const { server } = shown.stack;
  const viewer = await joinAs(server, await signInOf(server, email), 'VIEWER', 'bills-viewer');
  const { page: other, problems: others } = await shown.open('/sign-in');
  await signIn(other, viewer);
  for (const path of ['/billing', '/usage']) {
    await other.goto(`${shown.url}${path}`);
    await other.getByText('Owners, admins and the role Billing see').waitFor();
  }
  assert.deepEqual([...problems, ...others], []);
});

test('what was used is drawn by day, said who used it, and what more would cost', options, async () => {
  const { page, problems } = await shown.open('/sign-up');
  const { email } = await signUp(page, 'usage');
  const { server } = shown.stack;
  const person = await signInOf(server, email);
  const organizationId = uuidOf(person.organizationId);
  await page.goto(`${shown.url}/usage`);
  await page.getByText('Nothing was used in this time').waitFor();
  const told = [
    callOf(organizationId, { count: 120, model: 'nanodet-g@1' }),
    callOf(organizationId, { count: 30, model: 'yolox@2' }),
  ];
  assert.equal(await tell(server, told), 2);
  const folder = await shown.stack.folder('usage');
  await writeWalk(folder, 3);
  const sourceId = await createSourceOf(server, person, { name: 'Front door', path: folder });
  await startSession(server, person, sourceId);
  // The level is live: nobody loads the page again for it.
  await page.getByText('150, no limit').waitFor();
  await page.goto(`${shown.url}/usage?range=30d`);
  const chart = page.getByRole('figure').filter({ hasText: 'Predictions' });
  await chart.getByText('150', { exact: true }).first().waitFor();
  await chart.getByText('As a table').click();
  assert.equal(await chart.getByRole('row').count(), 31);
  await chart.getByText('As a table').click();
  await page.getByRole('table', { name: 'Who uses most' }).getByText('nanodet-g@1').waitFor();
  await page.getByText('It would be started now.').waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'usage');

  // The same in Spanish, with numbers and days as they are written there.
  const { page: spanish } = await shown.open('/sign-in', { locale: 'es-ES' });
  await spanish.getByLabel('Correo').fill(email);
  await spanish.getByLabel('Contraseña').first().fill('a long enough password');
  await spanish.getByRole('button', { name: 'Iniciar sesión', exact: true }).click();
  await spanish.getByRole('heading', { level: 1, name: 'En vivo' }).waitFor();
  await spanish.goto(`${shown.url}/usage`);
  await spanish.getByText('Quién usa más').first().waitFor();
  await spanish.goto(`${shown.url}/billing`);
  await spanish.getByText(/^49,00\s€ al mes$/).waitFor();
  await spanish.setViewportSize({ width: 360, height: 800 });
  assert.ok(await spanish.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider');
  await screenshots(spanish, 'billing-es');
  assert.deepEqual(problems, []);
});

test('days without usage are drawn, days that have not come are not', () => {
  const now = Date.parse('2028-03-01T10:00:00Z');
  assert.deepEqual(windowOf('period', now), {});
  assert.deepEqual(windowOf('7d', now), { from: '2028-02-24T00:00:00.000Z', to: '2028-03-02T00:00:00.000Z' });
  const group = { meter: 'FRAMES', quantity: 4, actCount: 1, apiKeyId: null, model: null, sourceId: null, name: null };
  const groups = [{ ...group, meter: 'FRAMES', day: '2028-02-29' } as const];
  const report = { from: '2028-02-28T10:00:00.000Z', to: '2028-03-28T10:00:00.000Z', groups };
  assert.deepEqual(daysOf(report, 'FRAMES', now), [
    { day: '2028-02-28', quantity: 0 },
    { day: '2028-02-29', quantity: 4 },
    { day: '2028-03-01', quantity: 0 },
  ]);
  assert.deepEqual([usageSearch({ range: '90d' }), usageSearch({ range: 'all' })], [{ range: '90d' }, {}]);
});
