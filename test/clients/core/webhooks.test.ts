import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { ConfigurationError, WebhookInvalidError, webhooks } from '@sightline/core';
import type { WebhookHeaders } from '@sightline/core';

const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
const other = `whsec_${Buffer.from('another one, as long as it').toString('base64')}`;
const payload = JSON.stringify({ type: 'OBJECT_ENTERED', timestamp: '2026-03-01T00:00:00Z', data: { label: 'cañón' } });
const at = new Date('2026-03-01T00:00:00Z');
const now = () => at.getTime();
const signed = await webhooks.sign(payload, secret, { id: 'msg_1', at });

const verify = (
  headers: WebhookHeaders = signed,
  body: string | Uint8Array = payload,
  key: string | string[] = secret,
) => webhooks.verify(body, headers, key, { now });

async function refusal(headers: WebhookHeaders, body?: string | Uint8Array, key?: string | string[]): Promise<unknown> {
  const error = await verify(headers, body, key).then(
    () => assert.fail('it passed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof WebhookInvalidError, String(error));
  assert.equal(error.code, 'WEBHOOK_INVALID');
  assert.ok(!JSON.stringify([error.message, error.hint, error.details]).includes(secret.slice(6)));
  return error.details['reason'];
}

test('a message that was signed is what was sent, as text or bytes, with headers of any form', async () => {
  const message = { id: 'msg_1', sentAt: at, type: 'OBJECT_ENTERED', data: { label: 'cañón' } };
  assert.deepEqual(await verify(), message);
  assert.deepEqual(await verify(new Headers(signed), Buffer.from(payload)), message);
  const loud = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toUpperCase(), [value]]));
  assert.deepEqual(await verify(loud), message);
});

test('signatures are those of Standard Webhooks, as other libraries make and take them', () => {
  const theirs = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
    .update(`msg_1.${at.getTime() / 1000}.${payload}`)
    .digest('base64');
  assert.equal(signed['webhook-signature'], `v1,${theirs}`);
});

test('while a secret is being changed both are good: on either side, among signatures of versions to come', async () => {
  assert.equal((await verify(signed, payload, [other, secret])).id, 'msg_1');
  const twice = await webhooks.sign(payload, [other, secret], { id: 'msg_1', at });
  assert.equal((await verify(twice, payload, secret)).id, 'msg_1');
  const strange = { ...twice, 'webhook-signature': `v2,AAAA v1a,zz v1, ${twice['webhook-signature']}` };
  assert.equal((await verify(strange)).id, 'msg_1');
});

test('what is as old or as early as is tolerated passes, and not a second more', async () => {
  const seconds = at.getTime() / 1000;
  const takes = (nowSeconds: number, toleranceMs?: number) =>
    webhooks.verify(payload, signed, secret, { now: () => nowSeconds * 1000, toleranceMs }).then(
      () => true,
      (error: unknown) => (error as WebhookInvalidError).details['reason'],
    );
  assert.deepEqual(await Promise.all([300, -300, 301, -301].map((aside) => takes(seconds + aside))), [
    true,
    true,
    'time',
    'time',
  ]);
  assert.deepEqual(await Promise.all([takes(seconds + 1, 1_000), takes(seconds + 2, 1_000)]), [true, 'time']);
  assert.equal(await takes(Number.NaN), 'time');
});

test('nothing else passes', async () => {
  const { 'webhook-signature': signature, 'webhook-timestamp': timestamp } = signed;
  const bytes = Buffer.from(signature.slice(3), 'base64');
  const half = bytes.subarray(0, 16).toString('base64');
  const withHeaders = (changed: Record<string, string | string[] | undefined>) => ({ ...signed, ...changed });
  const hostile: [string, WebhookHeaders, (string | Uint8Array)?, (string | string[])?][] = [
    ['id', withHeaders({ 'webhook-id': undefined })],
    ['timestamp', withHeaders({ 'webhook-timestamp': undefined })],
    ['signature', withHeaders({ 'webhook-signature': undefined })],
    ['signature', signed, payload, other],
    ['signature', signed, payload.replace('ENTERED', 'LEFT')],
    ['signature', signed, `${payload} `],
    ['signature', signed, payload.normalize('NFD')],
    ['signature', withHeaders({ 'webhook-id': 'msg_2' })],
    ['signature', withHeaders({ 'webhook-timestamp': String(Number(timestamp) + 1) })],
    // A part of the body that becomes part of the head, and the other way round.
    ['id', withHeaders({ 'webhook-id': `msg_1.${timestamp}` })],
    ['timestamp', withHeaders({ 'webhook-timestamp': `${timestamp}.0` })],
    ['timestamp', withHeaders({ 'webhook-timestamp': `-${timestamp}` })],
    ['timestamp', withHeaders({ 'webhook-timestamp': ` ${timestamp}` })],
    ['timestamp', withHeaders({ 'webhook-timestamp': '0x65e11f80' })],
    ['timestamp', withHeaders({ 'webhook-timestamp': '9'.repeat(400) })],
    ['time', withHeaders({ 'webhook-timestamp': '0' })],
    ['signature', withHeaders({ 'webhook-signature': '' })],
    ['signature', withHeaders({ 'webhook-signature': signature.slice(3) })],
    ['signature', withHeaders({ 'webhook-signature': signature.replace('v1,', 'v2,') })],
    ['signature', withHeaders({ 'webhook-signature': `v1,${half}` })],
    ['signature', withHeaders({ 'webhook-signature': 'v1,' })],
    ['signature', withHeaders({ 'webhook-signature': `${signature}\0` })],
    ['signature', withHeaders({ 'webhook-signature': `v1,${bytes.toString('base64url')}` })],
    ['signature', withHeaders({ 'webhook-signature': `${'v1,AAAA '.repeat(500)}${signature}` })],
    // Two answers to the same question: a proxy may read the one, and we the other.
    ['signature', withHeaders({ 'webhook-signature': [signature, 'v1,AAAA'] })],
    ['id', { ...signed, 'Webhook-Id': 'msg_2' }],
  ];
  for (const [reason, headers, body, key] of hostile)
    assert.equal(await refusal(headers, body, key), reason, JSON.stringify([headers, body]));
});

test('what is signed and still no message is refused as well', async () => {
  for (const body of ['', 'hello', 'null', '[]', '{}', '{"type":1}', Uint8Array.of(0xff, 0xfe)])
    assert.equal(await refusal(await webhooks.sign(body, secret, { at }), body), 'body');
});

test('mistakes of who verifies are no fault of the message', async () => {
  const mistakes = [[], '', 'whsec_', 'whsec_AAAA', 'whsec_not base64 at all', [secret, 'whsec_AAAA']];
  for (const key of mistakes) {
    const failed = await verify(signed, payload, key).catch((error: unknown) => error);
    assert.ok(failed instanceof ConfigurationError, JSON.stringify(key));
    await assert.rejects(webhooks.sign(payload, key), ConfigurationError);
  }
  await assert.rejects(verify(signed, JSON.parse(payload) as string), ConfigurationError);
  await assert.rejects(webhooks.sign(payload, secret, { id: 'a.1' }), ConfigurationError);
});

test('signed now it passes now, under an id of its own', async () => {
  const ids = new Set<string>();
  for (let n = 0; n < 3; n++)
    ids.add((await webhooks.verify(payload, await webhooks.sign(payload, secret), secret)).id);
  assert.equal(ids.size, 3);
});
