import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { UsageRecord } from '@sightline/inference/usage/usage-record';
import { serviceToken } from './sidecar.ts';

export const organizationId = '01930000-0000-7000-8000-000000000001';

/** An answer of the introspection about a key of an organization. */
export const organization = (permissions: string[] = ['inference:use'], more: Record<string, unknown> = {}) => ({
  active: true,
  organizationId,
  permissions,
  expiresAt: null,
  ...more,
});

/**
 * The server as far as callers of the sidecar need it. `tokens` may be changed at any time; `asked` lists what was asked
 * for. `usage.status` other than 200 refuses usage with it, and what `usage.takes` says no to is refused with 400.
 */
export async function startCallerServer(tokens: Record<string, unknown> = {}) {
  const asked: string[] = [];
  const recorded = new Map<string, UsageRecord>();
  const posts: UsageRecord[][] = [];
  const streams = new Set<ServerResponse>();
  const waiting: (() => void)[] = [];
  const usage = { status: 200, takes: (_record: UsageRecord): boolean => true };
  let beforeAnswer = async (): Promise<void> => {};

  const wake = () => waiting.splice(0).forEach((resolve) => resolve());

  async function introspect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { token } = (await json(request)) as { token: string };
    asked.push(token);
    const answer = JSON.stringify(tokens[token] ?? { active: false });
    await beforeAnswer();
    response.end(answer);
  }

  async function takeUsage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { records } = (await json(request)) as { records: UsageRecord[] };
    posts.push(records);
    if (usage.status !== 200) response.writeHead(usage.status).end('{}');
    else if (!records.every(usage.takes)) response.writeHead(400).end('{}');
    else {
      const before = recorded.size;
      for (const record of records) recorded.set(record.id, record);
      response.end(JSON.stringify({ recorded: recorded.size - before }));
    }
    wake();
  }

  const server = createServer((request, response) => {
    const { url, headers } = request;
    if (headers.authorization !== `Bearer ${serviceToken}`) response.writeHead(401).end();
    else if (url === '/internal/introspect') void introspect(request, response);
    else if (url === '/internal/usage') void takeUsage(request, response);
    else if (url === '/internal/revocations') {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{}\n');
      streams.add(response);
      response.once('close', () => streams.delete(response));
      wake();
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  async function until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => waiting.push(resolve));
  }

  return {
    asked,
    usage,
    /** What was recorded, once each. */
    recorded,
    /** Everything that was sent, as often as it was. */
    posts,
    serverUrl: `http://127.0.0.1:${port}`,
    until,
    /** Resolves when a sidecar listens for what ends. */
    followed: () => until(() => streams.size > 0),
    /** Tells everybody that this key, sign-in or organization has ended. */
    end(id: string): void {
      for (const stream of streams) stream.write(`${JSON.stringify({ ended: id })}\n`);
    },
    hangUp(): void {
      for (const stream of streams) stream.destroy();
    },
    /** Runs between what is read of `tokens` and the answer. */
    holdAnswers(work: () => Promise<void>): void {
      beforeAnswer = work;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
