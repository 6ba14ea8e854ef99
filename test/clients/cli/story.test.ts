import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { commands } from 'sightline/commands';
import { query } from '../../harness/database.ts';
import { createKey, password, signUp } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { until } from '../../harness/until.ts';
import { startWholeStack, writeWalk } from '../whole-stack.ts';
import type { WholeStack } from '../whole-stack.ts';
import { run } from './run.ts';
import type { Ran } from './run.ts';
import { startTaker } from './webhook-taker.ts';

// One server and one sidecar for the whole file; each test is somebody with an organization of their own.
let stack: WholeStack;
let home: string;
let walk: string;
/** The settings of who has signed in. */
let signedIn: string;
before(async () => {
  stack = await startWholeStack();
  home = await mkdtemp(join(tmpdir(), 'sightline-story-'));
  walk = await stack.folder('walk');
  await writeWalk(walk, 4);
  signedIn = join(home, 'signed-in');
  await mkdir(join(signedIn, 'sightline'), { recursive: true });
  const servers = { [stack.url]: { kind: 'tokens' } };
  await writeFile(join(signedIn, 'sightline', 'sign-ins.json'), JSON.stringify({ current: stack.url, servers }));
});
after(async () => {
  await stack[Symbol.asyncDispose]();
  await rm(home, { recursive: true, force: true });
});

type More = Omit<Parameters<typeof run>[1], 'home'>;
type Shell = (line: string, more?: More) => Promise<Ran>;

/** A shell of somebody who has a key of everything. */
async function shellOf(person: Person): Promise<Shell> {
  const { secret } = await createKey(stack.server, person, ['READ', 'WRITE', 'INFER']);
  const env = { SIGHTLINE_URL: stack.url, SIGHTLINE_INFERENCE_URL: stack.inferenceUrl, SIGHTLINE_API_KEY: secret };
  return (line, more = {}) => run(line.split(' '), { home, env, ...more });
}

/** Somebody who is signed in; sign-ins of others are elsewhere. */
function asPerson({ token }: Person) {
  const saved = new Map([[stack.url, JSON.stringify({ kind: 'tokens', token, refreshToken: null })]]);
  const secrets = {
    kind: 'a map',
    get: async (name: string) => saved.get(name) ?? null,
    set: async (name: string, value: string) => void saved.set(name, value),
    delete: async (name: string) => void saved.delete(name),
  };
  return { home: signedIn, env: { SIGHTLINE_URL: stack.url }, saved, secrets };
}

/** Which event a line is of. Links in it are signed anew each time. */
function placeOf(line: unknown) {
  const { cursor, event } = line as { cursor: string; event: { id: string; type: string } };
  return [cursor, event.id, event.type];
}

type Item = Readonly<Record<string, unknown>>;

