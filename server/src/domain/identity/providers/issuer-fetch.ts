import type { CustomFetch } from 'openid-client';
import type { SafeFetch } from '../../../ports/safe-fetch.ts';
import { IdentityRefusedError } from './providers.errors.ts';

/** Whole calls: people are waiting in front of a browser. */
const timeoutMs = 10_000;
const maxBytes = 256 * 1024;

/** JSON of any kind, and signed particulars. */
const isMachineReadable = (type: string | null) =>
  /^application\/([\w.-]+\+)?(json|jwt)\s*(;|$)/i.test(type?.trim() ?? '');

/**
 * The fetch of openid-client, through our own door: no redirects, no private addresses, no endless answers, and no pages
 * whose text happens to be JSON.
 */
export function issuerFetch(safeFetch: SafeFetch): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const answer = await safeFetch(url, {
      ...{ method: method === 'POST' ? 'POST' : 'GET', headers, timeoutMs, maxBytes },
      ...(body !== undefined && body !== null && { body: String(body) }),
      ...(signal && { signal }),
    });
    if (answer.status === 200 && !isMachineReadable(answer.headers.get('content-type'))) {
      throw new IdentityRefusedError('the issuer answers with a page');
    }
    const isEmpty = answer.body.byteLength === 0;
    return new Response(isEmpty ? null : answer.body, { status: answer.status, headers: answer.headers });
  };
}
