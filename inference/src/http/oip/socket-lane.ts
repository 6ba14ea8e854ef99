import { performance } from 'node:perf_hooks';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { SidecarError } from '../../errors.ts';
import type { InferBody } from '../../oip/infer-request.ts';
import type { RequestMemory } from '../../oip/remembered-request.ts';
import type { BodyBudget } from '../body-budget.ts';
import type { Asking, Callers } from '../callers.ts';
import { hangUpReason } from '../hang-up.ts';
import { languageIn, refuseSocket } from '../problems.ts';
import { requestIdOf } from '../request-id.ts';
import { releaseChunk } from '../release-chunk.ts';
import { answerHead } from './answer-head.ts';
import { createArrival } from './arrival.ts';
import type { Arrival } from './arrival.ts';
import { createKnownHeads } from './known-heads.ts';
import type { Head } from './known-heads.ts';
import { laneBytesMax } from './lane.ts';
import type { Lane } from './lane.ts';
import type { RunInfer } from './run-infer.ts';

type Deps = {
  server: Server;
  lane: Lane;
  callers: Callers;
  takeMemory: RunInfer['takeMemory'];
  budget: BodyBudget;
  bodyBytesMax: number;
  /** Milliseconds for which a connection may be idle between requests. */
  keepAliveMs: number;
  /** Milliseconds that a request may take to arrive. */
  requestTimeoutMs: number;
};

/** Once disposed of, every answer ends its connection. */
export type SocketLane = Disposable & {
  /** Closes connections that nothing is under way on, in neither direction. */
  closeIdle(): void;
  /** Closes all of them, whatever is under way. */
  closeAll(): void;
};

type Connection = {
  socket: Socket;
  ip: string;
  /** Of the request before. */
  head: Head | null;
  /** Heads that had to be read for it. */
  readCount: number;
  isBusy: boolean;
  /** Its last answer is out, or on its way: whatever still comes is nobody's. */
  isOver: boolean;
  /** What came that is not yet a request, or comes after the one that is being answered. */
  held: Buffer | null;
  /** The body of the request that is being answered, while it comes. */
  arrival: Arrival | null;
  /** Bytes of that body that have yet to come: also once it is answered, when they are nobody's. */
  missing: number;
  /** Its caller was told that it ends, which it does as soon as none are missing: earlier its answer could be lost with it. */
  endsWithBody: boolean;
  /** How often we looked since the caller owes us something: a clock would count what we were busy for, too. */
  lookCount: number;
  /** The caller sends no more, or is not waited for any more. */
  isEnding: boolean;
  hangUp: AbortController | null;
  memory: RequestMemory;
};

/** A body, here or on its way, and the room that is kept for it. */
type Receiving = { body: InferBody | Promise<InferBody>; release(): void };

/** Whoever says something else about every request is not served faster by remembering it. */
const headsMax = 8;
const lookMs = 500;
/** Requests that began before so many looks, and connections that said nothing since, are for Node: it has deadlines. */
const patience = 2;
/** What requests of the lane's kind begin with: no other head is worth reading twice. */
const beginning = 'POST /v2/models/';
const blankLine = Buffer.from('\r\n\r\n');
const nothing = Buffer.alloc(0);

/**
 * Takes requests of the lane's kind straight off their sockets, and writes the answers there: with networks of
 * microseconds half of all time went into the objects that Node makes of every request and answer, and a megabyte was
 * copied twice on its way through them. It reads no HTTP by itself: only requests are taken whose head is, byte for byte,
 * one that Node's parser has read before. Small ones are waited for whole. With the first byte of anything else a
 * connection is Node's, and stays so.
 */
