import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Curiosity } from '../cache/curiosity.ts';
import type { Engine } from '../engine/engine.ts';
import { SidecarError } from '../errors.ts';
import type { ModelRegistry, ServedModel } from '../models/served-model.ts';
import type { Place } from '../vision/look-at.ts';
import { tenantOf, weightOf } from './callers.ts';
import type { Callers } from './callers.ts';
import { releaseChunk } from './release-chunk.ts';

type Deps = {
  registry: ModelRegistry;
  callers: Callers;
  /** Null where nothing is remembered. */
  curiosity: Curiosity | null;
  /** Tells whether what a model says may be remembered. */
  modelKey(model: ServedModel): string | null;
  /** Requests that may wait for a model whose config does not say. */
  queueSize: number;
  /** Aborts when connections are about to be closed. */
  closing: AbortSignal;
};

type Kept = Place & { arrived(): void };
/** On the request itself, as who calls is. */
const placeKey = Symbol('place');
type Known = FastifyRequest & { [placeKey]?: Kept };

/** For which a place is kept for a picture that is still on its way. */
const arrivalMsMax = 2_000;
/** Of a queue, what is kept for pictures that are still on their way: others must not wait for slow senders. */
const arrivingShare = 1 / 2;

export type Admission = ReturnType<typeof createAdmission>;

/**
 * Decides by a request's head whether its picture will be looked at: what would be refused once it is here is not waited
 * for, as reading it would take the processor from those that are answered.
 */
export function createAdmission({ registry, callers, curiosity, modelKey, queueSize, closing }: Deps) {
  const arriving = new WeakMap<Engine, number>();

  function keep(engine: Engine, held: Disposable, reply: FastifyReply): Kept {
    let isHeld = true;
    let isArriving = true;
    arriving.set(engine, (arriving.get(engine) ?? 0) + 1);
    const arrived = () => {
      if (!isArriving) return;
      isArriving = false;
      clearTimeout(timer);
      arriving.set(engine, (arriving.get(engine) ?? 1) - 1);
    };
    const giveBack = () => {
      arrived();
      isHeld = false;
      held[Symbol.dispose]();
    };
    const timer = setTimeout(giveBack, arrivalMsMax).unref();
    // However the request ends.
    reply.raw.once('close', giveBack);
    return { arrived, isOf: (other) => isHeld && other === engine, [Symbol.dispose]: giveBack };
  }

  return {
    /**
     * Keeps a place for the picture that is to come. Throws QUEUE_FULL where there is none and its answer is not likely to
     * be remembered, and what the engine throws. Says nothing of models that are not ready.
     */
    async admit(request: FastifyRequest, reply: FastifyReply, name: unknown, version: unknown): Promise<void> {
      // An answer before the end of the body would be lost with the connection, when that is to be closed.
      if (closing.aborted || reply.raw.destroyed) return;
      const model = registry.peek(textOf(name) ?? registry.defaultName, textOf(version));
      if (!model || (!model.detector && !model.encoder)) return;
      const { engine, config } = model;
      const arrivingMax = Math.max(1, Math.floor((config.queue?.sizeMax ?? queueSize) * arrivingShare));
      const caller = callers.of(request);
      const tenant = tenantOf(caller);
      const isCurious = curiosity !== null && modelKey(model) !== null && curiosity.has(tenant);
      try {
        const held = engine.reserve({ tenant, weight: weightOf(caller), isCounted: !isCurious });
        if ((arriving.get(engine) ?? 0) < arrivingMax) (request as Known)[placeKey] = keep(engine, held, reply);
        else held[Symbol.dispose]();
      } catch (error) {
        if (!isFull(error)) throw error;
        if (isCurious) return curiosity.spend(tenant);
        if (!reply.raw.shouldKeepAlive) await readAway(request);
        throw error;
      }
    },
    /** The place that was kept for a picture which is here now. */
    placeOf(request: FastifyRequest): Place | undefined {
      const place = (request as Known)[placeKey];
      place?.arrived();
      return place;
    },
  };
}

const isFull = (error: unknown) => error instanceof SidecarError && error.code === 'QUEUE_FULL';

/** What was given twice is a list; somebody else says so. */
const textOf = (given: unknown): string | null => (typeof given === 'string' ? given : null);

/** Where the connection ends with the answer, one that came before the end of the body could be lost on the way. */
function readAway({ raw }: FastifyRequest): Promise<void> {
  if (raw.complete || raw.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    raw
      .once('end', resolve)
      .once('close', resolve)
      .on('error', () => resolve());
    raw.on('data', releaseChunk);
  });
}
