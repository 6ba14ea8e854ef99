import type { Call } from '../call.ts';
import type { CallOptions } from '../options.ts';
import type { FrameAnalysis, ListedModel, Model, TextEmbeddings } from '../rest-entities.ts';
import type { PredictOptions } from './predict.ts';
import { askSidecar, bodyWith, typeOf } from './sidecar.ts';
import type { Image, SidecarParts } from './sidecar.ts';

/** Models that are here or can be, and whether the caller may add, load and unload them. */
export type ModelCatalogue = { readonly mayManage: boolean; readonly models: readonly ListedModel[] };

/** The models of the sidecar. */
export function createModels(parts: SidecarParts) {
  const change = (name: string, verb: string, body: object, options: CallOptions): Call<ListedModel> =>
    askSidecar(
      parts,
      {
        path: `/models/${encodeURIComponent(name)}/${verb}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      },
      options,
      (answer) => bodyWith<ListedModel>(answer, 'versions'),
    );
  return {
    /** Every model whose files are here, in any state, and every one of the catalogue. While one is fetched it says how far that is. */
    catalogue(options: CallOptions = {}): Call<ModelCatalogue> {
      return askSidecar(parts, { path: '/models/catalogue' }, options, (answer) =>
        bodyWith<ModelCatalogue>(answer, 'mayManage'),
      );
    },

    /**
     * Fetches a model of the catalogue in the background: `catalogue()` says how far it is. For whoever runs the sidecar. Throws
     * PermissionDeniedError, NotFoundError.
     */
    install: (name: string, options: CallOptions = {}): Call<ListedModel> => change(name, 'install', {}, options),

    /** Reads a model's files again and answers with them, or with one version alone. For whoever runs the sidecar. Throws as `install` does. */
    load: (name: string, { version, ...options }: CallOptions & { version?: string } = {}): Call<ListedModel> =>
      change(name, 'load', { version }, options),

    /** Frees a model's memory; it stays away until it is loaded again. For whoever runs the sidecar. Throws as `install` does. */
    unload: (name: string, options: CallOptions = {}): Call<ListedModel> => change(name, 'unload', {}, options),

    /** Every version that answers now; others that are installed are loaded when they are asked for. */
    list(options: CallOptions = {}): Call<readonly Model[]> {
      return askSidecar(
        parts,
        { path: '/models' },
        options,
        (answer) => bodyWith<{ models: readonly Model[] }>(answer, 'models').models,
      );
    },
  };
}

export type EmbedInput = {
  /** Up to as many as the sidecar takes at once; it says so when there are too many. */
  texts: readonly string[];
  /** `minilm` unless given. */
  model?: string | undefined;
};

export type EmbedOptions = CallOptions & Pick<PredictOptions, 'priority'>;
export type Embed = (input: EmbedInput, options?: EmbedOptions) => Call<TextEmbeddings>;

/** Texts as vectors: what means the same points the same way, so compare them by their cosine. */
export function createEmbed(parts: SidecarParts): Embed {
  return (input, { priority, ...options } = {}) => {
    const question = {
      path: '/embed',
      query: { priority },
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
    };
    return askSidecar(parts, question, options, (answer) => bodyWith<TextEmbeddings>(answer, 'embeddings'));
  };
}

export type AnalyzeOptions = Omit<PredictOptions, 'version' | 'embedding'> & {
  /** The picture comes along with its objects drawn in: `overlay` of the answer, a JPEG in base64. */
  overlay?: boolean | undefined;
};
export type Analyze = (image: Image, options?: AnalyzeOptions) => Call<FrameAnalysis>;

/** What objects are in a frame, by a detection model, and where asked for the frame with them drawn in. Throws as `predict`. */
export function createAnalyze(parts: SidecarParts): Analyze {
  return (image, { model, labels, threshold, max, priority, overlay, ...options } = {}) => {
    const question = {
      path: '/analyze/frame',
      query: { model, labels, threshold, max, priority, overlay },
      headers: typeOf(image),
      body: image,
    };
    return askSidecar(parts, question, options, (answer) => bodyWith<FrameAnalysis>(answer, 'detections'));
  };
}

export type RedactOptions = Omit<PredictOptions, 'version' | 'embedding' | 'max'> & {
  /** `blur` and `pixelate` leave a handful of colours, `box` nothing. */
  style?: 'blur' | 'pixelate' | 'box' | undefined;
  /** What is hidden around each box as well, as a share of its width and height on each side. */
  margin?: number | undefined;
};
export type Redact = (image: Image, options?: RedactOptions) => Call<Uint8Array<ArrayBuffer>>;

/**
 * The picture with faces (or what `labels` of `model` names) hidden and without its metadata. How much was found says the
 * header `x-redactions` of `.withResponse()`; what the model does not find is not hidden. Throws as `predict`.
 */
export function createRedact(parts: SidecarParts): Redact {
  return (image, { model, labels, threshold, priority, style, margin, ...options } = {}) => {
    const question = {
      path: '/redact',
      query: { model, labels, threshold, priority, style, margin },
      headers: typeOf(image),
      body: image,
    };
    return askSidecar(parts, question, options, ({ bytes }) => bytes);
  };
}
