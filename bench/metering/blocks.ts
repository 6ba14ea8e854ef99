import { Agent, request as send } from 'node:http';
import { median } from '../lib/compare.ts';

/** One call: where to, and what. */
export type Call = { url: string; headers: Record<string, string>; body: Uint8Array };
export type Pair = {
  name: string;
  /** The ratio of without to with that is promised; null: none. */
  goal: number | null;
  plain: Call;
  metered: Call;
};
export type Compared = {
  /** Medians of all calls, in ms. */
  plainMs: number;
  meteredMs: number;
  /** Metered by plain, of the medians of two blocks that follow each other; the median of all of these. */
  ratio: number;
};

type Plan = { rounds: number; callsPerBlock: number; warmUp: number };

/**
 * Blocks of the one and of the other by turns, one call after the other over a connection that stays open: what else the
 * machine does then meets both alike. Which comes first changes each round.
 */
export async function compareBlocks(
  { plain, metered }: Pair,
  { rounds, callsPerBlock, warmUp }: Plan,
): Promise<Compared> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const block = async (call: Call, count: number): Promise<number[]> => {
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) times.push(await timeOf(call, agent));
    return times;
  };
  try {
    for (const call of [plain, metered]) await block(call, warmUp);
    const all = { plain: [] as number[], metered: [] as number[] };
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const isPlainFirst = round % 2 === 0;
      const first = await block(isPlainFirst ? plain : metered, callsPerBlock);
      const second = await block(isPlainFirst ? metered : plain, callsPerBlock);
      const [without, within] = isPlainFirst ? [first, second] : [second, first];
      ratios.push(median(within) / median(without));
      all.plain.push(...without);
      all.metered.push(...within);
    }
    return { plainMs: median(all.plain), meteredMs: median(all.metered), ratio: median(ratios) };
  } finally {
    agent.destroy();
  }
}

/** Milliseconds until the whole answer is there. Rejects for a refusal: it would be quick, and no feat. */
function timeOf({ url, headers, body }: Call, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const outgoing = send(url, { method: 'POST', agent, headers: { ...headers, 'content-length': body.byteLength } });
    outgoing.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.once('end', () => {
        const isDone = response.statusCode === 200 && !text.startsWith('{"errors"');
        if (isDone) resolve(performance.now() - startedAt);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 500)}`));
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
