import type { Client } from '@sightline/core';
import type { Context, Input } from '../command/context.ts';
import { exitCode } from '../command/exit-code.ts';
import { UserMistake } from '../user-mistake.ts';

const bytesMax = 4_096;
const codeShape = /^(\d{6}|[a-z2-7]{16})$/i;

export const proofOption = {
  prove: { type: 'flag', about: 'send in your password, or a code of your second factor' },
} as const;

export const proofDetails = [
  'The server wants a fresh proof that it is you: a terminal asks for it when it is needed, and with --prove it is sent in.',
];

class LeftPrompt extends UserMistake {
  override readonly exitCode = exitCode.interrupted;
}

/**
 * What may need a fresh proof of who asks. One that is sent in is given first; on a terminal somebody is asked for it once the
 * server wants it, and the work is tried again. Throws what the work throws, and UserMistake.
 */
export async function withProof<T>(
  { stdin, out, options, signal }: Pick<Context<{ prove: boolean }>, 'stdin' | 'out' | 'options' | 'signal'>,
  client: Client,
  work: () => PromiseLike<T>,
): Promise<T> {
  const prove = async () => {
    const text = stdin.isTTY ? await ask(stdin, out.note) : await readLine(stdin);
    const code = text.replaceAll(/[\s-]/g, '');
    try {
      await client.secondFactor.stepUp(codeShape.test(code) ? { code } : { password: text }, { signal });
    } catch (error) {
      const { code: refusal } = error as { code?: unknown };
      // It is the proof that is refused, and not the sign-in.
      if (refusal === 'CREDENTIALS_INVALID' || refusal === 'SECOND_FACTOR_INVALID')
        throw new UserMistake('That is not it. With a second factor its code is wanted, without one the password.');
      throw error;
    }
  };
  if (options.prove) {
    await prove();
    return work();
  }
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'STEP_UP_REQUIRED' || !stdin.isTTY) throw error;
    await prove();
    return work();
  }
}

async function readLine(stdin: Input): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.length > bytesMax || text.includes('\n')) break;
  }
  return given(text.split(/\r?\n/, 1)[0] ?? '');
}

/** Nothing of what is typed is shown, not even how long it is. */
async function ask(stdin: Input, note: (text: string) => void): Promise<string> {
  note('Your password, or a code of your second factor (it is not shown):');
  stdin.setRawMode?.(true);
  try {
    let text = '';
    for await (const chunk of stdin)
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n' || character === '\u0004') return given(text);
        if (character === '\u0003') throw new LeftPrompt('Nothing was done.');
        if (character === '\u007F' || character === '\b') text = text.slice(0, -1);
        else if (text.length < bytesMax) text += character;
      }
    return given(text);
  } finally {
    stdin.setRawMode?.(false);
  }
}

function given(text: string): string {
  if (text === '') throw new UserMistake('No password and no code was given.');
  return text;
}
