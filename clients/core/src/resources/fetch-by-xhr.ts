/**
 * A `fetch` for one body that tells how much of it is on its way, which browsers only do of an XMLHttpRequest. Rejects as
 * fetch does: with the signal's reason, or with a TypeError where nobody answered.
 */
export function fetchByXhr(onSent: (sentBytes: number) => void): typeof fetch {
  return (url, { method = 'GET', headers, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, String(url));
      request.responseType = 'arraybuffer';
      for (const [name, value] of new Headers(headers)) request.setRequestHeader(name, value);
      request.upload.addEventListener('progress', ({ loaded }) => onSent(loaded));
      request.addEventListener('error', () => reject(new TypeError('The connection was lost.')));
      request.addEventListener('load', () => resolve(responseOf(request)));
      const onAbort = () => {
        request.abort();
        reject(signal?.reason);
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      request.addEventListener('loadend', () => signal?.removeEventListener('abort', onAbort));
      request.send(body as XMLHttpRequestBodyInit | null);
    });
}

function responseOf(request: XMLHttpRequest): Response {
  const { status, response } = request;
  const lines = request.getAllResponseHeaders().trim().split('\r\n').filter(Boolean);
  const headers = lines.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]);
  // The class refuses a body, even an empty one, where there cannot be any.
  return new Response([204, 205, 304].includes(status) ? null : (response as ArrayBuffer), { status, headers });
}
