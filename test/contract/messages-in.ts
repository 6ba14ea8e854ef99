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

/** All texts up to the parenthesis that closes the call. */
function textsOf(source: string, start: number): string[] {
  const texts: string[] = [];
  let depth = 1;
  for (let at = start; at < source.length && depth > 0; at += 1) {
    const sign = source[at]!;
    if (sign === '(') depth += 1;
    else if (sign === ')') depth -= 1;
    else if (sign === "'" || sign === '`') {
      const end = endOfText(source, at);
      const text = source.slice(at + 1, end);
      texts.push(sign === '`' ? withSamples(text) : text.replaceAll("\\'", "'"));
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
