import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { signIn as signInOf, uuidOf } from '../harness/people.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signIn, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

test('keys lead everywhere: a palette that finds by letters, and two keys for a page', options, async () => {
  const { page, problems } = await shown.open();
  await signUp(page, 'keys');
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Search and go' });
  await palette.getByRole('option', { name: 'Live' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'palette');
  await page.keyboard.type('sourc');
  assert.equal(await palette.getByRole('option').count(), 1);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor();
  await palette.waitFor({ state: 'detached' });
  // Nothing has to be spelled as it is written, and what is chosen is chosen at once.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('espanol');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Fuentes' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('nada que se llame así');
  await page.getByText('No hay nada con ese nombre').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('u');
  await page.getByRole('heading', { level: 1, name: 'Uso' }).waitFor();
  // Letters that somebody writes are theirs.
  await page.goto(`${shown.url}/account`);
  const name = page.getByLabel('Tu nombre');
  await name.fill('');
  await name.pressSequentially('gl');
  assert.equal(await name.inputValue(), 'gl');
  assert.equal(new URL(page.url()).pathname, '/account');
  assert.deepEqual(problems, []);
});

test('somebody makes another organization, is in it, and goes back', options, async () => {
  const { page, problems } = await shown.open();
  await signUp(page, 'many');
  await page.getByRole('button', { name: 'many organization' }).click();
  await page.getByRole('menuitem', { name: 'New organization' }).click();
  const dialog = page.getByRole('dialog', { name: 'New organization' });
  await dialog.getByLabel('Its name').fill('Second harbour');
  await screenshots(page, 'new-organization');
  await dialog.getByRole('button', { name: 'Make it' }).click();
  await page.getByRole('button', { name: 'Second harbour' }).click();
  await page.getByRole('menuitem', { name: 'many organization' }).click();
  await page.getByRole('button', { name: 'many organization' }).waitFor();
  assert.deepEqual(problems, []);
});

test('what somebody is told appears while they look, and is read once', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'told');
  const { server } = shown.stack;
  const { userId, organizationId } = await signInOf(server, email);
  await page.getByRole('button', { name: 'Notices', exact: true }).click();
  await page.getByText('Nothing to tell.').waitFor();
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  const values = { meter: 'FRAMES', percent: 80, used: 8_000, limit: 10_000, resetsAt: '2030-01-01' };
  await client.query(
    `insert into "Notification" ("id", "organizationId", "userId", "kind", "values", "createdAt")
      values (uuidv7(), $1, $2, 'usage.threshold', $3, now())`,
    [uuidOf(organizationId), uuidOf(userId), values],
  );
  await client.end();
  await page.getByRole('button', { name: 'Notices, 1 unread' }).waitFor();
  await page.getByRole('link', { name: 'Frames: 80% of the limit is used' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'notices');
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await page.getByRole('button', { name: 'Notices', exact: true }).waitFor();
  assert.deepEqual(problems, []);
});

test('somebody sees where they are signed in, and ends it elsewhere', options, async () => {
  const { page, problems } = await shown.open();
  const person = await signUp(page, 'places');
  const { page: other } = await shown.open();
  await signIn(other, person);
  await page.goto(`${shown.url}/account`);
  await page.getByRole('button', { name: 'Sign out Chrome · Linux' }).click();
  await page.getByText('Signed out there').waitFor();
  await other.reload();
  await other.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  assert.deepEqual(problems, []);
});

test('on a phone everything is in reach of a thumb', options, async () => {
  const { page, problems } = await shown.open('/', { viewport: { width: 360, height: 740 }, hasTouch: true });
  await signUp(page, 'thumb');
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Settings' }).waitFor();
  await page.screenshot({ path: 'test-results/console/shell-phone-more.png' });
  await page.getByRole('menuitem', { name: 'Usage' }).click();
  await page.getByRole('heading', { level: 1, name: 'Usage' }).waitFor();
  // Spanish needs more room.
  await page.evaluate(() => localStorage.setItem('sightline-console', JSON.stringify({ language: 'es' })));
  const titles = {
    '/account': 'Cuenta',
    '/sign-in': 'Iniciar sesión',
    '/sign-up': 'Crear cuenta',
    '/forgot-password': 'Elige una contraseña nueva',
    '/invitation': 'Te han invitado',
    '/reset-password': 'Este enlace ya no sirve',
    '/verify-email': 'Este enlace ya no sirve',
    '/nowhere': 'Aquí no hay nada',
  };
  for (const [path, name] of Object.entries(titles)) {
    await page.goto(`${shown.url}${path}`);
    await page.getByRole('heading', { level: 1, name }).waitFor();
    const tooWide = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assert.equal(tooWide, 0, `${path} is ${tooWide} px too wide`);
  }
  // What mails lead to.
  await page.goto(`${shown.url}/security`);
  await page.waitForURL('**/account#sign-ins');
  await page.goto(`${shown.url}/account/privacy`);
  await page.waitForURL('**/settings?tab=privacy');
  assert.deepEqual(problems, []);
});
