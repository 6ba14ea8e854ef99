import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Page } from 'playwright-core';
import { callbacksOf, providersAt } from '../api/providers/visits.ts';
import { skipWithoutBrowser } from '../clients/browser/open-browser.ts';
import { call, newPerson, tokenOf } from '../harness/accounts.ts';
import { startFakeIssuer } from '../harness/fake-issuer.ts';
import type { FakeIssuer } from '../harness/fake-issuer.ts';
import { graphql } from '../harness/graphql.ts';
import { createMailbox } from '../harness/mailbox.ts';
import { movableClock } from '../harness/movable-clock.ts';
import { password, signIn as signInOf } from '../harness/people.ts';
import { authenticator } from '../harness/totp.ts';
import { checkAccessibility, screenshots } from './look.ts';
import { openConsole, signIn } from './open-console.ts';
import type { OpenConsole } from './open-console.ts';

const options = { skip: skipWithoutBrowser };
const clock = movableClock();
const mailbox = createMailbox();
let issuer: FakeIssuer;
let shown: OpenConsole;

/** Addresses have to be proved here, and there is a page of somebody else that says who one is. */
before(async () => {
  if (skipWithoutBrowser) return;
  issuer = await startFakeIssuer();
  const env = { EMAIL_VERIFICATION: 'required', ...providersAt(issuer, ['fake']) };
  shown = await openConsole({ env, ports: { mailer: mailbox.mailer, clock } });
  issuer.open(callbacksOf(shown.stack.server, ['fake']));
});
after(async () => {
  await shown?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

/** Somebody whose address is proved. */
async function person(mark: string): Promise<string> {
  const { server } = shown.stack;
  const email = `${mark}@example.com`;
  await call(server, 'signUp', newPerson(email, { name: mark, organizationName: `${mark} lab` }));
  await call(server, 'verifyEmail', { token: tokenOf(await mailbox.next(email)) });
  return email;
}

/** Browsers log whatever a server refuses; that it does is what is tested. */
const unforeseen = (problems: readonly string[]) => problems.filter((said) => !/status of 4\d\d/.test(said));

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

test('somebody signs up, finds the mail, opens its link, and is in', options, async () => {
  const { page, problems } = await shown.open('/sign-up');
  const email = 'new@example.com';
  await page.getByLabel('Your name').fill('Ana');
  await page.getByLabel('Organization').fill('Faro');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await screenshots(page, 'sign-up');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await heading(page, 'Look into your mails').waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'sign-up-mail');
  // Whoever is too quick is told the same, and gets another mail.
  await page.getByRole('link', { name: 'Back to sign in' }).click();
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await heading(page, 'Look into your mails').waitFor();
  const { link } = await mailbox.next(email);
  assert.ok(link);
  assert.ok(link.hash.startsWith('#token='));
  await page.goto(link.href);
  await heading(page, 'Your address is confirmed').waitFor();
  assert.equal(new URL(page.url()).hash, '', 'nothing of the token stays in the address');
  await page.getByRole('link', { name: 'Go on' }).click();
  await signIn(page, { email });
  await page.getByText('Faro').first().waitFor();
  // The link is good once.
  await page.goto(link.href);
  await heading(page, 'This link does not work any more').waitFor();
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await heading(page, 'Look into your mails').waitFor();
  assert.deepEqual(unforeseen(problems), []);
});

test('who forgot the password chooses another by a mail', options, async () => {
  const email = await person('forgetful');
  const { page, problems } = await shown.open('/sign-in');
  await page.getByRole('link', { name: 'Forgot your password?' }).click();
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Send the link' }).click();
  await heading(page, 'Look into your mails').waitFor();
  const { link } = await mailbox.next(email);
  await page.goto(link?.href ?? '');
  await page.getByLabel('New password').fill('another long enough password');
  await screenshots(page, 'reset-password');
  await page.getByRole('button', { name: 'Save the password' }).click();
  await heading(page, 'Your password is changed').waitFor();
  await signIn(page, { email, password: 'another long enough password' });
  assert.deepEqual(unforeseen(problems), []);
});

test('somebody comes in by a page that they have an account at, and joins and leaves it later', options, async () => {
  const { page, problems } = await shown.open('/sign-in?returnTo=%2Faccount');
  issuer.account = { subject: 'linus', email: 'linus@example.com', email_verified: true, name: 'Linus' };
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'sign-in-providers');
  await page.getByRole('button', { name: 'Go on with' }).click();
  await heading(page, 'Account').waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await page.getByText('You have none so far').waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  // It is the only way in.
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.keyboard.press('Escape');
  await page.getByLabel('New password').fill(password);
  await page.getByRole('button', { name: 'Change the password' }).click();
  await page.getByText('Your password is changed').waitFor();
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await page.getByText('not joined').waitFor();
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('It is joined to your account').waitFor();
  await page.getByText('linus@example.com ·').waitFor();
  await screenshots(page, 'account');
  assert.deepEqual(unforeseen(problems), []);
});