export function createSocketLane(deps: Deps): SocketLane {
  const { server, lane, callers, takeMemory, budget, bodyBytesMax, keepAliveMs, requestTimeoutMs } = deps;
  const heads = createKnownHeads(bodyBytesMax);
  const connections = new Map<Socket, Connection>();
  const keepAliveSeconds = Math.floor(keepAliveMs / 1_000);
  const toNode = server.listeners('connection') as ((this: Server, socket: Socket) => void)[];
  server.removeAllListeners('connection').on('connection', accept);
  let looking: NodeJS.Timeout | null = null;
  let isClosed = false;
  const isClosing = () => isClosed || lane.closing.aborted;

  function accept(socket: Socket): void {
    connections.set(socket, {
      ...{ socket, ip: socket.remoteAddress ?? '', head: null, readCount: 0, isBusy: false, held: null, lookCount: 0 },
      ...{ isOver: false, isEnding: false, hangUp: null, memory: { last: null } },
      ...{ arrival: null, missing: 0, endsWithBody: false },
    });
    socket.on('data', take).on('end', finish).on('error', fail).on('close', leave);
    looking ??= setInterval(look, lookMs).unref();
    if (isClosing()) handOver(connections.get(socket)!, nothing);
  }

  function handOver(connection: Connection, bytes: Buffer): void {
    const { socket } = connection;
    connections.delete(socket);
    // Nothing can be put back into a stream that is at its end.
    if (connection.isEnding) return socket.destroySoon();
    if (socket.destroyed) return;
    socket.off('data', take).off('end', finish).off('error', fail).off('close', leave).pause();
    if (bytes.byteLength > 0) socket.unshift(bytes);
    for (const listener of toNode) listener.call(server, socket);
    socket.resume();
  }

  function take(this: Socket, chunk: Buffer): void {
    const connection = connections.get(this)!;
    if (connection.isOver) return;
    if (connection.arrival) return receive(connection, connection.arrival, chunk);
    const { held } = connection;
    const bytes = held ? Buffer.concat([held, chunk]) : chunk;
    if (connection.isBusy) {
      connection.held = bytes;
      this.pause();
    } else read(connection, bytes);
  }

  function read(connection: Connection, given: Buffer): void {
    const bytes = connection.missing > 0 ? passOver(connection, given) : given;
    if (bytes.byteLength === 0) return;
    let { head } = connection;
    if (!head || bytes.toString('latin1', 0, head.text.length) !== head.text) {
      const end = bytes.indexOf(blankLine);
      const isOurs = end >= 0 && bytes.toString('latin1', 0, beginning.length) === beginning;
      if (!isOurs) return handOver(connection, bytes);
      const text = bytes.toString('latin1', 0, end + blankLine.byteLength);
      const known = heads.get(text);
      if (known === undefined) return void learn(connection, text, bytes);
      head = known;
    }
    go(connection, head, bytes);
  }

  /** What is left without the rest of a body that nobody wants. */
  function passOver(connection: Connection, bytes: Buffer): Buffer {
    const rest = bytes.subarray(connection.missing);
    connection.missing -= bytes.byteLength - rest.byteLength;
    if (rest.byteLength === 0) releaseChunk(bytes);
    if (connection.missing > 0) return nothing;
    connection.lookCount = 0;
    // What comes in behind it is served, unless its caller was told that it is not.
    if (!connection.endsWithBody && !(isClosed && rest.byteLength === 0)) return rest;
    dismiss(connection);
    return nothing;
  }

  async function learn(connection: Connection, text: string, bytes: Buffer): Promise<void> {
    if (++connection.readCount > headsMax) return handOver(connection, bytes);
    connection.isBusy = true;
    const head = await heads.read(text);
    connection.isBusy = false;
    if (!connections.has(connection.socket)) return;
    const { held } = connection;
    connection.held = null;
    go(connection, head, held ? Buffer.concat([bytes, held]) : bytes);
    goOn(connection);
  }

  /** Unless it is Node's by now, which reads at its own pace. */
  function goOn({ socket }: Connection): void {
    if (connections.has(socket)) socket.resume();
  }

  function go(connection: Connection, head: Head | null, bytes: Buffer): void {
    if (!head || !lane.takes(head.address)) return handOver(connection, bytes);
    if (head.contentLength > laneBytesMax) return begin(connection, head, bytes);
    const missing = head.text.length + head.contentLength - bytes.byteLength;
    if (missing > 0 && !connection.isEnding) {
      if (!connection.held) connection.lookCount = 0;
      connection.head = head;
      connection.held = bytes;
    } else if (missing === 0) {
      connection.head = head;
      connection.held = null;
      connection.isBusy = true;
      void serve(connection, head, (asking) => {
        const release = budget.hold(callers.tenantOf(asking), head.contentLength);
        return { release, body: bodyOf(head, bytes.subarray(head.text.length)) };
      });
    } else handOver(connection, bytes);
  }

  /** A request whose body is read once it is known who sends it. */
  function begin(connection: Connection, head: Head, bytes: Buffer): void {
    if (connection.isEnding || !head.keepsAlive) return handOver(connection, bytes);
    connection.head = head;
    connection.held = bytes.subarray(head.text.length);
    connection.missing = head.contentLength;
    connection.lookCount = 0;
    connection.isBusy = true;
    void serve(connection, head, (asking) => {
      const receiving = receiveBody(connection, head, asking);
      if (!connection.held) releaseChunk(bytes);
      return receiving;
    });
  }

  /** Throws QUEUE_FULL; the body is refused with BAD_REQUEST or REQUEST_TIMEOUT where it does not come. */
  function receiveBody(connection: Connection, head: Head, asking: Asking): Receiving {
    const { socket } = connection;
    // Whoever ended its side may have sent all of it before.
    const isShort = connection.isEnding && (connection.held?.byteLength ?? 0) < connection.missing;
    if (isShort || socket.destroyed) throw brokenOff();
    const { received, release } = budget.expect(callers.tenantOf(asking), head.contentLength, {
      ...{ socket, headers: head.headers },
      isComplete: () => connection.missing === 0,
      isRead: () => true,
      isAnswered: () => false,
    });
    let memory: Uint8Array;
    try {
      memory = takeMemory(head.address, head.contentLength, head.jsonLength);
    } catch (error) {
      release();
      throw error;
    }
    const arrival = createArrival(memory, (byteLength) => {
      connection.missing -= byteLength;
      received(byteLength);
      // There was no room for it, and that is said already.
      if (socket.writableEnded) arrival.fail(brokenOff());
    });
    connection.arrival = arrival;
    const { held } = connection;
    connection.held = null;
    if (held) receive(connection, arrival, held);
    if (!connection.held && socket.isPaused()) socket.resume();
    return { release, body: arrival.whole.then((whole) => bodyOf(head, whole)) };
  }

  function receive(connection: Connection, arrival: Arrival, bytes: Buffer): void {
    const rest = arrival.take(bytes);
    if (connection.missing > 0) return;
    connection.arrival = null;
    if (!rest) return;
    connection.held = rest;
    connection.socket.pause();
  }

  async function serve(connection: Connection, head: Head, receiving: (asking: Asking) => Receiving): Promise<void> {
    const { socket, ip, memory } = connection;
    const { headers, address, proof } = head;
    const startedAt = performance.now();
    const asking = { headers, ip, id: requestIdOf(head), proof };
    let release = nobody;
    const answer = await lane.answer({
      ...{ asking, address, memory, raw: complete },
      body() {
        const received = receiving(asking);
        ({ release } = received);
        return received.body;
      },
      hangUp: () => (connection.hangUp ??= new AbortController()).signal,
    });
    release();
    connection.hangUp = null;
    connection.arrival = null;
    // Nobody was answered: Node and Fastify do not count that, either.
    if (socket.destroyed || socket.writableEnded) return;
    const closes = !head.keepsAlive || isClosing() || connection.isEnding;
    const start = answerHead(answer, closes, keepAliveSeconds);
    // One text goes to the system at once; bytes would go in a piece of their own.
    if (answer.body.byteLength <= laneBytesMax) socket.write(start + answer.body.toString('latin1'), 'latin1');
    else {
      socket.cork();
      socket.write(start, 'latin1');
      socket.write(answer.body);
      socket.uncork();
    }
    // What is written down for us is nothing that a caller has to wait for.
    lane.note(asking, address, answer.status, startedAt);
    connection.endsWithBody = closes;
    if (closes && (connection.missing === 0 || connection.isEnding)) dismiss(connection);
    // Whoever does not read its answers is not given more and more of them to keep.
    else if (socket.writableNeedDrain) socket.once('drain', () => next(connection));
    else next(connection);
  }

  function next(connection: Connection): void {
    const { held } = connection;
    connection.isBusy = false;
    connection.lookCount = 0;
    if (connection.isEnding) return dismiss(connection);
    if (!held) return;
    connection.held = null;
    read(connection, held);
    goOn(connection);
  }

  /** Whoever is still waited for has had its time. */
  function giveUp(connection: Connection): void {
    connection.isEnding = true;
    if (connection.arrival) connection.arrival.fail(new SidecarError('REQUEST_TIMEOUT', tooSlow));
    else dismiss(connection);
  }

  /** Once what was written is with the system. */
  function dismiss(connection: Connection): void {
    connection.isOver = true;
    connection.lookCount = 0;
    connection.socket.destroySoon();
  }

  function finish(this: Socket): void {
    const connection = connections.get(this)!;
    connection.isEnding = true;
    connection.arrival?.fail(brokenOff());
    if (connection.isBusy || connection.isOver) return;
    // In the middle of a request, as Node calls it.
    const { held } = connection;
    if (held) refuseSocket(this, new SidecarError('BAD_REQUEST', 'This is not an HTTP request.'), languageIn(held));
    dismiss(connection);
  }
  function fail(this: Socket): void {
    this.destroy();
  }
  function leave(this: Socket): void {
    const connection = connections.get(this);
    connection?.hangUp?.abort(hangUpReason());
    connection?.arrival?.fail(brokenOff());
    connections.delete(this);
  }

  function look(): void {
    for (const connection of connections.values()) {
      const { head, held } = connection;
      if (connection.isBusy && !connection.arrival && !connection.isOver) continue;
      connection.lookCount++;
      if (connection.isOver) {
        // Whoever does not take its last answer, either, keeps no socket for ever.
        if (connection.lookCount * lookMs > keepAliveMs) connection.socket.destroy();
      } else if (connection.missing > 0) {
        if (connection.lookCount * lookMs > requestTimeoutMs) giveUp(connection);
      } else if (held || !head) {
        if (connection.lookCount > patience) handOver(connection, held ?? nothing);
      } else if (connection.lookCount * lookMs > keepAliveMs) dismiss(connection);
    }
    if (connections.size > 0 || !looking) return;
    clearInterval(looking);
    looking = null;
  }

  function closeIdle(): void {
    for (const connection of connections.values()) {
      const { held, isBusy, isOver } = connection;
      if (isBusy || isOver) continue;
      // The rest of a request is on its way. Node waits for it, and not for ever.
      if (connection.missing > 0) continue;
      if (held) handOver(connection, held);
      else dismiss(connection);
    }
  }

  function closeAll(): void {
    for (const { socket } of connections.values()) socket.destroy();
  }

  return {
    closeIdle,
    closeAll,
    [Symbol.dispose]() {
      isClosed = true;
      closeIdle();
    },
  };
}

/** There is nothing left for others to read. */
const complete = { complete: true, on() {} };
const nobody = () => {};
const tooSlow = 'The request took too long to arrive.';
const brokenOff = () => new SidecarError('BAD_REQUEST', 'The body broke off.');

const bodyOf = ({ jsonLength }: Head, bytes: Uint8Array): InferBody => ({ bytes, jsonLength, isRaw: jsonLength === 0 });
