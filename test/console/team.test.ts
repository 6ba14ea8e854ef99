import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { createMailbox } from '../harness/mailbox.ts';
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
