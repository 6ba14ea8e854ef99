/** What is said of files that are sent, and of the links they are sent and read by; see `phrasesEs`. */
export const uploadPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  ['One upload has not arrived yet.', 'Una subida no ha llegado todavía.'],
  ['{count} uploads have not arrived yet.', '{count} subidas no han llegado todavía.'],
  ['This link is for content of type {type}.', 'Este enlace es para contenido de tipo {type}.'],
  ['This link is for {bytes} bytes, not {announced}.', 'Este enlace es para {bytes} bytes, no {announced}.'],
  ['More than the announced {bytes} bytes.', 'Más que los {bytes} bytes anunciados.'],
  [
    '{received} bytes arrived, {announced} were announced.',
    'Han llegado {received} bytes y se habían anunciado {announced}.',
  ],
  [
    'Files of type “{type}” are not accepted. Accepted: {types}.',
    'No se admiten archivos de tipo «{type}». Se admiten: {types}.',
  ],
  ['This link is not valid.', 'Este enlace no es válido.'],
  ['This link has expired.', 'Este enlace ha caducado.'],
];
