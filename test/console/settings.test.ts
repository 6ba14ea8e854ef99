import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { formatsOf } from '../../clients/console/src/components/formats.ts';
import { settingsSearch } from '../../clients/console/src/pages/settings/settings-search.ts';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { query } from '../harness/database.ts';
import { graphql } from '../harness/graphql.ts';
import { joinAs, password, signIn as signInOf } from '../harness/people.ts';
import { until } from '../harness/until.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signIn, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
/** Browsers note each 401, which is how a page hears that a sign-in is over. */
const unexpected = (problems: readonly string[]) => problems.filter((problem) => !/status of 401\b/.test(problem));
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

test('an organization is renamed, keeps things for less long, and goes when its name is written', options, async () => {
  const { page, problems } = await shown.open('/sign-up');
  const owner = await signUp(page, 'settled');
  await page.goto(`${shown.url}/settings`);
  await page.getByLabel('Name').fill('Harbour watch');
  await page.getByRole('button', { name: 'Rename' }).click();
  await page.getByText('It has its new name').waitFor();
  // Everywhere at once.
  await page.getByRole('button', { name: 'Harbour watch' }).waitFor();

  await page.getByLabel('Pictures').fill('3');
  await page.getByRole('button', { name: 'Save' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('nobody can bring it back').waitFor();
  await dialog.getByRole('button', { name: 'Remove what is older' }).click();
  await page.getByText('Kept for as long as you said').waitFor();
  const text = '{ viewer { organization { name retention { snapshotDays eventDays archiveDays } } } }';
  const { server } = shown.stack;
  const person = await signInOf(server, owner.email);
  const { organization } = (await graphql(server, text, {}, person)).expectData().viewer;
  assert.deepEqual(organization, {
    name: 'Harbour watch',
    retention: { snapshotDays: 3, eventDays: 90, archiveDays: 365 },
  });
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'settings');

  // Others see what is so, and have no button for what they may not do.
  const viewer = await joinAs(server, person, 'VIEWER', 'settled-viewer');
  const { page: other, problems: others } = await shown.open('/sign-in');
  await signIn(other, viewer);
  await other.goto(`${shown.url}/settings`);
  await other.getByText('Only owners can delete it.').waitFor();
  assert.equal(await other.getByRole('button', { name: /Rename|Save|Delete/ }).count(), 0);
  await other.getByRole('button', { name: 'Leave' }).click();
  await other.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
  await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();

  await page.getByRole('button', { name: 'Delete' }).click();
  const deleting = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
  assert.equal(await deleting.isDisabled(), true);
  await page.getByLabel('Write “Harbour watch” to go on').fill('Harbour watch');
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'settings-delete');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  (await graphql(server, '{ viewer { role } }', {}, person)).expectCode('UNAUTHENTICATED');
  assert.deepEqual(unexpected([...problems, ...others]), []);
});

