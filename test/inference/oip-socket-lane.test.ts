import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { binaryMessage } from './oip-golden.ts';
import { headOf, openLine } from './oip-line.ts';
import type { Line } from './oip-line.ts';
import { startWorld } from './oip-two-ways.ts';
import { floats } from './oip-tensors.ts';
import { bearer, localToken } from './sidecar.ts';

type World = Awaited<ReturnType<typeof startWorld>>;

const { headers, body } = binaryMessage(
  {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }],
    parameters: { binary_data_output: true },
  },
  floats(1, 2),
);
const standard = {
  host: 'localhost',
  'content-length': String(body.byteLength),
  ...headers,
  ...bearer(localToken),
};

describe('requests taken off the socket', () => {
  let world: World;
  before(async () => {
    world = await startWorld();
    await world.send({ path: 'float32/infer', headers: { ...headers, ...bearer(localToken) }, body });
  });
  after(() => world[Symbol.asyncDispose]());

  /** A connection that says what comes back on it. */
  async function converse<Told>(talk: (line: Line) => Promise<Told>): Promise<Told> {
    using line = await openLine(world.sidecar.url);
    return await talk(line);
  }
  const counted = async <Told>(work: () => Promise<Told>): Promise<[Told, number]> => {
    const before = await world.fastCount();
    const answer = await work();
    return [answer, (await world.fastCount()) - before];
  };

  test('many on one connection, one after the other', async () => {
    const [, count] = await counted(() =>
      converse(async (line) => {
        for (let turn = 0; turn < 20; turn++) assert.equal((await line.ask(request())).status, 200);
      }),
    );
    assert.equal(count, 20);
  });

  test('a head and its body in pieces, with other bytes than before', async () => {
    await converse(async (line) => {
      await line.ask(request());
      const other = binaryMessage(
        {
          inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }],
          parameters: { binary_data_output: true },
        },
        floats(7, 9),
      ).body;
      const bytes = request({}, other);
      for (const cut of [bytes.length - 3, bytes.length - 8, bytes.length - other.length]) {
        const [answer, count] = await counted(async () => {
          await line.write(bytes.subarray(0, cut));
          return line.ask(bytes.subarray(cut));
        });
        assert.deepEqual([answer.status, count], [200, 1]);
        assert.deepEqual(answer.body.subarray(-8), Buffer.from(floats(7, 9)));
      }
    });
  });

  test('JSON that changes while its length does not is read anew', async () => {
    await converse(async (line) => {
      assert.equal((await line.ask(request())).status, 200);
      const wrong = Buffer.from(body.toString('latin1').replace('"FP32"', '"INT8"'), 'latin1');
      assert.match((await line.ask(request({}, wrong))).body.toString(), /TENSOR_INVALID/);
      assert.equal((await line.ask(request())).status, 200);
    });
  });

  test('another model on the same connection, and one that went away, are those that are asked for', async () => {
    await world.send({ path: 'elsewhere/infer', headers: { ...headers, ...bearer(localToken) }, body });
    await converse(async (line) => {
      for (const path of ['float32', 'elsewhere', 'float32', 'nowhere']) {
        const { status, body: answer } = await line.ask(request({}, body, path));
        if (path === 'nowhere') assert.equal(status, 404);
        else assert.match(answer.toString('latin1'), new RegExp(`"model_name":"${path}"`));
      }
    });
  });

  test('more heads than are remembered, and requests of any other kind between', async () => {
    await converse(async (line) => {
      for (let turn = 0; turn < 12; turn++) {
        const id = `turn-${turn}`;
        const answer = await line.ask(request({ 'x-request-id': id }));
        assert.deepEqual([answer.status, answer.headers['x-request-id']], [200, id]);
        if (turn % 5 !== 4) continue;
        assert.equal(
          (await line.ask(Buffer.from('GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\n\r\n'))).status,
          200,
        );
      }
    });
  });

  test('a caller that ends its side after asking is answered', async () => {
    await converse(async (line) => {
      await line.ask(request());
      const answer = line.next();
      line.socket.end(request());
      assert.equal((await answer).status, 200);
      await once(line.socket, 'end');
    });
  });

  test('a second request that comes before the first is answered waits for it', async () => {
    await converse(async (line) => {
      await line.ask(request());
      line.socket.write(request({ 'x-request-id': 'first' }));
      const both = Buffer.concat([request({ 'x-request-id': 'second' }), request({ 'x-request-id': 'third' })]);
      line.socket.write(both);
      const ids = [await line.next(), await line.next(), await line.next()].map((each) => each.headers['x-request-id']);
      assert.deepEqual(ids, ['first', 'second', 'third']);
    });
  });

  // What Node refuses is refused, and what it reads in one way is not read in another.
  const odd: Record<string, (text: string) => string> = {
    'a length given twice': (text) => text.replace('host:', `content-length: 5\r\nhost:`),
    'the same length twice': (text) => text.replace('host:', `content-length: ${body.byteLength}\r\nhost:`),
    'a length with a sign': (text) => text.replace(/content-length: /, 'content-length: +'),
    'a length of another base': (text) => text.replace(/content-length: \d+/, 'content-length: 0x10'),
    'chunks and a length': (text) => text.replace('host:', 'transfer-encoding: chunked\r\nhost:'),
    'a space before the colon': (text) => text.replace('content-length:', 'content-length :'),
    'a folded line': (text) => text.replace('host: localhost', 'host:\r\n localhost'),
    'no host': (text) => text.replace('host: localhost\r\n', ''),
    'two hosts': (text) => text.replace('host:', 'host: evil.example\r\nhost:'),
    'an older version': (text) => text.replace('HTTP/1.1', 'HTTP/1.0'),
    'a version that is none': (text) => text.replace('HTTP/1.1', 'HTTP/1.7'),
    'a method in small letters': (text) => text.replace('POST', 'post'),
    'lines that end in one character': (text) => text.replaceAll('\r\n', '\n'),
    'U+0000 in a value': (text) => text.replace('localhost', 'local\0host'),
    'an upgrade': (text) => text.replace('host:', 'connection: upgrade\r\nupgrade: websocket\r\nhost:'),
    'a question before the body': (text) => text.replace('host:', 'expect: 100-continue\r\nhost:'),
    'an empty line before': (text) => `\r\n${text}`,
    'an address with a host': (text) => text.replace(' /v2', ' http://localhost/v2'),
  };
  for (const [name, spoil] of Object.entries(odd)) {
    test(`${name} is answered as behind a request of Node's`, async () => {
      const [head, rest] = [headOf(standard, 'float32'), body.toString('latin1')];
      const bytes = Buffer.from(spoil(head) + rest, 'latin1');
      const answerOn = (opening: Buffer) =>
        converse(async (line) => {
          await line.ask(opening);
          const { status, headers: said } = await line.ask(bytes);
          return [status, said.connection, said['content-type']];
        });
      // The second connection is Node's by then.
      const byNode = await answerOn(Buffer.from('GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\n\r\n'));
      assert.deepEqual(await answerOn(request()), byNode);
    });
  }
});

function request(more: Record<string, string> = {}, bytes: Uint8Array = body, model = 'float32'): Buffer {
  return Buffer.concat([Buffer.from(headOf({ ...standard, ...more }, model)), bytes]);
}
