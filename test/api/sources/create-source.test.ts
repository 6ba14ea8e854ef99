import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { graphql } from '../../harness/graphql.ts';
import { signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { startTestServer } from '../../harness/server.ts';
import type { TestServer } from '../../harness/server.ts';
import { uploadPicture } from '../../harness/sources.ts';
import { eachBus } from '../../harness/each-bus.ts';

eachBus((bus) => {
  let server: TestServer;
  let person: Person;
  before(async () => {
    server = await startTestServer({ bus });
    person = await signUp(server);
  });
  after(() => server[Symbol.asyncDispose]());

  const create = async (input: Record<string, unknown>, by = person) =>
    graphql(
      server,
      `
        mutation ($input: CreateSourceInput!) {
          createSource(input: $input) {
            __typename
            ... on CreateSourcePayload {
              source {
                id
                name
                kind
                path
                fileCount
              }
            }
            ... on UserError {
              code
              message
            }
          }
        }
      `,
      { input: { name: `source ${Math.random()}`, kind: 'IMAGES', ...input } },
      by,
    );
  const outcome = async (input: Record<string, unknown>) => (await create(input)).expectData().createSource;

  test('uploads become a source in the order they are given', async () => {
    const uploadIds = [await uploadPicture(server, person), await uploadPicture(server, person)];
    const { source } = await outcome({ uploadIds });
    assert.equal(source.fileCount, 2);
    assert.equal(source.path, null);
  });

  test('an upload whose bytes have not arrived is no source yet', async () => {
    const query =
      'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on CreateUploadPayload { uploadId } } }';
    const input = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 4 };
    const { uploadId } = (await graphql(server, query, { input }, person)).expectData().createUpload;
    assert.equal((await outcome({ uploadIds: [uploadId] })).code, 'UPLOAD_INCOMPLETE');
  });

  test('somebody else’s upload looks like one that never arrived', async () => {
    const other = await signUp(server, 'other');
    assert.equal((await outcome({ uploadIds: [await uploadPicture(server, other)] })).code, 'UPLOAD_INCOMPLETE');
  });

  test('a name is taken once in an organization, and free in the next', async () => {
    const uploadIds = [await uploadPicture(server, person)];
    await outcome({ name: 'door', uploadIds });
    assert.equal(
      (await outcome({ name: 'door', uploadIds: [await uploadPicture(server, person)] })).code,
      'SOURCE_NAME_TAKEN',
    );
    const other = await signUp(server, 'other');
    const theirs = await create({ name: 'door', uploadIds: [await uploadPicture(server, other)] }, other);
    assert.equal(theirs.expectData().createSource.__typename, 'CreateSourcePayload');
  });

  test('paths outside the allowed directories are refused, and look like missing ones', async () => {
    const link = join(server.sourceDirectory, 'link');
    await symlink('/etc', link);
    const answers = await Promise.all(
      ['/etc', '/etc/passwd', '/does/not/exist', link, join(server.sourceDirectory, '..'), 'relative'].map((path) =>
        outcome({ path }),
      ),
    );
    for (const answer of answers) {
      assert.equal(answer.code, 'SOURCE_PATH_REFUSED');
      assert.equal(answer.message, answers[0].message);
    }
  });

  test('a folder without a picture is no source', async () => {
    const path = join(server.sourceDirectory, 'empty');
    await mkdir(path);
    await writeFile(join(path, 'notes.txt'), 'no picture');
    assert.equal((await outcome({ path })).code, 'SOURCE_EMPTY');
  });

  test('both a path and uploads, or neither, name the input that is wrong', async () => {
    (await create({})).expectCode('INPUT_INVALID');
    (await create({ path: '/x', uploadIds: [await uploadPicture(server, person)] })).expectCode('INPUT_INVALID');
  });

  test('what is no picture cannot be announced', async () => {
    const query = `mutation { createUpload(input: { fileName: "a.exe", contentType: "application/x-msdownload", byteSize: 4 }) { ... on UserError { code } } }`;
    assert.equal((await graphql(server, query, {}, person)).expectData().createUpload.code, 'FILE_TYPE_REFUSED');
  });

  test('the plan’s limit on sources holds under a race', async () => {
    const racer = await signUp(server, 'racer');
    const uploads = await Promise.all(Array.from({ length: 14 }, () => uploadPicture(server, racer)));
    const answers = await Promise.all(uploads.map((id) => create({ uploadIds: [id] }, racer)));
    const names = answers.map((answer) => answer.expectData().createSource.__typename);
    assert.equal(names.filter((name) => name === 'CreateSourcePayload').length, 10);
  });
});
