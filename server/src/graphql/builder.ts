import SchemaBuilder from '@pothos/core';
import ComplexityPlugin from '@pothos/plugin-complexity';
import DataloaderPlugin from '@pothos/plugin-dataloader';
import ErrorsPlugin from '@pothos/plugin-errors';
import PrismaPlugin from '@pothos/plugin-prisma';
import RelayPlugin from '@pothos/plugin-relay';
import ScopeAuthPlugin from '@pothos/plugin-scope-auth';
import ValidationPlugin from '@pothos/plugin-validation';
import type PrismaTypes from '@sightline/db/pothos';
import { getDatamodel } from '@sightline/db/pothos';
import { canSomewhere } from '../domain/identity/access.ts';
import type { Permission } from '../domain/identity/permissions.ts';
import { refusalOf } from '../domain/identity/refusal-of.ts';
import type { Viewer } from '../domain/identity/viewer.ts';
import { InputInvalidError, UnauthenticatedError } from '../errors/request-errors.ts';
import type { Context } from './context.ts';
import { decodeGlobalId, encodeGlobalId, requireNodes } from './global-id.ts';
import { nodeIdPlugin } from './node-id-plugin.ts';
import { maxPageSize } from './page.ts';
import { proofPlugin } from './proof-plugin.ts';
import { rehearsalPlugin } from './rehearsal-plugin.ts';
import { tenantPlugin } from './tenant-plugin.ts';

type SignedInContext = Context & { viewer: Viewer };

/** Setup only: no type of the schema is defined here. */
export const builder = new SchemaBuilder<{
  DefaultFieldNullability: false;
  DefaultEdgesNullability: false;
  DefaultNodeNullability: false;
  Context: Context;
  PrismaTypes: PrismaTypes;
  AuthScopes: {
    signedIn: boolean;
    /** In the whole organization. */
    can: Permission;
    /** In the whole organization or for some source: the policy of the rows decides which. */
    canSomewhere: Permission;
    /** Runs the installation: a person whom its environment names. */
    operator: boolean;
  };
  AuthContexts: {
    signedIn: SignedInContext;
    can: SignedInContext;
    canSomewhere: SignedInContext;
    operator: SignedInContext;
  };
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    BigInt: { Input: bigint; Output: bigint };
  };
}>({
  plugins: [
    RelayPlugin,
    ErrorsPlugin,
    ScopeAuthPlugin,
    PrismaPlugin,
    DataloaderPlugin,
    ComplexityPlugin,
    ValidationPlugin,
    nodeIdPlugin,
    tenantPlugin,
    proofPlugin,
    rehearsalPlugin,
  ],
  defaultFieldNullability: false,
  relay: {
    encodeGlobalID: (typename, id) => encodeGlobalId(typename, String(id)),
    decodeGlobalID: decodeGlobalId,
    edgesFieldOptions: { nullable: false },
    nodeFieldOptions: { nullable: false },
    cursorType: 'String',
    nodeQueryOptions: {
      description: 'Anything with an id, if the viewer may see it.',
      resolve: (_root, { id }, _context, { schema }, resolveNode) => {
        requireNodes(schema, [id]);
        return resolveNode(id);
      },
    },
    nodesQueryOptions: {
      description: `Up to ${maxPageSize} things by id, in the order asked; null where the viewer sees none.`,
      complexity: ({ ids }) => ({ field: 1, multiplier: ids.length }),
      resolve: (_root, { ids }, _context, { schema }, resolveNodes) => {
        if (ids.length > maxPageSize) throw new InputInvalidError('ids', `Ask for at most ${maxPageSize} ids at once.`);
        requireNodes(schema, ids);
        return resolveNodes(ids);
      },
    },
  },
  errors: {
    defaultTypes: [],
    directResult: true,
    defaultUnionOptions: { name: ({ fieldName }) => `${fieldName[0]?.toUpperCase()}${fieldName.slice(1)}Result` },
  },
  scopeAuth: {
    authorizeOnSubscribe: true,
    // A refusal is the same coded error everywhere: "who are you" first, "you may not" second.
    unauthorizedError: (_parent, { viewer }, _info, { failure }) =>
      viewer ? refusalOf(viewer, namedPermission(failure)) : new UnauthenticatedError(),
    authScopes: ({ viewer, services }) => ({
      operator: () => services.operators.isOperator(viewer),
      signedIn: viewer !== null,
      can: (permission) => viewer?.permissions.has(permission) ?? false,
      canSomewhere: (permission) => viewer !== null && canSomewhere(viewer, permission),
    }),
  },
  prisma: { client: ({ db }) => db, dmmf: getDatamodel(), exposeDescriptions: true, onUnusedQuery: 'error' },
  // Lists outside connections are short by construction; pages multiply by their size (see page.ts).
  complexity: { defaultComplexity: 1, defaultListMultiplier: 1 },
  validation: {
    validationError: ({ issues }) => {
      const [issue] = issues;
      const path = (issue?.path ?? []).map((step) => (typeof step === 'object' ? String(step.key) : String(step)));
      return new InputInvalidError(path.join('.') || 'input', issue?.message ?? 'This value is not valid.');
    },
  },
});

function namedPermission(failure: object): string {
  if ('scope' in failure && failure.scope === 'operator') return 'operator';
  if ('parameter' in failure) return String(failure.parameter);
  const [first] = 'failures' in failure && Array.isArray(failure.failures) ? failure.failures : [];
  return first ? namedPermission(first) : 'unknown';
}

builder.queryType();
builder.mutationType();
builder.subscriptionType();