test('a folder is watched with a bar and a table on a terminal, as JSON lines in a pipe, and found again in lists', async () => {
  const sightline = await shellOf(await signUp(stack.server, 'watching'));
  const seen = join(home, 'seen');
  const shown = await sightline(`sessions run ${walk} --pictures ${seen}`, { columns: 100 });
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.err, /watching “walk/);
  assert.match(shown.err, /uploading █+ [\d.]+ MB of [\d.]+ MB/);
  assert.match(shown.err, /seen +in view +objects +events +best/);
  assert.match(shown.out, /red +1 /);
  const [folder = ''] = await readdir(seen);
  const pictures = await readdir(join(seen, folder));
  assert.ok(pictures.length > 0);
  assert.equal((await sharp(join(seen, folder, pictures[0] ?? '')).metadata()).format, 'jpeg');

  // The same files are the same source.
  const piped = await sightline(`sessions run ${walk} --json`);
  assert.equal(piped.code, 0, piped.err);
  const items = piped.json as Item[];
  const summary = items.at(-1) ?? {};
  assert.equal(summary['kind'], 'summary');
  assert.equal(summary['state'], 'COMPLETED');
  assert.equal(items.length - 1, summary['eventCount']);
  const sources = (await sightline('sources list --json')).json as Item[];
  assert.deepEqual(
    sources.map(({ id }) => id),
    [summary['sourceId']],
  );
  assert.equal(((await sightline(`sources get ${sources[0]?.['id']} --json`)).json[0] as Item)['fileCount'], 4);
  const sessions = (await sightline('sessions list --state completed --json')).json as Item[];
  assert.equal(sessions.length, 2);
  assert.match((await sightline(`sessions get ${summary['sessionId']} --follow`)).out, /completed {2}4 of 4 frames/);
  assert.equal(
    ((await sightline(`sessions stop ${summary['sessionId']} --json`)).json[0] as Item)['state'],
    'COMPLETED',
  );
  // To others none of it is there.
  const other = await shellOf(await signUp(stack.server, 'other'));
  const [source, session] = [sources[0]?.['id'], summary['sessionId']];
  for (const line of [
    `sources get ${source}`,
    `sessions get ${session}`,
    `sessions run --source ${source}`,
    `sessions stop ${session}`,
    'sessions list --source nope',
    'events tail --source nope',
    `events tail --session ${source}`,
    'events tail --follow -n 0 --source nope',
    'webhooks listen --forward-to http://127.0.0.1:9 --session nope',
  ])
    assert.equal((await other(line)).code, 4, line);

  // The feed, from where a file ends, each once.
  const all = (await sightline('events tail --after 0 --json')).json as { cursor: string }[];
  const last = (await sightline('events tail -n 3 --json')).json as { cursor: string }[];
  assert.deepEqual(last.map(placeOf), all.slice(-3).map(placeOf));
  const rest = (await sightline(`events tail --after ${all[1]?.cursor} --json`)).json;
  assert.deepEqual(rest.map(placeOf), all.slice(2).map(placeOf));
  const started = (await sightline('events tail --after 0 --type SESSION_STARTED --json')).json;
  assert.equal(started.length, 2);
  assert.match((await sightline('events tail -n 1')).out, /session ended/);
  const stop = new AbortController();
  const followed: string[] = [];
  const following = await sightline('events tail --follow --after 0 --json', {
    signal: stop.signal,
    onOut: (text) => followed.push(text) >= all.length && stop.abort(),
  });
  assert.equal(following.code, 130);
  assert.deepEqual(following.json.map(placeOf), all.map(placeOf));
  // Read live or from the list, an event has the same shape.
  assert.deepEqual(
    Object.keys((following.json[0] as { event: object }).event),
    Object.keys((all[0] as unknown as { event: object }).event),
  );
});

test('an address is watched as a file is, and one that gives nothing says so', async () => {
  const sightline = await shellOf(await signUp(stack.server, 'fetching'));
  const picture = await readFile(join(walk, '1.jpg'));
  const web = createServer((request, response) =>
    request.url === '/still'
      ? response.setHeader('content-type', 'image/jpeg').end(picture)
      : response.writeHead(404).end(),
  );
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    const { code, json, err } = await sightline(`sessions run ${url}/still --json`);
    assert.equal(code, 0, err);
    assert.equal((json.at(-1) as Item)['frameCount'], 1);
    const gone = await sightline(`sessions run ${url}/gone`);
    assert.equal(gone.code, 1);
    assert.match(gone.err, /answered HTTP 404\.\n$/);
  } finally {
    web.close();
  }
});

