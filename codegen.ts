import type { CodegenConfig } from '@graphql-codegen/cli';

/** Turns the graph and the operations clients use into the generated part of `@sightline/core`. */
const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'clients/operations/**/*.graphql',
  generates: {
    'clients/core/src/generated/types.ts': {
      plugins: ['typescript-operations'],
      config: {
        enumType: 'const',
        namingConvention: { enumValues: 'keep' },
        immutableTypes: true,
        // A union has to be told apart by something: the operations ask for `__typename` exactly where it matters.
        skipTypename: true,
        scalars: { ID: 'string', DateTime: 'string', BigInt: 'number' },
      },
    },
    'clients/core/src/generated/documents.ts': { plugins: ['./clients/core/codegen/documents-plugin.ts'] },
    'clients/core/persisted-documents.json': { plugins: ['./clients/core/codegen/manifest-plugin.ts'] },
  },
};

export default config;
