import type { components } from './generated/rest.ts';

type Schemas = components['schemas'];

// What the inference sidecar answers, under the names people use, as its OpenAPI document tells it.
export type Prediction = Schemas['Prediction'];
export type DetectionPrediction = Schemas['DetectionPrediction'];
export type ClassificationPrediction = Schemas['ClassificationPrediction'];
export type EmbeddingPrediction = Schemas['EmbeddingPrediction'];
export type Detection = Schemas['Detection'];
export type Box = Detection['box'];
/** An answer of `analyze`: objects, and where asked for the picture with them drawn in. */
export type FrameAnalysis = Schemas['FrameAnalysis'];
export type TextEmbeddings = Schemas['TextEmbeddings'];
export type Model = Schemas['Model'];
/** A model that is here, in any state, or can be. */
export type ListedModel = Schemas['ListedModel'];
