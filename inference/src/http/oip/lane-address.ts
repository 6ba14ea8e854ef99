import type { IncomingMessage } from 'node:http';
import type { Address } from './run-infer.ts';

export type LaneAddress = Address & {
  /** As the router calls it. */
  route: string;
};

/** Without a query and without escapes, which are for whoever knows all the rules of addresses. */
const pattern = /^\/v2\/models\/([A-Za-z0-9._-]{1,200})(?:\/versions\/([A-Za-z0-9._-]{1,200}))?\/infer$/;
const ofModel = '/v2/models/:model/infer';
const ofVersion = '/v2/models/:model/versions/:version/infer';

/** Those that are surely well-formed. */
const types = new Set([undefined, 'application/octet-stream', 'application/json']);

/**
 * The model that a request is for if it is a whole inference in the plainest form: of a known length up to `bytesMax`,
 * binary, and with nothing that asks for a special treatment. Null for every other request.
 */
export function laneAddressOf({ method, url, headers }: IncomingMessage, bytesMax: number): LaneAddress | null {
  if (method !== 'POST' || headers['inference-header-content-length'] === undefined) return null;
  const length = Number(headers['content-length']);
  // Not a number is not within either.
  if (!(length > 0 && length <= bytesMax) || !types.has(headers['content-type'])) return null;
  if (headers['transfer-encoding'] !== undefined || headers['content-encoding'] !== undefined) return null;
  if (headers.expect !== undefined || headers.upgrade !== undefined || headers['accept-version'] !== undefined)
    return null;
  const found = pattern.exec(url ?? '');
  const name = found?.[1];
  if (name === undefined) return null;
  const version = found?.[2] ?? null;
  return { name, version, route: version === null ? ofModel : ofVersion };
}
