/** What runs say of why they ended, which sessions keep in English, and the same in Spanish; otherwise as in `phrases.es.ts`. */
export const runPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  ['Something went wrong on our side.', 'Algo ha ido mal por nuestra parte.'],
  ['The inference sidecar could not be reached.', 'No se ha podido llegar al sidecar de inferencia.'],
  ['What was seen could not be recorded.', 'No se ha podido registrar lo que se ha visto.'],
  [
    'This file is outside of the folders that may be watched (SOURCE_DIRS).',
    'Este archivo está fuera de las carpetas que se pueden vigilar (SOURCE_DIRS).',
  ],
  [
    'Pictures are only fetched from the server and its file storage.',
    'Las imágenes solo se traen del servidor y de su almacén de archivos.',
  ],
  ['A source must be made of ordinary files.', 'Una fuente tiene que estar hecha de archivos corrientes.'],
  ['{file} cannot be read as a video.', '{file} no se puede leer como vídeo.'],
  ['{file} cannot be read: {*why}.', '{file} no se puede leer: {*why}.'],
  ['The server confirmed another batch than {seq}.', 'El servidor ha confirmado otro lote que el {seq}.'],
  ['it is not there', 'no está ahí'],
  ['the file storage answered {status}', 'el almacén de archivos ha contestado {status}'],
  ['it is larger than {size} MB', 'tiene más de {size} MB'],
  ["There is no pipeline '{name}'. Known: {names}.", 'No hay ninguna cadena «{name}». Conocidas: {names}.'],
  [
    "Videos need ffmpeg, which is not on this machine's PATH. Install it with: {command}",
    'Los vídeos necesitan ffmpeg, que no está en el PATH de esta máquina. Instálalo con: {command}',
  ],
];