test('predict tells and draws what is in each picture, also one that is sent in; a file that is none does not end the others', async () => {
  const person = await signUp(stack.server, 'predicting');
  const sightline = await shellOf(person);
  const out = join(home, 'drawn');
  const notes = join(home, 'notes.jpg');
  await writeFile(notes, 'no picture');
  const [one, two] = [join(walk, '1.jpg'), join(walk, '2.jpg')];
  const { code, json } = await sightline(`predict ${one} ${notes} ${two} --out ${out} --json`);
  assert.equal(code, 1);
  const items = json as {
    file: string;
    annotated?: string;
    detections?: { label: string }[];
    error?: { code: string };
  }[];
  assert.deepEqual(
    items.map(({ file }) => file),
    [one, notes, two],
  );
  assert.deepEqual(
    items[0]?.detections?.map(({ label }) => label),
    ['red'],
  );
  assert.equal(items[1]?.error?.code, 'IMAGE_TYPE_REFUSED');
  assert.deepEqual((await readdir(out)).sort(), ['1.jpg', '2.jpg']);
  // What was drawn differs from what was looked at.
  assert.notDeepEqual(await readFile(join(out, '1.jpg')), await readFile(one));
  const sent = await sightline('predict -', { input: await readFile(one) });
  assert.equal(sent.code, 0, sent.err);
  assert.match(sent.out, /^-\n +\d+ % {2}red {2}\d+ × \d+ at \d+, \d+\n$/);
  assert.equal((await sightline(`predict ${one} --model nothing`)).code, 4);
  assert.equal((await sightline(`predict ${join(home, 'none.jpg')}`)).code, 1);

  const models = (await sightline('models --json')).json as Item[];
  assert.equal(models.filter(({ isDefault }) => isDefault === true).length, 1);
  const mine = asPerson(person);
  // What was predicted is what was used: two pictures, and one of them sent again, which is free.
  await until(async () => {
    const [report] = (await run(['usage', '--by', 'model', '--json'], mine)).json as {
      totals: { meter: string; quantity: number }[];
    }[];
    return report?.totals.find(({ meter }) => meter === 'PREDICTIONS')?.quantity === 2;
  });
  assert.match((await run(['usage'], mine)).out, /predictions +2\n/);
});

test('predict --local looks by a sidecar of its own and tells the server what was used; who looked is said', async () => {
  const person = await signUp(stack.server, 'looking-near');
  const sightline = await shellOf(person);
  const picture = join(walk, '1.jpg');
  const { secret } = await createKey(stack.server, person, ['WRITE', 'INFER']);
  const env = {
    SIGHTLINE_URL: stack.url,
    SIGHTLINE_API_KEY: secret,
    // Nobody is there: what answers is not the server's sidecar.
    SIGHTLINE_INFERENCE_URL: 'http://127.0.0.1:9',
    SIGHTLINE_LOCAL_MODEL: 'blobs',
    XDG_DATA_HOME: join(home, 'data'),
  };
  const near = await run(['predict', picture, join(walk, '2.jpg'), '--local', '--json'], { home, env });
  assert.equal(near.code, 0, near.err);
  const [cloud] = (await sightline(`predict ${picture} --json`)).json as Item[];
  const looked = near.json as Item[];
  assert.deepEqual(
    looked.map(({ side }) => side),
    ['local', 'local'],
  );
  assert.deepEqual([cloud?.['side'], cloud?.['detections']], ['cloud', looked[0]?.['detections']]);
  await until(async () => {
    const [report] = (await run(['usage', '--json'], asPerson(person))).json as {
      totals: { meter: string; quantity: number }[];
    }[];
    return report?.totals.find(({ meter }) => meter === 'PREDICTIONS')?.quantity === 3;
  });
  assert.equal((await sightline(`predict ${picture} --local --cloud`)).code, 2);
  assert.equal(((await sightline(`predict ${picture} --cloud --json`)).json[0] as Item)['side'], 'cloud');
});

