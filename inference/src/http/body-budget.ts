import { performance } from 'node:perf_hooks';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createBag } from '../collections/bag.ts';
import type { Bag, Bagged } from '../collections/bag.ts';
import { createTenants } from '../collections/tenants.ts';
import { SidecarError } from '../errors.ts';
import { languageOf } from '../messages/error-text.ts';
import { refuseSocket } from './problems.ts';

type Deps = {
  bytesMax: number;
  bodyBytesMax: number;
  /** Milliseconds for which a body that is waited for may stand still. */
  stallMsMax: number;
  now?: () => number;
};

/** A body on its way, whoever reads it. */
export type Arriving = {
  readonly socket: Socket;
  /** Of its request. */
  readonly headers: IncomingHttpHeaders;
  /** Whether all of it is here. */
  isComplete(): boolean;
  /** Whether somebody takes what comes: before that it is us who keep the caller waiting. */
  isRead(): boolean;
  /** Whether its answer has begun. */
  isAnswered(): boolean;
};

/** What is held for a body. */
export type HeldBody = {
  /** So many bytes more have come. Ends the connection where there is no room for them. */
  received(bytes: number): void;
  release(): void;
};

type Sent = { headers: IncomingHttpHeaders; raw: IncomingMessage };
type Answer = { raw: ServerResponse };
type Holding = Bagged & { tenant: string; bytes: number; bodies: Bag<Body> };
type Body = Bagged & {
  /** Of those that came earlier. */
  number: number;
  holding: Holding;
  /** Null where all of it is here. */
  arriving: Arriving | null;
  receivedBytes: number;
  chargedBytes: number;
  /** What the socket had read when it was last looked at, and when that was less. */
  socketBytes: number;
  movedAt: number;
};

export type BodyBudget = ReturnType<typeof createBodyBudget>;

/** What every body is charged at once, or as much as it says that it has: small ones are not looked at any further. */
const chargedAtOnceMax = 64 * 1024;
/** A tenant that asked within this time is there, also when it was refused. */
const presenceMs = 10_000;

const full = 'Too many pictures are being sent. Try again in a moment.';

/**
 * Bounds the memory of all bodies together. Bytes are charged as they arrive, as what is only announced takes no room;
 * a body that would not fit is refused before it is read all the same. While others are there a tenant holds at most
 * half, unless it is one body. When there is no room, who holds most gives way: bodies of it that are still arriving are
 * cut.
 */
