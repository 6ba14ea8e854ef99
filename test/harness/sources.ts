import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jpeg } from './fake-inference.ts';
import { graphql } from './graphql.ts';
import type { Person } from './people.ts';
import type { TestServer } from './server.ts';
import { patienceMs } from './until.ts';

let count = 0;

/** A source over a folder with three pictures in it. */
export async function createSource(
  server: Pick<TestServer, 'url' | 'sourceDirectory'>,
  { token }: Person,
  mark = 'source',
): Promise<string> {
  const name = `${mark} ${(count += 1)}`;
  const path = join(server.sourceDirectory, name);
  await mkdir(path);
  for (const file of ['1.jpg', '2.jpg', '10.jpg']) await writeFile(join(path, file), jpeg);
  return createSourceOf(server, { token }, { name, path });
}

/** A source of pictures over a path or finished uploads. */
export async function createSourceOf(
  server: { url: string },
  { token }: Pick<Person, 'token'>,
  input: { name: string; path?: string; uploadIds?: string[] },
): Promise<string> {
  const answer = await graphql(
    server,
    `
      mutation ($input: CreateSourceInput!) {
        createSource(input: $input) {
          __typename
          ... on CreateSourcePayload {
            source {
              id
            }
          }
          ... on UserError {
            code
            message
          }
        }
      }
    `,
    { input: { kind: 'IMAGES', ...input } },
    { token },
  );
  return answer.expectData().createSource.source.id;
}

/** Starts a session and returns its id. */
export async function startSession(server: { url: string }, { token }: Person, sourceId: string): Promise<string> {
  const answer = await graphql(
    server,
    `
      mutation ($input: StartSessionInput!) {
        startSession(input: $input) {
          __typename
          ... on StartSessionPayload {
            session {
              id
              state
            }
          }
          ... on UserError {
            code
            message
          }
        }
      }
    `,
    { input: { sourceId } },
    { token },
  );
  return answer.expectData().startSession.session.id;
}

export type SessionState = {
  state: string;
  endReason: string | null;
  framesRead: number;
  eventCount: number;
  attemptCount: number;
};

/** Polls until the session is as asked; fails after a minute with what it was last. */
export async function waitForSession(
  server: { url: string },
  { token }: Person,
  id: string,
  isRight: (session: SessionState) => boolean,
): Promise<SessionState> {
  const deadline = AbortSignal.timeout(patienceMs);
  for (;;) {
    const query = 'query ($id: ID!) { session(id: $id) { state endReason framesRead eventCount attemptCount } }';
    const session = (await graphql(server, query, { id }, { token })).expectData().session as SessionState;
    if (isRight(session)) return session;
    if (deadline.aborted) throw new Error(`The session never got there; last seen: ${JSON.stringify(session)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Uploads the smallest picture there is and returns the upload's id. */
export async function uploadPicture(server: { url: string }, { token }: Person, fileName = 'a.jpg'): Promise<string> {
  const answer = await graphql(
    server,
    `
      mutation ($input: CreateUploadInput!) {
        createUpload(input: $input) {
          __typename
          ... on CreateUploadPayload {
            uploadId
            url
            method
            headers {
              name
              value
            }
          }
          ... on UserError {
            code
            message
          }
        }
      }
    `,
    { input: { fileName, contentType: 'image/jpeg', byteSize: jpeg.byteLength } },
    { token },
  );
  const { uploadId, url, method, headers } = answer.expectData().createUpload;
  const sent = await fetch(url, {
    method,
    headers: Object.fromEntries(headers.map(({ name, value }: { name: string; value: string }) => [name, value])),
    body: jpeg,
  });
  if (!sent.ok) throw new Error(`The upload was refused: ${sent.status} ${await sent.text()}`);
  return uploadId;
}
