import { z } from 'zod';

/** The parts of a BERT encoder's `config.json` that say what its weights mean. Anything else is another network. */
export const bertConfigSchema = z.object({
  model_type: z.literal('bert'),
  hidden_act: z.literal('gelu'),
  position_embedding_type: z.literal('absolute').default('absolute'),
  hidden_size: z.int().min(1),
  num_hidden_layers: z.int().min(1).max(96),
  num_attention_heads: z.int().min(1),
  layer_norm_eps: z.number().positive(),
});

export type BertConfig = z.output<typeof bertConfigSchema>;