test('keys are made, shown once on stdout alone, rerolled and revoked', async () => {
  const person = await signUp(stack.server, 'keeping');
  const { saved, secrets } = asPerson(person);
  const mine = await mkdtemp(join(home, 'mine-'));
  const sightline = (line: string, input?: string) =>
    run(line.split(' '), { home: mine, secrets, env: { SIGHTLINE_URL: stack.url }, ...(input && { input }) });
  // By a key first, as a program does; it may make none.
  const { secret } = await createKey(stack.server, person, ['READ']);
  assert.equal((await sightline('login --api-key', secret)).code, 0);
  const refused = await sightline('keys create mine');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /\(FORBIDDEN, request \S+\)|\(SCOPE_MISSING, request \S+\)/);
  saved.set(stack.url, JSON.stringify({ kind: 'tokens', token: person.token, refreshToken: null }));

  // Whoever signed in a while ago has to prove again who it is: without a terminal the proof is sent in.
  await query(
    stack.server.databaseUrl,
    `update "SignIn" set "provedAt" = now() - interval '6 minutes' where "userId" = (select "id" from "User" where "email" = '${person.email}')`,
  );
  const create = 'keys create gate --scope read,infer --expires 2090-01-01';
  const stale = await sightline(create);
  assert.equal(stale.code, 1);
  assert.match(stale.err, /STEP_UP_REQUIRED.+\n.+--prove\.\n$/);
  const wrong = await sightline(`${create} --prove`, 'not the password\n');
  assert.deepEqual([wrong.code, wrong.out], [1, '']);
  assert.match(wrong.err, /^That is not it\./);
  const made = await sightline(`${create} --prove`, `${password}\n`);
  assert.equal(made.code, 0, made.err);
  assert.match(made.out, /^slk_\S+\n$/);
  assert.ok(!made.err.includes(made.out.trim()));
  const list = (await sightline('keys list --json')).json as { id: string; name: string; scopes: string[] }[];
  const gate = list.find(({ name }) => name === 'gate');
  assert.deepEqual([...(gate?.scopes ?? [])].sort(), ['INFER', 'READ']);
  const rerolled = await sightline(`keys reroll ${gate?.id} --grace 0 --json`);
  assert.notEqual((rerolled.json[0] as Item)['secret'], made.out.trim());
  assert.equal((await sightline(`keys revoke ${gate?.id}`)).out, 'revoked gate\n');
  assert.ok(!(await sightline('keys list')).out.includes('gate'));
  assert.match((await sightline('keys list --all')).out, /gate .+revoked/);
});

test('webhooks: events come signed, in order, each once, also when the first try fails; an example comes without a server', async () => {
  const person = await signUp(stack.server, 'hooked');
  const sightline = await shellOf(person);
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  using taker = await startTaker(secret);
  assert.equal((await sightline(`sessions run ${walk} --json`)).code, 0);
  const events = (await sightline('events tail --after 0 --json')).json as { event: { id: string; type: string } }[];
  const stop = new AbortController();
  let told = 0;
  const listening = await run(['webhooks', 'listen', '--forward-to', taker.url, '--after', '0', '--json'], {
    home,
    env: {
      SIGHTLINE_URL: stack.url,
      SIGHTLINE_API_KEY: (await createKey(stack.server, person, ['READ'])).secret,
      SIGHTLINE_WEBHOOK_SECRET: secret,
    },
    signal: stop.signal,
    onOut: () => (told += 1) >= events.length && stop.abort(),
  });
  assert.equal(listening.code, 130, listening.err);
  assert.ok(!listening.err.includes(secret));
  assert.deepEqual(
    taker.taken.map(({ type, data }) => [type, (data as { id: string }).id]),
    events.map(({ event }) => [event.type, event.id]),
  );
  assert.equal((listening.json as { attempts: number }[])[0]?.attempts, 2);

  const trigger = (env: Record<string, string>) =>
    run(['webhooks', 'trigger', 'object_entered', '--forward-to', taker.url, '--json'], { home, env });
  const example = await trigger({ SIGHTLINE_WEBHOOK_SECRET: secret });
  assert.equal(example.code, 0);
  const taken = taker.taken.at(-1)?.data as { label: string } | undefined;
  assert.equal(taken?.label, 'person');
  // Without the secret of whoever takes it, it is refused, once and for all, and the secret of the run is told.
  const refused = await trigger({});
  assert.equal(refused.code, 1);
  assert.match(refused.err, /the secret of this run: whsec_\S{32}\n/);
  assert.deepEqual((refused.json[0] as Item)['status'], 400);
  assert.equal((refused.json[0] as Item)['attempts'], 1);
});

