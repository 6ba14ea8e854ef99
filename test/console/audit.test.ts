import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { mutationProofs } from '@sightline/server/domain/identity/mutation-proofs';
import type { Page } from 'playwright-core';
import { actions } from '../../clients/console/src/pages/audit/actions.text.ts';
import { auditSearch, filterOf } from '../../clients/console/src/pages/audit/audit-search.ts';
import { curlOf, restRoutes, routesWith } from '../../clients/console/src/pages/api/rest-routes.ts';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { graphql } from '../harness/graphql.ts';
import { signIn as signInOf } from '../harness/people.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole();
});
after(async () => shown?.[Symbol.asyncDispose]());

const titlesOf = (page: Page) =>
  page.locator('tbody tr td:first-child').evaluateAll((cells) => cells.map(({ textContent }) => textContent));

test(
  'the log says who did what, is narrowed by the address, opens an entry, and is saved as a file',
  options,
  async () => {
    const { page, problems } = await shown.open();
    const { email } = await signUp(page, 'audit');
    const { server } = shown.stack;
    const { token } = await signInOf(server, email);
    const make = 'mutation ($name: String!) { createTeam(input: { name: $name }) { __typename } }';
    for (let count = 0; count < 52; count++)
      (await graphql(server, make, { name: `Team ${count}` }, { token })).expectData();
    await graphql(server, 'mutation { updateOrganization(input: { name: "Renamed" }) { __typename } }', {}, { token });

    await page.getByRole('link', { name: 'Audit' }).click();
    await page.getByRole('cell', { name: 'Renamed the organization' }).waitFor();
    await page.getByRole('cell', { name: 'audit name' }).first().waitFor();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'audit');
    assert.equal((await titlesOf(page)).length, 50);
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await page.getByRole('cell', { name: 'Signed up' }).waitFor();

    // Narrowed to one kind, which a link keeps.
    await page.getByLabel('What', { exact: true }).selectOption('Renamed the organization');
    await page.waitForURL(/action=updateOrganization/);
    await page.getByRole('cell', { name: 'Made a team' }).first().waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('cell', { name: 'Renamed the organization' }).waitFor();
    assert.deepEqual(await titlesOf(page), ['Renamed the organization']);
    await page.getByRole('button', { name: 'Details' }).click();
    await page.getByRole('dialog').getByText('updateOrganization', { exact: true }).waitFor();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'audit-entry');
    await page.getByRole('button', { name: 'Show all about it' }).click();
    await page.waitForURL(/target=/);
    await page.getByRole('cell', { name: 'Renamed the organization' }).waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();

    // Days are those of whoever looks.
    await page.getByLabel('Until').fill('2001-01-01');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    await screenshots(page, 'audit-empty');
    await page.getByRole('button', { name: 'Clear filters' }).first().click();
    await page.getByRole('cell', { name: 'Renamed the organization' }).waitFor();

    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: /NDJSON/ }).click();
    const file = await saving;
    assert.match(file.suggestedFilename(), /^audit-\d{4}-\d\d-\d\d\.ndjson$/);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
    const saved = lines.map((line) => (JSON.parse(line) as { action: string }).action);
    assert.equal(saved.filter((action) => action === 'createTeam').length, 52);
    assert.equal(saved.at(-1), 'updateOrganization');
    await page.getByText(`${lines.length} entries exported`).waitFor();
    assert.deepEqual(problems, []);
  },
);

test(
  'the page of the API leads to GraphiQL, where one is signed in as here, and has every route of the sidecar',
  options,
  async () => {
    const { page, problems } = await shown.open();
    await signUp(page, 'api');
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await page.getByRole('heading', { name: 'What the sidecar answers' }).waitFor();
    assert.equal(await page.locator('details').count(), restRoutes.length);
    await page.getByLabel('Find a route').fill('redact');
    await page.locator('summary', { hasText: '/redact' }).click();
    await page.getByRole('cell', { name: /margin/ }).waitFor();
    assert.deepEqual(await checkAccessibility(page), []);
    await page.locator('summary').scrollIntoViewIfNeeded();
    await screenshots(page, 'api-route');
    await page.getByLabel('Find a route').fill('');
    await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
    await screenshots(page, 'api');

    // What it links to on the sidecar is there.
    const docs = await page.getByRole('link', { name: /OpenAPI document/ }).getAttribute('href');
    const document = (await (await fetch(docs ?? '')).json()) as { paths: object };
    assert.deepEqual(Object.keys(document.paths).sort(), [...new Set(restRoutes.map(({ path }) => path))].sort());

    const opening = page.waitForEvent('popup');
    await page.getByRole('link', { name: /Open GraphiQL/ }).click();
    const graphiql = await opening;
    const broken: string[] = [];
    graphiql.on('pageerror', ({ message }) => broken.push(message));
    await graphiql.getByRole('button', { name: /Execute query/ }).click();
    await graphiql.getByText('"api organization"').first().waitFor();
    await screenshots(graphiql, 'api-graphiql');
    assert.deepEqual(broken, []);
    assert.deepEqual(problems, []);
  },
);

test('every mutation has a sentence in the log', () => {
  const known = Object.keys(actions.en);
  assert.deepEqual(
    Object.keys(mutationProofs).filter((name) => !known.includes(name)),
    [],
  );
});

test('an address narrows the log to what makes sense in it, by days of whoever looks', () => {
  assert.deepEqual(auditSearch({ action: ' createTeam ', request: 12, from: 'x', to: '2026-11-22', other: 'y' }), {
    action: 'createTeam',
    request: '12',
    to: '2026-11-22',
  });
  const zone = process.env['TZ'];
  process.env['TZ'] = 'Europe/Madrid';
  try {
    // The day on which the clock goes back has 25 hours.
    assert.deepEqual(filterOf({ from: '2026-10-25', to: '2026-10-25', who: 'u', target: 't' }), {
      actorId: 'u',
      targetId: 't',
      from: '2026-10-24T22:00:00.000Z',
      to: '2026-10-25T23:00:00.000Z',
    });
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('routes are found by their words, and called with what they need', () => {
  assert.deepEqual(
    routesWith('get models ready').map(({ path }) => path),
    ['/models'],
  );
  const [first] = routesWith('post /predict/{model}/versions');
  assert.ok(first);
  assert.equal(
    curlOf(first, 'http://here'),
    [
      'curl "http://here/predict/MODEL/versions/VERSION"',
      '-H "authorization: Bearer $SIGHTLINE_API_KEY"',
      "-H 'content-type: image/jpeg'",
      '--data-binary @picture.jpg',
    ].join(' \\\n  '),
  );
  const [health] = routesWith('/health/live');
  assert.equal(health && curlOf(health, 'http://here'), 'curl "http://here/health/live"');
});
