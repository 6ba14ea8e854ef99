import type { Input } from '../command/context.ts';
import { UserMistake } from '../user-mistake.ts';

const keyShape = /^slk_[\w-]{20,200}$/;
const bytesMax = 4_096;

/**
 * Reads an API key from what is sent in. Never from an argument: those are in the history of the shell, and every process
 * of the machine sees them. Throws UserMistake.
 */
export async function readApiKey(input: Input): Promise<string> {
  if (input.isTTY) throw new UserMistake('Send the key in: sightline login --api-key < file');
  let text = '';
  for await (const chunk of input) {
    text += String(chunk);
    if (text.length > bytesMax) break;
  }
  const key = text.trim();
  if (!keyShape.test(key)) throw new UserMistake('What was sent in is no API key. Keys begin with slk_.');
  return key;
}