test('an id of nothing, of something else and of somebody else’s ends every command that is given one with 4', async () => {
  const person = await signUp(stack.server, 'naming');
  const other = await signUp(stack.server, 'elsewhere');
  const theirs = await shellOf(other);
  const [added] = (await theirs(`sources add ${walk} --json`)).json as Item[];
  const mine = asPerson(person);
  const kinds: Record<string, string> = { source: 'Source', session: 'Session', key: 'ApiKey' };
  const idOf = (type: string) => Buffer.from(`${type}:00000000-0000-4000-8000-000000000000`).toString('base64url');
  /** Commands with an argument or option that is an id, by what it is an id of. */
  const named: [line: string, kind: string][] = commands.flatMap(({ name, arguments: args = [], options = {} }) => [
    ...args.flatMap(({ about }): [string, string][] => {
      const kind = /^the id of an? (\w+)$/.exec(about)?.[1];
      return kind ? [[`${name} ID`, kind]] : [];
    }),
    ...Object.entries(options).flatMap(([option, { type, ...more }]): [string, string][] =>
      'value' in more && more.value === 'ID' && type === 'text' && name === 'sessions run'
        ? [[`${name} --${option} ID`, option]]
        : [],
    ),
  ]);
  assert.deepEqual(named.map(([line]) => line).toSorted(), [
    'keys reroll ID',
    'keys revoke ID',
    'sessions get ID',
    'sessions run --source ID',
    'sessions stop ID',
    'sources get ID',
  ]);
  for (const [line, kind] of named) {
    const wrong = ['nope', 'ünlesbar', 'x'.repeat(300), idOf(kinds[kind] ?? ''), idOf('Organization'), idOf('Nothing')];
    if (kind === 'source') wrong.push(String(added?.['id']));
    for (const id of wrong) {
      const { code, out, err } = await run([...line.replace('ID', id).split(' '), '--json'], mine);
      assert.deepEqual([code, out], [4, ''], `${line} ${id}: ${err}`);
      assert.equal((JSON.parse(err) as { error: { exitCode: number } }).error.exitCode, 4);
    }
  }
});

test('gen asks a running server for its graph, and writes what it writes from a file of it', async () => {
  const sightline = await shellOf(await signUp(stack.server, 'generating'));
  const cwd = await mkdtemp(join(home, 'gen-'));
  await writeFile(join(cwd, 'mine.graphql'), 'query Mine { sources(first: 1) { edges { node { id name kind } } } }');
  const asked = await sightline('gen mine.graphql -o asked.ts --json', { cwd });
  assert.equal(asked.code, 0, asked.err);
  assert.deepEqual((asked.json[0] as Item)['operations'], ['Mine']);
  const schema = fileURLToPath(new URL('../../../schema.graphql', import.meta.url));
  assert.equal((await sightline(`gen mine.graphql -o read.ts --schema ${schema}`, { cwd })).code, 0);
  assert.equal(await readFile(join(cwd, 'asked.ts'), 'utf8'), await readFile(join(cwd, 'read.ts'), 'utf8'));
  assert.equal((await sightline('gen mine.graphql -o asked.ts --check', { cwd })).code, 0);
});

test('usage --follow tells what is used and left now, and again once a picture was looked at', async () => {
  const person = await signUp(stack.server, 'metering');
  const sightline = await shellOf(person);
  const stop = new AbortController();
  const used: number[] = [];
  let predicting: Promise<Ran> | null = null;
  const following = await run(['usage', '--follow', '--json'], {
    ...asPerson(person),
    signal: stop.signal,
    onOut(text) {
      const level = JSON.parse(text) as { meter: string; used: number; limit: number | null; left: number | null };
      assert.equal(level.meter, 'PREDICTIONS');
      if (level.limit !== null) assert.equal(level.left, level.limit - level.used);
      used.push(level.used);
      predicting ??= sightline(`predict ${join(walk, '3.jpg')}`);
      if (level.used > 0) stop.abort();
    },
  });
  assert.equal(following.code, 130, following.err);
  assert.equal((await predicting!).code, 0);
  assert.deepEqual([used[0], used.at(-1)], [0, 1]);
  const shown = new AbortController();
  const lines = await run(['usage', '--follow'], {
    ...asPerson(person),
    signal: shown.signal,
    onOut: () => shown.abort(),
  });
  assert.match(lines.out, /^\S+Z {2}1 predictions( of \d+, \d+ left)?\n$/);
});
