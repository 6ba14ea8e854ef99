/** What is said of times and counts of events, and of who watches them; see `phrasesEs`. */
export const eventPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  ['It has to be later than `from`.', 'Tiene que ser posterior a `from`.'],
  ['Minutes are told for a day at most. Ask for hours.', 'Los minutos se cuentan para un día como máximo. Pide horas.'],
  ['An answer has at most {count} buckets.', 'Una respuesta tiene como máximo {count} intervalos.'],
  [
    'An answer has at most {count} rows. Ask for less time, or for fewer.',
    'Una respuesta tiene como máximo {count} filas. Pide menos tiempo, o menos cosas.',
  ],
  ['Ask for at most {max} buckets at once.', 'Pide {max} intervalos a la vez como máximo.'],
  [
    'Use up to 32 small letters, digits and dashes, a letter first.',
    'Usa hasta 32 letras minúsculas, cifras y guiones, empezando por una letra.',
  ],
];
