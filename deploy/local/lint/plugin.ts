import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { directions } from './directions.ts';
import { isOpenGlobal, mustUseDoor, opensConnection, wayOut } from './one-door.ts';
import { asksDatabase, mustAskClock, mustBeGivenTime, sqlWayOut, wayOut as clockWayOut } from './own-time.ts';

// The few parts of oxlint's rule interface that are used here; the package has no types for it.
type Node = { type: string };
type Named = Node & { name?: string };
type Literal = Node & { value?: unknown };
type WithSource = Node & { source?: Literal | null; importKind?: string; exportKind?: string };
type Specifier = Node & { imported?: Named & Literal; importKind?: string };
type Import = WithSource & { specifiers?: Specifier[] };
type Member = Node & { object: Named; property: Named & Literal };
type Call = Node & { callee: Named & { object?: Named; property?: Named }; arguments: Node[] };
type Context = { filename: string; report(problem: { node: Node; message: string }): void };
type Rule = { create(context: Context): Record<string, (node: never) => void> };

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where the packages of the workspace keep what their names export. */
const packages: Readonly<Record<string, string>> = {
  '@sightline/db': 'prisma/src',
  '@sightline/server': 'server/src',
  '@sightline/inference': 'inference/src',
  '@sightline/core': 'clients/core/src',
  '@sightline/web': 'clients/web/src',
  '@sightline/desktop': 'clients/desktop/src',
  '@sightline/console': 'clients/console/src',
  sightline: 'clients/cli/src',
  '@sightline/local': 'deploy/local/src',
};

/** `server/src/ports.ts` for our own files, `package:pg` for dependencies. */
function locate(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return toPath(resolve(dirname(file), specifier));
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const folder = packages[name];
  return folder ? `${folder}${specifier.slice(name.length) || '/index'}.ts` : `package:${name}`;
}

const toPath = (file: string) => relative(root, file).split(sep).join('/');

const importDirection: Rule = {
  create({ filename, report }) {
    const from = toPath(filename);
    const relevant = directions.filter((rule) => rule.from.test(from) && !rule.except?.test(from));
    const check = (node: WithSource) => {
      if (typeof node.source?.value !== 'string') return;
      const to = locate(filename, node.source.value);
      const isType = node.importKind === 'type' || node.exportKind === 'type';
      for (const { to: forbidden, typesAllowed, message } of relevant) {
        if (forbidden.test(to) && !(isType && typesAllowed)) return report({ node: node.source, message });
      }
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

/** Entries that other people install are the only files that may pass on what other files export. */
const entries = /^clients\/(?:[^/]+\/src\/index|web\/src\/(?:full|react|apollo|urql))\.ts$/;

const noReexport: Rule = {
  create({ filename, report }) {
    if (entries.test(toPath(filename))) return {};
    const check = (node: WithSource) => {
      if (!node.source) return;
      report({
        node,
        message:
          'No barrels: import it from the file that defines it. Only the entry of a published client passes things on.',
      });
    };
    return { ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};

const isDate = ({ name, property }: Partial<Named & Member>) => name === 'Date' || property?.name === 'Date';

const noBareTime: Rule = {
  create({ filename, report }) {
    const file = toPath(filename);
    if (!mustAskClock(file)) return {};
    const flag = (node: Node) => report({ node, message: clockWayOut });
    const readStatement = (node: Node, text: unknown) => {
      if (mustBeGivenTime(file) && typeof text === 'string' && asksDatabase(text)) report({ node, message: sqlWayOut });
    };
    return {
      NewExpression(node: Call) {
        if (isDate(node.callee as Partial<Named & Member>) && node.arguments.length === 0) flag(node);
      },
      CallExpression(node: Call) {
        if (isDate(node.callee as Partial<Named & Member>)) flag(node);
      },
      // Called or handed on.
      MemberExpression(node: Member) {
        const name = node.property.name ?? node.property.value;
        if (name === 'now' && isDate(node.object as Partial<Named & Member>)) flag(node);
        if (name === 'timeOrigin' && node.object.name === 'performance') flag(node);
      },
      VariableDeclarator(node: Node & { init?: Partial<Named & Member> | null }) {
        if (node.init && isDate(node.init)) flag(node);
      },
      Literal(node: Literal) {
        readStatement(node, node.value);
      },
      TemplateElement(node: Node & { value: { raw: string } }) {
        readStatement(node, node.value.raw);
      },
    };
  },
};

/** Names of a module, as an import gives them; `*` for the module whole. */
function namesOf({ specifiers = [] }: Import): string[] {
  const values = specifiers.filter(({ importKind }) => importKind !== 'type');
  return values.map(({ type, imported }) => {
    if (type === 'ImportSpecifier') return imported?.name ?? String(imported?.value);
    return type === 'ImportDefaultSpecifier' ? 'default' : '*';
  });
}

const oneDoor: Rule = {
  create({ filename, report }) {
    if (!mustUseDoor(toPath(filename))) return {};
    const moduleOf = ({ source }: WithSource) => (typeof source?.value === 'string' ? source.value : '');
    return {
      ImportDeclaration(node: Import) {
        if (node.importKind === 'type') return;
        if (namesOf(node).some((name) => opensConnection(moduleOf(node), name))) report({ node, message: wayOut });
      },
      ImportExpression(node: WithSource) {
        if (opensConnection(moduleOf(node), '*')) report({ node, message: wayOut });
      },
      MemberExpression(node: Member) {
        const isGlobal = ['globalThis', 'global', 'self'].includes(node.object.name ?? '');
        if (isGlobal && isOpenGlobal(node.property.name ?? String(node.property.value))) {
          report({ node, message: wayOut });
        }
      },
    };
  },
};

/** Words that people read, where only one language can be. */
const saysWords = (value: unknown) => typeof value === 'string' && /\p{L}/u.test(value);
const spokenAttributes = ['aria-label', 'alt', 'label', 'placeholder', 'title', 'hint', 'caption'];

type Attribute = Node & { name: Named; value?: Literal | null };

const noBareText: Rule = {
  create({ filename, report }) {
    if (!toPath(filename).startsWith('clients/console/')) return {};
    const message = 'People read this in two languages: say it in text.ts beside the page, with defineText.';
    return {
      JSXText(node: Literal) {
        if (saysWords(node.value)) report({ node, message });
      },
      JSXAttribute(node: Attribute) {
        if (spokenAttributes.includes(node.name.name ?? '') && saysWords(node.value?.value)) report({ node, message });
      },
    };
  },
};

export default {
  meta: { name: 'sightline' },
  rules: {
    'import-direction': importDirection,
    'no-reexport': noReexport,
    'no-bare-time': noBareTime,
    'one-door': oneDoor,
    'no-bare-text': noBareText,
  },
};
