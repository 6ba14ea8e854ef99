import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { writeWalk } from '../clients/whole-stack.ts';
import { createMailbox } from '../harness/mailbox.ts';
import { signIn as signInOf } from '../harness/people.ts';
import { createSourceOf } from '../harness/sources.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, password, signUp } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
const mailbox = createMailbox();
let shown: OpenConsole;
before(async () => {
  if (!skipWithoutBrowser) shown = await openConsole({ ports: { mailer: mailbox.mailer } });
});
after(async () => shown?.[Symbol.asyncDispose]());

test(
  'somebody invites a colleague, who joins with the link of the mail, gets another role, and goes',
  options,
  async () => {
    const { page, problems } = await shown.open();
    await signUp(page, 'team');
    await page.getByRole('link', { name: 'Team' }).click();
    await page.getByRole('heading', { name: 'It is just you so far' }).waitFor();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'team-alone');

    await page.getByRole('button', { name: 'Invite' }).first().click();
    await page.getByLabel('Email').fill('colleague@example.com');
    await page.getByRole('radio', { name: /^Operator/ }).check();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'team-invite');
    await page.getByRole('button', { name: 'Send the invitation' }).click();
    await page.getByText('Invitation sent to colleague@example.com').waitFor();
    await page.getByRole('cell', { name: 'colleague@example.com', exact: true }).waitFor();
    await screenshots(page, 'team-pending');

    // The link of the mail opens the console, for somebody who has no account yet.
    const { link } = await mailbox.next('colleague@example.com');
    const theirs = await shown.open(`${link?.pathname}${link?.hash}`);
    await theirs.page.getByRole('link', { name: 'Sign up' }).click();
    await theirs.page.getByLabel('Your name').fill('Colleague Person');
    await theirs.page.getByLabel('Organization').fill('Colleague organization');
    await theirs.page.getByLabel('Email').fill('colleague@example.com');
    await theirs.page.getByLabel('Password').fill(password);
    await theirs.page.getByRole('button', { name: 'Sign up' }).click();
    await theirs.page.getByRole('button', { name: /Join/ }).click();
    await theirs.page.getByText('team organization').first().waitFor();

    await page.reload();
    const row = page.getByRole('row', { name: /Colleague Person/ });
    await row.getByText('Operator').waitFor();
    assert.equal(await page.getByText('Invited, not here yet').count(), 0);
    await screenshots(page, 'team');
    await page.getByRole('button', { name: 'Actions for Colleague Person' }).click();
    await page.getByRole('menuitem', { name: 'Change role' }).click();
    await page.getByRole('radio', { name: /^Viewer/ }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await row.getByText('Viewer').waitFor();

    // They see the others, and nothing that is not theirs to do.
    await theirs.page.getByRole('link', { name: 'Team' }).click();
    await theirs.page.getByRole('row', { name: /team name/ }).waitFor();
    assert.equal(await theirs.page.getByRole('button', { name: /^(Invite|Actions for)/ }).count(), 0);
    await theirs.page.getByRole('link', { name: 'API keys' }).click();
    await theirs.page.getByRole('heading', { name: 'Keys are for those who manage them' }).waitFor();

    await page.getByRole('button', { name: 'Actions for Colleague Person' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('Colleague Person is no longer a member').waitFor();
    await row.waitFor({ state: 'detached' });
    assert.deepEqual(theirs.problems, []);
    assert.deepEqual(problems, []);
  },
);

test('a team gets a role of the organization’s own for one source', options, async () => {
  const { page, problems } = await shown.open();
  const { email } = await signUp(page, 'roles');
  const { server } = shown.stack;
  const person = await signInOf(server, email);
  const folder = await shown.stack.folder('gate');
  await writeWalk(folder, 1);
  await createSourceOf(server, person, { name: 'Gate', path: folder });

  await page.getByRole('link', { name: 'Team' }).click();
  await page.getByRole('tab', { name: 'Teams' }).click();
  await page.getByRole('heading', { name: 'No teams yet' }).waitFor();
  await page.getByRole('button', { name: 'New team' }).click();
  await page.getByLabel('Name').fill('Reception');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Reception', exact: true }).click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('button', { name: 'Take out roles name' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'team-teams');

  await page.getByRole('tab', { name: 'Roles' }).click();
  await page.getByRole('button', { name: 'New role' }).click();
  await page.getByLabel('Name').fill('Night watch');
  await page.getByRole('checkbox', { name: 'Start and stop sessions' }).check();
  await page.getByRole('button', { name: 'Make the role' }).click();
  await page.getByRole('button', { name: /^Night watch/ }).click();
  await page.getByRole('button', { name: 'Give it to somebody' }).click();
  await page.getByLabel('For the source').selectOption('Gate');
  await page.getByLabel('Given to').selectOption('Team Reception');
  await page.getByRole('button', { name: 'Give it', exact: true }).click();
  await page.getByRole('button', { name: 'Take it away from Team Reception on Gate' }).waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'team-roles');

  // The address says what is open.
  await page.reload();
  await page.getByRole('button', { name: 'Take it away from Team Reception on Gate' }).click();
  await page.getByText('Nobody has it yet.').waitFor();

  // A name that is taken is told where it was given.
  await page.getByRole('button', { name: 'New role' }).click();
  await page.getByLabel('Name').fill('Night watch');
  await page.getByRole('button', { name: 'Make the role' }).click();
  await page.getByRole('dialog').getByText('ROLE_NAME_TAKEN').waitFor();
  await page.keyboard.press('Escape');
  assert.deepEqual(problems, []);
});