test('people take their data along, take back what they agreed to, and are forgotten', options, async () => {
  const { page, problems } = await shown.open('/sign-up');
  const { email } = await signUp(page, 'forgotten');
  const { server } = shown.stack;
  const person = await signInOf(server, email);
  const agreeing = 'mutation ($input: RecordConsentInput!) { recordConsent(input: $input) { viewer { role } } }';
  await graphql(server, agreeing, { input: { document: 'newsletter', version: '2', granted: true } }, person);
  await page.goto(`${shown.url}/settings`);
  await page.getByRole('tab', { name: 'Your data' }).click();
  assert.equal(new URL(page.url()).search, '?tab=privacy');
  await page.getByRole('button', { name: 'Gather my data' }).click();
  const link = page.getByRole('link', { name: 'Download' });
  await link.waitFor();
  const downloading = page.waitForEvent('download');
  await link.click();
  const kept = JSON.parse(await readFile(await (await downloading).path(), 'utf8')) as {
    tables: { User: { email: string }[] };
  };
  assert.equal(kept.tables.User[0]?.email, email);

  const consent = page.getByRole('listitem').filter({ hasText: 'newsletter 2' });
  await consent.getByText('Agreed').waitFor();
  await consent.getByRole('button', { name: 'Take back' }).click();
  await consent.getByText('Taken back').waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'settings-privacy');

  await page.getByRole('button', { name: 'Forget me' }).click();
  await page.getByLabel(`Write “${email}” to go on`).fill(email);
  await page.getByRole('dialog').getByRole('button', { name: 'Forget me' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  const again = 'mutation ($input: SignInInput!) { signIn(input: $input) { ... on UserError { code } } }';
  const refused = await graphql(server, again, { input: { email, password } });
  assert.equal(refused.expectData().signIn.code, 'CREDENTIALS_INVALID');
  assert.deepEqual(unexpected(problems), []);
});

test('what is switched on here is said, and a change is seen without loading anew', options, async () => {
  const { page, problems } = await shown.open('/sign-up', { locale: 'en-GB' });
  await signUp(page, 'flagged');
  await page.goto(`${shown.url}/settings?tab=features`);
  await page.getByText('Everything there is is on').waitFor();
  const { databaseUrl } = shown.stack.server;
  const flag = (isOn: boolean) =>
    query(
      databaseUrl,
      `insert into "FeatureFlag" ("name", "description", "isOn", "updatedAt")
        values ('new-dashboard', 'The new start page', ${isOn}, now())
        on conflict ("name") do update set "isOn" = excluded."isOn"`,
    );
  await flag(false);
  const row = page.getByRole('row', { name: /new-dashboard/ });
  await row.getByText('Off').waitFor();
  await flag(true);
  await row.getByText('On', { exact: true }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'settings-features');
  // On a narrow phone, in Spanish: nothing is wider than the screen.
  await page.evaluate(() => localStorage.setItem('sightline-console', JSON.stringify({ language: 'es' })));
  await page.setViewportSize({ width: 360, height: 800 });
  for (const tab of ['', '?tab=privacy', '?tab=features']) {
    await page.goto(`${shown.url}/settings${tab}`);
    await page.getByRole('heading', { level: 1, name: 'Ajustes' }).waitFor();
    await until(async () => (await page.getByText('Cargando').count()) === 0);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `wider: ${tab}`);
  }
  assert.deepEqual(problems, []);
});

test('a sandbox is moved on in time', options, async () => {
  const { page, problems } = await shown.open('/sign-up');
  const { email } = await signUp(page, 'sandboxed');
  const { server } = shown.stack;
  const making = `mutation { createOrganization(input: { name: "Trial run", isSandbox: true }) {
    organization { organizationId } } }`;
  (await graphql(server, making, {}, await signInOf(server, email))).expectData();
  await page.goto(`${shown.url}/settings`);
  await page.getByRole('button', { name: 'sandboxed organization' }).click();
  await page.getByRole('menuitem', { name: 'Trial run' }).click();
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('Clock of the sandbox').waitFor();
  const time = page.locator('p', { hasText: 'Now it is' }).locator('time');
  const before = Date.parse((await time.getAttribute('datetime')) ?? '');
  await page.getByRole('button', { name: 'A week on' }).click();
  await page.getByText('It is later there now').waitFor();
  await until(async () => Date.parse((await time.getAttribute('datetime')) ?? '') >= before + 7 * 86_400_000);
  await screenshots(page, 'settings-sandbox');
  assert.deepEqual(unexpected(problems), []);
});

test('numbers are written as people of a region do', () => {
  const [british, spanish] = [formatsOf('en-GB'), formatsOf('es-ES')];
  assert.equal(british.money(123_456, 'EUR'), '€1,234.56');
  assert.match(spanish.money(123_456, 'EUR'), /^1234,56\s€$/);
  // A currency without smaller units.
  assert.equal(british.money(500, 'JPY'), 'JP¥500');
  assert.deepEqual([0, 1_023, 1_536, 107_374_182_400].map(british.bytes), ['0 B', '1,023 B', '1.5 kB', '100 GB']);
  assert.deepEqual([0, 59, 61, 3_600, 5_400, 720_000].map(british.duration), [
    '0 s',
    '59 s',
    '1 min',
    '1 h',
    '1 h 30 min',
    '200 h',
  ]);
  // Days are the ledger's, wherever one looks from.
  assert.equal(british.day('2028-02-29'), '29 Feb');
  assert.deepEqual([settingsSearch({ tab: 'privacy' }), settingsSearch({ tab: 'x' })], [{ tab: 'privacy' }, {}]);
});
