import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errorCodes } from '@sightline/server/errors/codes';
import type { ErrorCode } from '@sightline/server/errors/codes';
import { describeError } from '@sightline/server/errors/describe';
import { RequestRefusedError } from '@sightline/server/errors/request-errors';
import { localeOf } from '@sightline/server/http/locale';
import { translate } from '@sightline/server/messages/error-text';
import { errorsEn } from '@sightline/server/messages/errors.en';
import { errorsEs } from '@sightline/server/messages/errors.es';
import { phrasesEs } from '@sightline/server/messages/phrases.es';
import { graphql } from '../harness/graphql.ts';
import { startTestServer } from '../harness/server.ts';
import { openSocket } from './raw-socket.ts';
import { messagesIn, sentencesIn } from './messages-in.ts';

const codes = Object.keys(errorCodes) as ErrorCode[];

/** Commands, mails and pages, which speak for themselves. */
const notForCallers = [
  '**/*.test.ts',
  'cli/**',
  'messages/**',
  'http/oauth-pages.ts',
  'domain/billing/plans/plan-*.ts',
  'domain/billing/invoices/{credit-note,invoice-lines,render-*,issue-invoice}.ts',
  'domain/billing/payments/invoice-desk.ts',
  'domain/billing/plan.graphql.ts',
  'services.ts',
];
/** Sentences of the schema's documentation that stand in variables, and what a session that ended keeps. */
const documentation = new Set([
  'Addresses and networks (`203.0.113.0/24`, `2001:db8::/32`) it may be used from; none: from anywhere.',
  'GraphQL operations, on HTTP and on WebSockets.',
  'Requests to the inference sidecar, at an even rate.',
  'The address that was asked for; a mail goes to it if that is of use to somebody.',
  'The address that is proved now, and the user’s.',
]);

test('every code has a title and a hint in both languages, and none is said twice', () => {
  for (const catalogue of [errorsEn, errorsEs]) {
    assert.deepEqual(Object.keys(catalogue).toSorted(), codes.toSorted());
    const titles = Object.values(catalogue).map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length);
    for (const { title, hint } of Object.values(catalogue)) {
      assert.match(title, /^\p{Lu}[^.]{3,79}$/u);
      assert.match(hint, /^\p{Lu}.{8,140}\.$/u);
    }
  }
  for (const code of codes) {
    assert.notEqual(errorsEn[code].title, errorsEs[code].title);
    assert.notEqual(errorsEn[code].hint, errorsEs[code].hint);
    // Names that programs read are the same in every language.
    const names = ({ hint }: { hint: string }) => [...hint.matchAll(/`[^`]+`/g)].map(([name]) => name).toSorted();
    assert.deepEqual(names(errorsEs[code]), names(errorsEn[code]), code);
  }
});

test('a phrase carries the same values in both languages', () => {
  const values = (text: string) => [...text.matchAll(/\{(\*?\w+)\}/g)].map(([, name]) => name).toSorted();
  for (const [english, spanish] of phrasesEs) assert.deepEqual(values(spanish), values(english), english);
  assert.equal(new Set(phrasesEs.map(([english]) => english)).size, phrasesEs.length, 'no phrase twice');
});

test('everything that the server tells callers has its Spanish', async () => {
  const missing: string[] = [];
  let count = 0;
  const root = new URL('../../server/src/', import.meta.url);
  for await (const name of glob('**/*.ts', { cwd: root, exclude: notForCallers })) {
    const source = await readFile(new URL(name, root), 'utf8');
    for (const message of new Set([...messagesIn(source), ...sentencesIn(source)])) {
      if (documentation.has(message)) continue;
      count += 1;
      if (translate(message) === null) missing.push(`${name}: ${message}`);
    }
  }
  assert.deepEqual(missing, [], 'Add these to server/src/messages/phrases.es.ts.');
  assert.ok(count > 60, `only ${count} messages were found`);
});

test('values are carried over, words are translated, and what is unknown stands behind the title', () => {
  assert.equal(translate('A source named “Source” already exists.'), 'Ya existe una fuente llamada «Source».');
  assert.equal(translate('Source not found.'), 'No se ha encontrado: fuente.');
  assert.equal(translate('Your plan allows 3 sources.'), 'Tu plan permite 3 fuentes.');
  assert.equal(
    translate('A source named “$& {name} $1” already exists.'),
    'Ya existe una fuente llamada «$& {name} $1».',
  );
  assert.equal(translate('What is this?'), null);
  const { message } = describeError(new RequestRefusedError('BAD_REQUEST', 'What is this?'), 'ES');
  assert.equal(message, 'No se ha podido leer la petición: What is this?');
});

test('a message that quotes a great deal takes no great time', () => {
  for (const quoted of ['“'.repeat(100_000), '” already exists'.repeat(60), 'A source named “'.repeat(60)]) {
    const startedAt = process.cpuUsage();
    translate(`A source named “${quoted}`);
    assert.ok(process.cpuUsage(startedAt).user < 500_000);
  }
});

test('the language that a program likes best is taken, of those we speak', () => {
  const cases = {
    es: 'ES',
    'es-MX': 'ES',
    en: 'EN',
    'fr, es': 'ES',
    'en, es': 'EN',
    'en;q=0.5, es;q=0.9': 'ES',
    'es;q=0, en;q=0.1': 'EN',
    'es;q=0': 'EN',
    '*': 'EN',
    estonian: 'EN',
    ';;,,q=': 'EN',
  };
  for (const [header, locale] of Object.entries(cases)) {
    assert.equal(localeOf({ 'accept-language': header }), locale, header);
  }
  assert.equal(localeOf({}), 'EN');
});

test('graph, result unions and WebSocket speak the language of who asks', async () => {
  await using server = await startTestServer();
  const headers = { 'accept-language': 'es-ES,es;q=0.9,en;q=0.8' };
  const spanish = 'Inicia sesión, o envía un token o una clave de API válidos.';

  const [error] = (await graphql(server, '{ sources { edges { cursor } } }', {}, { headers })).errors;
  assert.deepEqual([error?.message, error?.extensions['hint']], [spanish, errorsEs.UNAUTHENTICATED.hint]);

  const query = `mutation { signIn(input: { email: "nobody@example.com", password: "not the password" }) {
    ... on CredentialsInvalidError { code message hint retryable docs } } }`;
  assert.deepEqual((await graphql(server, query, {}, { headers })).expectData().signIn, {
    code: 'CREDENTIALS_INVALID',
    message: 'La dirección de correo o la contraseña no es correcta.',
    hint: errorsEs.CREDENTIALS_INVALID.hint,
    retryable: false,
    docs: 'docs/errors.md#credentials_invalid',
  });

  await using socket = await openSocket(`${server.url.replace('http', 'ws')}/graphql`, { headers });
  await socket.init();
  socket.subscribe('1', 'subscription { eventFeed { __typename } }');
  assert.equal((await socket.next()).payload[0].message, spanish);
});
