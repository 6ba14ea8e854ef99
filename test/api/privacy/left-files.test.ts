import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openDatabase } from '@sightline/db/database';
import { createLeftFiles } from '@sightline/server/domain/retention/left-files';
import { createDiskStorage } from '@sightline/server/infra/disk-storage';
import { createTestDatabase } from '../../harness/database.ts';
import { filesBelow } from '../../harness/everything.ts';
import { graphql } from '../../harness/graphql.ts';
import { signUp, uuidOf } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import { mutate } from '../organizations/operations.ts';
import { erasing } from './full-person.ts';

const dayMs = 86_400_000;

/** A file as somebody leaves it who is killed before its row is there. */
async function leave(folder: string, key: string, ageMs = 0): Promise<void> {
  const path = join(folder, key);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'bytes');
  const at = new Date(Date.now() - ageMs);
  await utimes(path, at, at);
}

test('a file that no row names is removed after a day, a part of all at a time, and no other', async () => {
  await using opening = new AsyncDisposableStack();
  const { url } = opening.use(await createTestDatabase());
  const { prisma, pool } = opening.use(openDatabase(url, { maxConnections: 2 }));
  const folder = await mkdtemp(join(tmpdir(), 'sightline-files-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const { id: organizationId } = await prisma.organization.create({ data: { name: 'o' } });
  const { id: sourceId } = await prisma.source.create({ data: { organizationId, name: 's', kind: 'IMAGES' } });
  const session = { organizationId, sourceId, pipelines: [], profile: 'FAST' as const, requestId: 'q' };
  const running = await prisma.session.create({ data: session });
  const over = await prisma.session.create({ data: { ...session, state: 'COMPLETED', endedAt: new Date() } });
  const { id: userId } = await prisma.user.create({ data: { email: 'a@b.example', name: 'a' } });
  const asked = await prisma.privacyRequest.create({ data: { userId, kind: 'EXPORT' } });
  const of = (id: string, name: string) => `snapshots/${organizationId}/${id}/${name}.jpg`;
  const named = of(over.id, 'named');
  await prisma.artifact.create({
    data: { organizationId, kind: 'SNAPSHOT', contentType: 'image/jpeg', byteSize: 5, storageKey: named },
  });
  const kept = [
    named,
    of(running.id, 'of-a-session-at-work'),
    `exports/${userId}/${asked.id}`,
    `archives/${organizationId}/1.ndjson.gz`,
  ];
  const left = [
    ...Array.from({ length: 700 }, (_, index) => of(over.id, String(index))),
    of(randomUUID(), 'of-no-session'),
    `exports/${userId}/${randomUUID()}`,
    `uploads/${organizationId}/${randomUUID()}`,
  ];
  const young = of(over.id, 'young');
  for (const key of [...kept, ...left]) await leave(folder, key, dayMs + 60_000);
  await leave(folder, young);

  const storage = createDiskStorage({ directory: folder, signingKey: 'x'.repeat(32), publicUrl: () => '' });
  const removed: string[] = [];
  const counted = { ...storage, delete: (key: string) => storage.delete(key).then(() => void removed.push(key)) };
  const files = createLeftFiles({ pool, storage: counted, clock: { now: () => new Date() } });
  let runs = 0;
  let after: string | null = null;
  do {
    after = await files.sweep(after ?? undefined, 400);
    runs += 1;
  } while (after !== null);
  assert.ok(runs >= 2, `${runs} runs`);
  assert.deepEqual(removed.toSorted(), left.toSorted());
  const there = [...(await filesBelow(folder)).keys()].map((path) => path.slice(folder.length + 1));
  assert.deepEqual(there.toSorted(), [...kept, young].toSorted());
});

test('files that no row names go with their organization, and with the person', async () => {
  await using server = await startTestServer();
  const folder = join(server.sourceDirectory, 'files');
  const filesOf = async (id: string) => [...(await filesBelow(folder)).keys()].filter((path) => path.includes(id));
  const foldersOf = (id: string) => ['archives', 'snapshots', 'uploads'].map((kind) => `${kind}/${id}/${randomUUID()}`);
  const leaveOf = async (organizationId: string, userId: string) => {
    for (const key of [...foldersOf(organizationId), `exports/${userId}/${randomUUID()}`]) await leave(folder, key);
  };
  const [owner, person, other] = [
    await signUp(server, 'owner'),
    await signUp(server, 'person'),
    await signUp(server, 'other'),
  ];
  for (const each of [owner, person, other]) await leaveOf(uuidOf(each.organizationId), uuidOf(each.userId));

  await mutate(server, owner, 'deleteOrganization', { name: 'owner organization' }, 'deletedId');
  assert.deepEqual(await filesOf(uuidOf(owner.organizationId)), []);

  (await graphql(server, erasing, { email: person.email }, person)).expectData();
  assert.deepEqual(await filesOf(uuidOf(person.organizationId)), []);
  assert.deepEqual(await filesOf(uuidOf(person.userId)), []);

  assert.equal((await filesOf(uuidOf(other.organizationId))).length, 3);
  assert.equal((await filesOf(uuidOf(other.userId))).length, 1);
});
