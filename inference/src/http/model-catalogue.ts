import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemSchema } from '../contract.ts';
import { SidecarError } from '../errors.ts';
import type { CatalogueEntry } from '../models/catalogue.ts';
import type { Installer } from '../models/create-installer.ts';
import { readModelFolder } from '../models/model-files.ts';
import type { ModelRegistry, ModelStatus } from '../models/served-model.ts';
import { isOperator } from './callers.ts';
import type { Callers } from './callers.ts';

type Deps = {
  callers: Callers;
  registry: ModelRegistry;
  /** Models that can be had by their names. */
  catalogue: readonly CatalogueEntry[];
  installer: Installer;
  modelsDirectory: string;
};

const versionSchema = z.object({
  version: z.string().describe('Empty where no version is known.'),
  state: z.enum(['LOADING', 'READY', 'UNLOADING', 'UNAVAILABLE']),
  reason: z.string().describe('Why it is not ready, or why newer files were refused; empty otherwise.'),
});

const listedSchema = z
  .object({
    name: z.string(),
    isDefault: z.boolean().describe('It answers where no model is named.'),
    isInstalled: z.boolean().describe('Its files are here, loaded or not.'),
    isInCatalogue: z.boolean().describe('It can be added by its name.'),
    task: z.string().nullable(),
    licence: z.string().nullable(),
    source: z.string().nullable(),
    summary: z.string().nullable().describe('What it is good for. Of models of the catalogue.'),
    byteSize: z.int().nullable().describe('Of its file once it is here. Of models of the catalogue.'),
    versions: z.array(versionSchema).describe('Newest first.'),
    install: z
      .object({
        doneBytes: z.int(),
        totalBytes: z.int().nullable().describe('Null while nobody knows.'),
        problem: z
          .object({ code: z.string(), message: z.string() })
          .nullable()
          .describe('Why it did not work out; null while it is under way.'),
      })
      .nullable()
      .describe(
        'How far the fetching of it is; null where nobody asked for it, and once it is done. That it was in vain is told to who may manage models.',
      ),
  })
  .meta({ id: 'ListedModel' });
type Listed = z.output<typeof listedSchema>;

const refusals = { '4xx': problemSchema, '5xx': problemSchema };
const about = { tags: ['Models'], security: [{ bearer: [] }] };
const params = z.object({ model: z.string() });

/** Why something could not be fetched names folders and registries of this machine: that is for whoever runs it. */
const forOthers = (each: Listed): Listed => (each.install?.problem ? { ...each, install: null } : each);

/** `GET /models/catalogue` and what whoever runs the sidecar does with the models in it. */
export function registerModelCatalogue(app: FastifyInstance, deps: Deps): void {
  const { callers, registry, catalogue, installer, modelsDirectory } = deps;
  const routes = app.withTypeProvider<ZodTypeProvider>();
  const onRequest = async (request: FastifyRequest) => void (await callers.requireOperator(request));

  routes.route({
    method: 'GET',
    url: '/models/catalogue',
    schema: {
      summary: 'The models that are here, and those that can be',
      description:
        'Every model whose files are here, in any state, and every model of the catalogue. `mayManage`: whether the caller may add, load and unload them.',
      ...about,
      response: { 200: z.object({ mayManage: z.boolean(), models: z.array(listedSchema) }), ...refusals },
    },
    handler: async (request) => {
      const caller = await callers.identify(request);
      const mayManage = isOperator(caller);
      // Who waits for a model looks often.
      if (!mayManage) await callers.requireAccess(request);
      return { mayManage, models: (await list()).map((each) => (mayManage ? each : forOthers(each))) };
    },
  });

  routes.route({
    method: 'POST',
    url: '/models/:model/install',
    onRequest,
    schema: {
      summary: 'Add a model of the catalogue',
      description:
        'Fetches it in the background; `GET /models/catalogue` says how far that is. For whoever runs the sidecar. One that is here already is fetched anew.',
      ...about,
      params,
      response: { 202: listedSchema, ...refusals },
    },
    handler: async ({ params: { model } }, reply) => {
      const entry = catalogue.find(({ name }) => name === model);
      if (!entry) {
        const known = catalogue.map(({ name }) => name).join(', ');
        throw new SidecarError('MODEL_NOT_INSTALLED', `The catalogue has no model '${model}'. It has: ${known}.`);
      }
      installer.start(entry);
      return reply.status(202).send(await find(model));
    },
  });

  routes.route({
    method: 'POST',
    url: '/models/:model/load',
    onRequest,
    schema: {
      summary: 'Load a model',
      description:
        'Reads its folder again and answers with it from then on. `version`: this one alone. For whoever runs the sidecar.',
      ...about,
      params,
      body: z.object({ version: z.string().min(1).optional() }).nullish(),
      response: { 200: listedSchema, ...refusals },
    },
    handler: async ({ params: { model }, body }) => {
      await registry.load(model, { version: body?.version });
      return find(model);
    },
  });

  routes.route({
    method: 'POST',
    url: '/models/:model/unload',
    onRequest,
    schema: {
      summary: 'Unload a model',
      description:
        'Lets what is under way finish and frees its memory. It stays away until it is loaded again. For whoever runs the sidecar.',
      ...about,
      params,
      response: { 200: listedSchema, ...refusals },
    },
    handler: async ({ params: { model } }) => {
      await registry.unload(model);
      return find(model);
    },
  });

  async function list(): Promise<Listed[]> {
    const byName = Map.groupBy(registry.index(), ({ name }) => name);
    const names = new Set([...byName.keys(), ...catalogue.map(({ name }) => name)]);
    return Promise.all([...names].map((name) => describe(name, byName.get(name) ?? [])));
  }

  async function find(model: string): Promise<Listed> {
    return describe(
      model,
      registry.index().filter(({ name }) => name === model),
    );
  }

  async function describe(name: string, statuses: readonly ModelStatus[]): Promise<Listed> {
    const entry = catalogue.find((each) => each.name === name);
    const folder = statuses.length > 0 ? await readModelFolder(modelsDirectory, name).catch(() => null) : null;
    const { task = null, licence = null, source = null } = folder?.config ?? entry?.config ?? {};
    return {
      ...{ name, task, licence, source },
      isDefault: name === registry.defaultName,
      isInstalled: statuses.length > 0,
      isInCatalogue: entry !== undefined,
      summary: entry?.summary ?? null,
      byteSize: entry?.byteSize ?? null,
      versions: statuses.map(({ version, state, reason }) => ({ version, state, reason })),
      install: installer.stateOf(name),
    };
  }
}
