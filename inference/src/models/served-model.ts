import type { Engine } from '../engine/engine.ts';
import type { Detector } from '../vision/detector.ts';
import type { PictureEncoder } from '../vision/picture-encoder.ts';
import type { InstalledModel } from './model-files.ts';

/** A version of a model that answers. */
export type ServedModel = InstalledModel & {
  engine: Engine;
  /** Of a detection model. */
  detector: Detector | null;
  /** Of every other model that looks at pictures. */
  encoder: PictureEncoder | null;
};

/** Keeps a version from being closed until it is given back. */
export type Borrowed = Disposable & { readonly model: ServedModel };

/** As Triton's model repository names them. */
export type ModelState = 'LOADING' | 'READY' | 'UNLOADING' | 'UNAVAILABLE';

export type ModelStatus = {
  name: string;
  version: string;
  state: ModelState;
  /** Why it is not ready, or why the newest files were refused while older ones go on answering. */
  reason: string;
};

/** The models of this process, each in one or more versions. */
export type ModelRegistry = AsyncDisposable & {
  /** The model that is meant where none is named. */
  readonly defaultName: string;
  /** Resolves when the default model is ready; rejects with why it never will be. */
  readonly ready: Promise<void>;
  /**
   * Lends a version, the default one for null. A model that is installed but not loaded is loaded first. Throws
   * MODEL_NOT_INSTALLED, MODEL_NOT_READY, MODEL_INVALID and the reason of an abort.
   */
  borrow(name: string, version?: string | null, signal?: AbortSignal): Promise<Borrowed>;
  /** What is ready now, without waiting for anything; null when it is not. */
  peek(name: string, version?: string | null): ServedModel | null;
  index(): ModelStatus[];
  /**
   * Reads the model's folder again and swaps in what changed, once it is warm and passed its self-test; what answered
   * before goes on answering until then, and for good if the new files are no good. `version`: serve just this one
   * (rollback). Throws MODEL_NOT_INSTALLED and MODEL_INVALID.
   */
  load(name: string, options?: { version?: string | undefined }): Promise<void>;
  /** Lets what is under way finish, then frees its memory. It stays away until it is loaded again. */
  unload(name: string): Promise<void>;
};