test('who is invited signs in, is asked once more, and is in the other organization', options, async () => {
  const [host, guest] = [await person('host'), await person('guest')];
  const { server } = shown.stack;
  const owner = await signInOf(server, host);
  const invite = 'mutation ($input: InviteMemberInput!) { inviteMember(input: $input) { __typename } }';
  await graphql(server, invite, { input: { email: guest, role: 'VIEWER' } }, owner);
  const { link } = await mailbox.next(guest);
  const { page, problems } = await shown.open(`${link?.pathname}${link?.hash}`);
  await heading(page, 'You are invited').waitFor();
  assert.deepEqual(await checkAccessibility(page), []);
  await screenshots(page, 'invitation');
  await page.getByRole('link', { name: 'Sign in' }).click();
  // Somebody else's account is refused, and it is said why.
  await page.getByLabel('Email').fill(host);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText(`This invitation is not for ${host}`).waitFor();
  await page.getByRole('button', { name: 'Not you? Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).click();
  await page.getByLabel('Email').fill(guest);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText(`You join as ${guest}`).waitFor();
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByText('Welcome to host lab').waitFor();
  await heading(page, 'Live').waitFor();
  await page.getByRole('button', { name: 'host lab' }).first().click();
  await page.getByRole('menuitem', { name: 'guest lab' }).waitFor();
  assert.deepEqual(unforeseen(problems), []);
});

test(
  'a second step is set up with a proof, asked for at the next sign-in, and let through by a recovery code',
  options,
  async () => {
    const email = await person('careful');
    const { page, problems } = await shown.open('/sign-in');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill('not that one at all');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Email and password do not belong together.').waitFor();
    await signIn(page, { email });
    await page.getByRole('button', { name: 'careful', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Account' }).click();
    await heading(page, 'Account').waitFor();
    // A proof holds for five minutes.
    clock.advance({ ms: 6 * 60_000 });
    await page.getByRole('button', { name: 'Set it up' }).click();
    const proof = page.getByRole('dialog', { name: 'Is it you?' });
    await proof.getByLabel('Your password').fill('not that one at all');
    await proof.getByRole('button', { name: 'Go on' }).click();
    await proof.getByText('That is not your password.').waitFor();
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'step-up');
    await proof.getByLabel('Your password').fill(password);
    await proof.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('img', { name: 'The key as a picture' }).waitFor();
    await proof.waitFor({ state: 'detached' });
    const secret = (await page.locator('code').first().textContent())?.replaceAll(' ', '') ?? '';
    const app = authenticator(secret);
    await page.getByLabel('Code that the app shows').fill('000000');
    await page.getByRole('button', { name: 'Switch it on' }).click();
    await page.getByText('That code is not it.').waitFor();
    await screenshots(page, 'account-second-step');
    await page.getByLabel('Code that the app shows').fill(app.codeAt(clock.now()));
    await page.getByRole('button', { name: 'Switch it on' }).click();
    const codes = page.getByRole('region', { name: 'Your recovery codes' });
    await codes.waitFor();
    const [code = '', another = ''] = await codes.locator('code').allTextContents();
    assert.equal(await codes.locator('code').count(), 10);
    assert.deepEqual(await checkAccessibility(page), []);
    await screenshots(page, 'account-recovery-codes');
    await codes.getByRole('button', { name: 'I have them' }).click();
    await page.getByText('10 recovery codes left').waitFor();

    for (const given of [code, app.codeAt(new Date(clock.now().getTime() + 60_000))]) {
      await page.getByRole('button', { name: 'careful', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await heading(page, 'Sign in').waitFor();
      await page.getByLabel('Email').fill(email);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await heading(page, 'Second step').waitFor();
      if (given === code) await screenshots(page, 'sign-in-second-step');
      else clock.advance({ ms: 60_000 });
      await page.getByLabel('Code').fill(given);
      await page.getByRole('button', { name: 'Go on' }).click();
      await page.getByRole('button', { name: 'careful', exact: true }).waitFor();
    }

    // A question over a question: leaving the second leaves the first as it was.
    clock.advance({ ms: 6 * 60_000 });
    await page.goto(`${shown.url}/account`);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    const question = page.getByRole('dialog', { name: 'Another address' });
    await question.getByLabel('New address').fill('elsewhere@example.com');
    await question.getByRole('button', { name: 'Send the link' }).click();
    await proof.getByLabel('Code of your app').waitFor();
    await page.keyboard.press('Escape');
    await proof.waitFor({ state: 'detached' });
    await question.getByRole('alert').waitFor();
    assert.equal(await question.getByLabel('New address').inputValue(), 'elsewhere@example.com');
    await question.getByRole('button', { name: 'Send the link' }).click();
    await proof.getByLabel('Code of your app').fill(another);
    await proof.getByRole('button', { name: 'Go on' }).click();
    await question.waitFor({ state: 'detached' });
    const { link } = await mailbox.next('elsewhere@example.com');
    await page.goto(link?.href ?? '');
    await page.getByText('elsewhere@example.com is yours.').waitFor();
    assert.deepEqual(unforeseen(problems), []);
  },
);
