import { uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { query } from '../../harness/database.ts';
import { serviceToken } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { graphql } from '../../harness/graphql.ts';
import type { RunMessage } from '@sightline/server/ports';

export const runType = 'application/vnd.sightline.run';

/** A message as the sidecar writes it. */
export function encode(message: RunMessage): Buffer<ArrayBuffer> {
  const { snapshot, ...rest } = message.type === 'frame' ? message : { ...message, snapshot: null };
  const header = Buffer.from(JSON.stringify(rest));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(header.byteLength, 0);
  prefix.writeUInt32BE(snapshot?.byteLength ?? 0, 4);
  return Buffer.concat([prefix, header, snapshot ?? Buffer.alloc(0)]);
}

type Posted = { status: number; acceptedSeq?: number; isDuplicate?: boolean; code?: string; expected?: number | null };

/** Posts a batch as a sidecar does, and gives the answer in short. */
export async function postBatch(
  server: { url: string },
  sessionId: string,
  batch: string,
  messages: readonly RunMessage[] | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Posted> {
  const response = await fetch(`${server.url}/internal/sessions/${uuidOf(sessionId) || sessionId}/batches`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serviceToken}`, 'content-type': runType, 'x-batch': batch, ...headers },
    body: messages instanceof Uint8Array ? messages : Buffer.concat(messages.map(encode)),
  });
  const body = (await response.json()) as { error?: { code: string; details?: { expected: number | null } } };
  if (!body.error) return { status: response.status, ...body };
  const { code, details } = body.error;
  return { status: response.status, code, ...(details && 'expected' in details && { expected: details.expected }) };
}

/** What the feed of a person tells of objects: number, frame and track of each event, in order. */
export async function feedOf(server: { url: string }, { token }: Pick<Person, 'token'>) {
  const text = '{ events(first: 100) { edges { node { seq type frameIndex trackNumber snapshot { id } } } } }';
  const { events } = (await graphql(server, text, {}, { token })).expectData();
  return events.edges.map(({ node }: { node: unknown }) => node) as {
    seq: number;
    type: string;
    frameIndex: number | null;
    trackNumber: number | null;
    snapshot: { id: string } | null;
  }[];
}

export async function sessionRow({ databaseUrl }: Pick<TestServer, 'databaseUrl'>, id: string) {
  const [row] = await query(
    databaseUrl,
    `select "state"::text, "attemptCount", "batchSeq", "framesRead", "eventCount" from "Session" where "id" = '${uuidOf(id)}'`,
  );
  return row as { state: string; attemptCount: number; batchSeq: number; framesRead: number; eventCount: number };
}
