import { SidecarError } from '../../errors.ts';
import type { Detector } from '../../vision/detector.ts';
import type { ModelRegistry, ServedModel } from '../served-model.ts';

/**
 * A detector for work that lasts: each picture borrows the version that answers at that moment, so that a session of
 * hours does not keep an old one from being closed. What it says of itself is true of the moment it is asked.
 */
export function createBorrowingDetector(registry: ModelRegistry, name: string = registry.defaultName): Detector {
  const now = () => detectorOf(requireReady(registry, name));
  return {
    get identity() {
      return now().identity;
    },
    get labels() {
      return now().labels;
    },
    get thresholds() {
      return now().thresholds;
    },
    async file(bytes, options) {
      using lent = await registry.borrow(name, null, options.signal);
      return await detectorOf(lent.model).file(bytes, options);
    },
    async raw(frame, options) {
      using lent = await registry.borrow(name, null, options.signal);
      return await detectorOf(lent.model).raw(frame, options);
    },
  };
}

/** Throws MODEL_NOT_READY, without waiting for anything. */
export function requireReady(registry: ModelRegistry, name: string): ServedModel {
  const model = registry.peek(name);
  if (model) return model;
  const reason = registry.index().find((status) => status.name === name)?.reason ?? 'there is none';
  throw new SidecarError('MODEL_NOT_READY', `The model '${name}' is not ready: ${reason}.`);
}

/** Throws INPUT_INVALID for a model of another task. */
export function detectorOf({ detector, name, config }: ServedModel): Detector {
  if (detector) return detector;
  throw new SidecarError('INPUT_INVALID', `The model '${name}' finds no objects: its task is ${config.task}.`);
}
