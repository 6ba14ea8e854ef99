import { ConfigurationError } from '../errors/connection-errors.ts';
import { newIdempotencyKey } from '../transport/idempotency-key.ts';
import { decodeBase64, encodeBase64, keysOf, signedBytes } from './signature.ts';
import { WebhookInvalidError } from './webhook-invalid-error.ts';

export type WebhookMessage = {
  /** The same when a message is sent again: who remembers it does things once. */
  readonly id: string;
  readonly sentAt: Date;
  /** What happened, such as `OBJECT_ENTERED`. */
  readonly type: string;
  readonly data: unknown;
};

export type WebhookHeaders = Pick<Headers, 'get'> | Readonly<Record<string, string | readonly string[] | undefined>>;

export type VerifyOptions = {
  /** How old a message may be, and how far ahead its sender's clock; 300 000 ms unless given. */
  toleranceMs?: number | undefined;
  /** Milliseconds since 1970; `Date.now` unless given. */
  now?: (() => number) | undefined;
};

export type SignOptions = {
  /** Made up unless given. No dots. */
  id?: string | undefined;
  /** Now unless given. */
  at?: Date | undefined;
};

/** More than anybody signs with: each one costs a comparison, and strangers choose how many they send. */
const mostSignatures = 16;

/**
 * A message of which it is proved that it comes from who knows the secret, is what was sent, and is not older than
 * `toleranceMs`. Give the body as it came, before anything parsed it. With a list of secrets one of them has to be right, so
 * that an endpoint's secret can be changed. Rejects with WebhookInvalidError, and with ConfigurationError for a secret that
 * is none. As Standard Webhooks has it, so others' messages of that form pass as well.
 */
async function verify(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[],
  { toleranceMs = 300_000, now = Date.now }: VerifyOptions = {},
): Promise<WebhookMessage> {
  if (typeof payload !== 'string' && !(payload instanceof Uint8Array))
    throw new ConfigurationError(
      'Give the body of a webhook as it came, text or bytes: what was parsed cannot be verified.',
    );
  const keys = await keysOf(secret);
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  // What a dot would mean nobody could tell: it stands between the parts that are signed.
  if (!/^[^.\s]{1,255}$/.test(id)) throw new WebhookInvalidError('The webhook-id is missing or no id.', 'id');
  if (!/^\d{1,12}$/.test(timestamp))
    throw new WebhookInvalidError('The webhook-timestamp is missing or no time.', 'timestamp');
  const sentAtMs = Number(timestamp) * 1000;
  if (!(Math.abs(now() - sentAtMs) <= toleranceMs))
    throw new WebhookInvalidError('The webhook was sent too long ago, or one of the two clocks is wrong.', 'time');
  if (!(await isSigned(signedBytes(id, timestamp, payload), headerOf(headers, 'webhook-signature'), keys)))
    throw new WebhookInvalidError('No signature of the webhook is right.', 'signature');
  return { id, sentAt: new Date(sentAtMs), ...read(payload) };
}

/**
 * The headers of a message that `verify` takes: for tests, and for whoever sends such messages. With a list of secrets it is
 * signed with each. Rejects with ConfigurationError.
 */
async function sign(
  payload: string | Uint8Array,
  secret: string | readonly string[],
  { id = `msg_${newIdempotencyKey()}`, at = new Date() }: SignOptions = {},
): Promise<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  if (!/^[^.\s]{1,255}$/.test(id)) throw new ConfigurationError('The id of a webhook has neither dots nor spaces.');
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const bytes = signedBytes(id, timestamp, payload);
  const keys = await keysOf(secret);
  const signatures = await Promise.all(
    keys.map(async (key) => `v1,${encodeBase64(await crypto.subtle.sign('HMAC', key, bytes))}`),
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

export const webhooks = { verify, sign };

/** Once, whatever the case of its name: of two that differ, nobody could say which one was meant. */
function headerOf(headers: WebhookHeaders, name: string): string {
  if (typeof headers.get === 'function') return headers.get(name) ?? '';
  const found = Object.entries(headers).filter(([key, value]) => key.toLowerCase() === name && value !== undefined);
  const values = found.flatMap(([, value]) => value as string | readonly string[]);
  return values.length === 1 ? (values[0] ?? '') : '';
}

/** `subtle.verify` takes as long for a wrong signature as for a right one. Signatures of other versions are passed over. */
async function isSigned(bytes: Uint8Array<ArrayBuffer>, header: string, keys: readonly CryptoKey[]): Promise<boolean> {
  for (const each of header.split(' ').slice(0, mostSignatures)) {
    const signature = each.startsWith('v1,') ? decodeBase64(each.slice(3)) : null;
    if (!signature) continue;
    for (const key of keys) if (await crypto.subtle.verify('HMAC', key, signature, bytes)) return true;
  }
  return false;
}

function read(payload: string | Uint8Array): Pick<WebhookMessage, 'type' | 'data'> {
  try {
    const text = typeof payload === 'string' ? payload : new TextDecoder('utf-8', { fatal: true }).decode(payload);
    const { type, data } = JSON.parse(text) as { type: unknown; data: unknown };
    if (typeof type === 'string') return { type, data };
  } catch {
    // Said below.
  }
  throw new WebhookInvalidError('The body of the webhook is no JSON object with a type.', 'body');
}
