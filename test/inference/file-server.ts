import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one request. */
export type Act = {
  status?: number;
  /** Closes the connection after so many bytes of the answer. */
  cutAfter?: number;
  /** Says nothing more after so many bytes, and keeps the connection. */
  hangAfter?: number;
  /** Sends the whole file whatever was asked for. */
  ignoresRange?: boolean;
  /** Sends these instead. */
  content?: Uint8Array;
};

/** Hands out a file, whole or from a byte on. Acts as told for each request in turn, the last act for good. */
export async function startFileServer(file: Uint8Array, acts: readonly Act[] = [{}]) {
  /** The `Range` header of each request. */
  const asked: (string | undefined)[] = [];
  const waiting: { bytes: number; resolve: () => void }[] = [];
  let sentBytes = 0;
  const server = createServer((request, response) => {
    const {
      status,
      cutAfter,
      hangAfter,
      ignoresRange,
      content = file,
    } = acts[Math.min(asked.length, acts.length - 1)] ?? {};
    asked.push(request.headers.range);
    if (status !== undefined) return void response.writeHead(status).end();
    const from = ignoresRange ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (from >= content.length)
      return void response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    const rest = content.subarray(from);
    const end = `${content.length - 1}/${content.length}`;
    const headers = { 'content-length': rest.length, ...(from > 0 && { 'content-range': `bytes ${from}-${end}` }) };
    response.writeHead(from > 0 ? 206 : 200, headers);
    const partial = rest.subarray(0, Math.min(cutAfter ?? Infinity, hangAfter ?? Infinity, rest.length));
    response.write(partial, () => {
      sentBytes += partial.length;
      for (const each of waiting) if (sentBytes >= each.bytes) each.resolve();
      if (cutAfter !== undefined) response.socket?.end();
      else if (hangAfter === undefined) response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    origin,
    url: `${origin}/files/tiny.onnx`,
    /** Resolves when so many bytes were handed to the network. */
    sent: (bytes: number) =>
      new Promise<void>((resolve) => {
        if (sentBytes >= bytes) resolve();
        else waiting.push({ bytes, resolve });
      }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
