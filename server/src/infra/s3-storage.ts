import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AwsClient } from 'aws4fetch';
import { NotFoundError, ServiceUnavailableError } from '../errors/request-errors.ts';
import type { Clock, ObjectStorage } from '../ports.ts';
import { requireFolder, requireStorageKey } from './storage-key.ts';
import { systemClock } from './system-clock.ts';

type Options = {
  /** Such as `https://s3.eu-central-1.amazonaws.com`; buckets are addressed by path, which every S3 understands. */
  endpoint: string;
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  clock?: Clock;
};

/** For an answer's headers; for a body that is read, each wait between two chunks is up to Node. */
const answerTimeoutMs = 10_000;
const bodyTimeoutMs = 120_000;

/** Files in any S3-compatible object storage. Answers of the storage other than success and "missing" throw SERVICE_UNAVAILABLE. */
export function createS3Storage(options: Options): ObjectStorage {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey, clock = systemClock } = options;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 2 });
  const bucketUrl = `${endpoint.replace(/\/+$/, '')}/${encodeURIComponent(bucket)}`;
  const urlOf = (key: string) => `${bucketUrl}/${requireStorageKey(key)}`;

  async function request(url: string, init: RequestInit, timeoutMs = answerTimeoutMs): Promise<Response> {
    const response = await client
      .fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) })
      .catch((error: unknown) => {
        throw new ServiceUnavailableError('The object storage', error);
      });
    if (response.ok || response.status === 404) return response;
    const body = await response.text().catch(() => '');
    throw new ServiceUnavailableError(
      'The object storage',
      new Error(`${init.method} ${response.status} ${body.slice(0, 500)}`),
    );
  }

  return {
    async put(key, bytes, contentType) {
      const body = bytes as Uint8Array<ArrayBuffer>;
      const response = await request(
        urlOf(key),
        { method: 'PUT', body, headers: { 'content-type': contentType } },
        bodyTimeoutMs,
      );
      await response.body?.cancel();
      if (!response.ok) throw new ServiceUnavailableError('The object storage', new Error(`no bucket ${bucket}`));
    },

    async size(key) {
      const response = await request(urlOf(key), { method: 'HEAD' });
      return response.ok ? Number(response.headers.get('content-length')) : null;
    },

    async read(key) {
      const response = await request(urlOf(key), { method: 'GET' }, bodyTimeoutMs);
      if (response.ok && response.body) return Readable.fromWeb(response.body as ReadableStream);
      await response.body?.cancel();
      throw new NotFoundError('File', key);
    },

    async delete(key) {
      const response = await request(urlOf(key), { method: 'DELETE' });
      await response.body?.cancel();
    },

    async list(folder, { after, most }) {
      const url = new URL(bucketUrl);
      url.searchParams.set('list-type', '2');
      url.searchParams.set('prefix', requireFolder(folder));
      url.searchParams.set('max-keys', String(most));
      if (after !== undefined) url.searchParams.set('start-after', requireStorageKey(after));
      const response = await request(url.href, { method: 'GET' });
      const text = await response.text();
      if (!response.ok) throw new ServiceUnavailableError('The object storage', new Error(`no bucket ${bucket}`));
      return [...text.matchAll(/<Contents>.*?<\/Contents>/gs)].map(([file]) => ({
        key: textOf(file, 'Key'),
        storedAt: new Date(textOf(file, 'LastModified')),
      }));
    },

    async sign({ method, key, expiresAt, contentType, byteSize }) {
      const url = new URL(urlOf(key));
      const lifeSeconds = Math.ceil((expiresAt.getTime() - clock.now().getTime()) / 1000);
      url.searchParams.set('X-Amz-Expires', String(Math.max(1, lifeSeconds)));
      if (method === 'GET') url.searchParams.set('response-content-type', contentType);
      // Signed headers are bound: the storage refuses a PUT that sends others.
      const headers = method === 'PUT' ? { 'content-type': contentType, 'content-length': String(byteSize) } : {};
      const signed = await client.sign(url.href, { method, headers, aws: { signQuery: true, allHeaders: true } });
      return signed.url;
    },

    async check() {
      const response = await request(bucketUrl, { method: 'HEAD' });
      if (!response.ok) throw new ServiceUnavailableError('The object storage', new Error(`no bucket ${bucket}`));
    },
  };
}

/** Of an element of an answer in XML. Keys of ours have nothing in them that would be escaped. */
function textOf(xml: string, element: string): string {
  return xml.split(`<${element}>`)[1]?.split(`</${element}>`)[0] ?? '';
}