export function createBodyBudget({ bytesMax, bodyBytesMax, stallMsMax, now = () => performance.now() }: Deps) {
  const holdings = createTenants((tenant): Holding => ({ tenant, place: -1, bytes: 0, bodies: createBag() }));
  let nextNumber = 0;
  let heldBytes = 0;
  /** The two tenants that asked last. */
  let last = { tenant: '', at: -Infinity };
  let other = last;

  function notice(tenant: string): void {
    if (last.tenant !== tenant) [last, other] = [{ tenant, at: 0 }, last];
    last.at = now();
  }

  const areOthersHere = (tenant: string): boolean =>
    holdings.present.some((each) => each.tenant !== tenant) ||
    (last.tenant === tenant ? other : last).at > now() - presenceMs;

  function charge(body: Body, bytes: number): void {
    body.chargedBytes += bytes;
    body.holding.bytes += bytes;
    heldBytes += bytes;
  }

  function release(body: Body): void {
    const { holding } = body;
    if (!holding.bodies.remove(body)) return;
    charge(body, -body.chargedBytes);
    if (holding.bodies.items.length === 0) holdings.leave(holding);
  }

  function cut(body: Body, code: 'QUEUE_FULL' | 'REQUEST_TIMEOUT', message: string): void {
    release(body);
    if (!body.arriving) return;
    const { socket, headers } = body.arriving;
    if (!body.arriving.isAnswered()) refuseSocket(socket, new SidecarError(code, message), languageOf(headers));
    // Whoever reads the body learns from it that there is no more.
    socket.destroySoon();
  }

  /** Cuts what arrives for those that hold more than `holding` would with `bytes` more, until these fit. */
  function makeRoom(holding: Holding, bytes: number): boolean {
    const larger = holdings.present
      .filter((each) => each !== holding && each.bytes > holding.bytes + bytes)
      .toSorted((a, b) => b.bytes - a.bytes);
    for (const each of larger) {
      // The newest first: the least of them has come.
      for (const body of each.bodies.items.toSorted((a, b) => b.number - a.number)) {
        if (heldBytes + bytes <= bytesMax) return true;
        if (each.bodies.items.length > 1 && body.arriving?.isComplete() === false) cut(body, 'QUEUE_FULL', full);
      }
    }
    return heldBytes + bytes <= bytesMax;
  }

  /** `otherBodies`: what the tenant holds beside the body that the bytes are for. */
  function hasRoom(holding: Holding, bytes: number, otherBodies: number): boolean {
    const isTooMuch = otherBodies > 0 && holding.bytes + bytes > bytesMax / 2;
    if (isTooMuch && areOthersHere(holding.tenant)) return false;
    return heldBytes + bytes <= bytesMax || makeRoom(holding, bytes);
  }

  function begin(tenant: string, bytes: number, arriving: Arriving | null): Body {
    notice(tenant);
    const holding = holdings.enter(tenant);
    const count = holding.bodies.items.length;
    if (!hasRoom(holding, bytes, count)) {
      if (count === 0) holdings.leave(holding);
      throw new SidecarError('QUEUE_FULL', full);
    }
    const body: Body = {
      ...{ holding, arriving, place: -1, number: nextNumber++ },
      ...{ receivedBytes: 0, chargedBytes: 0, socketBytes: -1, movedAt: 0 },
    };
    holding.bodies.add(body);
    charge(body, arriving ? Math.min(bytes, chargedAtOnceMax) : bytes);
    return body;
  }

  function receive(body: Body, count: number): void {
    body.receivedBytes += count;
    const bytes = body.receivedBytes - body.chargedBytes;
    if (bytes <= 0 || body.place < 0) return;
    if (hasRoom(body.holding, bytes, body.holding.bodies.items.length - 1)) charge(body, bytes);
    else cut(body, 'QUEUE_FULL', full);
  }

  /** `tenant`: whose body of `bytes` it is that has begun to come. Throws QUEUE_FULL. */
  function expect(tenant: string, bytes: number, arriving: Arriving): HeldBody {
    const body = begin(tenant, bytes, arriving);
    return { received: (count) => receive(body, count), release: () => release(body) };
  }

  /**
   * The same for what Node reads, until its answer is out. Whoever reads the body has to resume it: a listener alone must
   * not set it flowing.
   */
  function admit({ headers, raw }: Sent, { raw: answer }: Answer, tenant: string): void {
    // It left while it was asked for who it is: nothing would say so any more.
    if (answer.destroyed) return;
    const bytes = Math.min(declaredBytes(headers) ?? bodyBytesMax, bodyBytesMax);
    const held = expect(tenant, bytes, {
      socket: raw.socket,
      headers,
      isComplete: () => raw.complete,
      isRead: () => raw.readableFlowing === true,
      isAnswered: () => answer.headersSent,
    });
    if (bytes > chargedAtOnceMax) {
      raw.pause();
      raw.on('data', ({ byteLength }: Uint8Array) => held.received(byteLength));
    }
    answer.once('close', held.release);
  }

  /** The same for a body that is here already, until it is given back. */
  function hold(tenant: string, bytes: number): () => void {
    const body = begin(tenant, bytes, null);
    return () => release(body);
  }

  return {
    admit,
    expect,
    hold,
    /** Cuts bodies that nothing has come of for too long, with REQUEST_TIMEOUT. To be called about once a second. */
    cutStalled(): void {
      const at = now();
      // What is cut leaves while we walk.
      for (const { bodies } of [...holdings.present]) {
        for (const body of [...bodies.items]) {
          const { arriving } = body;
          if (!arriving || arriving.isComplete()) continue;
          const { bytesRead } = arriving.socket;
          if (bytesRead !== body.socketBytes || !arriving.isRead()) body.movedAt = at;
          else if (at - body.movedAt >= stallMsMax) cut(body, 'REQUEST_TIMEOUT', 'The body stopped arriving.');
          body.socketBytes = bytesRead;
        }
      }
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}

/** Null when the caller does not say, as with chunked bodies. */
function declaredBytes(headers: IncomingHttpHeaders): number | null {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) && length >= 0 ? length : null;
}
