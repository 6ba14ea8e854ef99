import { InvalidRequestError } from '../errors/server-errors.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import { errorOfRest } from '../errors/read-errors.ts';
import { Call } from '../call.ts';
import type { WithResponse } from '../call.ts';
import { CreateUploadDocument } from '../generated/documents.ts';
import type { CallOptions } from '../options.ts';
import type { Graphql } from '../transport/graphql.ts';
import { factsOf } from '../transport/http.ts';
import type { Http } from '../transport/http.ts';
import { contentTypeOf } from './content-types.ts';
import { fetchByXhr } from './fetch-by-xhr.ts';

/** A browser's `File` fits as it is; in Node, `fs.openAsBlob` reads from disk as it sends. */
export type UploadFile = {
  name: string;
  /** Told by the name unless given. */
  type?: string | undefined;
  data: Blob | Uint8Array<ArrayBuffer>;
};

export type UploadProgress = { sentBytes: number; totalBytes: number };
export type UploadOptions = CallOptions & { onProgress?: ((progress: UploadProgress) => void) | undefined };

const uploadTimeoutMs = 600_000;

type Deps = { graphql: Graphql; http: Http };

/** Announces a file and sends its bytes; the id then goes into `sources.create({ uploadIds })`. */
export function createUploader({ graphql, http }: Deps) {
  async function send(file: File | UploadFile, options: UploadOptions): Promise<WithResponse<{ uploadId: string }>> {
    const { onProgress, ...call } = options;
    const blob = 'data' in file ? toBlob(file.data) : file;
    const contentType = file.type || contentTypeOf(file.name);
    if (!contentType) {
      throw new InvalidRequestError(`“${file.name}” is no kind of picture or video we know; say its type.`, {
        code: 'FILE_TYPE_REFUSED',
      });
    }
    const input = { fileName: file.name, contentType, byteSize: blob.size };
    const { data, requestId } = await graphql(CreateUploadDocument, { input }, call);
    const upload = expectPayload(data.createUpload, requestId);
    const headers = Object.fromEntries(upload.headers.map(({ name, value }) => [name, value]));
    const progress = onProgress && ((sentBytes: number) => onProgress({ sentBytes, totalBytes: blob.size }));
    const streaming = progress && canStreamRequests();
    // Whoever gave a `fetch` of their own wants it used.
    const byXhr = progress && !streaming && !call.fetch && 'XMLHttpRequest' in globalThis;
    const response = await http(
      {
        url: upload.url,
        method: upload.method,
        // Storages refuse a body whose length they are not told, and a stream has none of its own.
        headers: streaming ? { ...headers, 'content-length': String(blob.size) } : headers,
        body: () => (streaming ? countingStream(blob, progress) : blob),
        repeatable: true,
        authorized: false,
      },
      {
        ...call,
        timeoutMs: call.timeoutMs ?? uploadTimeoutMs,
        fetch: byXhr ? fetchByXhr(progress) : call.fetch,
      },
      (answer) => {
        if (!answer.ok) throw errorOfRest(answer.body, answer);
        return factsOf(answer);
      },
    );
    progress?.(blob.size);
    return { data: { uploadId: upload.uploadId }, response };
  }

  return (file: File | UploadFile, options: UploadOptions = {}) => new Call(send(file, options));
}

function toBlob(data: Blob | Uint8Array<ArrayBuffer>): Blob {
  return data instanceof Blob ? data : new Blob([data]);
}

// Browsers stream request bodies over HTTP/2 only, and never tell their length: there it is done another way.
function canStreamRequests(): boolean {
  return typeof (globalThis as { process?: { versions?: { node?: unknown } } }).process?.versions?.node === 'string';
}

function countingStream(blob: Blob, onBytes: (sentBytes: number) => void): ReadableStream<Uint8Array> {
  let sentBytes = 0;
  return blob.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        sentBytes += chunk.byteLength;
        onBytes(sentBytes);
      },
    }),
  );
}
