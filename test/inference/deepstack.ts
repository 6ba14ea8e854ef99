import assert from 'node:assert/strict';

/** Sends a form to DeepStack's route, its fields in this order; bytes go as a file. */
export function postForm(
  url: string,
  fields: readonly (readonly [name: string, value: string | Uint8Array<ArrayBuffer>])[],
  headers: Record<string, string>,
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([value]), 'picture.png');
  }
  return fetch(`${url}/v1/vision/detection`, { method: 'POST', body: form, headers });
}

/** The code of a refusal, with its status, once it has the shape that DeepStack's clients read. */
export async function deepstackRefusal(response: Response): Promise<string> {
  const body = (await response.json()) as Record<string, unknown> & { error: string; code: string };
  assert.ok(body.error);
  const { success, requestId, duration, hint, docs } = body;
  assert.deepEqual([success, requestId, duration], [false, response.headers.get('x-request-id'), 0]);
  assert.ok(hint && docs);
  return `${response.status} ${body.code}`;
}
