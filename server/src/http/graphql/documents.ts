import {
  getOperationAST,
  GraphQLError,
  Kind,
  Lexer,
  NoSchemaIntrospectionCustomRule,
  parse,
  Source,
  specifiedRules,
  TokenKind,
  validate,
} from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationTypeNode } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { CompiledQuery } from 'graphql-jit';
import { RequestRefusedError } from '../../errors/request-errors.ts';
import { requireStorable } from '../storable.ts';
import { prepareCost } from './cost.ts';
import { textOf } from './known-documents.ts';
import type { KnownDocuments } from './known-documents.ts';
import type { GraphqlLimits } from './limits.ts';
import { createLru } from './lru.ts';
import { requireModestDocument } from './measure.ts';

/** One operation of a document that passed every check; shared by all requests that send the same text. */
export type Operation = {
  readonly document: DocumentNode;
  readonly name: string | undefined;
  readonly type: OperationTypeNode;
  /** Throws QUERY_TOO_COMPLEX. */
  readonly costOf: (variables: Readonly<Record<string, unknown>>) => number;
  /** The operation as compiled code, from its third use on, if that is safe. */
  compiled(): CompiledQuery | null;
};

/** A document by its text, or by the id of a known one, and which operation of it. */
type Asked = { query: string; documentId?: string | undefined; operationName?: string | undefined };

/** A document that will not run, with everything that is wrong with it. */
export class DocumentInvalidError extends Error {
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super('The document is not valid.');
    this.errors = errors;
  }
}

type Deps = {
  schema: GraphQLSchema;
  limits: GraphqlLimits;
  allowIntrospection: boolean;
  /** What alone may run; null for everything. */
  knownDocuments: KnownDocuments | null;
  canCompile: (document: DocumentNode) => boolean;
};

/** Compiling costs as much as tens of plain executions, so only what comes back is compiled. */
const usesBeforeCompiling = 3;
/** Brackets of any kind within each other: selections, arguments, and the values in them. */
const nestingLimit = 64;
const cacheSize = { entries: 1000, size: 4_000_000 };

/** Parses, checks and remembers documents. */
export function createDocuments({ schema, limits, allowIntrospection, knownDocuments, canCompile }: Deps) {
  const rules = allowIntrospection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const documents = createLru<{ document: DocumentNode; operations: Map<string | undefined, Operation> }>(cacheSize);

  function load(query: string) {
    const document = parseModest(query, limits);
    requireModestDocument(document, limits);
    const errors = validate(schema, document, rules, { maxErrors: 20 });
    if (errors.length > 0) throw new DocumentInvalidError(errors);
    return { document, operations: new Map<string | undefined, Operation>() };
  }

  function createOperation(document: DocumentNode, name: string | undefined): Operation {
    const node = getOperationAST(document, name);
    if (!node) throw new DocumentInvalidError([new GraphQLError(unknownOperation(document, name))]);
    let uses = 0;
    let compiled: CompiledQuery | null | undefined;
    return {
      document,
      name,
      type: node.operation,
      costOf: prepareCost(schema, document, node, limits),
      compiled() {
        if (compiled !== undefined) return compiled;
        uses += 1;
        if (uses < usesBeforeCompiling) return null;
        compiled = canCompile(document) ? compile(schema, document, name) : null;
        return compiled;
      },
    };
  }

  return {
    /**
     * The operation to run, and its text. Throws DocumentInvalidError, or a refusal with code DOCUMENT_UNKNOWN,
     * GRAPHQL_PARSE_FAILED or QUERY_TOO_COMPLEX.
     */
    prepare(asked: Asked): { operation: Operation; query: string } {
      const query = textOf(knownDocuments, asked);
      const { operationName } = asked;
      let loaded = documents.get(query);
      if (!loaded) {
        loaded = load(query);
        // Only what passed is kept: otherwise junk would push out what is in use.
        documents.set(query, loaded, query.length);
      }
      let operation = loaded.operations.get(operationName);
      if (!operation) {
        operation = createOperation(loaded.document, operationName);
        loaded.operations.set(operationName, operation);
      }
      return { operation, query };
    },
  };
}

function parseModest(query: string, limits: GraphqlLimits): DocumentNode {
  if (query.length > limits.documentCharacters) throw tooMany('characters', limits.documentCharacters);
  requireShallow(query, limits);
  try {
    return parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    if (error instanceof GraphQLError && error.message.includes(`more that ${limits.tokens} tokens`)) {
      throw tooMany('tokens', limits.tokens);
    }
    throw error;
  }
}

const opening = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Looks at the tokens without recursion before graphql-js parses with it: how many levels its stack holds depends on how
 * warm the process is, and a cold one breaks on a list nested two thousand deep.
 */
function requireShallow(query: string, limits: GraphqlLimits): void {
  const lexer = new Lexer(new Source(query));
  let depth = 0;
  for (let count = 0; count <= limits.tokens; count += 1) {
    const { kind, value } = lexer.advance();
    if (kind === TokenKind.EOF) return;
    if (opening.has(kind)) depth += 1;
    if (closing.has(kind)) depth -= 1;
    if (depth > nestingLimit) throw tooMany('levels', nestingLimit);
    if (value !== undefined) requireStorable(value, 'query');
  }
}

function tooMany(what: string, limit: number) {
  return new RequestRefusedError('QUERY_TOO_COMPLEX', `This document has too many ${what}. The limit is ${limit}.`);
}

function unknownOperation(document: DocumentNode, name: string | undefined): string {
  if (name !== undefined) return `The document has no operation named “${name.slice(0, 100)}”.`;
  const count = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION).length;
  return count === 0 ? 'The document has no operation.' : 'The document has several operations: send operationName.';
}

function compile(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): CompiledQuery | null {
  const compiled = compileQuery(schema, document, name);
  return isCompiledQuery(compiled) ? compiled : null;
}
