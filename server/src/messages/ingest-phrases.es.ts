/** What sidecars are told that post batches; see `phrasesEs`. */
export const ingestPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  ['Attempt {attempt} of this session is over.', 'El intento {attempt} de esta sesión ha terminado.'],
  ['Batch {seq} came, and {expected} is expected.', 'Llegó el lote {seq} y se espera el {expected}.'],
  [
    'Too many batches wait to be recorded. Send this one again in a moment.',
    'Demasiados lotes esperan a ser grabados. Envía este de nuevo dentro de un momento.',
  ],
  ['Send x-batch: <attempt>.<seq>, both from 1 on.', 'Envía x-batch: <intento>.<número>, ambos desde 1.'],
  ['This is no batch: {problem}', 'Esto no es un lote: {problem}'],
  ['The first batch of an attempt begins with “opened”.', 'El primer lote de un intento empieza con «opened».'],
  ['A batch has {count} messages at most.', 'Un lote tiene como máximo {count} mensajes.'],
  ['A batch has {count} bytes at most.', 'Un lote tiene como máximo {count} bytes.'],
  ['“{type}” does not belong here.', '«{type}» no va aquí.'],
  ['Frame {index} comes after frame {last}.', 'El fotograma {index} viene después del fotograma {last}.'],
  ['The caller hung up.', 'Quien llamaba colgó.'],
];
