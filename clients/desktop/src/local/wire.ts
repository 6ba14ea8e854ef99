import type { WireAnswer } from '@sightline/core';

/** Headers as a sidecar writes them in a frame: one value, or a list. */
export function wireHeaders(headers: unknown): WireAnswer['headers'] {
  const given = Object.entries((headers ?? {}) as Record<string, unknown>);
  const known = new Map(given.map(([name, value]) => [name.toLowerCase(), [value].flat().join(', ')]));
  return { get: (name) => known.get(name.toLowerCase()) ?? null };
}

/** A body in one piece, with the type that `fetch` would have given it. */
export async function bytesOf(body: BodyInit | null): Promise<{ bytes: Uint8Array; contentType: string | null }> {
  if (body === null) return { bytes: new Uint8Array(), contentType: null };
  if (body instanceof Uint8Array) return { bytes: body, contentType: null };
  const read = new Response(body);
  return { bytes: new Uint8Array(await read.arrayBuffer()), contentType: read.headers.get('content-type') };
}
