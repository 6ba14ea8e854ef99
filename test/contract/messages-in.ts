/** What begins a call whose texts are told to callers. */
const calls = /\b(?:super|\w+Error|refine|min|max|email|regex|z\.\w+)\(/g;
/** A sentence of ours: begins like one, has several words, ends like one. */
const isSentence = (text: string) => /^[“\p{Lu}\d‹]/u.test(text) && text.includes(' ') && /[.?]$/.test(text);

/**
 * The sentences in a source file that become messages of errors: texts in calls such as `new NotFoundError(…)`,
 * `super(…)` and of validation. Where a value is put in, a sample stands.
 */
export function messagesIn(source: string): string[] {
  if (!/errors?\.ts'|extends DomainError|from 'zod'/.test(source)) return [];
  const found = new Set<string>();
  for (const { index, 0: head } of source.matchAll(calls)) {
    for (const text of textsOf(source, index + head.length)) if (isSentence(text)) found.add(text);
  }
  return [...found];
}

/** Calls whose texts are for the log, for whoever runs the process, or for the documentation. */
const forOthers =
  /\b(?:(?:Type|Range|Http|Remote)?Error|DOMException|describe|log\.\w+|console\.\w+)\($|\b(?:description|summary|help):$/;
/** Calls of the sidecar whose texts are told to callers even where they are not sentences by themselves. */
export const sidecarRefusals = /\b(?:SidecarError|invalid|refuse|unreadable|cut)\(/g;

/**
 * The same of a source file in which any sentence may be handed to what refuses, in a variable or a list: all of them but
 * those that are documentation or tell of bugs. `refusals`: calls whose texts count even where they are no sentences.
 */
export function sentencesIn(source: string, refusals: RegExp = /(?!)/g): string[] {
  const found = new Set<string>();
  const add = (text: string) => /\p{L}{2,} |\p{L} \p{L}/u.test(text) && found.add(text.trim());
  let isForOthers = false;
  for (const { start, text } of literalsIn(source)) {
    const before = source.slice(Math.max(0, start - 40), start).trimEnd();
    // What follows a plus sign goes on with the text before.
    if (!before.endsWith('+')) isForOthers = forOthers.test(before);
    if (!isForOthers && /[.?]$/.test(text)) add(text);
  }
  for (const { index, 0: head } of source.matchAll(refusals)) {
    if (/\b(?:function|const) $/.test(source.slice(0, index))) continue;
    textsOf(source, index + head.length).forEach(add);
  }
  return [...found];
}

/** All texts of a source file, comments left out. */
function* literalsIn(source: string): Generator<{ start: number; text: string }> {
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at]!;
    if (isQuote(sign)) {
      const end = endOfText(source, at);
      yield { start: at, text: textBetween(source, at, end) };
      at = end;
    } else if (sign === '/' && source[at + 1] === '/') at = source.indexOf('\n', at);
    else if (sign === '/' && source[at + 1] === '*') at = source.indexOf('*/', at) + 1;
    else if (sign === '/' && /[=(,:;!&|?]\s*$/.test(source.slice(Math.max(0, at - 20), at)))
      at = endOfRegex(source, at);
  }
}

const isQuote = (sign: string) => sign === "'" || sign === '"' || sign === '`';

function textBetween(source: string, start: number, end: number): string {
  const text = source.slice(start + 1, end);
  return source[start] === '`' ? withSamples(text) : text.replaceAll(/\\(['"])/g, '$1');
}

function endOfRegex(source: string, start: number): number {
  let isClass = false;
  for (let at = start + 1; at < source.length; at += 1) {
    const sign = source[at];
    if (sign === '\\') at += 1;
    else if (sign === '[') isClass = true;
    else if (sign === ']') isClass = false;
    else if ((sign === '/' && !isClass) || sign === '\n') return at;
  }
  return source.length;
}

/** All texts up to the parenthesis that closes the call. */
function textsOf(source: string, start: number): string[] {
  const texts: string[] = [];
  let depth = 1;
  for (let at = start; at < source.length && depth > 0; at += 1) {
    const sign = source[at]!;
    if (sign === '(') depth += 1;
    else if (sign === ')') depth -= 1;
    else if (isQuote(sign)) {
      const end = endOfText(source, at);
      texts.push(textBetween(source, at, end));
      at = end;
    } else if (sign === '/' && source[at + 1] === '/') at = source.indexOf('\n', at);
    else if (sign === '/' && source[at + 1] === '*') at = source.indexOf('*/', at) + 1;
  }
  return texts;
}

function endOfText(source: string, start: number): number {
  const quote = source[start];
  let braces = 0;
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (quote === '`' && source.startsWith('${', at)) braces += 1;
    else if (braces > 0 && source[at] === '}') braces -= 1;
    else if (braces === 0 && source[at] === quote) return at;
  }
  return source.length;
}

/** `${…}`, braces inside included, becomes a sample value. */
function withSamples(text: string): string {
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    if (!text.startsWith('${', at)) {
      result += text[at];
      continue;
    }
    let braces = 1;
    at += 2;
    for (; at < text.length; at += 1) {
      if (text[at] === '{') braces += 1;
      else if (text[at] === '}' && (braces -= 1) === 0) break;
    }
    result += '‹7›';
  }
  return result;
}
