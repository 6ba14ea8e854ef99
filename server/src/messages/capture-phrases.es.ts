/** What devices are told that bring what they captured; see `phrasesEs`. */
export const capturePhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  ['What was captured names its capture.', 'Lo capturado dice a qué captura pertenece.'],
  ['A capture names its source.', 'Una captura dice cuál es su fuente.'],
  ['A capture says when it began.', 'Una captura dice cuándo empezó.'],
  ['This capture has another source.', 'Esta captura tiene otra fuente.'],
  ['This capture has ended.', 'Esta captura ha terminado.'],
  [
    'This lies in the future: look at the clock of the device.',
    'Esto está en el futuro: mira el reloj del dispositivo.',
  ],
  [
    'This lies too far back: look at the clock of the device.',
    'Esto está demasiado atrás: mira el reloj del dispositivo.',
  ],
  ['A UUID is wanted here.', 'Aquí hace falta un UUID.'],
];
