import { performance } from 'node:perf_hooks';
import type { AnswerCache } from '../cache/answer-cache.ts';
import { noTime } from '../cache/answer-cache.ts';
import type { RunOptions } from '../engine/engine.ts';
import { SidecarError } from '../errors.ts';
import type { ServedModel } from '../models/served-model.ts';
import type { Answer, TextAnswer } from '../pictures/answers.ts';
import type { TextEncoders } from '../text/text-encoders.ts';
import { traceStages } from '../tracing.ts';
import type { RecordUsage } from '../usage/usage.ts';
import type { PictureTimings } from '../vision/look-at.ts';
import { tenantOf, weightOf } from './callers.ts';
import type { Caller, Callers } from './callers.ts';

type Deps = {
  cache: AnswerCache<Answer>;
  /** Tells models apart; null: what it says is not to be remembered. */
  modelKey(model: ServedModel): string | null;
  textEncoderOf: TextEncoders;
  recordUsage: RecordUsage;
  requireQuota: Callers['requireQuota'];
};

type Question = Pick<RunOptions, 'priority' | 'timeoutMs'> & {
  caller: Caller;
  model: ServedModel;
  texts: readonly string[];
  signal: AbortSignal;
};

type Embedded = { answers: TextAnswer[]; timings: PictureTimings; cached: boolean; totalMs: number };

export type EmbedTexts = ReturnType<typeof createEmbedTexts>;

/** Vectors of texts. Each text is remembered by itself: the model looks only at those that are new, once each. */
export function createEmbedTexts({ cache, modelKey, textEncoderOf, recordUsage, requireQuota }: Deps) {
  /** Throws INPUT_INVALID for a model that takes no texts, MODEL_INVALID and what the engine throws. */
  return async function embedTexts(question: Question): Promise<Embedded> {
    const { caller, model, texts, priority, timeoutMs, signal } = question;
    const { name, config } = model;
    if (config.task !== 'text-embedding') {
      throw new SidecarError('INPUT_INVALID', `The model '${name}' takes no texts: its task is ${config.task}.`);
    }
    const startedAt = performance.now();
    const lane = { tenant: tenantOf(caller), weight: weightOf(caller), priority };
    const subject = { tenant: lane.tenant, model: modelKey(model), task: config.task, options: '' };
    const known = new Map<string, TextAnswer>();
    for (const text of new Set(texts)) {
      const kept = cache.find(subject, text);
      if (kept?.task === 'text-embedding') known.set(text, kept);
    }
    const fresh = [...new Set(texts)].filter((text) => !known.has(text));
    let timings = noTime;
    if (fresh.length > 0) {
      if (fresh.length > 1) await requireQuota(caller, fresh.length);
      const encoder = await textEncoderOf(model);
      const embedded = await encoder.embed(fresh, { ...lane, timeoutMs, signal });
      fresh.forEach((text, index) => {
        const embedding = embedded.vectors[index];
        if (!embedding) throw new Error('A text encoder gives a vector for each text.');
        const answer: TextAnswer = { task: config.task, embedding, tokenCount: embedded.tokenCounts[index] ?? 0 };
        known.set(text, answer);
      });
      timings = { ...noTime, ...embedded.timings };
      traceStages(embedded.timings);
    }
    const answers = texts.flatMap((text) => known.get(text) ?? []);
    const cached = fresh.length === 0;
    await recordUsage(caller, { task: config.task, model: name, cached, count: fresh.length || texts.length });
    // Not before: what could not be written down would be free for whoever asks next.
    for (const text of fresh) {
      const answer = known.get(text);
      if (answer) cache.keep(subject, text, answer);
    }
    return { answers, timings, cached, totalMs: performance.now() - startedAt };
  };
}
