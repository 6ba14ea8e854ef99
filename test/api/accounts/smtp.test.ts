import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createConsoleMailer } from '@sightline/server/infra/console-mailer';
import { createSmtpMailer } from '@sightline/server/infra/smtp-mailer';
import { call, newPerson, tokenOf } from '../../harness/accounts.ts';
import { query } from '../../harness/database.ts';
import { movableClock } from '../../harness/movable-clock.ts';
import { password } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { startSmtpServer } from '../../harness/smtp.ts';
import type { SmtpServer } from '../../harness/smtp.ts';

const other = 'another long password';

describe('over a real mail server', () => {
  const clock = movableClock();
  let smtp: SmtpServer;
  let server: TestServer;
  /** Called when a mail is refused; null: all are taken. */
  let onRefusal: (() => void) | null = null;
  before(async () => {
    smtp = await startSmtpServer({
      onMailFrom(_address, _session, done) {
        onRefusal?.();
        done(onRefusal ? new Error('come back later') : null);
      },
    });
    const env = {
      SMTP_URL: smtp.url,
      MAIL_FROM: 'Sightline <hello@sightline.example>',
      WEB_URL: 'https://web.example',
    };
    server = await startTestServer({ clock, env });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await smtp[Symbol.asyncDispose]();
  });
  const next = (email: string) => smtp.mailbox.next(email);

  test('sign-up, proof, sign-in, reset and another address: everything by mail', async () => {
    const email = 'ana@example.com';
    // A server that can send mails asks for proof by itself.
    const pending = await call(server, 'signUp', newPerson(email, { name: 'Ana Núñez 🦜', locale: 'ES' }));
    assert.equal(pending.__typename, 'SignUpPending');
    await call(server, 'verifyEmail', { token: tokenOf(await next(email)) });
    assert.equal((await call(server, 'signIn', { email, password })).__typename, 'SignInPayload');
    await call(server, 'requestPasswordReset', { email });
    await call(server, 'resetPassword', { token: tokenOf(await next(email)), newPassword: other });
    await next(email);
    const { token } = await call(server, 'signIn', { email, password: other });
    await next(email);
    await call(server, 'requestEmailChange', { email: 'ana@new.example' }, { token });
    await call(server, 'verifyEmail', { token: tokenOf(await next('ana@new.example')) });
    assert.equal((await next(email)).subject, 'Tu dirección ha cambiado');
    assert.equal(
      (await call(server, 'signIn', { email: 'ana@new.example', password: other })).__typename,
      'SignInPayload',
    );

    const [first] = smtp.received;
    assert.equal(first?.from, 'hello@sightline.example');
    assert.deepEqual(first?.to, [email]);
    assert.equal(first?.email.subject, 'Confirma tu dirección');
    assert.deepEqual(first?.email.from, { address: 'hello@sightline.example', name: 'Sightline' });
    assert.match(first?.email.text ?? '', /^Hola, Ana Núñez 🦜:/);
  });

  test('a mail that is not taken comes again, and until then nobody can read it', async () => {
    const email = 'later@example.com';
    const refused = new Promise<void>((resolve) => (onRefusal = resolve));
    await call(server, 'signUp', newPerson(email));
    await refused;
    const waiting = JSON.stringify(await query(server.databaseUrl, 'select m::text from "MailMessage" m'));
    assert.ok(!waiting.includes('later@example.com') && !waiting.includes('slo_'));
    onRefusal = null;
    clock.advance({ ms: 60_000 });
    assert.equal((await call(server, 'verifyEmail', { token: tokenOf(await next(email)) })).email, email);
    assert.ok(server.logs.some((line) => line.includes('mail not taken')));
    assert.ok(!server.logs.join('').includes('slo_'));
  });

  test('what people call themselves adds no header and no addressee', async () => {
    const email = 'headers@example.com';
    const name = 'Eve" <eve@evil.example>, "x';
    await call(server, 'signUp', newPerson(email, { name, organizationName: 'x' }));
    await next(email);
    const mail = smtp.received.find(({ to }) => to.includes(email));
    assert.deepEqual(mail?.to, [email]);
    assert.deepEqual(
      mail?.email.to?.map(({ address }) => address),
      [email],
    );
    const [head = ''] = (mail?.raw ?? '').split('\r\n\r\n');
    assert.ok(!head.includes('evil'));
  });
});

test('an address that would be several for a mail server is refused', async () => {
  await using server = await startTestServer();
  for (const email of [
    'a@example.com,b@example.com',
    'a@example.com\r\nBcc: b@example.com',
    '<a@example.com>',
    'a b@example.com',
  ]) {
    const answer = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: 'mutation ($input: SignUpInput!) { signUp(input: $input) { __typename } }',
        variables: { input: newPerson(email) },
      }),
    });
    assert.match(await answer.text(), /INPUT_INVALID/, email);
  }
});

test('a mail server that wants another password is told apart from one that is there', async () => {
  await using smtp = await startSmtpServer();
  await createSmtpMailer({ url: smtp.url, from: 'a@example.com' }).check();
  const wrong = createSmtpMailer({ url: smtp.url.replace('secret', 'guess'), from: 'a@example.com' });
  await assert.rejects(wrong.check());
  await assert.rejects(wrong.send({ to: 'b@example.com', subject: 'x', text: 'x' }));
});

test('without a mail server mails are shown, and nobody has to wait for one', async () => {
  const shown: object[] = [];
  const mailer = createConsoleMailer({ log: { info: (fields: object) => void shown.push(fields) } });
  await mailer.send({ to: 'a@example.com', subject: 'Hello', text: 'https://web.example/#token=x' });
  assert.deepEqual(shown, [{ to: 'a@example.com', subject: 'Hello', text: 'https://web.example/#token=x' }]);
  await using server = await startTestServer();
  assert.equal((await call(server, 'signUp', newPerson('now@example.com'))).__typename, 'SignUpPayload');
});
