import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../contract.ts';
import { tensorTypes } from '../engine/tensors.ts';
import type { TensorSpec } from '../engine/tensors.ts';
import { labelsOf } from '../models/model-config.ts';
import { readyModels } from '../models/registry/ready-models.ts';
import type { ModelRegistry, ServedModel } from '../models/served-model.ts';
import type { Callers } from './callers.ts';

type Deps = { callers: Callers; registry: ModelRegistry };

const tensorSchema = z
  .object({
    name: z.string(),
    type: z.enum(tensorTypes),
    dims: z.array(z.int().nullable()).describe('null: any size.'),
  })
  .meta({ id: 'TensorSpec' });

const modelSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    digest: z.string(),
    task: z.enum(['detection', 'classification', 'image-embedding', 'text-embedding', 'tensors']),
    isDefault: z.boolean().describe('It answers where no model is named.'),
    licence: z.string(),
    source: z.string(),
    labels: z.array(z.string()),
    input: z.object({ width: z.int(), height: z.int() }).optional().describe('Pixels that the network sees.'),
    thresholds: z.object({ confidence: z.number(), candidate: z.number(), overlap: z.number() }).optional(),
    inputs: z.array(tensorSchema),
    outputs: z.array(tensorSchema),
    placement: z
      .object({
        kind: z.enum(['threads', 'processes', 'inline', 'remote']),
        engineCount: z.int(),
        intraThreads: z.int().describe('Threads of one run.'),
        provider: z.string().describe('What the network runs on, such as `cpu`.'),
        batchSizeMax: z.int().describe('Requests that may share a run.'),
        batchDelayMs: z.number(),
      })
      .describe('Where it runs, and how.'),
  })
  .meta({ id: 'Model' });

/** `GET /models`: what is loaded and how it is set. */
export function registerModels(app: FastifyInstance, { callers, registry }: Deps): void {
  app.withTypeProvider<ZodTypeProvider>().route({
    method: 'GET',
    url: '/models',
    onRequest: async (request) => void (await callers.requireAccess(request)),
    schema: {
      summary: 'The models that are ready',
      description: 'Every version that answers now. Others that are installed are loaded when they are asked for.',
      tags: ['Models'],
      security: [{ bearer: [] }],
      response: { 200: z.object({ models: z.array(modelSchema) }), '4xx': problemSchema, '5xx': problemSchema },
    },
    handler: async () => ({ models: readyModels(registry).map((model) => describe(model, registry.defaultName)) }),
  });
}

function describe(model: ServedModel, defaultName: string): z.output<typeof modelSchema> {
  const { name, version, digest, config, engine } = model;
  const { task, licence, source } = config;
  const { kind, engineCount, intraThreads, provider, batchSizeMax, batchDelayMs } = engine.placement;
  return {
    ...{ name, version, digest, task, licence, source },
    isDefault: name === defaultName,
    labels: [...labelsOf(config)],
    ...('input' in config && { input: { width: config.input.width, height: config.input.height } }),
    ...('thresholds' in config && { thresholds: config.thresholds }),
    inputs: engine.inputs.map(specOf),
    outputs: engine.outputs.map(specOf),
    placement: { kind, engineCount, intraThreads, provider, batchSizeMax, batchDelayMs },
  };
}

const specOf = ({ name, type, dims }: TensorSpec) => ({ name, type, dims: [...dims] });
